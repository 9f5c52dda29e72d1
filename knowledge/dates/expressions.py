"""The forms in which English and German name a date, as one table: pattern -> days.

The rows serve both languages, since their words stand in common lists. A row further up wins
where two overlap. `strict` rows hold in any text; `lenient` ones in a question about a time, where
a lone "September" or "2019" is one. A row with a word that no other row has needs it in
`reader._HINT`, too, which passes by texts without any.
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
_FULL_WEEKDAY = rf"(?P<weekday>{_any_of(day for day in WEEKDAYS if day.endswith(('day', 'tag', 'woch', 'abend', 'tues', 'weds', 'thurs')))})"
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
# "Not in three weeks", "the first time in years": no date, but how long something took.
_NOT_A_DATE = re.compile(r"n't\b|\b(?:not|never|first|best|worst|nicht|nie)\b", re.IGNORECASE)


@dataclass(frozen=True)
class DateMatch:
    """Where a form stands in a text, the day on which that was said, and what its groups tell."""

    match: re.Match[str]
    today: date
    prefer_past: bool  # where the text looks when it names no direction

    def __getitem__(self, group: str) -> str:
        return self.match[group].lower()

    @property
    def year(self) -> int:
        """Four digits."""
        return int(self["year"])

    @property
    def month(self) -> int:
        """1 to 12, from a name."""
        return MONTHS[self["month"]]

    @property
    def number(self) -> int:
        """A month in digits."""
        return int(self["number"])

    @property
    def day(self) -> int:
        """Of the month."""
        return int(self["day"])

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return WEEKDAYS[self["weekday"]]

    @property
    def season(self) -> int:
        """The month in which it begins."""
        return SEASONS[self["season"]]

    @property
    def unit(self) -> str:
        """In the singular, in English."""
        return UNITS[self["unit"]]

    @property
    def step(self) -> int:
        """Minus one for the last, zero for this, one for the next."""
        return STEPS[re.sub(r"e[nmrs]?$", "", self["step"])]

    @property
    def count(self) -> int:
        """In digits or as a word."""
        return NUMBERS[self["count"]] if self["count"] in NUMBERS else int(self["count"])


Resolve = Callable[[DateMatch], Resolved]


class Expression(NamedTuple):
    """One form of a date; `resolve` raises ValueError, OverflowError or KeyError when impossible."""

    pattern: re.Pattern[str]
    resolve: Resolve


def _relative_day(m: DateMatch) -> Resolved:
    days = calendar.shifted(m.today, RELATIVE_DAYS[m["word"]], "day")
    return days._replace(slack_days=2) if m["word"] in ("the other day", "neulich") else days


def _ago(m: DateMatch) -> Resolved:
    days = calendar.shifted(m.today, -m.count, m.unit)
    is_vague = m["count"] in ("few", "couple", "ein paar")
    return days._replace(slack_days=max(days.slack_days, 2)) if is_vague else days


def _ahead(m: DateMatch) -> Resolved:
    if _NOT_A_DATE.search(m.match.string, 0, m.match.start()):
        raise ValueError("a duration")
    return calendar.shifted(m.today, m.count, m.unit)


_STRICT: Mapping[str, Resolve] = {
    # -- written in full
    rf"{_YEAR}-(?P<number>\d{{2}})-(?P<day>\d{{2}})(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?": lambda m: resolved(date(m.year, m.number, m.day), Precision.DAY),
    rf"{_DAY}\.\s?(?P<number>\d{{1,2}})\.\s?{_YEAR}": lambda m: resolved(date(m.year, m.number, m.day), Precision.DAY),
    rf"(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}": lambda m: calendar.slashed_day(int(m["first"]), int(m["second"]), m.year),
    rf"{_MONTH_BY_NUMBER}\s+{_DAY}{_TH}\s*,?\s+{_YEAR}": lambda m: resolved(date(m.year, m.month, m.day), Precision.DAY),
    rf"(?:the\s+)?{_DAY}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH_BY_NUMBER},?\s+{_YEAR}": lambda m: resolved(date(m.year, m.month, m.day), Precision.DAY),
    rf"(?:(?:{_PART}|in|since|by|im|seit)[\s-]+)*{_MONTH_BY_NUMBER},?\s+(?:of\s+)?{_YEAR}": lambda m: resolved(date(m.year, m.month, 1), Precision.MONTH),
    # -- a part of a near week or year
    rf"(?:in |im )?{_MONTH},?(?: of)? (?:the )?{_STEP} {_IN_YEAR}": lambda m: resolved(date(m.today.year + m.step, m.month, 1), Precision.MONTH),
    rf"(?:im )?{_STEP} {_IN_YEAR},?(?: in| im)? {_MONTH}": lambda m: resolved(date(m.today.year + m.step, m.month, 1), Precision.MONTH),
    rf"(?:in |im |the )*{_SEASON},?(?: of)? (?:the )?{_STEP} {_IN_YEAR}": lambda m: resolved(date(m.today.year + m.step, m.season, 1), Precision.SEASON),
    rf"(?:im )?{_STEP} {_IN_YEAR},?(?: in(?: the)?| im)? {_SEASON}": lambda m: resolved(date(m.today.year + m.step, m.season, 1), Precision.SEASON),
    rf"(?:on |am )?{_WEEKDAY}(?: of)? {_STEP} {_WEEK}": lambda m: calendar.weekday_of_week(m.today, m.step, m.weekday),
    rf"{_STEP} {_WEEK},?(?: on| am)? {_WEEKDAY}": lambda m: calendar.weekday_of_week(m.today, m.step, m.weekday),
    # -- a day of a month
    rf"{_MONTH_BY_NUMBER}\s+{_DAY}{_TH}(?!\d|:)": lambda m: calendar.day_near(m.today, m.month, m.day, prefer_past=m.prefer_past),
    rf"(?:the\s+|am\s+)?{_DAY}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH_BY_NUMBER}(?<!\.)": lambda m: calendar.day_near(m.today, m.month, m.day, prefer_past=m.prefer_past),
    rf"(?:am|vom|zum|bis|seit|ab)(?: zum)? {_DAY}\.\s?(?P<number>\d{{1,2}})\.(?!\d)": lambda m: calendar.day_near(m.today, m.number, m.day, prefer_past=m.prefer_past),
    # -- counted from today
    rf"(?P<word>heute|gestern|vorgestern|übermorgen){_PART_OF_DAY}": _relative_day,
    rf"(?P<word>{_any_of(RELATIVE_DAYS)})": _relative_day,
    rf"{_NOT_MORNING}(?:(?-i:morgen)|(?<![^.!?] )(?-i:Morgen)(?= \w)){_PART_OF_DAY}": lambda m: calendar.shifted(m.today, 1, "day"),
    rf"{_ABOUT}half a year (?:ago|back|earlier)|vor {_ABOUT}einem halben jahr": lambda m: calendar.shifted(m.today, -6, "month"),
    r"in half a year|in einem halben jahr": lambda m: calendar.shifted(m.today, 6, "month"),
    rf"{_ABOUT}(?:a )?{_COUNT}(?: of)? {_UNIT} (?:ago|back|earlier)": _ago,
    rf"vor {_ABOUT}{_COUNT} {_UNIT}": _ago,
    rf"in {_ABOUT}(?:a )?{_COUNT}(?: of)? {_UNIT}(?:' time)?": _ahead,
    rf"{_COUNT} {_UNIT} from (?:now|today)": lambda m: calendar.shifted(m.today, m.count, m.unit),
    rf"(?:in |over |during )?(?:the |den |der )?(?:last|past|letzten|vergangenen) (?P<count>\d{{1,4}}|(?!an? |eine?)(?:{_any_of(NUMBERS)}))(?: of)? {_UNIT}": lambda m: calendar.last_units(m.today, m.count, m.unit),
    r"(?:in |over |during )?the past (?P<unit>day|week|fortnight|month|year|decade)": lambda m: calendar.last_units(m.today, 1, m.unit),
    # -- the last, this, the next one
    rf"(?:the )?{_WHOLE_UNIT} before last": lambda m: calendar.whole_unit(m.today, -2, m.unit),
    rf"(?:the )?{_WHOLE_UNIT} after next": lambda m: calendar.whole_unit(m.today, 2, m.unit),
    rf"(?:the )?{_STEP} {_WHOLE_UNIT}(?! before\b)": lambda m: calendar.whole_unit(m.today, m.step, m.unit),
    rf"(?:on |am )?{_STEP} {_WEEKDAY}": lambda m: calendar.weekday_near(m.today, m.step, m.weekday),
    rf"(?:in )?{_STEP} {_MONTH}": lambda m: calendar.month_near(m.today, m.step, m.month),
    rf"(?P<step>last) {_MONTH_AFTER_IN}": lambda m: calendar.month_near(m.today, m.step, m.month),
    rf"{_STEP} {_SEASON}": lambda m: calendar.season_near(m.today, m.step, m.season),
    rf"(?:in |im |the )*{_SEASON} (?:of |in )?{_YEAR}": lambda m: resolved(date(m.year, m.season, 1), Precision.SEASON),
    rf"(?:on|am) {_WEEKDAY}": lambda m: calendar.weekday_near(m.today, -1 if m.prefer_past else 0, m.weekday),
    # -- a month or a year alone
    rf"(?:in|since|as of|until|till|by|im|seit|during|ab|bis)(?: {_PART})?[ -]{_MONTH}(?! \d)": lambda m: calendar.bare_month(m.today, m.month, prefer_past=m.prefer_past),
    rf"(?:in|since|as of|until|till|during)[ -]{_MONTH_AFTER_IN}(?! \d)": lambda m: calendar.bare_month(m.today, m.month, prefer_past=m.prefer_past),
    rf"{_PART}[ -]{_MONTH}(?! \d)": lambda m: calendar.bare_month(m.today, m.month, prefer_past=m.prefer_past),
    rf"(?:in|since|until|by|from|to|back in|around|seit|ab|bis|im jahr|year)(?: {_PART})?[ -]{_CENTURY_YEAR}(?!\d|[.,]\d)": lambda m: resolved(date(m.year, 1, 1), Precision.YEAR),
    rf"{_PART}[ -]{_CENTURY_YEAR}(?!\d|[.,]\d)": lambda m: resolved(date(m.year, 1, 1), Precision.YEAR),
}  # fmt: skip

_LENIENT: Mapping[str, Resolve] = {
    rf"(?:on|of|before|after|from)[ -]{_MONTH_AFTER_IN}(?! \d)": lambda m: calendar.bare_month(m.today, m.month, prefer_past=m.prefer_past),
    _ONLY_MONTHS: lambda m: calendar.bare_month(m.today, m.month, prefer_past=m.prefer_past),
    rf"(?<!every )(?<!each )(?<!jeden ){_FULL_WEEKDAY}": lambda m: calendar.weekday_near(m.today, -1 if m.prefer_past else 0, m.weekday),
    r"(?:at|on|over|during) the weekend|am wochenende": lambda m: calendar.whole_unit(m.today, -1 if m.prefer_past else 0, "weekend"),
    r"(?:on )?the (?P<day>\d{1,2})(?:st|nd|rd|th)(?=\s*(?:$|[.,;!?)]|(?:for|at|with|until|till)\b))": lambda m: calendar.day_of_month_near(m.today, m.day, prefer_past=m.prefer_past),
    _CENTURY_YEAR: lambda m: resolved(date(m.year, 1, 1), Precision.YEAR),
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
