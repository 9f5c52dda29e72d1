"""Makes facts of the clauses of German sentences, by the table of topics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from knowledge.dates import DateInterval, Precision, read_dates, read_duration_start
from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.clauses import SAYING, GermanClause, read_clauses
from knowledge.extraction.german.frames import TRANSPARENT, Match, is_stated, match_frames
from knowledge.extraction.german.kinds import (
    age_of,
    is_company_name,
    is_kind,
    is_name,
    is_place_name,
    noun_is,
)
from knowledge.extraction.german.lexicon import is_first_name, role_of, roles, small_words
from knowledge.extraction.german.morphology import Tense
from knowledge.extraction.german.people import MINE, People, RoleMention, Subject, is_title
from knowledge.extraction.german.times import (
    event_of,
    german_date,
    precision_of,
    recurrence_of,
)
from knowledge.extraction.names import Name, normal_phone
from knowledge.extraction.node_types import CITY, COMPANY, PERSON, PLACE
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Effect, Topic, all_topics, role_topic
from knowledge.extraction.words import phrase_list
from knowledge.types import (
    EventState,
    Polarity,
    ProposedEvent,
    ProposedFact,
    SourceMessage,
    TextSpan,
    Trust,
)

CONFIDENCE = 0.85
OPEN_CONFIDENCE = 0.6  # of a clause that no topic fits
TOLD_CONFIDENCE = 0.6  # of what others are said to say

_BOLD_VALUES = frozenset(
    ("owns:", "pet:", "job", "project:")
)  # of these the noun alone is the value
_DETERMINERS = small_words("determiner")
# Nothing is told of the user with these: they talk with whoever answers, or weigh something.
_NOT_TOLD = frozenset(
    """wissen verstehen danken bedanken fragen überlegen brauchen suchen hoffen glauben denken meinen wünschen
    wundern zweifeln probieren versuchen bitten entschuldigen vermuten möchten sagen klingen scheinen
    stimmen heißen lauten bedeuten freuen melden gucken schauen""".split()
)
_VAGUE_NOUNS = frozenset(
    """frage fragen problem hilfe idee ideen fehler ahnung lust zeit gefühl moment bitte wunsch tipp
    tipps vorschlag recht spaß angst hunger durst eindruck sinn sache sachen ding dinge thema grund
    meinung rat kopf stress nerven glück pech durchblick überblick interesse schnauze schluss""".split()
)
_MOODS = frozenset(
    """müde froh gespannt sicher unsicher überrascht traurig glücklich sauer wütend genervt neugierig
    verwirrt bereit fertig zurück da hier dankbar stolz gestresst nervös aufgeregt einverstanden
    begeistert enttäuscht satt hungrig durstig kalt warm schön gut schlecht super toll okay ok egal
    dran früh spät schade klar anstrengend lustig krass komisch cool nett gemein doof blöd""".split()
)
_UNNAMED_TOPICS = frozenset(("partner", "child:", "sibling:", "pet:"))
_SECRET = re.compile(r"^(?:.*-)?(?:pin|passwort|kennwort|puk|tan|geheimzahl|geheimcode|zugangscode|zahlencode|türcode|code|passphrase|iban|kontonummer|kreditkartennummer|ausweisnummer|steuernummer|sozialversicherungsnummer|wlan-schlüssel|wlan-passwort|netzwerkschlüssel|master-passwort|entsperrcode|sicherheitscode)$|passwort$|kennwort$|kontonummer$|wlan.*schlüssel$", re.IGNORECASE)  # fmt: skip
_PHONE = re.compile(r"nummer$|^handy$|^telefon$", re.IGNORECASE)
_ARRANGED = frozenset(
    "verschieben verlegen planen buchen reservieren vereinbaren ausmachen festlegen verabreden einladen".split()
)


@dataclass
class GermanReader:
    """Reads the German sentences of one batch; whom "er" means is kept from one to the next."""

    proposals: Proposals
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.proposals)

    def read(self, message: SourceMessage, sentence: Sentence, speaker_key: str) -> None:
        """What the sentence states is among the proposals."""
        _SentenceReader(self.proposals, self.people, message, sentence, speaker_key).read()

    def read_mentions(self, sentence_text: str, message: SourceMessage, start: int) -> None:
        """Whom a question mentions may be meant by the next sentence's "er"."""
        reader = _SentenceReader(
            self.proposals, self.people, message, _bare_sentence(sentence_text, start), ""
        )
        reader.remember_mentions()


def _bare_sentence(text: str, start: int) -> Sentence:
    from knowledge.extraction.sentence_kinds import SentenceKind

    return Sentence(start, start + len(text), text, None, SentenceKind.QUESTION)


@dataclass
class _SentenceReader:
    proposals: Proposals
    people: People
    message: SourceMessage
    sentence: Sentence
    speaker_key: str
    facts: list[ProposedFact] = field(default_factory=list)

    # -- the sentence

    def read(self) -> None:
        clauses = read_clauses(self.sentence.text)
        is_question = self.sentence.text.rstrip("\"')* ").endswith("?")
        self._read_forms()
        for number, clause in enumerate(clauses):
            if is_question and (number == len(clauses) - 1 or clause.subject_word in ("du", "Sie")):
                continue
            self._read_clause(clause)
        self.proposals.facts.extend(self.facts)

    def remember_mentions(self) -> None:
        """Only whom it mentions, for pronouns."""
        for clause in read_clauses(self.sentence.text):
            for chunk in (clause.subject, *clause.objects, *clause.datives, *clause.prepositions):
                mention = self.people.role_in(chunk) if chunk is not None else None
                if mention is not None and chunk is not None:
                    key = self.people.propose_role(mention, self._span(chunk.start, chunk.end))
                    self.people.remember(
                        Subject(key, _capital(mention.label), is_person=not mention.is_animal or True,
                                gender=mention.role.gender, role=mention)
                    )  # fmt: skip

    # -- one clause

    def _read_clause(self, clause: GermanClause) -> None:
        if clause.is_after_report is not None:
            self._read_told(clause)
            return
        subject = self._subject(clause)
        if subject is None or not is_stated(clause):
            return
        if subject.is_person:
            self.people.remember(subject)
        is_identity = self._read_identity(clause, subject)
        named = {fact.relation for fact in self.facts if fact.relation}
        for mention in self._mentions(clause):
            if mention.name or mention.role.english not in named:
                self._propose_relation(mention, clause)
        if is_identity:
            return
        before = len(self.facts)
        if clause.modal in TRANSPARENT:
            for match in match_frames(clause):
                self._read_match(clause, subject, match)
        if clause.verb == "haben":
            self._read_relatives(clause, subject)
        if len(self.facts) == before or recurrence_of([c.text for c in clause.times]):
            self._read_open(clause, subject, is_known=len(self.facts) > before)

    def _read_relatives(self, clause: GermanClause, subject: Subject) -> None:
        """ "Ich habe zwei Brüder": that there are some, whatever their names."""
        for chunk in clause.objects:
            role = role_of(chunk.head) if chunk.head else None
            topic = role_topic(chunk.head.lower()) or (role_topic(role.english) if role else None)
            if role is None or topic is None or topic.name == "pet:" or not subject.is_self:
                continue
            if topic.name == "child:" and any(f.topic == "children" for f in self.facts):
                continue
            if chunk.determiner.startswith("ein") and role.gender != "p" and not clause.negation:
                mention = self._role_mention(chunk, role.english)
                key = self.people.propose_role(mention, self._span(chunk.start, chunk.end))
                text = self._text(clause, subject.label)
                self._relate(mention.word, key, topic, mention, text, clause)
                continue
            if chunk.determiner.startswith(("ein", "kein")) or chunk.tokens[0].lower in small_words(
                "number"
            ):
                self._add(
                    clause, topic.key(chunk.head.lower()), chunk.nouns.lower(), self._text(clause, subject.label),
                    about=(subject.key,), polarity=Polarity.NOT if clause.negation else "",
                    is_single=topic.is_single,
                )  # fmt: skip

    def _subject(self, clause: GermanClause) -> Subject | None:  # noqa: PLR0911  a return a kind
        word = clause.subject_word
        chunk = clause.subject
        if word in ("ich", "wir"):
            label = "Ich" if word == "ich" else "Wir"
            if chunk is not None and chunk.kind is Kind.NOUN:
                label = _capital(chunk.text + " und ich")
            return Subject(self.speaker_key, label, is_self=True)
        if word in ("er", "sie", "es"):
            gender = {"er": "m", "sie": "f", "es": "n"}[word]
            found = self.people.last.get(gender)
            if (
                word == "sie"
                and clause.finite is not None
                and self.people.last.get("p") is not None
            ):
                found = found if _is_third_singular(clause) else self.people.last["p"]
            return found
        if word or chunk is None or chunk.kind is not Kind.NOUN:
            return None
        mention = self.people.role_in(chunk)
        if mention is not None:
            key = self.people.propose_role(mention, self._span(chunk.start, chunk.end))
            label = _capital(chunk.text)
            return Subject(key, label, is_person=True, gender=mention.role.gender, role=mention)
        if (
            is_first_name(chunk.nouns.split(" ")[0])
            or is_title(chunk.nouns.split(" ")[0])
            or self._is_known(chunk)
        ):
            key = self._propose_name(chunk, chunk.nouns, None if self._is_known(chunk) else PERSON)
            gender = {"der": "m", "die": "f", "herr": "m", "frau": "f"}.get(chunk.word, "")
            return Subject(key, _capital(chunk.text), is_person=True, gender=gender)
        return Subject(
            self.speaker_key, _capital(chunk.text), is_mine=chunk.determiner.startswith(MINE)
        )

    def _is_known(self, chunk: Chunk) -> bool:
        from knowledge.extraction.gazetteer import fold_name

        key = self.proposals.gazetteer.keys.get(fold_name(chunk.nouns))
        return key is not None and self.proposals.gazetteer.types.get(key) == PERSON

    def _propose_name(self, chunk: Chunk, text: str, node_type: str | None) -> str:
        start = self.sentence.text.find(text, chunk.start)
        start = chunk.start if start < 0 else start
        name = Name(start, start + len(text), text, node_type or PERSON, 0.8)
        return self.proposals.propose_entity(
            name, self._span(start, start + len(text)), node_type=node_type
        )

    # -- people

    def _mentions(self, clause: GermanClause) -> list[RoleMention]:
        """Who is spoken of by a role anywhere in the clause."""
        found = []
        chunks = [
            clause.subject,
            *clause.objects,
            *clause.datives,
            *clause.prepositions,
            clause.complement,
        ]
        for chunk in chunks:
            if chunk is None:
                continue
            mention = self.people.role_in(chunk)
            if mention is not None:
                found.append(mention)
        return found

    def _propose_relation(self, mention: RoleMention, clause: GermanClause) -> None:
        """That somebody is the user's sister, said by speaking of her."""
        topic = mention.topic
        if topic is None or mention.owner or mention.role.gender == "p":
            return
        is_over = mention.word.startswith("ex")
        if mention.name:
            key = self.people.propose_role(
                mention, self._span(mention.chunk.start, mention.chunk.end)
            )
            if mention.chunk.determiner.startswith("ein"):
                return
            self._relate(
                mention.name,
                key,
                topic,
                mention,
                f"{mention.name} ist {_as_mine(mention)}.",
                clause,
            )
        elif (
            topic.name in _UNNAMED_TOPICS
            and not is_over
            and mention.chunk.determiner.startswith(MINE)
        ):
            key = self.people.propose_role(
                mention, self._span(mention.chunk.start, mention.chunk.end)
            )
            self._relate(
                mention.word,
                key,
                topic,
                mention,
                f"Ich habe {_a(mention)} {_capital(mention.word)}.",
                clause,
            )

    def _relate(
        self,
        value: str,
        key: str,
        topic: Topic,
        mention: RoleMention,
        text: str,
        clause: GermanClause,
    ) -> None:
        self._add(
            clause, topic.key(normal_value(value)), normal_value(value), text,
            about=(self.speaker_key, key), relation=mention.role.english,
            edge_type=topic.edge_type, is_single=topic.is_single,
        )  # fmt: skip

    def _read_identity(self, clause: GermanClause, subject: Subject) -> bool:
        """ "Meine Schwester heißt Anna", "Robert ist mein Nachbar": who is who."""
        pairs: list[tuple[RoleMention, Chunk]] = []
        complements = [
            c
            for c in (clause.complement, *(clause.complement.others if clause.complement else ()))
            if c
        ]
        if clause.verb in ("heißen", "sein") and complements and not clause.negation:
            role = subject.role
            if role is None and clause.subject is not None and clause.subject.kind is Kind.NOUN:
                role = self.people.role_in(clause.subject)
            if role is not None and not role.name:
                pairs += [
                    (role, c)
                    for c in complements
                    if is_name(c) and (clause.verb == "heißen" or _is_sure_name(c))
                ]
            mention = self.people.role_in(complements[0])
            if (
                mention is not None
                and clause.verb == "sein"
                and clause.subject is not None
                and clause.subject.kind is Kind.NOUN
                and is_name(clause.subject)
            ):
                pairs.append((mention, clause.subject))
        pairs += self._called(clause)
        for mention, chunk in pairs:
            self._name(mention, chunk, clause)
        is_whole = bool(pairs) and clause.verb in ("heißen", "sein") and not clause.prepositions
        return is_whole

    def _called(self, clause: GermanClause) -> list[tuple[RoleMention, Chunk]]:
        """ "Einen Kater namens Fussel", "zwei Brüder, Jonas und Emil", "der Hausmeister, Herr Yildiz"."""
        found: list[tuple[RoleMention, Chunk]] = []
        chunks = sorted(
            (c for c in (*clause.front, *clause.middle, *clause.behind) if c.kind in (Kind.NOUN, Kind.PREPOSITION)),
            key=lambda c: c.start,
        )  # fmt: skip
        for before, chunk in zip(chunks, chunks[1:], strict=False):
            if chunk.preposition == "namens" and (role := role_of(before.head)) is not None:
                found.append(
                    (
                        self._role_mention(before, role.english),
                        replace(chunk, start=chunk.noun_start),
                    )
                )
        for chunk in (*clause.objects, *((clause.subject,) if clause.subject else ())):
            role = role_of(chunk.head) if chunk.head else None
            if role is None:
                continue
            names = [c for c in chunk.others if is_name(c) and role_of(c.head) is None]
            if not names and chunk is not clause.subject and chunk in clause.objects:
                listed = [c for tail in clause.tail_chunks for c in (tail, *tail.others)]
                names = [c for c in listed if c.kind is Kind.NOUN and is_name(c)]
            if (
                clause.verb in ("haben", "bekommen", "kaufen", "adoptieren", "sein", "kriegen")
                or chunk is clause.subject
            ):
                found += [(self._role_mention(chunk, role.english), c) for c in names]
        return found

    def _role_mention(self, chunk: Chunk, english: str) -> RoleMention:
        role = role_of(chunk.head)
        assert role is not None
        from knowledge.extraction.german.people import role_label

        word = chunk.head.lower()
        mine = replace(chunk, determiner="mein")
        return RoleMention(
            word, role, "", role_label(mine, role._replace(gender=role.gender)), "", chunk
        )

    def _name(self, mention: RoleMention, chunk: Chunk, clause: GermanClause) -> None:
        words = [w for w in chunk.nouns.split(" ") if w]
        name = " ".join(words)
        if name[:1].islower():
            name = name.capitalize()
        if not name or not name[0].isalpha():
            return
        start = self.sentence.text.find(chunk.nouns, max(chunk.start - 1, 0))
        start = start if start >= 0 else chunk.start
        span = self._span(start, start + len(chunk.nouns))
        named = replace(mention, name=name)
        key = self.people.propose_role(named, span)
        self.people.remember(
            Subject(key, name, is_person=True, gender=mention.role.gender, role=named)
        )
        topic = mention.topic
        if mention.owner or topic is None:
            self._add(clause, "name", normal_value(name), self._text(clause, _subject_label(clause)), about=(key,),
                      is_single=True)  # fmt: skip
            return
        self._relate(name, key, topic, named, f"{name} ist {_as_mine(mention)}.", clause)

    # -- topics

    def _read_match(self, clause: GermanClause, subject: Subject, match: Match) -> None:  # noqa: PLR0911
        topic, effect = match.topic, match.effect
        if not (subject.is_self or subject.is_person) and not _tells_of_thing(match, subject):
            return
        if topic.name == "name" and not subject.is_self:
            return
        if (
            topic.name == "pet:"
            and effect is Effect.ENDS
            and subject.role is not None
            and not subject.role.is_animal
        ):
            return
        coming = self._coming(clause)
        polarity, is_over = "", False
        if effect is Effect.NOT:
            if clause.tense is Tense.PAST or clause.is_perfect:
                return
        elif clause.negation and effect is Effect.ENDS:
            return
        elif clause.negation == "no longer":
            is_over = True
        elif clause.negation:
            if effect is Effect.STARTS or clause.tense is Tense.PAST or clause.is_perfect:
                return
            polarity = Polarity.NOT
        elif effect is Effect.HOLDS and (
            clause.tense is Tense.PAST or (clause.is_perfect and not clause.is_passive)
        ):
            is_over = True
        is_planned = (
            clause.tense is Tense.PRESENT and not clause.is_perfect and not clause.is_passive
        )
        if (
            effect is Effect.STARTS
            and is_planned
            and not clause.negation
            and not _has_begun(clause)
        ):
            return
        if effect is Effect.ENDS and is_planned and not coming and clause.verb != "sein":
            return
        if effect is Effect.ENDS:
            is_over = True
        elif (
            coming
            and not polarity
            and (effect is Effect.STARTS or topic.is_single)
            and not is_over
            and topic.name not in ("birthday", "address", "age")
        ):
            return  # it is planned: the open statement tells it with its time
        if topic.name == "age" and coming:
            return
        if polarity and topic.opposite:
            topic, polarity = all_topics()[topic.opposite], ""
        values = self._values(match, clause, subject)
        if (
            topic.name == "hobby:"
            and clause.infinitive is not None
            and not _is_hobby(clause.infinitive)
        ):
            topic = replace(topic, name=f"do:{clause.infinitive.verb}")
        for value, chunk in values or [("", None)]:
            if not value and not is_over and match.value is not None:
                continue
            text = self._text(clause, subject.label, alone=chunk if len(values) > 1 else None)
            about = [subject.key]
            target, edge_type = self._target(topic, chunk), None
            if target is not None:
                about.append(target)
                edge_type = None if is_over or polarity else topic.edge_type
            since, until, precision = self._since(clause, match)
            is_ending = is_over and (effect is Effect.ENDS or clause.negation == "no longer")
            former = is_over and not is_ending
            self._add(
                clause,
                self._key(topic, value, clause),
                value,
                text,
                about=tuple(about),
                polarity=Polarity.ENDED if is_over else polarity,
                ends=is_ending or former,
                relation=topic.relation if target is not None else None,
                edge_type=edge_type,
                is_single=topic.is_single,
                valid_from=until if is_over else since,
                precision=precision,
                corrects=normal_value(clause.corrects) or None,
            )

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

    def _values(
        self, match: Match, clause: GermanClause, subject: Subject
    ) -> list[tuple[str, Chunk | None]]:
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
            case "marital_status" | "diet":
                return [(chunk.text.lower(), chunk)]
        found = []
        others = [
            one for one in chunk.others if not (role_of(chunk.head) and role_of(one.head) is None)
        ]
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
            value = normal_value(text)
            if value and value not in _PRONOUNS:
                found.append((value, one))
        return found

    def _birthday(self, clause: GermanClause) -> str:
        for date in self._dates(clause):
            if date.precision is Precision.DAY:
                text = self.sentence.text[date.text_start : date.text_end]
                year = str(date.start.year) if str(date.start.year) in text else "-"
                return f"{year}-{date.start.month:02}-{date.start.day:02}"
        return ""

    def _target(self, topic: Topic, chunk: Chunk | None) -> str | None:
        """The entity that a value names; None for what is no name."""
        if chunk is None or topic.node_type is None or topic.relation is None:
            return None
        name = chunk.nouns
        role = role_of(chunk.head) if chunk.head else None
        if topic.name == "pet:" and role is not None and role.gender != "p" and not chunk.others:
            mention = self._role_mention(chunk, role.english)
            return self.people.propose_role(mention, self._span(chunk.start, chunk.end))
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
        span = self._span(chunk.noun_start, chunk.noun_start + len(chunk.nouns))
        return self.proposals.propose_entity(
            Name(span.start, span.end, name, node_type, 0.8), span, node_type=node_type
        )

    # -- times

    def _dates(self, clause: GermanClause) -> list[DateInterval]:
        is_past = self._is_past(clause) or any(
            c.text.lower().startswith("seit") for c in clause.times
        )
        found = read_dates(self.sentence.text, at=self.message.said_at, prefer_past=is_past)
        spans = [(c.start - 3, c.end + 1) for c in clause.times]
        return [
            date
            for date in found
            if date.precision is not Precision.RANGE
            and any(
                start <= date.text_start + 3 and date.text_end <= end + 3 and date.text_end > start
                for start, end in spans
            )
        ]

    def _coming(self, clause: GermanClause) -> list[DateInterval]:
        """The dates of a clause in the present that are still to come, or "bald"."""
        if self._is_past(clause):
            return []
        words = [c.text.lower() for c in clause.times]
        if any(word.startswith("seit") for word in words):
            return []
        return [date for date in self._dates(clause) if date.start > self.message.said_at]

    def _since(
        self, clause: GermanClause, match: Match
    ) -> tuple[datetime | None, datetime | None, str]:
        """From when it holds, when it ended, and how exactly that is known."""
        said_at = self.message.said_at
        dates = self._dates(clause)
        past = [date for date in dates if date.start <= said_at]
        has_since = any(c.text.lower().startswith(("seit", "ab ")) for c in clause.times)
        if match.effect is Effect.ENDS and dates:
            return None, dates[0].start, precision_of(dates[0])
        if past and (has_since or match.effect is Effect.STARTS):
            return past[0].start, past[0].start, precision_of(past[0])
        if has_since:
            text = " ".join(c.text for c in clause.times)
            began = read_duration_start(text, at=said_at)
            return began, None, "month" if began else ""
        return (
            None,
            (past[0].start if past and clause.negation else None),
            (precision_of(past[0]) if past and clause.negation else ""),
        )

    # -- what no topic fits

    def _read_open(self, clause: GermanClause, subject: Subject, *, is_known: bool = False) -> None:
        times = [c.text for c in clause.times]
        dates = self._dates(clause)
        event = None
        if clause.negation == "" and not self._is_past(clause):
            is_now = [text.lower() for text in times] == ["heute"] and not any(
                noun_is(c.head, "event") for c in clause.objects if c.head
            )
            if not is_now and not any(text.lower().startswith("seit") for text in times):
                event = event_of(times, dates, self.message.said_at)
        if is_known and event is None:
            return
        if any(f.topic in ("email", "phone", "call_me") for f in self.facts):
            return
        if clause.verb in ("ausfallen", "absagen") and self._read_cancelled(clause, subject):
            return
        if not self._is_worth(clause, subject, is_event=event is not None):
            return
        text = self._text(clause, subject.label)
        key = self._event_key(clause, subject)
        if self._read_contact(clause, subject, text):
            return
        if event is not None:
            self._add(
                clause, f"event:{key}", normal_value(" ".join(str(german_date(d)) for d in dates) or " ".join(times)), text,
                about=(subject.key,), event=event, is_single=True,
                corrects=normal_value(clause.corrects) or None,
            )  # fmt: skip
            return
        past = [date for date in dates if date.start <= self.message.said_at]
        is_over = clause.negation == "no longer"
        self._add(
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

    def _is_past(self, clause: GermanClause) -> bool:
        """It was; what was arranged is still to come: "auf den 5. September verschoben"."""
        was = clause.tense is Tense.PAST or clause.is_perfect
        return was and clause.verb not in _ARRANGED

    def _read_cancelled(self, clause: GermanClause, subject: Subject) -> bool:
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
        self._add(
            clause, f"event:{normal_value(event.head)}", "", self._text(clause, subject.label), about=(subject.key,),
            polarity=Polarity.ENDED, ends=True, is_single=True, event=ProposedEvent(state=EventState.CANCELLED),
        )  # fmt: skip
        return True

    def _is_worth(self, clause: GermanClause, subject: Subject, *, is_event: bool) -> bool:  # noqa: PLR0911
        """The clause tells something of the user, of somebody known or of a thing of theirs, whole."""
        chunks = [
            *clause.objects,
            *clause.prepositions,
            *clause.datives,
            *([clause.complement] if clause.complement else []),
        ]
        if clause.verb in SAYING and not clause.objects:
            return False
        if not clause.prepositions and clause.adverbs & {"da", "dort", "hin", "dahin", "dorthin"}:
            return False
        if clause.verb in _NOT_TOLD and not is_event:
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
            clause.complement is not None
            and clause.complement.word in _MOODS
            and clause.complement.kind is Kind.ADVERB
        ):
            return False
        if is_event:
            return True
        if not (subject.is_self or subject.is_person or subject.is_mine):
            return clause.is_passive and False
        has_content = clause.modal in ("wollen", "werden", "müssen") or bool(
            chunks or clause.infinitive or (clause.times and not clause.is_self)
        )
        return (
            has_content
            or subject.is_person
            or bool(clause.negation and clause.verb not in ("sein", "haben", "können"))
        )

    def _read_contact(self, clause: GermanClause, subject: Subject, text: str) -> bool:
        """A secret or a number that a thing of somebody has."""
        if (
            clause.verb not in ("sein", "lauten")
            or clause.complement is None
            or clause.subject is None
        ):
            return False
        head = clause.subject.head
        if _SECRET.search(head):
            self._add(
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
            self._add(
                clause, "phone", normal_phone(digits), text, about=(subject.key,), is_single=True
            )
            return True
        if subject.is_mine and noun_is(head, "vehicle"):
            value = normal_value(head)
            self._add(clause, f"owns:{value}", value, text, about=(subject.key,))
            return True
        return False

    def _event_key(self, clause: GermanClause, subject: Subject) -> str:
        nouns = [c for c in clause.objects if c.head] or (
            [clause.subject]
            if clause.subject is not None and not subject.is_self and not subject.is_person
            else []
        )
        head = nouns[0].head.lower() if nouns else ""
        if head in ("termin", "verabredung", "date") or not head:
            near = next(
                (
                    c
                    for c in clause.prepositions
                    if c.preposition in ("bei", "mit", "zu", "nach", "in")
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

    # -- what others say

    def _read_told(self, clause: GermanClause) -> None:
        report = clause.is_after_report
        assert report is not None
        teller = self._subject(report)
        if (
            teller is None
            or teller.is_self
            or not teller.is_person
            or report.tense is Tense.SUBJUNCTIVE
        ):
            return
        self.people.remember(teller)
        if clause.subject_word in ("er", "sie"):
            label = clause.subject_word
        elif clause.subject_word in ("ich", "wir"):
            label = clause.subject_word
        elif clause.subject is not None:
            label = clause.subject.text
        else:
            return
        said = self._text(clause, label, is_inner=True)
        verb = (
            "sagt" if teller.label.split(" ")[-1].lower() not in ("eltern", "kinder") else "sagen"
        )
        self._add(
            clause, f"do:{report.verb}", normal_value(said), f"{teller.label} {verb}: {_capital(said)}",
            about=(teller.key,), confidence=TOLD_CONFIDENCE, trust=Trust.INFERRED, told_by=teller.key,
        )  # fmt: skip

    # -- fixed forms

    def _read_forms(self) -> None:
        """Phone numbers and the like, which need no clause."""
        for topic in all_topics().values():
            for form in topic.forms["de"]:
                for match in form.pattern.finditer(self.sentence.text):
                    value = match["value"].strip()
                    if topic.name == "phone":
                        value = normal_phone(value)
                    says = topic.says.get("de")
                    if says is None or any(f.topic == topic.name for f in self.facts):
                        continue
                    text = (
                        says[0].replace("{who}", "Ich").replace("{value}", match["value"].strip())
                    )
                    self.facts.append(
                        ProposedFact(
                            text=text, span=self._span(match.start(), match.end()), about=(self.speaker_key,),
                            trust=Trust.USER_SAID, confidence=0.9, topic=topic.name, value=normal_value(value),
                            single_valued=topic.is_single,
                        )
                    )  # fmt: skip

    # -- texts and spans

    def _text(
        self,
        clause: GermanClause,
        label: str,
        *,
        alone: Chunk | None = None,
        is_inner: bool = False,
    ) -> str:
        """The clause with its subject, relative dates written in full."""
        put: dict[int, str] = {}
        if alone is not None:
            for chunk in (*clause.front, *clause.middle, *clause.behind):
                if chunk is alone or alone in chunk.others:
                    lead = (
                        f"{self.sentence.text[chunk.start : chunk.noun_start]}"
                        if chunk.kind is Kind.PREPOSITION and alone is not chunk
                        else ""
                    )
                    put[chunk.start] = f"{lead}{alone.text}"
        text = clause.written(label, put=put)
        for date in self._dates(clause):
            if date.is_relative and not _is_birthday(clause):
                words = self.sentence.text[date.text_start : date.text_end]
                position = text.lower().find(words.lower())
                if position >= 0:
                    end = position + len(words)
                    text = f"{text[:end]} ({german_date(date)}){text[end:]}"
        text = " ".join(text.split())
        return text if is_inner else _capital(text)

    def _add(
        self,
        clause: GermanClause,
        topic: str,
        value: str,
        text: str,
        *,
        about: Sequence[str],
        confidence: float = CONFIDENCE,
        is_single: bool = False,
        valid_from: datetime | None = None,
        precision: str = "",
        trust: Trust = Trust.USER_SAID,
        **fields: object,
    ) -> None:
        if any(
            f.topic == topic and f.value == value and f.about[0] == about[0] for f in self.facts
        ):
            return
        edge_type = fields.pop("edge_type", None)
        if edge_type is not None and not self.proposals.allows_edge(str(edge_type), about):
            edge_type = None
        if self.sentence.is_explicit:
            confidence = max(confidence, 0.95)
        self.facts.append(
            ProposedFact(
                text=text,
                span=self._span(clause.start, clause.end),
                about=tuple(dict.fromkeys(about)),
                trust=trust,
                confidence=confidence,
                topic=topic,
                value=value or None,
                single_valued=is_single,
                valid_from=valid_from,
                since_precision=precision if valid_from is not None else "",
                edge_type=edge_type,  # type: ignore[arg-type]  # a string or None
                **fields,  # type: ignore[arg-type]  # of ProposedFact
            )
        )

    def _span(self, start: int, end: int) -> TextSpan:
        begin = self.sentence.start
        return TextSpan(
            self.message.id, begin + max(start, 0), begin + min(end, len(self.sentence.text))
        )


_PRONOUNS = frozenset("es das dich dir sie ihn nicht mich das alles nichts was etwas".split())
_UNRESOLVED = frozenset(
    "es das dies ihn ihm ihnen dir dich was alles nichts etwas ihr jemand jemanden niemanden".split()
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


def _is_birthday(clause: GermanClause) -> bool:
    return any(c.head == "Geburtstag" for c in clause.objects) or (
        clause.complement is not None and clause.complement.word == "geboren"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _as_mine(mention: RoleMention) -> str:
    """ "mein Bruder", for one of several as well."""
    word, gender = mention.word, mention.role.gender
    if gender == "p":
        word, gender = next(
            (
                (one, role.gender)
                for one, role in roles().items()
                if role.english == mention.role.english and role.gender != "p"
            ),
            (word, gender),
        )
    return f"mein{'e' if gender in ('f', 'p') else ''} {_capital(word)}"


def _a(mention: RoleMention) -> str:
    return {"m": "einen", "f": "eine", "n": "ein"}.get(mention.role.gender, "")


def _is_sure_name(chunk: Chunk) -> bool:
    first = chunk.nouns.split(" ")[0]
    return is_first_name(first) or is_title(first)


def _is_third_singular(clause: GermanClause) -> bool:
    return (
        clause.finite is not None
        and not clause.finite.word.endswith("en")
        and clause.finite.word != "sind"
    )


def _subject_label(clause: GermanClause) -> str:
    return _capital(clause.subject.text) if clause.subject is not None else "Ich"


def _tells_of_thing(match: Match, subject: Subject) -> bool:
    """What is told of a thing tells of the user: "das Abo ist gekündigt", "Lasagne schmeckt mir"."""
    parts = {
        part for slot in match.frame.slots for part in slot.parts if slot.is_value or slot.heads
    }
    return "sub" in parts
