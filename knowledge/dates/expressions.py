"""The forms in which English and German name a date, as one table: pattern -> days.

The rows serve both languages, since their words stand in common lists. A row further up wins
where two overlap. `strict` rows hold in any text; `lenient` ones in a question about a time, where
a lone "September" or "2019" is one.
"""

# ruff: noqa: E501  a row stays on its line: the table is read by its columns

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from knowledge.dates import calendar
from knowledge.dates.calendar import Resolved, resolved
from knowledge.dates.intervals import Precision
from knowledge.dates.words import MONTHS, NUMBERS, RELATIVE_DAYS, SEASONS, STEPS, UNITS, WEEKDAYS


@dataclass(frozen=True)
class Anchor:
    """When a text was said, and where it looks from there when it names no direction."""

    today: date
    prefer_past: bool


Resolve = Callable[[re.Match[str], Anchor], Resolved]


class Expression(NamedTuple):
    """One form of a date; `resolve` raises ValueError, OverflowError or KeyError for an impossible one."""

    pattern: re.Pattern[str]
    resolve: Resolve


def _any_of(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


# "may" and "mar" are verbs and names as well: alone they need a capital, beside a number they do not.
_MAY = {"may", "mar"}
_MONTH_BY_NUMBER = rf"(?P<month>{_any_of(MONTHS)})\.?"
_MONTH = rf"(?P<month>{_any_of(MONTHS.keys() - _MAY)}|(?-i:May|Mar|MAY))"
_MONTH_AFTER_IN = rf"(?P<month>{_any_of(MONTHS)})"
_ONLY_MONTHS = rf"(?P<month>{_any_of(('january', 'february', 'july', 'september', 'october', 'november', 'december', 'januar', 'jänner', 'februar', 'märz', 'juni', 'juli', 'oktober', 'dezember'))})"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})"
_CENTURY_YEAR = r"(?P<year>(?:19|20)\d{2})"
_WEEKDAY = rf"(?P<weekday>{_any_of(WEEKDAYS)})"
_FULL_WEEKDAY = rf"(?P<weekday>{_any_of(day for day in WEEKDAYS if day.endswith(('day', 'tag', 'woch', 'abend')))})"
_SEASON = rf"(?P<season>{_any_of(SEASONS)})"
_COUNT = rf"(?P<count>\d{{1,4}}|{_any_of(NUMBERS)})"
_UNIT = rf"(?P<unit>{_any_of(UNITS)})"
_WHOLE_UNIT = r"(?P<unit>week(?:end)?|month|year|wochen?(?:ende)?|monats?|jahr(?:es)?)"
_WEEK = r"(?:week|woche)"
_IN_YEAR = r"(?:year|jahr(?:es)?)"
_STEP = r"(?P<step>last|past|previous|this|next|coming|upcoming|(?:vorletzt|letzt|vorig|vergangen|übernächst|nächst|kommend|dies)e[nmrs]?)"
_ABOUT = r"(?:about |around |over |almost |nearly |etwa |ungefähr |fast )?"
_PART = r"(?:early|mid|late|anfang|mitte|ende|(?:the )?(?:beginning|start|middle|end) of)"
_TH = r"(?:st|nd|rd|th)?"
_PART_OF_DAY = r"(?: (?:früh|morgen|vormittag|mittag|nachmittag|abend|nacht))?"
_NOT_MORNING = r"(?<!guten )(?<!am )(?<!jeden )(?<!diesen )(?<!nächsten )(?<!eines )"
_DURATION = re.compile(r"n't\b|\b(?:not|never|first|best|worst|nicht|nie)\b", re.IGNORECASE)


def _month(match: re.Match[str]) -> int:
    return MONTHS[match["month"].lower()]


def _season(match: re.Match[str]) -> int:
    return SEASONS[match["season"].lower()]


def _weekday(match: re.Match[str]) -> int:
    return WEEKDAYS[match["weekday"].lower()]


def _unit(match: re.Match[str]) -> str:
    return UNITS[match["unit"].lower()]


def _step(match: re.Match[str]) -> int:
    return STEPS[re.sub(r"e[nmrs]?$", "", match["step"].lower())]


def count_of(match: re.Match[str]) -> int:
    """The number that the match's `count` tells, in digits or as a word."""
    word = match["count"].lower()
    return NUMBERS[word] if word in NUMBERS else int(word)


def _day_of_year(match: re.Match[str], at: Anchor) -> Resolved:
    day = date(int(match["year"]), _month(match), int(match["day"]))
    return resolved(day, Precision.DAY)


def _numeric(match: re.Match[str], at: Anchor) -> Resolved:
    day = date(int(match["year"]), int(match["number"]), int(match["day"]))
    return resolved(day, Precision.DAY)


def _slashed(match: re.Match[str], at: Anchor) -> Resolved:
    """Day and month in the only order possible; where both are, nobody can tell."""
    first, second = int(match["first"]), int(match["second"])
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("ambiguous")
    month, day = (second, first) if first > 12 else (first, second)
    return resolved(date(int(match["year"]), month, day), Precision.DAY)


def _day_near(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.day_near(at.today, _month(match), int(match["day"]), prefer_past=at.prefer_past)


def _day_near_by_number(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.day_near(
        at.today, int(match["number"]), int(match["day"]), prefer_past=at.prefer_past
    )


def _day_of_month_near(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.day_of_month_near(at.today, int(match["day"]), prefer_past=at.prefer_past)


def _month_of_year(match: re.Match[str], at: Anchor) -> Resolved:
    return resolved(date(int(match["year"]), _month(match), 1), Precision.MONTH)


def _month_of_near_year(match: re.Match[str], at: Anchor) -> Resolved:
    return resolved(date(at.today.year + _step(match), _month(match), 1), Precision.MONTH)


def _bare_month(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.bare_month(at.today, _month(match), prefer_past=at.prefer_past)


def _season_of_year(match: re.Match[str], at: Anchor) -> Resolved:
    return resolved(date(int(match["year"]), _season(match), 1), Precision.SEASON)


def _season_of_near_year(match: re.Match[str], at: Anchor) -> Resolved:
    return resolved(date(at.today.year + _step(match), _season(match), 1), Precision.SEASON)


def _year(match: re.Match[str], at: Anchor) -> Resolved:
    return resolved(date(int(match["year"]), 1, 1), Precision.YEAR)


def _relative_day(match: re.Match[str], at: Anchor) -> Resolved:
    word = match["word"].lower()
    found = calendar.shifted(at.today, RELATIVE_DAYS[word], "day")
    return found._replace(slack_days=2) if word in ("the other day", "neulich") else found


def _ago(match: re.Match[str], at: Anchor) -> Resolved:
    found = calendar.shifted(at.today, -count_of(match), _unit(match))
    is_vague = match["count"].lower() in ("few", "couple", "ein paar")
    return found._replace(slack_days=max(found.slack_days, 2)) if is_vague else found


def _ahead(match: re.Match[str], at: Anchor) -> Resolved:
    """ "In three weeks", unless it is "not in three weeks": that has no date."""
    if _DURATION.search(match.string, 0, match.start()):
        raise ValueError("a duration")
    return calendar.shifted(at.today, count_of(match), _unit(match))


def _weekday_here(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.weekday_near(at.today, -1 if at.prefer_past else 0, _weekday(match))


def _weekend_here(match: re.Match[str], at: Anchor) -> Resolved:
    return calendar.whole_unit(at.today, -1 if at.prefer_past else 0, "weekend")


_STRICT: Mapping[str, Resolve] = {
    # -- written in full
    rf"{_YEAR}-(?P<number>\d{{2}})-(?P<day>\d{{2}})(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?": _numeric,
    rf"{_DAY}\.\s?(?P<number>\d{{1,2}})\.\s?{_YEAR}": _numeric,
    rf"(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}": _slashed,
    rf"{_MONTH_BY_NUMBER}\s+{_DAY}{_TH}\s*,?\s+{_YEAR}": _day_of_year,
    rf"(?:the\s+)?{_DAY}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH_BY_NUMBER},?\s+{_YEAR}": _day_of_year,
    rf"(?:(?:{_PART}|in|since|by|im|seit)[\s-]+)*{_MONTH_BY_NUMBER},?\s+(?:of\s+)?{_YEAR}": _month_of_year,
    # -- a part of a near week or year
    rf"(?:in |im )?{_MONTH},?(?: of)? (?:the )?{_STEP} {_IN_YEAR}": _month_of_near_year,
    rf"(?:im )?{_STEP} {_IN_YEAR},?(?: in| im)? {_MONTH}": _month_of_near_year,
    rf"(?:in |im |the )*{_SEASON},?(?: of)? (?:the )?{_STEP} {_IN_YEAR}": _season_of_near_year,
    rf"(?:im )?{_STEP} {_IN_YEAR},?(?: in(?: the)?| im)? {_SEASON}": _season_of_near_year,
    rf"(?:on |am )?{_WEEKDAY}(?: of)? {_STEP} {_WEEK}": lambda m, at: calendar.weekday_of_week(at.today, _step(m), _weekday(m)),
    rf"{_STEP} {_WEEK},?(?: on| am)? {_WEEKDAY}": lambda m, at: calendar.weekday_of_week(at.today, _step(m), _weekday(m)),
    # -- a day of a month
    rf"{_MONTH_BY_NUMBER}\s+{_DAY}{_TH}(?!\d|:)": _day_near,
    rf"(?:the\s+|am\s+)?{_DAY}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH_BY_NUMBER}(?<!\.)": _day_near,
    rf"(?:am|vom|zum|bis|seit|ab)(?: zum)? {_DAY}\.\s?(?P<number>\d{{1,2}})\.(?!\d)": _day_near_by_number,
    # -- counted from today
    rf"(?P<word>heute|gestern|vorgestern|übermorgen){_PART_OF_DAY}": _relative_day,
    rf"(?P<word>{_any_of(RELATIVE_DAYS)})": _relative_day,
    rf"{_NOT_MORNING}(?:(?-i:morgen)|(?<![^.!?] )(?-i:Morgen)(?= \w)){_PART_OF_DAY}": lambda m, at: calendar.shifted(at.today, 1, "day"),
    rf"{_ABOUT}half a year (?:ago|back|earlier)|vor {_ABOUT}einem halben jahr": lambda m, at: calendar.shifted(at.today, -6, "month"),
    r"in half a year|in einem halben jahr": lambda m, at: calendar.shifted(at.today, 6, "month"),
    rf"{_ABOUT}(?:a )?{_COUNT}(?: of)? {_UNIT} (?:ago|back|earlier)": _ago,
    rf"vor {_ABOUT}{_COUNT} {_UNIT}": _ago,
    rf"in {_ABOUT}(?:a )?{_COUNT}(?: of)? {_UNIT}(?:' time)?": _ahead,
    rf"{_COUNT} {_UNIT} from (?:now|today)": lambda m, at: calendar.shifted(at.today, count_of(m), _unit(m)),
    rf"(?:in |over |during )?(?:the |den |der )?(?:last|past|letzten|vergangenen) (?P<count>\d{{1,4}}|(?!an? |eine?)(?:{_any_of(NUMBERS)}))(?: of)? {_UNIT}": lambda m, at: calendar.last_units(at.today, count_of(m), _unit(m)),
    r"(?:in |over |during )?the past (?P<unit>day|week|fortnight|month|year|decade)": lambda m, at: calendar.last_units(at.today, 1, _unit(m)),
    # -- the last, this, the next one
    rf"(?:the )?{_WHOLE_UNIT} before last": lambda m, at: calendar.whole_unit(at.today, -2, _unit(m)),
    rf"(?:the )?{_WHOLE_UNIT} after next": lambda m, at: calendar.whole_unit(at.today, 2, _unit(m)),
    rf"(?:the )?{_STEP} {_WHOLE_UNIT}(?! before\b)": lambda m, at: calendar.whole_unit(at.today, _step(m), _unit(m)),
    rf"(?:on |am )?{_STEP} {_WEEKDAY}": lambda m, at: calendar.weekday_near(at.today, _step(m), _weekday(m)),
    rf"(?:in )?{_STEP} {_MONTH}": lambda m, at: calendar.month_near(at.today, _step(m), _month(m)),
    rf"(?P<step>last) {_MONTH_AFTER_IN}": lambda m, at: calendar.month_near(at.today, _step(m), _month(m)),
    rf"{_STEP} {_SEASON}": lambda m, at: calendar.season_near(at.today, _step(m), _season(m)),
    rf"(?:in |im |the )*{_SEASON} (?:of |in )?{_YEAR}": _season_of_year,
    rf"(?:on|am) {_WEEKDAY}": _weekday_here,
    # -- a month or a year alone
    rf"(?:in|since|until|till|by|im|seit|during|ab|bis)(?: {_PART})?[ -]{_MONTH}(?! \d)": _bare_month,
    rf"(?:in|since|until|till|during)[ -]{_MONTH_AFTER_IN}(?! \d)": _bare_month,
    rf"{_PART}[ -]{_MONTH}(?! \d)": _bare_month,
    rf"(?:in|since|until|by|from|to|back in|around|seit|ab|bis|im jahr|year)(?: {_PART})?[ -]{_CENTURY_YEAR}(?!\d|[.,]\d)": _year,
    rf"{_PART}[ -]{_CENTURY_YEAR}(?!\d|[.,]\d)": _year,
}  # fmt: skip

_LENIENT: Mapping[str, Resolve] = {
    rf"(?:on|of|before|after|from)[ -]{_MONTH_AFTER_IN}(?! \d)": _bare_month,
    _ONLY_MONTHS: _bare_month,
    rf"(?<!every )(?<!each )(?<!jeden ){_FULL_WEEKDAY}": _weekday_here,
    r"(?:at|on|over|during) the weekend|am wochenende": _weekend_here,
    r"(?:on )?the (?P<day>\d{1,2})(?:st|nd|rd|th)(?=\s*(?:$|[.,;!?)]))": _day_of_month_near,
    _CENTURY_YEAR: _year,
}  # fmt: skip


def _compiled(rows: Mapping[str, Resolve]) -> list[Expression]:
    return [
        Expression(re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE), resolve)
        for pattern, resolve in rows.items()
    ]


STRICT = _compiled(_STRICT)
LENIENT = [*STRICT, *_compiled(_LENIENT)]

# How long something has lasted: "for five years", "seit drei Wochen".
DURATION = re.compile(
    r"\b(?:for|seit)\s+(?:about |around |over |almost |nearly |more than |the (?:last|past) |past |"
    rf"etwa |ungefähr |fast |über )*{_COUNT}(?: of)? {_UNIT}\b",
    re.IGNORECASE,
)
