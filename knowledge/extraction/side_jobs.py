"""What somebody does for work beside their job: "I also teach first aid on Saturdays"."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.extraction.statements import normal_value
from knowledge.types import ProposedFact

SIDE_JOB = "side_job"  # the topic, whose value is what is done

_BESIDE = re.compile(
    r"(?i)\b(?:on the side|side (?:job|gig|hustle)|second job|moonlight\w*|nebenbei|nebenher|nebenberuflich|nebenjob|zweitjob|nebentätigkeit)\b"
)
_TOO = re.compile(r"(?i)\b(?:also|as well|in addition|besides|auch|außerdem|zusätzlich|daneben)\b")
_WORKS = re.compile(
    r"(?i)^(?:on the side,? )?(?:(?:I|We|Ich|Wir) )(?:(?:also|sometimes|now|still|regularly) )*(?:work|teach|tutor|coach|train|instruct|lecture|referee|umpire|repair|fix|build|sell|translate|edit|design|babysit|clean|drive|deliver|bartend|waitress|freelance|moonlight|guide|cater|"
    r"have a (?:side|second)|unterrichte|lehre|trainiere|betreue|jobbe|kellnere|arbeite|repariere|verkaufe|übersetze|fahre|putze|babysitte|gebe (?:[^.]{0,40})(?:kurse?|unterricht|nachhilfe|stunden)|habe (?:einen|eine) (?:nebenjob|zweitjob|nebentätigkeit))\w*\b"
)
_WORKS_TOO = re.compile(
    r"(?i)\b(?:also|auch|nebenbei|nebenher|außerdem|zusätzlich|on the side,?)\W+(?:\w+ ){0,2}?(?:work|arbeit|jobb|kellner)|"
    r"\b(?:work|arbeite|jobbe|kellnere)\w* (?:\w+ )?(?:also|nebenbei|nebenher|auch|außerdem|zusätzlich)\b"
)
_ALSO = re.compile(
    r"(?i)^(?:on the side,? )?(?:I|We|Ich|Wir) (?:(?:also|sometimes|now|still|auch) )*"
)
_AS_A = re.compile(r"(?i)\b(?:as|als) (?:an? |the |eine? )?(?P<what>[^,.;]{3,40})")


def with_side_jobs(facts: Sequence[ProposedFact], content: str) -> list[ProposedFact]:
    """The facts of a sentence of the message, with what is work beside the job as that.

    It takes no job's place; what happens every week stays an event as well.
    """
    found: list[ProposedFact] = []
    has_job = False
    for fact in facts:
        said = content[fact.span.start : fact.span.end]
        is_beside, is_too = _BESIDE.search(said), _TOO.search(said)
        is_of_work = _WORKS.match(fact.text) is not None and not fact.polarity and not fact.ends
        topic = fact.topic or ""
        if topic == "job" and not fact.polarity and _works_too(said, fact.text):
            found.append(_as_side_job(fact, fact.value or ""))
            continue
        found.append(fact)
        has_job = has_job or topic == "job"
        is_open = topic.startswith(("do:", "event:")) and is_of_work
        if is_open and (is_beside or is_too or has_job) and fact.change is None:
            match = _AS_A.search(fact.text)
            what = match["what"] if match is not None else _ALSO.sub("", fact.text)
            side = _as_side_job(replace(fact, event=None), normal_value(what))
            if fact.event is None:
                found.pop()
            found.append(side)
    return found


def _works_too(said: str, text: str) -> bool:
    """True for "I also work as"; not for the first half of "I'm a baker and I also tutor"."""
    return _WORKS_TOO.search(said) is not None or _BESIDE.search(text) is not None


def _as_side_job(fact: ProposedFact, value: str) -> ProposedFact:
    return replace(
        fact,
        topic=f"{SIDE_JOB}:{value}",
        value=value,
        single_valued=False,
        edge_type=None,
        relation=None,
    )
