"""In which words English says that an event is moved or cancelled."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.changed_events.form import FoundChange

_BEGIN = (
    r"(?:^|(?<=[.;:,–—-] )|(?<=\band )|(?<=\bbut )|(?<=\bso ))\W{0,3}"
    r"(?:(?:so|ok|okay|oh|well|hey|hi|update|fyi|btw|by the way|heads[- ]up|good news|bad news|great news|also|and|but|"
    r"just|unfortunately|sadly|luckily|annoyingly|turns out|it turns out|actually|quick update|from now on|this week|"
    r"just heard that|just found out|remember that|note that|for the record)\b[\s,:;–-]*)*"
)
# No pronoun and no word of supposing is part of an event's name.
_NO_NAME = (
    r"(?!(?:it|i|i'm|you|he|she|we|they|who|what|which|there|here|if|whether|when|unless|maybe|perhaps|hope|hopefully|think|guess|"
    r"wish|suppose|could|should|would|might|may|not|never|nothing|nobody|everyone|someone|somebody|hear|heard|that|"
    r"from|to|in|into|out|away|back|at|by|house|home|and|or|now|still|already|actually|then|will|"
    r"everything|something|anything|his|her|their|your|he's|she's|we're|they're|you're|don't|didn't)\b)"
)
_WORD = rf"{_NO_NAME}[\w&/-]+"
_DAYS = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tonight|tomorrow|next week|this week)"
_OWN = rf"(?:(?:my|our|the|this|{_DAYS}['’]s) )?"
_EVENT = (
    rf"(?P<event>{_OWN}{_WORD}(?:['’]s?)?(?: {_WORD}(?:['’])?){{0,4}}?"
    rf"(?: (?:with|of|for|at) (?:(?:my|our|the|dr\.?|mrs?\.?|ms\.?) )?{_WORD}(?: {_WORD})?)?)"
    rf"(?P<old> (?:on|this|next|of|for)? ?(?:{_DAYS}|the \d\w*|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? [a-z]+)(?: (?:morning|afternoon|evening|night))?)?"
)
_IT = r"(?P<it>it)"
_ADVERBS = r"(?:(?:just|now|only|sadly|unfortunately|again|already|officially|all|been|finally|actually|temporarily|today) )*"
_MOVED = (
    r"(?:moved|pushed|shifted|switched|rescheduled|re-scheduled|postponed|delayed|deferred|changed|rearranged|bumped|brought|put)"
    r"(?: (?P<way>back|out|forward|off|up|over))?"
)
_TO = r"(?P<when> ?[:,]? ?(?:(?:to|until|till|for|by|from|on|at|not|an?|one|two|three|half|\d+|in|into|later|earlier|instead|and is)\b)[^.!?;]*)?"
_BE = r"(?:(?:is|was|are|were|has|have|had|got|gets|just got|will be)\b|['’]s)"
_PASSIVE = re.compile(
    rf"(?i){_BEGIN}(?:{_EVENT}|{_IT}) ?{_BE} {_ADVERBS}(?:being |getting |to be )?{_MOVED}\b{_TO}"
)
_BY_SOMEBODY = r"(?:i|we|they|he|she|(?:the|my|our) [\w'’-]+(?: [\w'’-]+){0,2}?|[A-Z][\w-]+)"
_HAS = r"(?:(?:['’]ve|['’]s|have|has|had to|have to|just|had|also|now|finally|actually) ?)*"
_ACTIVE = re.compile(
    rf"(?i){_BEGIN}(?:{_BY_SOMEBODY}(?: |(?=['’])))?{_HAS}(?:moved|move|pushed|push|shifted|switched|rescheduled|reschedule|postponed|postpone|delayed|changed|rearranged|brought|put|bumped|extended(?= (?:[\w]+ )?deadline)) "
    rf"(?:(?P<way1>back|forward|off) )?(?:{_EVENT}|{_IT})(?: (?P<way>back|out|forward|off|up|over))?(?P<when> (?:to|until|till|for|by|from|an?|one|two|half)\b[^.!?;]*)"
)
_INTRANSITIVE = re.compile(
    rf"(?i){_BEGIN}(?:{_EVENT}|{_IT}) (?:has |have |['’]s )?(?:just )?moved(?P<when> (?:to|from|by|until)\b[^.!?;]*)"
)
_STATE = re.compile(
    rf"(?i){_BEGIN}(?:{_EVENT}|{_IT})(?: |(?=['’]))(?:(?:now|actually) )?(?:is|are|['’]s|will(?: now)? (?:be|start|begin|take place|happen)|starts?|begins?|takes place|happens|is happening|is taking place|meets?)(?P<when>(?: (?:actually|coming|starting|happening))? ?[:,]?(?: [^.!?;]*))"
)
_CHANGE_WORD = re.compile(
    r"(?i)\b(?:now|instead|from now on|not .{2,30}? but|from (?:this|next) (?:week|month) on(?:wards)?|going forward)\b|, not\b|\b(?:hours?|minutes|days?|weeks?) (?:later|earlier)\b|\brather than\b"
)
_CANCELLED = re.compile(
    rf"(?i){_BEGIN}(?:{_EVENT}|{_IT}) ?(?:{_BE} {_ADVERBS}(?:(?:cancelled|canceled|called off|scrapped|axed)\b|off\b(?= *(?:$|[.,!;:–-]|after all|now|again|because|this|next|today|tonight|tomorrow|on|since|due|sadly|unfortunately))|not (?:happening|going ahead|taking place|on any ?more)\b)"
    r"|(?:isn['’]t|won['’]t be|is no longer) (?:happening|going ahead|taking place|on any ?more)\b|won['’]t (?:happen|take place|go ahead)\b|will not (?:happen|take place|go ahead)\b|(?:fell|has fallen) through\b)(?P<when>[^.!?;,]*)"
)
_NONE = re.compile(
    rf"(?i){_BEGIN}there(?:['’]s| is| will be) no (?P<event>{_WORD}(?: {_WORD}){{0,2}}?)(?P<when> (?:this|on|next|today|tonight|tomorrow)\b[^.!?;,]*)"
)
_CANCELLED_BY = re.compile(
    rf"(?i){_BEGIN}{_BY_SOMEBODY}(?: |(?=['’])){_HAS}(?:cancelled|canceled|cancel|called off|call off|scrapped) {_EVENT}(?: to {_WORD})?(?P<when>(?= *(?:$|[.!?;,:–-]|because|due|since|and|again|after)))"
)
_LATER = frozenset({"back", "out", "off", "over"})
_EARLIER = frozenset({"forward", "up"})
_NOT_CHANGED = re.compile(
    r"(?i)\b(?:n['’]t|not|never|nearly|almost)\b(?! (?:happening|going ahead|taking place|on any))"
)
_NEXT_CLAUSE = re.compile(
    r"(?i)(?:,? (?:because|since it|so that|so (?:i|we)|which|but (?:i|we|he|she|they|it|my|our|the)\b|although|due to|and (?:i|we|he|she|they|my|our|the|it|now|then)\b)|\()"
)


def english_change(text: str) -> FoundChange | None:
    """What the sentence says of an event that is moved or cancelled."""
    for pattern in (_CANCELLED, _NONE, _CANCELLED_BY):
        if match := pattern.search(text):
            is_sure = pattern is _CANCELLED  # "no bread this week", "I cancelled Netflix"
            return _found(match, is_cancelled=True, is_done_by_author=not is_sure)
    for pattern in (_PASSIVE, _ACTIVE, _INTRANSITIVE):
        match = pattern.search(text)
        if match is not None and not _NOT_CHANGED.search(text[match.start() : match.start("when")]):
            return _found(match)
    match = _STATE.search(text)
    if match is not None and _CHANGE_WORD.search(match[0]):
        return _found(match, is_moved=False)
    return None


def _found(
    match: re.Match[str],
    *,
    is_cancelled: bool = False,
    is_moved: bool = True,
    is_done_by_author: bool = False,
) -> FoundChange:
    groups = match.groupdict()
    ways = {(groups.get("way") or "").lower(), (groups.get("way1") or "").lower()} - {""}
    words = match[0].lower()
    is_later = bool(ways & _LATER) or "postpone" in words or "delay" in words
    event = groups.get("event") or ""
    when = (groups.get("when") or "").rstrip(" .")
    end = match.end()
    if cut := _NEXT_CLAUSE.search(when):
        end -= len(when) - cut.start()
        when = when[: cut.start()]
    if groups.get("old"):
        when = f"{when} from {groups['old'].strip()}" if when else groups["old"]
    return FoundChange(
        start=match.start(),
        end=end,
        event=event,
        when=when,
        is_cancelled=is_cancelled,
        is_moved=is_moved,
        is_done_by_author=is_done_by_author,
        direction=1 if is_later else -1 if ways & _EARLIER else 0,
    )
