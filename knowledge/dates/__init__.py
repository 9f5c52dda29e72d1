"""Dates in a text, in English and German: the one reader for learning and asking.

`read_dates` finds what a text says of days, weeks, months, seasons and years, and resolves it
against the moment and the time zone in which it was said. `read_duration_start` resolves "for five
years" to when that began. Both are pure and cost microseconds a sentence.

Measured against `dateparser` 1.4.3 (`search_dates`, both languages, told the direction of the
tense) on the sentences of tests/knowledge/dates/test_reader.py: it hits the first day in 40 of 90
and some day of the interval in 48, finds dates in 11 of 14 sentences without one, gives no
intervals, and takes 8 ms a sentence, which is more than a whole message may cost. Hence our own.
"""

from knowledge.dates.intervals import DateInterval, Precision
from knowledge.dates.reader import read_dates, read_duration_start
from knowledge.dates.words import MONTHS

__all__ = ["MONTHS", "DateInterval", "Precision", "read_dates", "read_duration_start"]
