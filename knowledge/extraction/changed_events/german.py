"""In which words German says that an event is moved or cancelled."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.changed_events.form import FoundChange

_BEGIN = (
    r"(?:^|(?<=[.;:,–—-] )|(?<=\bund )|(?<=\baber ))\W{0,3}"
    r"(?:(?:(?i:also|ok|okay|ach|oh|übrigens|leider|schade|update|kurze info|info|nur kurz|und|aber|gute nachricht|schlechte nachricht|zum glück|ab jetzt|ab sofort))\b[\s,:;–-]*)*"
)
_OWN = r"(?:(?i:der|die|das|den|dem|mein(?:e|en|em|er)?|unser(?:e|en|em|er)?|diese[rsnm]?) )?"
_DAY = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|wochenende|\d{1,2}\.(?: ?\d{1,2}\.| [A-Z]\w+)?)"
_EVENT = (
    rf"(?P<event>{_OWN}(?:[a-zäöü]{{3,}}(?:e|er|es|en) )?(?!(?:Ich|Wir|Sie|Er|Es|Man|Ihr|Du|Das|Die|Der|Aus|Ab)\b)[A-ZÄÖÜ][\w-]+(?: (?:mit|beim?|bei der|in der|zur|zum|von) (?:(?:der|dem|meine[rm]?|Dr\.|Frau|Herrn?) )*[A-ZÄÖÜ][\w-]+)?)"
    rf"(?P<old> (?:am|von|vom|nächsten|diesen|heute|morgen)(?: (?i:{_DAY}))?(?: (?:abend|vormittag|nachmittag))?)?"
)
_IT = r"(?P<it>(?i:er|sie|es|das))"
_FILL = r"(?:(?:leider|jetzt|nun|doch|noch|mal|einmal|schon wieder|wieder|kurzfristig|spontan|eben|gerade|heute|gestern|mir|uns|ja|auch) )*"
_DONE = r"(?:verschoben|verlegt|vorverlegt|vorgezogen|umgelegt|verlagert|umgebucht|vertagt|nach (?:hinten|vorne|vorn) (?:verschoben|verlegt|geschoben))"
_BY = r"(?:(?:ich|wir|sie|er|man|(?:der|die|das|mein|meine|unser|unsere) [A-ZÄÖÜ]?\w+) )"
_HAVE = r"(?:habe|haben|hat|musste|mussten)"
_PASSIVE = re.compile(
    rf"{_BEGIN}(?:{_EVENT}|{_IT}) (?:wurde|wird|ist|sind|wurden|werden) {_FILL}(?P<when>(?:[^.!?;]|(?<=\d)\.)*?) ?\b(?P<verb>{_DONE})\b"
)
_FRONTED = re.compile(
    rf"{_BEGIN}{_EVENT} {_HAVE} {_BY}{_FILL}(?P<when>(?:[^.!?;,]|(?<=\d)[.,])*?) ?\b(?P<verb>{_DONE})\b"
)
_ACTIVE = re.compile(
    rf"{_BEGIN}(?i:{_BY}){_HAVE} {_FILL}{_EVENT} {_FILL}(?P<when>(?:[^.!?;,]|(?<=\d)[.,])*?) ?\b(?P<verb>{_DONE})\b"
)
_REFLEXIVE = re.compile(
    rf"{_BEGIN}(?:{_EVENT}|{_IT}) verschiebt sich {_FILL}(?P<when>(?:[^.!?;,]|(?<=\d)\.)*)(?P<verb>)"
)
_STATE = re.compile(
    rf"{_BEGIN}(?:{_EVENT}|{_IT}) (?:ist|sind|findet|beginnt|startet|fängt|geht|kommt|trifft sich)(?P<when> (?:[^.!?;]|(?<=\d)\.)*)(?P<verb>)"
)
_FIRST = re.compile(
    rf"{_BEGIN}(?i:ab jetzt|ab sofort|jetzt|diesmal|künftig|in zukunft) (?:ist|findet|beginnt|startet|fängt) {_EVENT}(?P<when> (?:[^.!?;]|(?<=\d)\.)*)(?P<verb>)"
)
_CHANGE_WORD = re.compile(
    r"(?i)\b(?:jetzt|nun|doch|ab sofort|ab jetzt|künftig|in zukunft|diesmal|stattdessen|statt (?:um|am|in|\d)|statt (?:\w+tags?|mittwochs?)\b|nicht .{2,30}?, ?sondern|(?:stunden?|minuten|tage?|wochen?) (?:später|früher))\b"
)
_CANCELLED = re.compile(
    rf"{_BEGIN}(?:{_EVENT}|{_IT}) (?:(?:fällt|fallen|fiel) (?P<when>(?:[^.!?;,]|(?<=\d)[.,])*?)\b ?aus\b(?! \w+ dem)|(?:ist|wurde|wird|sind|wurden) (?P<when2>(?:[^.!?;,]|(?<=\d)[.,])*?) ?\b(?:abgesagt|gecancelt|gestrichen|abgeblasen|ausgefallen)\b|findet (?P<when3>(?:[^.!?;,]|(?<=\d)[.,])*?)\b ?nicht statt\b)"
)
_NOTHING = re.compile(rf"{_BEGIN}(?i:aus) {_EVENT} wird {_FILL}(?P<when>)nichts\b")
_CANCELLED_BY = re.compile(
    rf"{_BEGIN}(?:(?i:{_BY}){_HAVE} {_FILL}{_EVENT}|{_EVENT.replace('<event>', '<event2>').replace('<old>', '<old2>')} {_HAVE} {_BY}) ?{_FILL}(?P<when>)(?:abgesagt|gecancelt|abgeblasen|absagen)\b"
)
_NOT_CHANGED = re.compile(r"(?i)\b(?:nicht|nie|fast|beinahe|vielleicht|eventuell|womöglich)\b")
_NEXT_CLAUSE = re.compile(
    r"(?i),? (?:weil|da ich|da wir|denn|damit|aber|und (?:ich|wir|er|sie|es|der|die|das|meine?)\b)|\("
)


def german_change(text: str) -> FoundChange | None:
    """What the sentence says of an event that is moved or cancelled."""
    for pattern in (_CANCELLED, _NOTHING, _CANCELLED_BY):
        if match := pattern.search(text):
            if _NOT_CHANGED.search(match[0].replace("nicht statt", "")):
                return None
            return _found(match, is_cancelled=True, is_done_by_author=pattern is _CANCELLED_BY)
    for pattern in (_PASSIVE, _FRONTED, _ACTIVE, _REFLEXIVE):
        match = pattern.search(text)
        if match is not None and not _NOT_CHANGED.search(match[0].replace("nicht am", "")):
            return _found(match)
    match = _FIRST.search(text) or _STATE.search(text)
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
    groups = {name: value for name, value in match.groupdict().items() if value}
    verb = groups.get("verb", "")
    when = groups.get("when") or groups.get("when2") or groups.get("when3") or ""
    when = when.rstrip(" .") if not verb else when
    end = match.end()
    if not verb and (cut := _NEXT_CLAUSE.search(when)):
        end -= len(when) - cut.start()
        when = when[: cut.start()]
    if old := groups.get("old") or groups.get("old2"):
        when = f"{when} von {old.strip()}" if when else old
    is_earlier = verb.startswith(("vor", "nach vorn")) or "früher" in when
    return FoundChange(
        start=match.start(),
        end=end,
        event=groups.get("event") or groups.get("event2") or "",
        when=when,
        is_cancelled=is_cancelled,
        is_moved=is_moved,
        is_done_by_author=is_done_by_author,
        direction=-1 if is_earlier else 1 if verb.startswith(("nach hinten", "vertagt")) else 0,
    )
