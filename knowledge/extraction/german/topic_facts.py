"""Makes facts of clauses that a frame of the table fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.dates import Precision
from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.frames import Match
from knowledge.extraction.german.kinds import (
    age_of,
    is_company_name,
    is_kind,
    is_name,
    is_place_name,
    person_name,
)
from knowledge.extraction.german.lexicon import (
    noun_is,
    role_of,
    small_words,
)
from knowledge.extraction.german.morphology import Tense
from knowledge.extraction.german.people import (
    GermanSubject,
)
from knowledge.extraction.german.relations import Relations
from knowledge.extraction.german.sentence import GermanSentence
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import CITY, COMPANY, PERSON, PLACE
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Effect, Topic, all_topics
from knowledge.extraction.words import phrase_list
from knowledge.types import (
    Polarity,
)

_BOLD_VALUES = frozenset(
    ("owns:", "pet:", "job", "project:")
)  # of these the noun alone is the value
_COMPOUND = re.compile(
    r"^(\w{3,}?)-?(abo|abonnement|vertrag|konto|versicherung|mitgliedschaft)$", re.IGNORECASE
)
_BARE_EVENTS = ("termin", "verabredung", "date")  # their name is whom they are with


_PRONOUNS = small_words("pronouns")


@dataclass(frozen=True)
class _Outcome:
    polarity: str = ""
    is_over: bool = False


@dataclass
class TopicFacts:
    """Makes facts of what frames match."""

    sentence: GermanSentence
    relations: Relations

    def read(
        self, clause: GermanClause, subject: GermanSubject, match: Match, others: Sequence[Chunk]
    ) -> None:
        """The facts that a match makes, one for each of its values."""
        topic = match.topic
        patient = self._patient(clause, subject, match)
        outcome = self._outcome(clause, match) if patient is not None else None
        if patient is None or outcome is None:
            return
        subject, is_over, polarity = patient, outcome.is_over, outcome.polarity
        if polarity and topic.opposite:
            topic, polarity = all_topics()[topic.opposite], ""
        values = self._values(match, clause)
        if topic.name == "death":
            values, is_over = [("gestorben", None)], False
        if not values and (not is_over or match.value is not None):
            return
        inner = clause.infinitive
        if topic.name == "hobby:" and inner is not None and not _is_hobby(inner):
            topic = replace(topic, name=f"do:{inner.verb}")
        for value, chunk in values or [("", None)]:
            text = self.sentence.written(
                clause,
                subject.label,
                alone=chunk if len(values) > 1 and not _is_neither(match) else None,
                without=others,
            )
            about = [subject.key]
            target = None if polarity else self._target(topic, chunk, is_self=subject.is_self)
            edge_type = None
            if target is not None:
                about.append(target)
                edge_type = None if is_over else topic.edge_type
            since, until, precision = self.sentence.since(clause, match)
            self.sentence.add(
                clause,
                self._key(topic, value, clause),
                value,
                text,
                about=tuple(about),
                polarity=Polarity.ENDED if is_over else polarity,
                ends=is_over,
                relation=topic.relation if target is not None else None,
                edge_type=edge_type,
                is_single=topic.is_single,
                valid_from=until if is_over else since,
                precision=precision,
                corrects=normal_value(clause.corrects) or None,
            )

    def _patient(
        self, clause: GermanClause, subject: GermanSubject, match: Match
    ) -> GermanSubject | None:
        """Of whom the match tells: mostly the subject; None when of nobody."""
        topic = match.topic
        if clause.verb in ("verschreiben", "verordnen") and not subject.is_self:
            is_to_user = any(c.word in ("mir", "uns") for c in clause.middle)
            return replace(subject, key=self.sentence.speaker_key) if is_to_user else None
        if not (subject.is_self or subject.is_person or _tells_of_thing(match)):
            return None
        is_animal = subject.role is None or subject.role.is_animal
        is_foreign = (
            (topic.name == "name" and not subject.is_self)
            or (topic.name == "death" and not subject.is_person)
            or (topic.name == "children" and match.value is not None and _is_definite(match.value))
            or (topic.name == "address" and match.value is not None and "@" in match.value.text)
            or (topic.name == "pet:" and match.effect is Effect.ENDS and not is_animal)
        )
        return None if is_foreign else subject

    def _outcome(  # noqa: PLR0911  a return an effect
        self, clause: GermanClause, match: Match
    ) -> "_Outcome | None":
        """Whether it is so, is not, or is over; None when it is none of these, or planned."""
        effect = match.effect
        is_past = clause.tense is Tense.PAST or clause.is_perfect
        is_plan = clause.tense is Tense.PRESENT and not (clause.is_perfect or clause.is_passive)
        if effect is Effect.NOT:
            return None if is_past else _Outcome()
        if effect is Effect.ENDS:  # "ich kündige zum Jahresende": it will be over
            is_to_come = is_plan and clause.verb != "sein"
            return None if clause.negation or is_to_come else _Outcome(is_over=True)
        if clause.negation == "no longer":
            return _Outcome(is_over=True)
        if clause.negation:
            is_denied = effect is Effect.HOLDS and not is_past
            return _Outcome(Polarity.NOT) if is_denied else None
        if effect is Effect.STARTS:
            return None if is_plan and not _has_begun(clause) else _Outcome()
        if clause.tense is Tense.PAST or (clause.is_perfect and not clause.is_passive):
            return _Outcome(is_over=True)
        if match.topic.name == "age" and clause.verb == "werden" and clause.times:
            return None
        is_dated = match.topic.name in ("birthday", "address")
        happens_then = match.topic.is_single or match.topic.name == "hobby:"
        is_to_come = happens_then and bool(self.sentence.coming_dates(clause))
        return None if is_to_come and not is_dated else _Outcome()

    def _key(self, topic: Topic, value: str, clause: GermanClause) -> str:
        """The topic as the fact carries it; a favourite is one of its kind: `favourite:film`."""
        if topic.name == "favourite:":
            chunks = [c for c in (clause.subject, clause.complement) if c is not None]
            kinds = [
                c.head.lower().removeprefix("lieblings")
                for c in chunks
                if c.head.lower().startswith("lieblings")
            ]
            return topic.key(kinds[0])
        return topic.key(value) if value else topic.name

    def _values(  # noqa: PLR0911, PLR0912  a return a topic
        self, match: Match, clause: GermanClause
    ) -> Sequence[tuple[str, Chunk | None]]:
        """The values of a match, normalised, with their phrases."""
        topic, chunk = match.topic, match.value
        if chunk is None:
            if not match.frame.slots and topic.name == "hobby:":
                return [(clause.verb, None)]
            if topic.name == "marital_status":
                return [
                    (
                        {
                            "heiraten": "verheiratet",
                            "verloben": "verlobt",
                            "scheiden": "geschieden",
                            "trennen": "getrennt",
                        }.get(clause.verb, ""),
                        None,
                    )
                ]
            return []
        match topic.name:
            case "birthday":
                return [(value, chunk)] if (value := self._birthday(clause)) else []
            case "age":
                ages = [age_of(c.nouns) for c in (chunk, *chunk.others)]
                return [(age, chunk) for age in ages if age][:1]
            case "height":
                return [
                    (c.nouns.removesuffix(" groß"), chunk)
                    for c in (chunk, *chunk.others)
                    if is_kind(c, "height")
                ]
            case "favourite:":
                what = (
                    clause.subject
                    if clause.subject is not None
                    and clause.subject.head.lower().startswith("lieblings")
                    else clause.complement
                )
                kind = what.head.lower().removeprefix("lieblings") if what is not None else ""
                return [(normal_value(chunk.nouns), chunk)] if kind else []
            case "pet:" if name := person_name(chunk):
                return [(normal_value(name), chunk)]
            case "marital_status" | "diet":
                return [(chunk.text.lower(), chunk)]
        found = []
        is_role = role_of(chunk.head) is not None  # its names are no values: "Kater, Mio und Leo"
        others = [one for one in chunk.others if not (is_role and is_name(one))]
        for one in (chunk, *others):
            text = one.nouns
            if one.kind is Kind.ADVERB:
                text = one.text
            if (
                topic.name in _BOLD_VALUES
                and one.head
                and one.head in text
                and one.kind in (Kind.NOUN, Kind.PREPOSITION)
            ):
                text = text[text.index(one.head) :]
            if topic.name == "owns:":
                text = self._thing(text, one, clause)
            value = normal_value(text)
            if value and value not in _PRONOUNS:
                found.append((value, one))
        return found

    def _thing(self, text: str, chunk: Chunk, clause: GermanClause) -> str:
        """What a thing is known by: "Abo Theater Gera", "Motorrad Simson"; compounds in parts."""
        words = [_COMPOUND.sub(r"\1 \2", word) for word in text.split(" ")]
        following = [
            c
            for c in clause.prepositions
            if c.start == chunk.end + 1 and c.preposition in ("von", "bei")
        ]
        words += [c.nouns for c in following]
        if not chunk.others and not clause.negation:
            words += [
                c.nouns[c.nouns.index(c.head) :]
                for c in clause.tail_chunks
                if c.kind is Kind.NOUN and c.head in c.nouns
            ]
        return " ".join(words)

    def _birthday(self, clause: GermanClause) -> str:
        for date in self.sentence.dates(clause):
            if date.precision is Precision.DAY:
                text = self.sentence.text[date.text_start : date.text_end]
                year = str(date.start.year) if str(date.start.year) in text else "-"
                return f"{year}-{date.start.month:02}-{date.start.day:02}"
        return ""

    def _target(  # noqa: PLR0911  a return a type
        self, topic: Topic, chunk: Chunk | None, *, is_self: bool
    ) -> str | None:
        """The entity that a value names; None for what is no name."""
        if chunk is None or topic.node_type is None or topic.relation is None:
            return None
        name = chunk.nouns
        role = role_of(chunk.head) if chunk.head else None
        if (
            topic.name == "pet:"
            and role is not None
            and is_self
            and role.gender != "p"
            and not chunk.others
        ):
            mention = self.relations.role_mention(chunk, role)
            return self.sentence.people.propose_role(
                mention, self.sentence.span(chunk.start, chunk.end)
            )
        match topic.node_type:
            case "node.place":
                if not is_place_name(chunk):
                    return None
                node_type = CITY if name.lower() in phrase_list("cities") else PLACE
            case "node.company" | "node.institution":
                words = name.split(" ")
                is_titled = (
                    len(words) > 1
                    and noun_is(chunk.head, "organisation")
                    and all(one[:1].isupper() for one in words)
                )
                if not (is_company_name(chunk) or is_titled):
                    return None
                node_type = CITY if name.lower() in phrase_list("cities") else COMPANY
            case "node.person":
                if not (is_kind(chunk, "person") and is_name(chunk)):
                    return None
                node_type = PERSON
            case "node.group":
                if not is_company_name(chunk) and len(name.split(" ")) < 2:
                    return None
                node_type = "node.group"
            case _:
                return None
        if name[:1].islower():
            name = name.title()
        span = self.sentence.span(chunk.noun_start, chunk.noun_start + len(chunk.nouns))
        return self.sentence.proposals.propose_entity(
            Name(span.start, span.end, name, node_type, 0.8), span, node_type=node_type
        )


def _is_hobby(infinitive: GermanClause) -> bool:
    verbs = {
        verb
        for frame in all_topics()["hobby:"].frames["de"]
        if not frame.slots
        for verb in frame.verbs
    }
    return infinitive.verb in verbs or any(is_kind(c, "hobby") for c in infinitive.objects)


def _has_begun(clause: GermanClause) -> bool:
    """ "Seit Mai", "jetzt": the present is no plan."""
    return any(c.text.lower().startswith("seit") for c in clause.times) or bool(
        clause.adverbs & {"jetzt", "inzwischen", "mittlerweile", "neuerdings"}
    )


def _is_definite(chunk: Chunk) -> bool:
    return chunk.determiner.startswith(("die", "das", "den", "mein", "unser"))


def _is_neither(match: Match) -> bool:
    """ "Weder Fisch noch Fleisch": neither says anything alone."""
    return match.value is not None and match.value.link == "noch"


def _tells_of_thing(match: Match) -> bool:
    """What is told of a thing tells of the user: "das Abo ist gekündigt"."""
    parts = {
        part for slot in match.frame.slots for part in slot.parts if slot.is_value or slot.heads
    }
    return "sub" in parts
