"""The sentences of answers from the memory, in English and German."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from chat.agent.from_memory.asked import Language
from chat.agent.memory import without_marks
from exobrain.lib.text import on_one_line
from knowledge.dates.words import GERMAN_MONTH_NAMES, MONTH_NAMES
from knowledge.types import Precision

LONGEST_QUOTE = 400  # characters
LIST_ITEM = "- "  # begins each memory

PHRASES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "no_model": "No language model is configured, so your memory answers by itself. Staff can "
        "set one in the settings.",
        "visitor": "No language model is configured here, so there is nobody to answer. With an "
        "account your own memory would.",
        "without_memory": "This answer was to do without your memory, and there is nothing else to "
        "answer with.",
        "hello": "Hello. Ask what you have told, what is coming, or say “remember that …”.",
        "kept": "That is kept in [today’s journal]({day}). The memory has not learned it yet: it "
        "does with its next update, or at once by “Update memory”.",
        "kept_again": "Kept in [today’s journal]({day}), and not learned yet.",
        "welcome": "You’re welcome.",
        "needs_model": "That takes a language model, and none is configured; staff can set one in "
        "the settings. By itself the memory only tells what you have told it.",
        "quote": "“{text}”",
        "nothing": "Nothing is known of that.",
        "unsure": "Nothing sure is known of that. This comes nearest:",
        "known": "This is known:",
        "said": "This was said:",
        "today": "Said today, and not learned yet:",
        "about_you": "This is what holds of you:",
        "nothing_of_you": "Nothing is known of you yet.",
        "coming": "This is coming:",
        "coming_then": "This is planned for then:",
        "nothing_coming": "Nothing that is known is coming in the next {days} days.",
        "nothing_then": "Nothing that is known is planned for then.",
        "remembered": "Remembered: “{text}”",
        "proposed": "To remember “{text}” is proposed below; you decide.",
        "declined": "You declined to have that remembered lately, so it is not proposed again.",
        "asked": "If the memory has something of “{text}”, you are asked below whether to forget "
        "it. Nothing is forgotten before you agree.",
        "failed": "That was not done: {reason}",
        "you_said": "On {day} you said: “{text}”",
        "assistant_said": "On {day} the assistant said: “{text}”",
        "outside_said": "On {day} an answer made from elsewhere said: “{text}”",
        "since": "since {day}",
        "until": "until {day}",
        "was_until": "over since {day}",
        "when": "on {day}",
        "said_on": "said on {day}",
        "confirmed": "confirmed by you",
        "concluded": "concluded by the assistant",
        "outside": "from elsewhere",
        "disputed": "in doubt",
        "outdated": "over by now: {text}",
        "page": "page",
    },
    "de": {
        "no_model": "Es ist kein Sprachmodell eingerichtet, darum antwortet dein Gedächtnis "
        "allein. Wer die Anlage verwaltet, kann in den Einstellungen eines angeben.",
        "visitor": "Hier ist kein Sprachmodell eingerichtet, darum antwortet niemand. "
        "Mit einem Konto täte es dein eigenes Gedächtnis.",
        "without_memory": "Diese Antwort sollte ohne dein Gedächtnis auskommen, und anderes "
        "gibt es nicht.",
        "hello": "Hallo. Frag, was du erzählt hast oder was ansteht, oder sag „Merk dir, dass …“.",
        "kept": "Das steht im [Journal von heute]({day}). Das Gedächtnis hat es noch nicht "
        "gelernt: das tut es bei der nächsten Aktualisierung, oder sofort mit „Update memory“.",
        "kept_again": "Steht im [Journal von heute]({day}), noch nicht gelernt.",
        "welcome": "Gern geschehen.",
        "needs_model": "Dafür braucht es ein Sprachmodell, und es ist keines eingerichtet; wer die "
        "Anlage verwaltet, kann in den Einstellungen eines angeben. Allein sagt das Gedächtnis "
        "nur, was du ihm erzählt hast.",
        "quote": "„{text}“",
        "nothing": "Davon ist nichts bekannt.",
        "unsure": "Davon ist nichts Sicheres bekannt. Das kommt dem am nächsten:",
        "known": "Das ist bekannt:",
        "said": "Das wurde gesagt:",
        "today": "Heute gesagt und noch nicht gelernt:",
        "about_you": "Das gilt von dir:",
        "nothing_of_you": "Von dir ist noch nichts bekannt.",
        "coming": "Das steht an:",
        "coming_then": "Das ist für dann geplant:",
        "nothing_coming": "In den nächsten {days} Tagen steht nichts an, das bekannt ist.",
        "nothing_then": "Für dann ist nichts bekannt.",
        "remembered": "Gemerkt: „{text}“",
        "proposed": "Ob „{text}“ gemerkt wird, steht unten als Vorschlag; du entscheidest.",
        "declined": "Das zu merken hast du neulich abgelehnt, darum wird es nicht wieder "
        "vorgeschlagen.",
        "asked": "Wenn das Gedächtnis etwas zu „{text}“ hat, wirst du unten gefragt, ob es "
        "vergessen werden soll. Vorher wird nichts vergessen.",
        "failed": "Das ist nicht geschehen: {reason}",
        "you_said": "Am {day} hast du gesagt: „{text}“",
        "assistant_said": "Am {day} hat der Assistent gesagt: „{text}“",
        "outside_said": "Am {day} stand in einer Antwort, die von anderswo stammt: „{text}“",
        "since": "seit {day}",
        "until": "bis {day}",
        "was_until": "vorbei seit {day}",
        "when": "am {day}",
        "said_on": "gesagt am {day}",
        "confirmed": "von dir bestätigt",
        "concluded": "vom Assistenten geschlossen",
        "outside": "von anderswo",
        "disputed": "unsicher",
        "outdated": "inzwischen vorbei: {text}",
        "page": "Seite",
    },
}
_WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_MARKUP = re.compile(r"([\\`*_\[\]<>&$~|])")
_LEADING = re.compile(r"^(\d+)([.)])|^([#+\-=:])")


# The sentences that have the user's words in them; memories are in lists.
_REPEATING = [
    re.compile(re.escape(phrases[name]).replace(re.escape("{text}"), "(.*)"))
    for phrases in PHRASES.values()
    for name in ("remembered", "proposed", "asked")
]


def own_words_in(line: str) -> str:
    """What a line of an answer says that is not ours: a memory, or the user's own words; "" if
    nothing."""
    if line.startswith(LIST_ITEM):
        return line.removeprefix(LIST_ITEM)
    found = next(filter(None, (pattern.fullmatch(line) for pattern in _REPEATING)), None)
    return f"“{found[1]}”" if found else ""


def day_in_words(day: date, language: Language, *, with_weekday: bool = False) -> str:
    """`Tuesday, 4 March 2026`, `Dienstag, 4. März 2026`."""
    german = language == "de"
    written = (
        f"{day.day}. {GERMAN_MONTH_NAMES[day.month]} {day.year}"
        if german
        else f"{day.day} {MONTH_NAMES[day.month]} {day.year}"
    )
    return f"{_WEEKDAYS[language][day.weekday()]}, {written}" if with_weekday else written


def moment_in_words(
    moment: datetime, precision: Precision, language: Language, *, zone: tzinfo
) -> str:
    """The day, month or year, as exactly as it is known."""
    there = moment.astimezone(zone)
    if precision is Precision.YEAR:
        return str(there.year)
    if precision is Precision.MONTH:
        months = GERMAN_MONTH_NAMES if language == "de" else MONTH_NAMES
        return f"{months[there.month]} {there.year}"
    return day_in_words(there.date(), language)


def as_text(text: str) -> str:
    """Somebody's words as Markdown that shows just them: on one line, without tags and marks."""
    line = without_marks(on_one_line(text))
    if len(line) > LONGEST_QUOTE:
        line = f"{line[: LONGEST_QUOTE - 1].rstrip()}…"
    return _LEADING.sub(_escaped_start, _MARKUP.sub(r"\\\1", line))


def _escaped_start(match: re.Match[str]) -> str:
    """What would begin a list or a heading, as its characters."""
    return rf"{match[1]}\{match[2]}" if match[1] else rf"\{match[3]}"
