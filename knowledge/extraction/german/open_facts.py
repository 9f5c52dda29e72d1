"""Makes facts of clauses that no frame fits: events, secrets, and what is worth keeping as it is."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.extraction.german.chunks import Kind
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.clauses import SAYING
from knowledge.extraction.german.lexicon import (
    noun_is,
    noun_kinds,
    small_words,
)
from knowledge.extraction.german.people import (
    GermanSubject,
)
from knowledge.extraction.german.sentence import GermanSentence
from knowledge.extraction.german.times import (
    event_of,
    german_date,
    hour_of,
    precision_of,
    recurrence_of,
)
from knowledge.extraction.names import normal_phone
from knowledge.extraction.statements import normal_value
from knowledge.types import (
    EventState,
    Polarity,
    ProposedEvent,
)

OPEN_CONFIDENCE = 0.6  # of a clause that no topic fits

_DETERMINERS = small_words("determiner")
# Nothing is told of the user with these: they talk with whoever answers, or weigh something.
_NOT_TOLD = small_words("not_told")
_VAGUE_NOUNS = small_words("vague_nouns")
_MOODS = small_words("moods")
_SECRET = re.compile(r"^(?:.*-)?(?:pin|passwort|kennwort|puk|tan|geheimzahl|geheimcode|zugangscode|zahlencode|türcode|code|passphrase|iban|kontonummer|kreditkartennummer|ausweisnummer|steuernummer|sozialversicherungsnummer|wlan-schlüssel|wlan-passwort|netzwerkschlüssel|master-passwort|entsperrcode|sicherheitscode)$|passwort$|kennwort$|kontonummer$|wlan.*schlüssel$", re.IGNORECASE)  # fmt: skip
_PHONE = re.compile(
    r"^(?:handy|telefon|mobil|festnetz|ruf)?-?nummer$|^handy$|^telefon$", re.IGNORECASE
)
# What somebody undergoes: "mir tut der Rücken weh".
_FELT = small_words("felt")
_BARE_EVENTS = ("termin", "verabredung", "date")  # their name is whom they are with
_WITH = re.compile(r"\b(?:beim|bei der|bei|mit) ([^\W\d_][\w-]*)")
_TRIVIAL = small_words("trivial")
_WORTH_ALONE = small_words("worth_alone")


_UNRESOLVED = small_words("unresolved")


@dataclass
class OpenFacts:
    """Makes facts of whole clauses."""

    sentence: GermanSentence

    def read_open(
        self, clause: GermanClause, subject: GermanSubject, *, is_known: bool = False
    ) -> None:
        times = [c.text for c in clause.times]
        dates = self.sentence.dates(clause)
        event = None
        if clause.negation == "" and not self.sentence.is_past(clause):
            is_now = [text.lower() for text in times] == ["heute"] and not any(
                noun_is(c.head, "event") for c in clause.objects if c.head
            )
            if not is_now and not any(text.lower().startswith("seit") for text in times):
                event = event_of(times, dates, self.sentence.message.said_at)
        if is_known and (event is None or not _has_day_or_hour(times)):
            return
        is_event = (
            clause.verb in ("sein", "stattfinden")
            and bool(times)
            and not subject.is_self
            and (clause.subject is not None and noun_is(clause.subject.head, "event"))
        )
        if any(f.topic in ("email", "phone", "call_me") for f in self.sentence.facts):
            return
        text = self.sentence.written(clause, subject.label)
        if not clause.negation and self._read_contact(clause, subject, text):
            return
        if clause.verb in ("ausfallen", "absagen") and self._read_cancelled(clause, subject):
            return
        if not self._is_worth(clause, subject, is_event=event is not None or is_event):
            return
        key = self._event_key(clause, subject)
        if event is not None or is_event:
            self.sentence.add(
                clause, f"event:{key}", normal_value(" ".join(str(german_date(d)) for d in dates) or " ".join(times)), text,
                about=(subject.key,), event=event, is_single=True,
                corrects=normal_value(clause.corrects) or None,
            )  # fmt: skip
            return
        past = [
            d
            for d in dates
            if d.start <= self.sentence.message.said_at and not self.sentence.is_nowadays(d)
        ]
        is_over = clause.negation == "no longer"
        self.sentence.add(
            clause,
            f"do:{clause.verb}",
            normal_value(self._rest(clause)),
            text,
            about=(subject.key,),
            confidence=OPEN_CONFIDENCE + (0.1 if past else 0.0),
            polarity=Polarity.ENDED if is_over else Polarity.NOT if clause.negation else "",
            ends=is_over,
            valid_from=past[0].start if past else None,
            precision=precision_of(past[0]) if past else "",
        )

    def _read_cancelled(self, clause: GermanClause, subject: GermanSubject) -> bool:
        """ "Der Urlaub fällt aus": the event of that name does not take place."""
        chunks = [
            *clause.objects,
            *([clause.subject] if clause.subject is not None and not subject.is_person else []),
        ]
        event = next(
            (c for c in chunks if c.head and (noun_is(c.head, "event") or c.determiner)), None
        )
        if event is None:
            return False
        near = _WITH.search(event.text)
        key = near[1] if near is not None and event.head.lower() in _BARE_EVENTS else event.head
        self.sentence.add(
            clause, f"event:{normal_value(key)}", "", self.sentence.written(clause, subject.label), about=(subject.key,),
            polarity=Polarity.ENDED, ends=True, is_single=True, event=ProposedEvent(state=EventState.CANCELLED),
        )  # fmt: skip
        return True

    def _is_worth(self, clause: GermanClause, subject: GermanSubject, *, is_event: bool) -> bool:  # noqa: PLR0911, PLR0912  a rule a line
        """The clause tells something of the user, of somebody known or of a thing of theirs, whole."""
        chunks = [
            *clause.objects,
            *clause.prepositions,
            *clause.datives,
            *([clause.complement] if clause.complement else []),
        ]
        if clause.verb in SAYING and not clause.objects:
            return False
        if clause.verb == "wollen" and not clause.objects:
            return False
        if _tells_stay(clause, subject):
            return True
        if clause.verb == "sein" and any(c.head in _ROUND_HERE for c in clause.prepositions):
            return False  # "Oma ist im Garten"
        if clause.verb in _TRIVIAL and not is_event:
            return False
        if not clause.prepositions and clause.adverbs & {"da", "dort", "hin", "dahin", "dorthin"}:
            return False
        is_named = clause.verb == "heißen" and subject.is_mine
        if clause.verb in _NOT_TOLD and not (is_event or is_named):
            return False
        if any(
            c.kind is Kind.PRONOUN and c.word in _UNRESOLVED
            for c in (*clause.middle, *clause.front)
        ):
            return False
        if any(
            c.kind is Kind.ADVERB and c.word in _DETERMINERS
            for c in (*clause.middle, *clause.front, *clause.behind)
        ):
            return False  # "ich habe nie einen gemacht"
        if any(c.kind is Kind.PREPOSITION and c.head in _UNRESOLVED for c in clause.prepositions):
            return False
        if any(c.head.lower() in _VAGUE_NOUNS for c in chunks if c.head) and not is_event:
            return False
        if any(
            c.text[:4].lower() in ("dein", "ihre") and c.determiner.startswith("dein")
            for c in chunks
        ):
            return False
        if (
            not is_event
            and clause.complement is not None
            and clause.complement.word in _MOODS
            and clause.complement.kind is Kind.ADVERB
        ):
            return False
        if is_event:
            return True
        is_felt = clause.verb in _FELT and any(
            c.word in ("mir", "mich", "uns") for c in (*clause.front, *clause.middle)
        )
        if is_felt:
            return True
        if not (subject.is_self or subject.is_person or subject.is_mine):
            return False
        if clause.is_self and clause.verb in _WORTH_ALONE:
            return True
        has_content = clause.modal in ("wollen", "werden", "müssen") or bool(
            chunks or clause.infinitive or (clause.times and not clause.is_self)
        )
        return (
            has_content
            or subject.is_person
            or bool(clause.negation and clause.verb not in ("sein", "haben", "können"))
        )

    def _read_contact(self, clause: GermanClause, subject: GermanSubject, text: str) -> bool:
        """A secret or a number that a thing of somebody has."""
        if (
            clause.verb not in ("sein", "lauten")
            or clause.complement is None
            or clause.subject is None
        ):
            return False
        head = clause.subject.head
        if _SECRET.search(head):
            self.sentence.add(
                clause,
                f"secret:{normal_value(clause.subject.nouns)}",
                "",
                text,
                about=(subject.key,),
                is_secret=True,
                is_single=True,
            )
            return True
        digits = clause.complement.text
        if _PHONE.search(head) and sum(c.isdigit() for c in digits) > 5 and subject.is_mine:
            self.sentence.add(
                clause, "phone", normal_phone(digits), text, about=(subject.key,), is_single=True
            )
            return True
        is_thing = bool(noun_kinds(head) & {"thing", "vehicle", "instrument"})
        if subject.is_mine and is_thing and clause.complement.determiner.startswith("ein"):
            complement = clause.complement
            value = normal_value(
                f"{head} {complement.nouns[complement.nouns.index(complement.head) :]}"
            )
            self.sentence.add(clause, f"owns:{value}", value, text, about=(subject.key,))
            return True
        return False

    def _event_key(self, clause: GermanClause, subject: GermanSubject) -> str:
        nouns = [c for c in clause.objects if c.head] or (
            [clause.subject]
            if clause.subject is not None and not subject.is_self and not subject.is_person
            else []
        )
        head = nouns[0].head.lower() if nouns else ""
        if not head and clause.complement is not None:
            head = clause.complement.head.lower()
        if head in _BARE_EVENTS or not head:
            near = next(
                (
                    c
                    for c in clause.prepositions
                    if c.preposition in ("bei", "mit", "zu", "nach", "in", "auf", "an")
                ),
                None,
            )
            head = near.nouns.lower() if near is not None else head
        if subject.is_person and not nouns:
            head = f"{normal_value(subject.label)} {clause.verb} {head}".strip()
        return normal_value(head or clause.verb)

    def _rest(self, clause: GermanClause) -> str:
        chunks = sorted((*clause.front, *clause.middle, *clause.behind), key=lambda c: c.start)
        kept = [c.text for c in chunks if c.kind in (Kind.NOUN, Kind.PREPOSITION, Kind.ADVERB)]
        return " ".join(kept)


def _tells_stay(clause: GermanClause, subject: GermanSubject) -> bool:
    """True for somebody who is in hospital, or home again from there."""
    if not subject.is_person or clause.negation or clause.verb not in _STAYING:
        return False
    if clause.verb == "entlassen":
        return clause.is_passive
    chunks = sorted((*clause.front, *clause.middle, *clause.behind), key=lambda c: c.start)
    return _STAY.search(" ".join(chunk.text for chunk in chunks)) is not None


_ROUND_HERE = frozenset({"Garten", "Küche", "Bad", "Keller", "Wohnzimmer", "Bett", "Auto", "Flur"})
_STAYING = frozenset({"sein", "liegen", "kommen", "dürfen", "entlassen", "zurückkommen"})
_STAY = re.compile(
    r"(?i)\b(?:im (?:krankenhaus|klinikum|hospiz|pflegeheim|altenheim|spital)|"
    r"in (?:der |die )?(?:klinik|reha|kur|notaufnahme)|ins (?:krankenhaus|pflegeheim|hospiz)|"
    r"auf (?:der )?intensiv\w*|wieder (?:zu hause|zuhause|daheim|nach hause|heim)|"
    r"aus (?:dem|der) (?:krankenhaus|klinik|reha|kur|klinikum|spital))\b"
)


def _has_day_or_hour(times: Sequence[str]) -> bool:
    return hour_of(times) is not None or "BYDAY" in recurrence_of(times)
