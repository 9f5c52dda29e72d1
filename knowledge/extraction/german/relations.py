"""Who is who to the user, as German sentences say it: names of roles, roles of names."""

from dataclasses import dataclass, replace
from itertools import pairwise

from knowledge.extraction.german.chunks import Chunk, Kind, cut_chunks
from knowledge.extraction.german.clause import GermanClause
from knowledge.extraction.german.kinds import (
    is_name,
)
from knowledge.extraction.german.lexicon import (
    Role,
    is_first_name,
    role_of,
    role_word,
    roles,
    small_words,
)
from knowledge.extraction.german.people import (
    MINE,
    GermanSubject,
    RoleMention,
    is_title,
    role_label,
)
from knowledge.extraction.german.sentence import GermanSentence, capital
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Topic, role_topic
from knowledge.types import (
    Polarity,
)

_UNNAMED_TOPICS = frozenset(("partner", "child:", "sibling:", "pet:"))
_BARE_EVENTS = ("termin", "verabredung", "date")  # their name is whom they are with


@dataclass
class Relations:
    """Reads who is spoken of by a role, and who has which name."""

    sentence: GermanSentence

    def read_relatives(self, clause: GermanClause, subject: GermanSubject) -> None:
        """ "Ich habe zwei Brüder": that there are some, whatever their names."""
        for chunk in clause.objects:
            role = role_of(chunk.head) if chunk.head else None
            topic = role_topic(chunk.head.lower()) or (role_topic(role.english) if role else None)
            if role is None or topic is None or topic.name == "pet:" or not subject.is_self:
                continue
            if topic.name == "child:" and any(f.topic == "children" for f in self.sentence.facts):
                continue
            if chunk.determiner.startswith("ein") and role.gender != "p" and not clause.negation:
                mention = self.role_mention(chunk, role)
                key = self.sentence.people.propose_role(
                    mention, self.sentence.span(chunk.start, chunk.end)
                )
                text = self.sentence.written(clause, subject.label)
                self.relate(mention.word, key, topic, mention, text, clause)
                continue
            if chunk.determiner.startswith(("ein", "kein")) or chunk.tokens[0].lower in small_words(
                "number"
            ):
                self.sentence.add(
                    clause,
                    topic.key(chunk.head.lower()),
                    chunk.nouns.lower(),
                    self.sentence.written(clause, subject.label),
                    about=(subject.key,),
                    polarity=Polarity.NOT if clause.negation else "",
                    is_single=topic.is_single,
                )

    def read_apposed_role(self, clause: GermanClause, chunk: Chunk) -> None:
        """ "Emma, unsere Große, ...": who she is."""
        _, comma, apposition = chunk.text.partition(", ")
        parts = cut_chunks(apposition.rstrip(",")) if comma else []
        mention = self.sentence.people.role_in(parts[0]) if parts else None
        if mention is not None and is_name(chunk):
            self._name(mention, replace(chunk, text=chunk.text.partition(", ")[0]), clause)

    def remember(self, mention: RoleMention) -> None:
        topic = mention.topic
        if topic is None or topic.name not in (
            *_UNNAMED_TOPICS,
            "parent:",
            "relative:",
            "friend:",
            "contact:",
        ):
            return
        key = self.sentence.people.propose_role(
            mention, self.sentence.span(mention.chunk.start, mention.chunk.end)
        )
        self.sentence.people.remember(
            GermanSubject(
                key,
                capital(mention.label),
                is_person=True,
                gender=mention.role.gender,
                role=mention,
            )
        )

    def mentions(self, clause: GermanClause) -> list[RoleMention]:
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
            mention = self.sentence.people.role_in(chunk)
            if mention is not None:
                found.append(mention)
        return found

    def propose_mention(self, mention: RoleMention, clause: GermanClause) -> None:
        """That somebody is the user's sister, said by speaking of her."""
        topic = mention.topic
        if topic is None or mention.owner or mention.role.gender == "p":
            return
        is_over = mention.word.startswith("ex")
        if mention.name:
            key = self.sentence.people.propose_role(
                mention, self.sentence.span(mention.chunk.start, mention.chunk.end)
            )
            if mention.chunk.determiner.startswith("ein"):
                return
            self.relate(
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
            and mention.role.english not in ("eldest", "youngest")
            and mention.chunk.determiner.startswith(MINE)
        ):
            key = self.sentence.people.propose_role(
                mention, self.sentence.span(mention.chunk.start, mention.chunk.end)
            )
            self.relate(
                mention.word,
                key,
                topic,
                mention,
                f"Ich habe {_a(mention)} {capital(mention.word)}.",
                clause,
            )

    def relate(  # noqa: PLR0917
        self,
        value: str,
        key: str,
        topic: Topic,
        mention: RoleMention,
        text: str,
        clause: GermanClause,
    ) -> None:
        """That somebody is that to the user is among the facts."""
        self.sentence.add(
            clause,
            topic.key(normal_value(value)),
            normal_value(value),
            text,
            about=(self.sentence.speaker_key, key),
            relation=mention.role.english,
            edge_type=topic.edge_type,
            is_single=topic.is_single,
        )

    def read_identity(self, clause: GermanClause, subject: GermanSubject) -> bool:
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
                role = self.sentence.people.role_in(clause.subject)
            if role is not None and not role.name:
                pairs += [
                    (role, c)
                    for c in complements
                    if is_name(c) and (clause.verb == "heißen" or _is_sure_name(c))
                ]
            mention = self.sentence.people.role_in(complements[0])
            if (
                mention is not None
                and clause.verb == "sein"
                and clause.subject is not None
                and clause.subject.kind is Kind.NOUN
                and is_name(clause.subject)
            ):
                pairs += [
                    (mention, c) for c in (clause.subject, *clause.subject.others) if is_name(c)
                ]
        pairs += self._called(clause)
        for mention, chunk in pairs:
            self._name(mention, chunk, clause)
        return bool(pairs) and clause.verb in ("heißen", "sein") and not clause.prepositions

    def _called(self, clause: GermanClause) -> list[tuple[RoleMention, Chunk]]:
        """ "Einen Kater namens Mio", "zwei Brüder, Jonas und Emil": roles with their names."""
        found: list[tuple[RoleMention, Chunk]] = []
        chunks = sorted(
            (
                c
                for c in (*clause.front, *clause.middle, *clause.behind)
                if c.kind in (Kind.NOUN, Kind.PREPOSITION)
            ),
            key=lambda c: c.start,
        )
        for before, chunk in pairwise(chunks):
            if chunk.preposition == "namens" and (role := role_of(before.head)) is not None:
                found.append(
                    (
                        self.role_mention(before, role),
                        chunk,
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
                clause.verb
                in (
                    "haben",
                    "bekommen",
                    "kaufen",
                    "adoptieren",
                    "sein",
                    "kriegen",
                    "holen",
                    "zulegen",
                    "anschaffen",
                    "aufnehmen",
                )
                or chunk is clause.subject
            ):
                found += [(self.role_mention(chunk, role), c) for c in names]
        return found

    def role_mention(self, chunk: Chunk, role: Role) -> RoleMention:
        """The phrase as a role that somebody of the user's has."""
        word = role_word(chunk.head)
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
        span = self.sentence.span(start, start + len(chunk.nouns))
        named = replace(mention, name=name)
        key = self.sentence.people.propose_role(named, span)
        self.sentence.people.remember(
            GermanSubject(key, name, is_person=True, gender=mention.role.gender, role=named)
        )
        topic = mention.topic
        if mention.owner or topic is None:
            self.sentence.add(
                clause,
                "name",
                normal_value(name),
                self.sentence.written(clause, _subject_label(clause)),
                about=(key,),
                is_single=True,
            )
            return
        self.relate(name, key, topic, named, f"{name} ist {_as_mine(mention)}.", clause)


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
    return f"mein{'e' if gender in ('f', 'p') else ''} {capital(word)}"


def _a(mention: RoleMention) -> str:
    return {"m": "einen", "f": "eine", "n": "ein"}.get(mention.role.gender, "")


def _is_sure_name(chunk: Chunk) -> bool:
    first = chunk.nouns.split(" ")[0]
    return is_first_name(first) or is_title(first)


def _subject_label(clause: GermanClause) -> str:
    return capital(clause.subject.text) if clause.subject is not None else "Ich"
