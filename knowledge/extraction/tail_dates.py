"""The date of what was just named: "I'm training for a half marathon, it's on 20 December"."""

# ruff: noqa: E501  patterns of alternatives

import re
from datetime import datetime

from knowledge.dates import Precision as DatePrecision
from knowledge.dates import read_dates

_ENGLISH = re.compile(
    r"(?i)^(?P<head>[^.!?;]{5,120}?)(?:,| ?[-–—;]|:)? (?:(?:and|which|that|but)[ ,]+)?(?:it(?:['’]s| is| will be| takes place| starts)|which (?:is|takes place|starts)|that['’]s|(?:is|takes place)(?<=which is)) (?P<when>(?:on|at|in|this|next|the|tomorrow|tonight|coming)\b[^.!?;]{0,60}?)[.!]*$"
)
_ENGLISH_NAMED = re.compile(
    r"\b(?:an?|the|my|our|her|his|their) (?P<np>(?!new\b)[\w'’-]+(?: (?!an?\b|the\b|my\b|our\b)[\w'’-]+){0,4})$"
)
_GERMAN = re.compile(
    r"^(?P<head>[^.!?;]{5,120}?)(?:,| ?[-–—;]) (?:und )?(?P<it>der|die|das|er|sie|es) (?:(?:ist|findet|startet|beginnt|läuft) (?:schon |erst )?(?P<when>(?:am|im|nächste\w*|diese\w*|morgen|übermorgen|kommende\w*)\b(?:[^.!?;]|(?<=\d)\.)*?)(?: statt)?|(?P<when2>(?:am|im|nächste\w*|morgen)\b(?:[^!?;.]|(?<=\d)\.)*?) (?:ist|stattfindet|startet|beginnt))[.!]*$"
)
_GERMAN_NAMED = re.compile(r"(?P<np>[A-ZÄÖÜ][\w-]+)(?: (?:an)?[a-zäöü]+)?$")
_ARTICLES = {"der": "Der", "er": "Der", "die": "Die", "sie": "Die", "das": "Das", "es": "Das"}
_NO_EVENT = re.compile(r"(?i)\b(?:book|desk|bug|car|house|flat|job|dog|cat|app|buch|auto|haus)$")


def dated_in_tail(text: str, *, said_at: datetime, language: str) -> str:
    """That what the sentence names last is on the day that its tail tells; empty without one."""
    form, named = (_GERMAN, _GERMAN_NAMED) if language == "de" else (_ENGLISH, _ENGLISH_NAMED)
    match = form.match(text.strip())
    what = named.search(match["head"].strip(" ,")) if match is not None else None
    if match is None or what is None or _NO_EVENT.search(what["np"]):
        return ""
    when = match["when"] or match.groupdict().get("when2") or ""
    dates = [
        one
        for one in read_dates(when, at=said_at, lenient=True)
        if one.precision is DatePrecision.DAY and one.end > said_at
    ]
    if not dates:
        return ""
    if language == "de":
        return f"{_ARTICLES[match['it']]} {what['np']} ist {when.strip()}."
    return f"The {what['np']} is {when.strip()}."
