"""What begins on a day to come: "from January I work at Acme", "ab März bin ich Lehrerin".

The sentence is said again without the day, in the present, as the topics' table reads it. Only of
work, school and home a month alone is a day to begin on: "the invoice from January" is of it.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from dataclasses import dataclass, replace
from datetime import datetime

from knowledge.dates import DateInterval, read_dates
from knowledge.dates import Precision as DatePrecision
from knowledge.dates.words import MONTHS
from knowledge.extraction.german.times import german_date
from knowledge.extraction.times import precision_of
from knowledge.types import ProposedFact

TOPICS = frozenset({"job", "employer", "home", "school", "studies"})  # heads of what may begin so

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = (
    rf"(?:(?:early|mid|late|the (?:beginning|start|middle|end) of|anfang|mitte|ende)[ -])?"
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?(?:{_MONTH})\b(?: \d{{4}})?|(?:{_MONTH})\b(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,? \d{{4}})?|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?|"
    r"(?:the )?(?:next|nächste[mnrs]?|kommende[mnrs]?) (?:week|month|year|monday|monat|woche|jahr|montag)|tomorrow|morgen)"
)
_WHEN = rf"(?P<when>(?:from|as of|as from|starting(?: in| from| on)?|beginning(?: in| on)?|in|on|ab|ab dem|im|zum|am) {_DAY})(?: (?:on|onwards|an))?"
_LEAD = re.compile(
    r"(?i)^\W*(?:(?:so|ok|okay|oh|well|yes|yay|great news|good news|news|big news|guess what|and|but|also|ja|juhu|übrigens|tolle neuigkeiten|gute nachricht(?:en)?)\b[\s,:!.–-]*)*"
)
_FIRST = re.compile(rf"(?i){_WHEN},? (?P<rest>.+?)[.!]*$")
_LAST = re.compile(
    rf"(?i)(?P<rest>.+?),? {_WHEN}(?P<more>(?: (?:at|for|with|as|in) [^,.!?]+)?)[.!]*$"
)
_WITHIN = re.compile(rf"(?i)(?P<rest>ich \w+) {_WHEN}(?P<more> [^.!?]+?)[.!]*$")
_WHO = r"(?P<who>I|we|he|she|(?:my|our) \w+(?: [A-Z]\w+)?|[A-Z]\w+)"
_BEGINS = (
    (rf"{_WHO} (?:will|['’]ll|am going to|['’]m going to|is going to|are going to) (?:be )?(?P<verb>work|liv|study|teach)(?:e|ing|y)? (?P<what>.+)", "{verb} {what}"),
    (rf"{_WHO}(?:['’]ll| will) (?:be )?(?P<verb>work|liv|study|teach)(?:e|ing)? (?P<what>.+)", "{verb} {what}"),
    (rf"{_WHO} (?P<verb>work|live|study|teach)(?:s)? (?P<what>.+)", "{verb} {what}"),
    (rf"{_WHO}(?: am| is| are|['’]m|['’]s|['’]re) (?P<verb>work|liv|study|teach)ing (?P<what>.+)", "{verb} {what}"),
    (rf"{_WHO}(?: am| is| are|['’]m|['’]s|['’]re|['’]ll be|['’]ll| will be| will)? (?:start|starts|starting|begin|begins|beginning)(?: (?:work|working|a (?:new )?job|my (?:new )?job|a position))? (?P<what>(?:as|at|with|for) .+)", "work {what}"),
    (rf"{_WHO}(?: am| is| are|['’]m|['’]s|['’]re|['’]ll be| will be) (?:joining) (?P<what>[A-Z].+)", "work at {what}"),
    (rf"{_WHO}(?:['’]ll be| will be| am|['’]m| is|['’]s) (?:the|a|an|our) new (?P<what>.+)", "work as {what}"),
    (rf"{_WHO}(?:['’]ll be| will be| am|['’]m| is|['’]s) (?P<what>(?:the|a|an|our) .+)", "be {what}"),
    (rf"{_WHO}(?:['’]ve| have| has)?(?: just)? (?:got|gotten|landed|been offered) (?:the|a|that) (?:new )?(?:job|position|post|role)(?: as|:|,| of| –| -) (?P<what>.+)", "work as {what}"),
    (rf"{_WHO}(?:['’]ve| have| has)?(?: been| was)? (?:promoted to|appointed|made) (?P<what>.+)", "work as {what}"),
)  # fmt: skip
_GERMAN_BEGINS = (
    (r"(?:werde ich|ich werde) (?P<what>.+) (?P<verb>arbeit|wohn|leb|studier)en", "{verb}e {what}"),
    (r"(?:fange ich|ich fange|beginne ich|ich beginne|starte ich|ich starte) (?P<what>(?:bei|als|an der|an einer|in der|im) .+?)(?: an)?", "arbeite {what}"),
    (r"(?:(?P<verb>arbeit|wohn|leb|studier)e ich|ich (?P<verb2>arbeit|wohn|leb|studier)e) (?P<what>.+)", "{verb}e {what}"),
    (r"(?:bin ich|ich bin) (?P<what>.+)", "bin {what}"),
    (r"ich habe (?:die|den|eine|einen) (?:neue |neuen )?(?:stelle|job|zusage)(?: bekommen)?(?: als|:|,| –| -) (?P<what>.+)", "arbeite als {what}"),
    (r"(?:habe ich|ich habe) (?P<what>eine (?:neue )?(?:stelle|arbeit) .+)", "habe {what}"),
)  # fmt: skip
_EN = [(re.compile(rf"(?i:{pattern})$"), says) for pattern, says in _BEGINS]
_DE = [(re.compile(rf"(?i:{pattern})$"), says) for pattern, says in _GERMAN_BEGINS]
_FROM = re.compile(r"(?i)(?:from|as|starting|beginning|ab)\b")
_STARTS = re.compile(
    r"(?i)\b(?:start|begin|join|got|gotten|landed|offered|promoted|appointed|made|fange|beginne|starte|stelle|job)"
)
_VERBS = {"liv": "live", "be": "am"}
_THIRD = {"work": "works", "live": "lives", "study": "studies", "teach": "teaches", "be": "is"}
_DOUBT = re.compile(
    r"(?i)\b(?:maybe|perhaps|might|may|could|would|should|hope|if|probably|vielleicht|hoffentlich|wenn|falls|könnte|würde)\b|\?"
)


@dataclass(frozen=True)
class LaterBeginning:
    """What begins on a day to come, as a sentence in the present without the day."""

    text: str
    since: DateInterval
    language: str

    def dated(self, fact: ProposedFact) -> ProposedFact:
        """The fact of that sentence, with the day."""
        if (fact.topic or "").partition(":")[0] not in TOPICS or fact.polarity:
            return fact
        said = fact.text.rstrip(".")
        if self.language == "de":
            text = f"{said}, ab {german_date(self.since)}."
        else:
            text = f"{said} from {self.since}."
        return replace(
            fact,
            text=text,
            valid_from=self.since.start,
            since_precision=precision_of(self.since),
        )


def later_beginning(text: str, *, said_at: datetime, language: str) -> LaterBeginning | None:
    """What the sentence says to begin; None when it says nothing such."""
    if _DOUBT.search(text):
        return None
    body = text[(lead.end() if (lead := _LEAD.match(text)) else 0) :].rstrip()
    forms = (_FIRST, _WITHIN, _LAST) if language == "de" else (_FIRST, _LAST)
    for form in forms:
        match = form.match(body)
        if match is None:
            continue
        since = _day(match["when"], said_at)
        rest = f"{match['rest']}{match.groupdict().get('more') or ''}"
        # "I live in Spain in January" begins nothing.
        is_from = _FROM.match(match["when"]) is not None
        read = _german if language == "de" else _english
        restated = read(rest, is_from=is_from)
        if since is not None and restated:
            return LaterBeginning(restated, since, language)
    return None


def _day(when: str, said_at: datetime) -> DateInterval | None:
    """The day to come; None for one that has been."""
    dates = [
        one
        for one in read_dates(when, at=said_at, lenient=True)
        if one.precision is not DatePrecision.RANGE
    ]
    return dates[0] if len(dates) == 1 and dates[0].start > said_at else None


def _english(rest: str, *, is_from: bool) -> str:
    for form, says in _EN:
        match = form.match(rest.strip())
        if match is None or not (is_from or _STARTS.search(rest)):
            continue
        groups = match.groupdict()
        verb = (groups.get("verb") or says.split()[0]).lower()
        verb = _VERBS.get(verb, verb) if verb != "be" else verb
        who = match["who"]
        is_own = who.lower() in ("i", "we")
        shown = ("am" if verb == "be" else verb) if is_own else _THIRD[verb]
        what = says.removeprefix("{verb} ").removeprefix(f"{says.split()[0]} ")
        what = re.sub(r"^((?:as )?(?:the|a|an) )new ", r"\1", what.format(what=match["what"]))
        return f"{'I' if is_own else who} {shown} {what}."
    return ""


def _german(rest: str, *, is_from: bool) -> str:
    for form, says in _DE:
        match = form.match(rest.strip())
        if match is not None and (is_from or _STARTS.search(rest)):
            groups = {name: value for name, value in match.groupdict().items() if value}
            verb = groups.get("verb") or groups.get("verb2") or ""
            return f"Ich {says.format(verb=verb.lower(), what=match['what'])}."
    return ""
