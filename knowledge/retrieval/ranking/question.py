"""What a question asks for: which words, whose words, what time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from knowledge.retrieval.ranking.question_times import DateRange, Period, read_times
from knowledge.retrieval.ranking.terms import terms, words

# What the assistant did in talking: asked for are its words, not the user's.
_DO = "say|tell|give|write|advise|propose|provide|suggest|recommend|mention|explain|list|show"
_DID = (
    "said|told|gave|wrote|(?:advi|propo)sed|provided|(?:suggest|recommend|mention|explain|show)ed"
)
_ASKS_FOR_ANSWER = re.compile(
    rf"\b(?:did|had|have) you (?:\w+ ){{0,2}}(?:{_DO}|{_DID})\b"
    rf"|\byou (?:\w+ )?(?:{_DID})\b"
    r"|\byour (?:advice|suggestion|recommendation|answer|explanation|list)s?\b"
    r"|\b(?:hast|hattest) du\b.*\b(?:gesagt|empfohlen|vorgeschlagen|geraten|erklärt|erwähnt)\b"
    r"|\bdein(?:e|er|en|em)? (?:Rat|Vorschl[aä]g|Empfehlung|Antwort|Erklärung)",
    re.IGNORECASE,
)
_ASKS_FOR_PAST = re.compile(
    r"\b(?:before|used to|previous(?:ly)?|former(?:ly)?|earlier|ever|past|history|originally|ex"
    r"|changed?|since when|how long|early"
    r"|früher\w*|vorher\w*|ehemalig\w*|damals|zuvor|jemals|ursprünglich|vergangen\w*"
    r"|geändert|seit wann|wie lange)\b",
    re.IGNORECASE,
)
# How the question wants to be answered, which no memory says: "can you walk me through the order in
# which I brought up ... across our conversations? Mention only five items."
_TALK = "conversations?|chats?|discussions?|sessions?|messages|talks"
_SAID = "brought up|mentioned|discussed|talked about|told you(?: about)?|spoken (?:of|about)"
_SUMMARY = "summary|overview|recap|rundown|timeline|list"
_FRAME = re.compile(
    rf"\b(?:(?:can|could|would|will) you )?(?:please )?(?:(?:walk|take|talk) me through"
    rf"|(?:give|write|make|show) (?:me |us )?(?:an? |the )?(?:\w+ )?(?:{_SUMMARY}) of)\b"
    r"|(?:\b(?:can|could|would|will) you |^)(?:please )?(?:list|summari[sz]e|recap)\b"
    rf"|\b(?:the )?order (?:in which|that) (?:I|we) (?:have |had |first )?(?:{_SAID})\b"
    rf"|\b(?:have|had|did) (?:I|we) (?:ever |already )?(?:{_SAID}|mention|discuss|bring up)\b"
    rf"|\b(?:I|we)(?: have|['’]ve| had)? (?:{_SAID})\b"
    r"|\bin (?:chronological |the right )?order\b"
    r"|\b(?:throughout|across|over|during|in|from|based on|of) (?:all )?(?:of )?(?:our|my) "
    rf"(?:{_TALK})\b"
    r"|\b(?:mention|list|name|give)(?: me)? (?:only|exactly|just)(?: and only)? \w+ "
    r"(?:items?|points?)\b"
    r"|\b(?:in welcher Reihenfolge|der Reihe nach)\b"
    r"|\b(?:gib|mach|schreib)e? (?:mir |uns )?(?:eine?n? )?(?:\w+ )?"
    r"(?:Zusammenfassung|Überblick|Übersicht|Liste)\b"
    r"|\b(?:in|aus) (?:all )?(?:unseren|meinen) (?:Gesprächen|Unterhaltungen|Chats|Nachrichten)\b",
    re.IGNORECASE,
)
# What secrets are called.
_KINDS_OF_SECRETS = """
password passwords passcode passphrase pin pins code codes number key login credentials combination
iban account ssn cvv
passwort passwörter kennwort geheimzahl nummer zugangsdaten zugang konto kontonummer schlüssel
kombination
"""
_SECRETS = frozenset(_KINDS_OF_SECRETS.split())
_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})


@dataclass(frozen=True)
class ParsedQuestion:
    """A question, with what ranking compares."""

    text: str
    topic: str  # the text without how it is to be answered
    terms: Mapping[str, float]  # each once, however often it is said
    times: Sequence[Period | DateRange] = ()
    zone: tzinfo = UTC  # in which the days of those times are

    def time_fit(self, said_at: datetime) -> float:
        """How well the time at which something was said fits, 0 to 2; 0 if none is named."""
        local = said_at.astimezone(self.zone)
        return max((time.fit(local) for time in self.times), default=0.0)


def parse_question(text: str, *, now: datetime) -> ParsedQuestion:
    """The question's terms, and the times it names, relative ones counted from `now`."""
    topic = " ".join(_FRAME.sub(" ", text).split())
    if not terms(topic):
        topic = text
    return ParsedQuestion(
        text=text,
        topic=topic,
        terms=dict.fromkeys(terms(topic), 1.0),
        times=read_times(text, now=now),
        zone=now.tzinfo or UTC,
    )


def asks_for_answer(text: str) -> bool:
    """Whether the question is for what the assistant answered: "what did you recommend"."""
    return _ASKS_FOR_ANSWER.search(text) is not None


def asks_for_past(text: str) -> bool:
    """Whether the question is, or may be, for what does not hold any more."""
    return _ASKS_FOR_PAST.search(text) is not None


def asks_for_secret(text: str, *, of: str) -> bool:
    """Whether the question asks for what such a text keeps secret: by its kind and its thing."""
    asked = set(words(text))
    if not asked & _SECRETS:
        return False
    kinds = {term for word in _SECRETS for term in terms(word)}
    things = set(terms(text)) - kinds
    return not things or bool(things & set(terms(of)))


def person_asked_about(text: str, speakers: Iterable[str], *, first_person: str = "") -> str | None:
    """The one speaker that the question names, or `first_person` where it says "I"; else nobody.

    Two names are a question about both, which favours neither.
    """
    said = set(words(text))
    named = {speaker for speaker in speakers if speaker and set(words(speaker)[:1]) & said}
    if len(named) == 1:
        return named.pop()
    return first_person if first_person and not named and said & _FIRST_PERSON else None
