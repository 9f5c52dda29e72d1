"""Who or what comes in the place of another: "Ben takes over from Ann", "swapped tea for coffee".

Which role that was, the memory knows; here only the two are found.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY, PERSON
from knowledge.types import HOLDER, ProposedFact

_NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau)\.? )?[A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+)?"
_OLD, _NEW = rf"(?P<old>{_NAME})", rf"(?P<new>{_NAME})"
_THING = r"(?:(?:my|the|an?|our) )?[\w+-]+(?:\.\w+)*(?: [\w+-]+(?:\.\w+)*)??"
_BEHIND = r"(?=\s*(?:$|[,.;!?)–]|\b(?:because|since|and|but|so|last|this|in|on|at|for|from|until|now|today|yesterday|recently|instead|as)\b))"
_I_HAVE = r"(?:\b(?:I|[Ww]e)(?:'ve| have|'m| am|'re| are)?(?: just| finally| recently| now| also)* |^(?:[Jj]ust |[Ff]inally )?)"
_A_WHILE = re.compile(
    r"(?i)^(?:(?:an?|one|two|three|the|\d+) )?(?:second|moment|while|bit|minute|hour|day|week|month|year|term|season|summer|winter|good|now|ever|today|lunch|dinner)s?$"
)

# Both are named.
_BOTH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NEW} (?:is |will be |has |will |'s )?(?:(?:now|just|also) )?(?:replac(?:es?|ed|ing)|succeed(?:s|ed|ing)?|t(?:akes?|ook|aking|aken) over (?:from|for)) {_OLD}(?!'s)",
        rf"{_NEW} (?:is |will be |has |will |'s )?(?:now )?t(?:akes?|ook|aking|aken) over {_OLD}'s (?:job|role|position|team|group|class|classes|lessons|practice|patients|clients)\b",
        rf"{_NEW} (?:is |will be |has been |will |'s )?(?:now )?(?:fill(?:s|ed|ing)? in|st(?:ands?|ood|anding) in|cover(?:s|ed|ing)?|subbing|substituting|deputis(?:es|ed|ing)) for {_OLD}\b[^.;]*\b(?:until|till|through)\b",
        rf"\b(?:I|[Ww]e)\b[^.;,]{{0,30}}\b(?:report(?:ing)? to|see(?:ing)?|(?:work|train)(?:ing)? with|go(?:ing)? to|with|have|got) {_NEW} (?:now )?(?:instead of|rather than) {_OLD}",
        rf"{_NEW} (?:ersetzt|beerbt|vertritt|folgt auf) (?:jetzt |nun )?{_OLD}",
        rf"{_NEW} (?:übernimmt|springt) (?:jetzt |nun )?(?:für|von) {_OLD}",
        rf"\bich\b[^.;,]{{0,30}}\b(?:an|bei|zu) {_NEW},? (?:an)?statt (?:an |bei |zu )?{_OLD}",
    )
)
# Of what the user has or does.
_THINGS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_I_HAVE}(?:[Ss]witch(?:ed|ing)|[Mm]ov(?:ed|ing)|[Cc]hang(?:ed|ing)|[Mm]igrat(?:ed|ing)|gone|went) (?:over )?from (?P<old>{_THING}) to (?P<new>{_THING}){_BEHIND}",
        rf"{_I_HAVE}(?:[Dd]rop(?:ped|ping)|[Dd]itch(?:ed|ing)|[Ss]wap(?:ped|ping)|[Tt]rad(?:ed|ing)|[Ee]xchang(?:ed|ing)) (?P<old>{_THING}) for (?P<new>{_THING}){_BEHIND}",
        rf"{_I_HAVE}[Rr]eplac(?:ed|ing) (?P<old>{_THING}) (?:with|by) (?P<new>{_THING}){_BEHIND}",
        r"(?i:\bich (?:bin|habe)\b)[^.;,]{0,20}? von (?:der |dem |meine[rm] )?(?P<old>[\w.+-]+) (?:auf|zu|zur|zum) (?P<new>[\w.+-]+) (?:gewechselt|umgestiegen|umgezogen)",
        r"(?i:\bich habe\b)[^.;,]{0,20}? (?P<old>[\w.+-]+) (?:gegen|durch) (?P<new>[\w.+-]+) (?:ein|aus)?(?:getauscht|ersetzt)",
    )
)
# Somebody goes, and somebody comes: in one sentence or in two that follow each other.
_GOES = re.compile(
    rf"{_OLD}(?:'s| is| has| was)?(?: also| just| now| finally)? (?:"
    r"leaving|leaves|left|quit|quits|retired|retires|retiring|resigned|resigns|gone|going|moved on|moving on|"
    r"step(?:s|ped|ping) down|moved to another|(?:on|t(?:ak(?:es?|ing)|ook)|going on|goes on) (?:maternity|paternity|parental|sick) leave|"
    r"geht|hört auf|kündigt|hat (?:gekündigt|aufgehört)|verlässt|wechselt|ist (?:in (?:Rente|Elternzeit|Mutterschutz)|weg))\b"
    rf"|{_OLD.replace('old', 'ex')} and I (?:split|broke|separated|divorced)"
)
_COMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NEW} (?:is |has |will be |will |'s )?(?:now )?t(?:akes?|ook|aking|aken) over\b(?! (?:from|for|[A-Z]))",
        rf"{_NEW} (?:is |will be |has |will |'s )?(?:now )?(?:replac(?:es?|ed|ing)|succeed(?:s|ed|ing)?|(?:fill(?:s|ed|ing)? in|st(?:ands?|ood|anding) in|cover(?:s|ed|ing)?) for) (?:her|him|them)\b",
        rf"\b(?:I|[Ww]e)(?:'m| am|'re| are|'ll be| will be)?(?: now)? (?:with|see|seeing|report to|reporting to|train with|training with|go to|have) {_NEW}(?= (?:now|instead|until|till|from)\b)",
        rf"\b(?:I|[Ww]e)(?:'m| am|'re| are) now (?:with|seeing|reporting to|training with) {_NEW}",
        rf"{_NEW} (?:übernimmt|vertritt (?:ihn|sie)|springt (?:für (?:ihn|sie) )?ein)\b",
        rf"\b(?i:ich) bin (?:jetzt|nun|ab jetzt) bei {_NEW}",
    )
)
_NOT_MEANT = re.compile(
    r"(?i)\b(?:if|unless|whether|would|could|might|(?-i:may)|should|hope|wish|maybe|perhaps|probably|wants?|thinks?|says?|said|heard|rumou?r|imagine|"
    r"never|nobody|for (?:today|tonight|the day|now)|today|tonight|this (?:week|morning|afternoon|evening)|"
    r"wenn|falls|ob|würde|könnte|vielleicht|wohl|hoffe|soll|sollte|angeblich|nicht|heute|diese woche)\b|n't\b|\bnot\b(?! [A-Z])"
)
_NEW_ROLE = r"\b(?:new|neue[rnms]?) (?:[\w-]+ ){{0,2}}{role}\b|\b{role} (?:now|instead|jetzt)\b|\b(?:is now my|is my|ist (?:jetzt|nun|ab jetzt) mein)\w* (?:[\w-]+ ){{0,2}}{role} now\b|\bist (?:jetzt|nun) mein\w* {role}\b|\bis now (?:my|our) (?:[\w-]+ ){{0,2}}{role}\b"


@dataclass(frozen=True)
class Succession:
    """One in the place of another, by the words for them."""

    old: str
    new: str
    start: int  # of the words for the new one
    end: int


@dataclass
class Successions:
    """Finds them, sentence by sentence of one message."""

    left: str = ""  # who was last said to go

    def read(self, text: str, names: Sequence[Name]) -> Iterator[Succession]:
        """Those that a sentence of the user's states."""
        goes = _GOES.search(text)
        if goes is not None and _is_person(goes, "old" if goes["old"] else "ex", names):
            self.left = goes["old"] or goes["ex"]
        if _NOT_MEANT.search(text):
            return
        found = [match for one in _BOTH for match in one.finditer(text)]
        found = [m for m in found if _is_person(m, "new", names) and _is_person(m, "old", names)]
        found += [
            match
            for one in _THINGS
            for match in one.finditer(text)
            if not _A_WHILE.match(match["new"]) and not re.search(r"\d{4}", match["new"])
        ]
        for match in found:
            yield Succession(match["old"], match["new"], match.start("new"), match.end("new"))
        if found or not self.left:
            return
        for one in _COMES:
            come = one.search(text)
            if come is not None and _is_person(come, "new", names) and come["new"] != self.left:
                yield Succession(self.left, come["new"], come.start("new"), come.end("new"))
                self.left = ""
                return


def _is_person(match: re.Match[str], group: str, names: Sequence[Name]) -> bool:
    """True when the name is one of those that were found, and perhaps of somebody."""
    return any(
        match.start(group) <= name.start < match.end(group) and name.node_type in (PERSON, ENTITY)
        for name in names
    )


def with_new_holders(facts: Sequence[ProposedFact], text: str) -> list[ProposedFact]:
    """The facts of a sentence; who is said to have a role from now on takes it from another."""
    return [
        replace(fact, replaces=HOLDER) if _is_new_in_role(fact, text) else fact for fact in facts
    ]


def _is_new_in_role(fact: ProposedFact, text: str) -> bool:
    if not (fact.topic or "").startswith("contact:") or fact.polarity or not fact.relation:
        return False
    role = re.escape(fact.text.rstrip(".").rpartition(" ")[2])
    return re.search(_NEW_ROLE.format(role=role), text, re.IGNORECASE) is not None
