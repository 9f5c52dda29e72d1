"""What takes back what was said: "no wait, to shellfish", "not Tuesday but Friday", "sorry, the 14th"."""

# ruff: noqa: E501  patterns of alternatives

import re
from dataclasses import dataclass

from knowledge.extraction.quantities import QUANTITY
from knowledge.extraction.sentence_kinds import SentenceKind

_TAKEN_BACK = re.compile(
    r"(?i)(?P<before>.{4,}?)\s*(?:,|\.{2,}|…|-|–|;)\s*(?:(?:no,? )?(?:sorry|wait|no wait|wait no|scratch that|i mean|i meant|make that|or rather|rather|correction|actually no))[,:]? (?P<after>[^.!?]+)(?P<rest>.*)$"
)
_NOT_BUT = re.compile(
    r"(?i)\bnot (?:on |in |at |to |from )?(?:the )?(?P<old>[\w' .:-]{1,30}?),? but (?P<new>[\w' .:-]{1,40})"
)
_NEW_NOT = re.compile(
    r"(?i)(?!(?:by )?the way\b|(?:of )?course\b|(?:these )?days\b)(?P<new>(?:the )?[\w':-]+(?: [\w':-]+)??)(?: by the way| btw| of course| actually)?, not (?:on |in |at |to )?(?!(?:sure|certain|yet|really|too|very|so|only|just|even|bad|great|good|that|as|because|decided|always|all|much|many|enough|for|if|when|a|an)\b)(?P<old>(?:the )?[\w':-]+(?: [\w':-]+)?)(?=\s*(?:$|[,.;!?]))"
)

# "Sorry, it's Steven", "oops, at seven", "I meant the 14th": of what, the memory has to find out.
_BARE = re.compile(
    r"(?i)^\W*?(?P<star>\*)?(?P<lead>(?:(?:oh|ah|hm+|oops|whoops|sorry|apologies|no|nope|wait|hang on|actually|correction|typo|scratch that|my (?:mistake|bad))\b[\s,.:;!–-]*)*)"
    r"(?P<copula>(?:(?:(?:it|that|this)(?:['’]?s| is| was| should be| should say)|(?:his|her|its|their|the|my) name(?:['’]s| is)|i (?:meant|mean)|i should have said|make (?:it|that)|more like|closer to|rather)(?: to say| actually| really| more like| closer to)*\s+)?)"
    r"(?:(?:on|at|in|for) )?(?P<new>[^,.;!?–()*\n]{1,40}?)(?:\s*[,.;!–(*-]+\s*(?P<tail>[^?]{0,60}))?$"
)
_SURE = re.compile(
    r"(?i)\b(?:oops|whoops|sorry|apologies|correction|typo|scratch that|my (?:mistake|bad)|i meant?|i should have said|should (?:be|say)|make (?:it|that)|wait|misspelt|misspelled|wrote that wrong)\b|\*"
)
_OF_WORDS = re.compile(r"(?i)\b(?:correction|typo|misspel\w+|i meant?|scratch that|wrote)\b|\*")
# "It's 8 km, not 5."
_QUANTITY_NOT = re.compile(
    rf"(?i)^\W*(?:(?:oh|no|sorry|oops|actually|wait|correction)\b[\s,.:;!–-]*)*(?:(?:it|that|this)(?:['’]?s| is| was) |i mean(?:t)? |make (?:it|that) )?(?:actually |really )?(?P<new>{QUANTITY.pattern.removeprefix('(?i)')}),? (?:and )?not (?:{QUANTITY.pattern.removeprefix('(?i)').replace('?P<number>', '').replace('?P<unit>', '').replace('?P<currency>', '')})\W*$"
)
_GERMAN_BARE = re.compile(
    r"(?i)^\W*(?P<lead>(?:(?:oh|ach|ah|äh|ups|hoppla|sorry|nein|nee|ne|moment|halt|stopp|quatsch|unsinn|entschuldigung|verzeihung|korrektur|blödsinn|eigentlich|genauer gesagt|besser gesagt|vielmehr|falsch|mein fehler|ich meint?e|sagen wir|mach daraus)\b[\s,.:;!–-]*)*)"
    r"(?:(?:(?:eigentlich |genau genommen )?(?:es|das) (?:sind|ist|waren|war)|(?:sind|ist|waren|war) (?:es|das)|sinds|ists|ich meint?e)\s+)?(?:(?:doch|eher|eigentlich|inzwischen|in wahrheit|schon|nur|ja) )*"
    r"(?P<new>\w[\w.,€%]*(?: [^\W\d_]+)?)(?P<old>,? (?:und )?(?:nicht|statt) \w[\w.,]*(?: [^\W\d_]+)?)?(?:[\s,–-]+(?:sorry|entschuldigung|mein fehler|verzeihung|meine ich|meinte ich))?\W*$"
)
_GERMAN_LEAD = re.compile(
    r"(?i)\W*(?:moment|quatsch|unsinn|nein|stopp|hoppla|korrektur|entschuldigung)\b"
)
_GERMAN_SURE = re.compile(
    r"(?i)\b(?:ups|hoppla|sorry|quatsch|unsinn|moment|entschuldigung|verzeihung|korrektur|blödsinn|falsch|fehler|meint?e|genauer|besser gesagt|nein)\b"
)
_TIME_OF_DAY = re.compile(
    r"(?i)(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)? ?(?:am|pm|o'clock)|(?:[01]?\d|2[0-3])[:.][0-5]\d|half past \w+|noon|midnight"
)
_DAY = re.compile(
    r"(?i)(?:the )?\d{1,2}(?:st|nd|rd|th)(?: of [a-z]+)?|\d{1,2}\.? (?:january|february|march|april|may|june|july|august|september|october|november|december)|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}(?:st|nd|rd|th)?|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_NUMBER = re.compile(r"[+\d][\d .,/()-]*(?: ?[a-z%€£$]{1,8})?")
_CAPITALS = re.compile(r"(?:(?:the|of|and|de|van|von) |[A-Z][\w'’.-]* ?){1,5}")
_NO_NAMES = frozenset({"i", "ok", "okay", "yes", "no", "not", "thanks", "what", "never", "all", "that", "this", "the"})  # fmt: skip

# Kinds of sentences that may be a correction alone: "sorry, the 14th" looks like talk.
CORRECTING = frozenset(
    {SentenceKind.STATEMENT, SentenceKind.CHITCHAT, SentenceKind.QUESTION, SentenceKind.REQUEST}
)


@dataclass(frozen=True)
class BareCorrection:
    """The right value, alone."""

    new: str
    start: int
    end: int
    is_time: bool  # a day or a time of day
    is_sure: bool  # says that something was wrong: "actually it's Kris" may answer a question


def bare_correction(text: str, language: str = "en") -> BareCorrection | None:
    """What a sentence puts in the place of something that it does not name."""
    if language == "de" or _GERMAN_LEAD.match(text):  # "Moment, 3 km" is too short to tell
        return _german_quantity(text)
    if not_that := _QUANTITY_NOT.match(text):
        return BareCorrection(not_that["new"], *not_that.span("new"), False, True)
    match = _BARE.match(text)
    if match is None or contrasted(text) is not None:
        return None
    around = f"{text[: match.start('new')]} {match['tail'] or ''}"
    is_sure = _SURE.search(around) is not None
    lead = match["lead"].lower()
    if not is_sure and not ("actually" in lead or (lead and match["copula"])):
        return None
    new = match["new"].strip(" '\"’*")
    is_time = any(one.fullmatch(new) for one in (_TIME_OF_DAY, _DAY))
    is_name = _CAPITALS.fullmatch(new) and new.split()[0].casefold() not in _NO_NAMES
    if is_name and not match["copula"]:
        is_sure = is_sure and _OF_WORDS.search(around) is not None  # "Sorry, John!"
    is_number = _NUMBER.fullmatch(new) or QUANTITY.fullmatch(new)
    if not is_time and not is_name and not is_number:
        return None
    return BareCorrection(new, match.start("new"), match.end("new"), is_time, is_sure)


def _german_quantity(text: str) -> BareCorrection | None:
    """ "Quatsch, 850 Euro": the right number alone."""
    match = _GERMAN_BARE.match(text)
    if match is None or not (match["lead"] or match["old"]):
        return None
    new = match["new"].strip()
    if not QUANTITY.fullmatch(new):
        return None
    is_sure = bool(match["old"]) or _GERMAN_SURE.search(match["lead"]) is not None
    return BareCorrection(new, match.start("new"), match.end("new"), False, is_sure)


def contrasted(text: str) -> re.Match[str] | None:
    """Where a sentence puts a new value beside the old one: "not Tuesday but Friday"."""
    return _NOT_BUT.search(text) or _NEW_NOT.search(text)


def corrects_quantity(text: str) -> bool:
    """True for a right number beside the wrong one and nothing else."""
    return _QUANTITY_NOT.match(text) is not None


def takes_back(text: str) -> bool:
    """True when a sentence corrects itself: "to nuts, no wait, to shellfish"."""
    return _TAKEN_BACK.match(text) is not None


def corrected(text: str) -> tuple[str, str] | None:
    """The sentence with what it takes back left blank, and what that was."""
    match = _TAKEN_BACK.match(text)
    if match is None:
        return None
    before, after = match["before"], match["after"].strip()
    first = after.split(" ", 1)[0].lower()
    start = -1
    if first in (
        "to",
        "in",
        "at",
        "on",
        "with",
        "for",
        "from",
        "by",
        "of",
        "as",
        "the",
        "a",
        "an",
        "my",
    ):
        found = [one.start() for one in re.finditer(rf"(?i)\b{first}\b", before)]
        start = found[-1] if found else -1
    if start < 0 and re.search(r"\d", after):
        numbers = list(re.finditer(r"(?:\b[A-Z][a-z]+ )?\d[\d:.,]*(?: [A-Z][a-z]+)?", before))
        start = numbers[-1].start() if numbers else -1
    if start < 0 and after[:1].isupper():
        found_names = list(re.finditer(r"\b[A-Z][\w-]+(?: [A-Z][\w-]+)*", before))
        found_names = [one for one in found_names if one.start() > 0]
        start = found_names[-1].start() if found_names else -1
    if start < 0:
        start = before.rstrip().rfind(" ") + 1
    if start <= 0:
        return None
    gap = match.start("after") - start
    return text[:start] + " " * gap + text[match.start("after") :], text[
        start : match.end("before")
    ]
