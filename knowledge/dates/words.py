"""The words of dates, English and German together: a text may mix them."""


def _numbered(rows: str, *, start: int) -> dict[str, int]:
    """A number for each word; the words of a line share one."""
    return {
        word: number
        for number, line in enumerate(rows.strip().splitlines(), start)
        for word in line.split()
    }


MONTHS = _numbered(
    """
    january jan januar jänner
    february feb februar
    march mar märz
    april apr
    may mai
    june jun juni
    july jul juli
    august aug
    september sep sept
    october oct oktober okt
    november nov
    december dec dezember dez
    """,
    start=1,
)
WEEKDAYS = _numbered(
    """
    monday mon montag
    tuesday tue tues dienstag
    wednesday wed weds mittwoch
    thursday thu thur thurs donnerstag
    friday fri freitag
    saturday sat samstag sonnabend
    sunday sun sonntag
    """,
    start=0,  # as datetime.weekday counts
)
WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # of an RRULE, in the same order
NUMBERS = _numbered(
    """
    zero null
    a an one ein eine einem einer
    two zwei couple
    three few drei
    four vier
    five fünf
    six sechs
    seven sieben
    eight acht
    nine neun
    ten zehn
    eleven elf
    twelve zwölf
    """,
    start=0,
) | {"ein paar": 3}
UNITS = {
    **dict.fromkeys(("day", "days", "tag", "tage", "tagen"), "day"),
    **dict.fromkeys(("week", "weeks", "woche", "wochen"), "week"),
    **dict.fromkeys(("fortnight", "fortnights"), "fortnight"),
    **dict.fromkeys(("weekend", "weekends", "wochenende", "wochenenden"), "weekend"),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten", "monats"), "month"),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren", "jahres"), "year"),
    **dict.fromkeys(("decade", "decades", "jahrzehnt", "jahrzehnte", "jahrzehnten"), "decade"),
}
SEASONS = {  # the month in which each begins
    **dict.fromkeys(("spring", "frühling", "frühlings", "frühjahr", "frühjahrs"), 3),
    **dict.fromkeys(("summer", "sommer", "sommers"), 6),
    **dict.fromkeys(("autumn", "fall", "herbst", "herbsts"), 9),
    **dict.fromkeys(("winter", "winters"), 12),
}
RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "yesterday": -1, "last night": -1, "tomorrow": 1, "day before yesterday": -2,
    "day after tomorrow": 2, "heute": 0, "gestern": -1, "vorgestern": -2, "übermorgen": 2,
    "tmrw": 1, "tmr": 1, "tmw": 1, "tomoz": 1, "2moro": 1, "the other day": -3, "neulich": -3,
}  # fmt: skip
# How far a word turns the calendar: "last" a step back, "this" none, "vorletzte" two back.
STEPS = {
    **dict.fromkeys(("last", "past", "previous", "letzt", "vorig", "vergangen"), -1),
    **dict.fromkeys(("this", "dies"), 0),
    **dict.fromkeys(("next", "coming", "upcoming", "nächst", "kommend"), 1),
    "vorletzt": -2,
    "übernächst": 2,
}

MONTH_NAMES = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SEASON_NAMES = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}

GERMAN_MONTH_NAMES = ("", "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
                  "September", "Oktober", "November", "Dezember")  # fmt: skip
