"""Reads the statements of one English sentence, and ties them to people and names."""

# ruff: noqa: E501, PLR0911, PLR0912  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.english import SAME, Reading, read_english
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.open_statements import read_open_clause
from knowledge.extraction.english.topic_statements import KNOWN, read_clause
from knowledge.extraction.english.writing import filled, sentence
from knowledge.extraction.names import EMAIL, Name, normal_phone
from knowledge.extraction.node_types import PERSON, PLACES
from knowledge.extraction.parsing import Parse
from knowledge.extraction.people import Kin, find_kin
from knowledge.extraction.statements import NounPhrase, Statement, Subject, normal_value
from knowledge.extraction.times import has_time, recurrence_in
from knowledge.extraction.topics import Topic, all_topics, role_topic, topic_named
from knowledge.extraction.values import age_in, day_of_year
from knowledge.types import Polarity

TOLD_CERTAINTY = 0.8
UNSURE = 0.65  # of what follows "I think"
PRONOUN_CERTAINTY = 0.85


class Mode(StrEnum):
    """How a clause is meant."""

    STATED = "stated"
    UNSURE = "unsure"  # "I think that"
    TOLD = "told"  # somebody else says so of themselves or of others
    NOT_MEANT = "not_meant"  # asked, supposed, wished, joked, denied as a whole


_SURE_ABOVE = frozenset(
    [
        "know",
        "say",
        "mean",
        "remember",
        "mention",
        "tell",
        "be",
        "find",
        "notice",
        "realise",
        "realize",
        "learn",
        "see",
        "note",
        "feel",
        "decide",
        "confirm",
        "discover",
        "love",
        "like",
        "forget",
    ]
)
_UNSURE_ABOVE = frozenset(
    ["think", "guess", "believe", "suppose", "reckon", "suspect", "figure", "assume"]
)
_TOLD_ABOVE = frozenset(
    ["say", "tell", "mention", "write", "claim", "report", "announce", "hear", "explain", "text"]
)
_MARKS_OFF = frozenset(
    [
        "if",
        "unless",
        "whether",
        "when",
        "until",
        "till",
        "before",
        "after",
        "while",
        "where",
        "how",
        "what",
        "why",
        "who",
        "whenever",
        "since",
    ]
)
_NEARLY = frozenset(["almost", "nearly", "barely"])
_SUPPOSED = re.compile(
    r"(?i)\b(?:imagine|pretend|(?<!\bi )suppose|supposing|hypothetically|what if|let's say|say i were|if only|i wish|just kidding|joking|not really)\b|^(?i:rip)\b"
)


def clause_mode(clause: Clause, sentence: str) -> Mode:
    """How a clause is meant; the only place where that is decided."""
    if clause.tense is Tense.MODAL or clause.marks & _MARKS_OFF or clause.adverbs & _NEARLY:
        return Mode.NOT_MEANT
    if _SUPPOSED.search(sentence):
        return Mode.NOT_MEANT
    above = list(clause.above)
    if "not" in above or "would" in above:
        return Mode.NOT_MEANT
    if any(verb not in _SURE_ABOVE | _UNSURE_ABOVE | _TOLD_ABOVE for verb in above):
        return Mode.NOT_MEANT
    is_self = clause.teller is None or clause.teller.head in ("i", "we")
    if above and not is_self:
        return Mode.TOLD if above[0] in _TOLD_ABOVE | _UNSURE_ABOVE else Mode.NOT_MEANT
    if any(verb in _UNSURE_ABOVE for verb in above):
        return Mode.UNSURE
    if any(verb == "hear" for verb in above):
        return Mode.TOLD
    return Mode.STATED


@dataclass
class Antecedents:
    """Whom "she" and "it" can be, as the message goes on."""

    people: list[Subject] = field(default_factory=list)
    things: list[Subject] = field(default_factory=list)
    ended: Statement | None = None  # the last that was said to be over
    unnamed: "tuple[Kin, Subject] | None" = None  # who has been told of without a name, and whose

    def person(self, pronoun: str) -> Subject | None:
        """The only one that the pronoun can mean."""
        wanted = {"she": "f", "her": "f", "he": "m", "his": "m", "him": "m"}.get(pronoun, "")
        fitting = {
            one.key: one
            for one in self.people
            if not one.gender or not wanted or one.gender == wanted
        }
        sure = {key: one for key, one in fitting.items() if one.gender}
        chosen = sure if len(fitting) > 1 and len(sure) == 1 else fitting
        if len(chosen) != 1:
            return None
        (only,) = chosen.values()
        return _alone(only)


def _alone(subject: Subject) -> Subject:
    """Whom "she" means, without who stood beside her: "Ana and her son moved. She ..."."""
    said = "" if " and " in subject.said else subject.said
    return replace(subject, said=said, certainty=min(subject.certainty, PRONOUN_CERTAINTY))


class People(Protocol):
    """Makes entities of names and roles."""

    def subject_of_name(self, name: Name, kin: Kin | None) -> Subject:
        """The subject that a name stands for."""

    def subject_of_role(self, kin: Kin, owner: Subject) -> Subject:
        """The subject that somebody without a name is."""

    def has_role(self, subject: Subject, kin: Kin) -> None:
        """Somebody who was named before is this to the speaker."""

    def is_user(self, name: Name) -> None:
        """The name is the user's own."""


@dataclass
class SentenceReader:
    """The statements of one sentence; `people` makes entities, `antecedents` go on to the next."""

    text: str  # of the sentence, with capitals
    names: Sequence[Name]
    keys: dict[int, str]  # where a name starts -> its key
    speaker: Subject
    people: People
    antecedents: Antecedents
    parse: Parse | None
    _kin: Sequence[Kin] = ()

    def read(self) -> list[Statement]:
        """Every statement, in the order of the text."""
        reading = read_english(self.text, self.parse) if self.parse is not None else None
        kin = find_kin(
            self.text, self.names, reading.compounds if reading is not None else frozenset()
        )
        self._kin = kin
        subjects: dict[int, Subject] = {}
        statements: list[Statement] = []
        for name in self.names:
            if name.node_type in (PERSON, "node.entity") or any(one.name == name for one in kin):
                of_name = next((one for one in kin if one.name == name), None)
                subjects[name.start] = self.people.subject_of_name(name, of_name)
                self.keys[name.start] = subjects[name.start].key  # of two of one name, this one
        for one in kin:
            owner = self._owner(one, subjects)
            if owner is None:
                continue
            if one.name is not None:
                subject = subjects.get(one.name.start) or self.people.subject_of_name(one.name, one)
                subjects[one.name.start] = subject
            elif one.is_plural:
                continue
            else:
                subject = self.people.subject_of_role(one, owner)
            if one.name is None:
                self.antecedents.unnamed = (one, owner)
            if not one.is_denied:
                for position in (one.start, one.owner_start, one.role_start):
                    subjects.setdefault(position, subject)
                    if one.name is None:
                        subjects[position] = subject
            self._remember(subject)
            statement = self._relation(one, owner, subject)
            if statement is not None:
                statements.append(statement)
        pronoun = _PRONOUN.search(self.text)
        here = [
            subjects[name.start]
            for name in self.names
            if name.start in subjects
            and (name.node_type == PERSON or any(one.name == name for one in kin))
            and (pronoun is None or name.start < pronoun.start())
        ]
        for subject in here:
            self._remember(subject)
        context = Context(self.text, self.names, self.keys, subjects)
        statements += self._named_later(subjects)
        statements += self._forms(subjects)
        if reading is not None:
            statements = [
                one
                for one in (self._as_meant(one, reading) for one in statements)
                if one is not None
            ]
            statements += self._clauses(context, statements, reading)
        return _distinct(statements)

    def _as_meant(self, statement: Statement, reading: Reading) -> Statement | None:
        """As sure as the clause around it; None when that is not meant."""
        around = [
            one
            for one in reading.clauses
            if one.start <= statement.start and statement.end <= one.end + 1
        ]
        if not around:
            return statement
        mode = clause_mode(min(around, key=lambda one: one.end - one.start), self.text)
        if mode is Mode.UNSURE:
            return replace(statement, confidence=statement.confidence * UNSURE)
        is_identity = statement.target_key is None or any(one.verb == "be" for one in around)
        return (
            None
            if mode is Mode.NOT_MEANT and is_identity and not any(one.marks for one in around)
            else statement
        )

    def _named_later(self, subjects: dict[int, Subject]) -> Iterator[Statement]:
        """ "I have a turtle, his name is Speedy": a name for whom a role told of."""
        match = _NAME_IS.search(self.text)
        unnamed = self.antecedents.unnamed
        if match is None or unnamed is None:
            return
        kin, owner = unnamed
        shown = match["name"][0].upper() + match["name"][1:]
        name = Name(match.start("name"), match.end("name"), shown, PERSON, 0.9)
        named = replace(kin, name=name, is_named_here=True)
        subject = self.people.subject_of_name(name, named)
        subjects[match.start()] = subject
        self._remember(subject)
        self.antecedents.unnamed = None
        statement = self._relation(named, owner, subject)
        if statement is not None:
            yield replace(statement, start=match.start(), end=match.end())

    # -- roles

    def _owner(self, kin: Kin, subjects: dict[int, Subject]) -> Subject | None:
        if kin.is_mine:
            return self.speaker
        if kin.owner in ("his", "her", "their"):
            return self.antecedents.person(
                "he" if kin.owner == "his" else "she" if kin.owner == "her" else "they"
            )
        return subjects.get(kin.owner_start)

    def _relation(self, kin: Kin, owner: Subject, subject: Subject) -> Statement | None:
        topic = role_topic(kin.role) or role_topic(kin.word.rsplit(" ", 1)[-1])
        if topic is None or subject.key == owner.key:
            return None
        has_name = kin.name is not None
        if not has_name and (
            topic.slot not in ("family", "children", "partner", "pets")
            or (topic.is_single and topic.name != "partner")
        ):
            return None
        value = normal_value(kin.name.text) if kin.name is not None else kin.role
        if has_name:
            role = f"{'former ' if kin.is_over and not kin.word.startswith(('ex', 'former', 'late')) else ''}{kin.word}"
            be = "is not" if kin.is_denied else "is"
            text = (
                f"{kin.name.text} {be} {owner.owner_label.lower() if owner.is_self else owner.owner_label} {role}."
                if kin.name
                else ""
            )
        else:
            article = "an" if kin.word[0] in "aeiou" else "a"
            text = f"{owner.label} {'have' if owner.is_self else 'has'} {article} {kin.word}."
        is_over = kin.is_over
        return Statement(
            text=text,
            subject=owner,
            start=kin.start,
            end=kin.end,
            topic=topic.key(value),
            value=value,
            confidence=KNOWN,
            target_key=subject.key,
            edge_type=None if kin.is_denied or is_over else (topic.edge_type),
            relation=kin.role,
            polarity=Polarity.NOT if kin.is_denied else Polarity.ENDED if is_over else "",
            ends=kin.is_denied or is_over,
            is_single=topic.is_single and has_name,
        )

    # -- fixed forms

    def _forms(self, subjects: dict[int, Subject]) -> Iterator[Statement]:
        for topic in all_topics().values():
            for form in topic.forms.get("en", ()):
                for match in form.pattern.finditer(self.text):
                    statement = self._form(topic, match, subjects)
                    if statement is not None:
                        yield statement

    def _form(
        self, topic: Topic, match: re.Match[str], subjects: dict[int, Subject]
    ) -> Statement | None:
        groups = match.groupdict()
        who = (groups.get("who") or "").strip()
        subject = self._form_subject(who, match.start("who") if who else -1, subjects)
        if subject is None or "value" not in groups:
            return None
        word = who.lower()
        shown = match["value"].strip(" ,.;")
        value = normal_value(shown)
        what = normal_value(groups.get("what") or "")
        identifiers: tuple[str, ...] = ()
        if topic.name == "birthday":
            value = day_of_year(shown) or ""
            if not value:
                return None
        elif topic.name == "phone":
            value = normal_phone(shown)
        elif topic.name == "email" and EMAIL.fullmatch(shown):
            value, identifiers = shown.lower(), (shown.lower(),)
        if not value:
            return None
        if topic.name == "name" and subject.is_self:
            for name in self.names:
                if match.start("value") <= name.start < match.end():
                    self.people.is_user(name)
        if topic.name == "age":
            value = str(age_in(shown) or "")
        text = filled(topic.says["en"], subject, shown, what=what)
        if word == "me":  # with when that was
            text = f"{text.rstrip('.')}{match[0][match.end('value') - match.start() :]}."
        key = topic.key(
            what.replace("favorite", "favourite").replace("color", "colour") if what else value
        )
        return Statement(
            text=text,
            subject=subject,
            start=match.start(),
            end=match.end(),
            topic=key,
            value=value,
            confidence=0.95,
            identifiers=identifiers,
            is_single=topic.is_single,
            # "They made me head last week"; "as of January" is read as it stands.
            takes_date=word == "me" and _FROM_THEN.search(match[0]) is None,
        )

    def _form_subject(self, who: str, start: int, subjects: dict[int, Subject]) -> Subject | None:
        word = who.lower()
        if word in ("", "i", "me", "my", "we", "our", "i'm"):
            return self.speaker
        if word in ("he", "she", "his", "her"):
            return self.antecedents.person({"his": "he", "her": "she"}.get(word, word))
        return subjects.get(start)

    # -- clauses

    def _clauses(  # noqa: PLR0915
        self, context: Context, before: Sequence[Statement], reading: Reading
    ) -> list[Statement]:
        found: list[Statement] = []
        covered = [
            (one.start, one.end)
            for one in before
            if one.topic.split(":")[0]
            in (
                "phone",
                "email",
                "birthday",
                "address",
                "name",
                "call_me",
                "favourite",
                "weight",
                "height",
                "age",
                "size",
            )
        ]
        last: Subject | None = None
        thing: Subject | None = None  # the last thing of somebody's that was spoken of
        for given in reading.clauses:
            clause, partner = self._mended(given, context)
            mode = clause_mode(clause, self.text)
            instead = self._instead(clause, self.antecedents.ended)
            if instead is not None:
                found.append(instead)
                self.antecedents.ended = None
                continue
            subject = (
                last
                if clause.subject is not None and clause.subject.text == SAME
                else self._subject(clause, context, last)
            )
            if (
                subject is None
                and thing is not None
                and clause.subject is not None
                and clause.subject.text.lower() == "it"
                and re.search(r"\d", clause.text)
            ):
                subject = thing
            if subject is None:
                continue
            if subject.is_thing and clause.text.startswith("{who} am "):
                subject = self.speaker  # "My back hurts, taking ibuprofen"
            if subject.is_thing:
                thing = subject
            else:
                last = subject
            if mode is Mode.NOT_MEANT or (mode is Mode.TOLD and subject.is_self):
                continue
            if partner is None and subject.is_self and clause.subject is not None:
                partner = context.person_at(clause.subject)
            told_by = None
            if mode is Mode.TOLD:
                teller = context.person_at(clause.teller) if clause.teller is not None else None
                told_by = teller.key if teller is not None else None
                if told_by is None:
                    continue  # hearsay is nobody's word
                subject = replace(subject, certainty=min(subject.certainty, TOLD_CERTAINTY))
            made = [
                *self._role_of(clause, subject),
                *self._called(clause, subject, context),
                *read_clause(clause, subject, context),
            ]
            is_of_two = partner is not None and not clause.prepositions
            if clause.verb in ("be", "be+over", "do") and not is_of_two:
                # "I'm done", "Ann and I are done with the garden": no separation.
                made = [one for one in made if one.topic != "partner" or not one.ends or one.value]
            if not made and not self._is_said(clause, found, before, covered, context):
                statement = read_open_clause(
                    clause,
                    subject,
                    context,
                    has_date=has_time(self.text[clause.start : clause.end]),
                )
                if statement is not None:
                    made = [statement]
            is_guessed = mode is Mode.UNSURE and not _is_change_owned_up(self.text, made)
            factor = UNSURE if is_guessed or _is_unsure(clause) else 1.0
            self._forget_own_name(made, clause, context)
            found += [
                replace(
                    one,
                    confidence=one.confidence * subject.certainty * factor,
                    told_by=told_by,
                    others=tuple(
                        dict.fromkeys((*one.others, *self._others(clause, subject, context)))
                    ),
                )
                for one in made
            ]
            if partner is not None:
                found = [
                    replace(one, value=normal_value(partner.name), target_key=partner.key)
                    if one.topic == "partner" and not one.value
                    else one
                    for one in found
                ]
            over = next((one for one in found if one.ends and one.start == clause.start), None)
            self.antecedents.ended = over or self.antecedents.ended
            self._remember(subject)
            self._after(clause, subject, context)
        return found

    def _called(self, clause: Clause, subject: Subject, context: Context) -> Iterator[Statement]:
        """ "The repo I maintain is called Larkspur": what the name names."""
        phrase = clause.complement or clause.object
        name = context.name_in(phrase) if phrase is not None else None
        if clause.verb not in ("call", "name") or not subject.is_thing or name is None:
            return
        if clause.subject is None or clause.subject.head not in _PROJECTS:
            return
        row = all_topics()["project:"]
        value = normal_value(name.text)
        yield Statement(
            text=sentence(clause.text, subject),
            subject=subject,
            start=clause.start,
            end=clause.end,
            topic=row.key(value),
            value=value,
            target=NounPhrase(name.text, name.start, name.end, row.node_type),
            edge_type=row.edge_type,
            relation=row.relation,
            is_single=False,
        )

    def _role_of(self, clause: Clause, subject: Subject) -> Iterator[Statement]:
        """ "She's my cousin": who somebody that has been named is."""
        phrase = clause.complement
        if (
            clause.verb != "be"
            or phrase is None
            or subject.is_self
            or subject.is_thing
            or clause.is_negated
        ):
            return
        kin = next(
            (
                one
                for one in self._kin
                if one.name is None and one.start <= phrase.head_start < one.end
            ),
            None,
        )
        if kin is None or subject.said or re.match(r"['’]s?(?!\w)", self.text[kin.end :]):
            return  # "The bike is my brother's"
        owner = self.speaker if kin.is_mine else None
        if owner is None:
            return
        named = replace(
            kin, name=Name(kin.start, kin.end, subject.name, PERSON, 0.9), is_named_here=True
        )
        statement = self._relation(named, owner, subject)
        if statement is not None:
            self.people.has_role(subject, kin)
            yield statement

    def _forget_own_name(self, made: Sequence[Statement], clause: Clause, context: Context) -> None:
        """The user's own name is nobody else."""
        for one in made:
            if one.topic in ("name", "call_me") and one.subject.is_self:
                for name in context.names_in(clause.start, clause.end):
                    if normal_value(name.text) == one.value:
                        self.people.is_user(name)

    def _mended(self, clause: Clause, context: Context) -> tuple[Clause, Subject | None]:
        """With the words of the subject that the parse has not put to it, and who is joined to "I"."""
        phrase = clause.subject
        if phrase is None:
            match = _OWN_THING.match(clause.text)
            if match is None:
                return clause, None
            start = max(self.text.lower().find(match[1].lower()), 0)
            thing = Phrase(
                match[1],
                match[1].rsplit(" ", 1)[-1].lower(),
                start,
                start + len(match[1]),
                start,
                "my",
            )
            return replace(clause, text="{who} " + clause.text[match.end() :], subject=thing), None
        if me_and := _ME_AND.match(self.text[phrase.start :]):
            with_me = context.people.get(phrase.start + me_and.start("other"))
            text = clause.text.replace("{who}", f"{me_and['other']} and I", 1)
            return replace(clause, text=text, subject=replace(phrase, text="I", head="i")), with_me
        if phrase.text != "I":
            return clause, None
        joined = _AND_I.search(self.text, 0, phrase.end)
        if joined is None or any(
            name.start == joined.start() and name.node_type in PLACES for name in self.names
        ):
            return clause, None  # "I live in Lyon and I ..."
        partner = context.people.get(joined.start())
        text = re.sub(rf"{re.escape(joined['other'])}(?: and)? \{{who\}}", "{who}", clause.text)
        text = text.replace("{who}", joined[0][0].upper() + joined[0][1:])
        return replace(clause, text=text), partner

    def _instead(self, clause: Clause, ended: Statement | None) -> Statement | None:
        """ "Sold the Volvo, it's a Kia now": what has taken the place of what is over."""
        row = topic_named(ended.topic) if ended is not None else None
        if (
            row is None
            or ended is None
            or clause.verb != "be"
            or clause.complement is None
            or clause.subject is None
            or clause.is_negated
        ):
            return None
        if (
            clause.subject.text.lower() != "it"
            or row.slot == "work"
            or clause.tense is not Tense.PRESENT
            or not row.name.endswith(":")
        ):
            return None
        shown = self.text[clause.complement.start : clause.end]
        shown = re.sub(r"(?i)[ ,]+(?:now|instead|these days|at the moment)\W*$", "", shown).strip(
            " .!,"
        )
        if len(shown.split()) > 6:
            return None
        value = normal_value(shown)
        text = filled(row.says["en"], ended.subject, shown)
        return Statement(
            text=text,
            subject=ended.subject,
            start=clause.start,
            end=clause.end,
            topic=row.key(value),
            value=value,
            confidence=0.85,
            is_single=row.is_single,
        )

    def _is_said(
        self,
        clause: Clause,
        found: Sequence[Statement],
        before: Sequence[Statement],
        covered: Sequence[tuple[int, int]],
        context: Context,
    ) -> bool:
        """A fixed form or a role says what the clause says: "My boss is Peter"."""
        if any(start < clause.end and clause.start < end for start, end in covered):
            return True
        at = clause.complement.head_start if clause.complement is not None else -1
        if clause.verb == "be" and any(
            one.target_key and one.start <= at < one.end for one in before
        ):
            return True
        owned = clause.object.head_start if clause.object is not None else -1
        if clause.verb in ("have", "own", "get") and any(
            one.target_key and one.value != one.relation and one.start <= owned < one.end
            for one in before
        ):
            return True  # "We have a dog, Bruno"
        return clause.verb in ("be", "call", "name") and any(
            clause.start - 1 <= one.start < clause.end
            and one.end >= clause.end - 10
            and one.target_key is not None
            for one in before
        )

    def _others(self, clause: Clause, subject: Subject, context: Context) -> list[str]:
        keys = [
            context.keys[name.start]
            for name in context.names_in(clause.start, clause.end)
            if name.start in context.keys
        ]
        keys += [
            one.key for start, one in context.people.items() if clause.start <= start < clause.end
        ]
        return [key for key in dict.fromkeys(keys) if key != subject.key]

    def _subject(self, clause: Clause, context: Context, last: Subject | None) -> Subject | None:
        phrase = clause.subject
        if phrase is None:
            return None
        said = phrase.text.lower()
        if said in ("i", "we") or phrase.head in ("i", "we"):
            return (
                replace(self.speaker, said="We")
                if said == "we" and self.speaker.is_self
                else self.speaker
            )
        joint = re.match(r"[^.;!?]{2,40}? and (?:I|me|myself)\b", self.text[phrase.start :])
        if (
            joint
            and phrase.start + joint.end() <= clause.end
            and len(joint[0].split()) <= 7
            and not re.search(r"\b(?:is|was|has|had)\b", joint[0])
        ):
            return replace(self.speaker, said=joint[0][0].upper() + joint[0][1:])
        if said in ("both of us", "all of us", "none of us", "neither of us", "the two of us"):
            return replace(self.speaker, said=phrase.text[0].upper() + phrase.text[1:])
        if (
            said == "it"
            and recurrence_in(self.text[clause.start : clause.end])
            and clause.complement is not None
        ):
            return replace(self.speaker, said="it", is_thing=True)
        if said in ("he", "she", "they", "it"):
            return self._pronoun(said, last)
        person = context.people.get(phrase.head_start)
        if person is None and "'s" not in self.text[phrase.start : phrase.head_start]:
            person = context.person_at(phrase)
            if (
                person is not None
                and self.text[phrase.start : phrase.end].split()[-1].lower() == phrase.head
                and phrase.head_start - phrase.start > len(person.label) + 3
            ):
                person = None  # "my dentist appointment"
        if person is not None:
            return self._all_of(phrase, person)
        if phrase.determiner in ("my", "our") or re.match(
            r"(?i)(?:my|our|all my|all our|both my|nobody in my|no one in my|none of (?:my|our)|everyone in my|most of my) ",
            phrase.text,
        ):
            return self._thing(self.speaker, phrase)
        if clause.verb in ("call", "name") and re.search(
            r"\b(?:I|we|I'm|we're) (?:am |are )?\w+", self.text[phrase.start : phrase.end]
        ):
            return self._thing(self.speaker, phrase)  # "the project I'm on"
        owner = phrase.determiner
        if owner.endswith(("'s", "s'")):
            holder = context.people.get(phrase.start)
            if holder is not None:
                return self._thing(holder, phrase)
        if (
            owner in ("his", "her")
            and (holder := self.antecedents.person({"his": "he", "her": "she"}[owner])) is not None
        ):
            return replace(
                self._thing(holder, phrase),
                said=f"{holder.owner_label} {phrase.text.split(' ', 1)[-1]}",
            )
        if said in _NOBODY or phrase.head in _NOBODY or re.fullmatch(r"[\d.,: ]+", said):
            return None
        is_state = not clause.is_progressive and clause.tense is Tense.PRESENT
        if is_state and phrase.determiner == "the" and role_topic(phrase.head) is not None:
            return self._thing(self.speaker, phrase)  # "the neighbours are from Syria"
        span = self.text[clause.start : clause.end]
        name = context.name_in(phrase)
        if (
            name is not None
            and name.start in context.keys
            and phrase.start <= name.start
            and len(phrase.text) <= len(name.text) + 4
        ):
            return Subject(context.keys[name.start], name.text, is_self=False, certainty=0.9)
        has_day = _DAY.search(span) is not None or recurrence_in(span) != ""
        is_coming = (clause.tense is not Tense.PAST or clause.verb in _MOVING) and has_day
        if (is_coming or re.search(r"\d", span)) and not re.search(r"(?i)\byou(?:r|rs)?\b", span):
            return self._thing(self.speaker, phrase)
        return None

    def _all_of(self, phrase: Phrase, person: Subject) -> Subject:
        """With those who are joined to them: "My friends Leon and Jenny"."""
        behind = re.match(
            r" and (?:[A-Z][\w-]+|(?:my|our|his|her|their) \w+(?: [A-Z][\w-]+)?)\b",
            self.text[phrase.end :],
        )
        joined = (self.text[phrase.start : phrase.end] + behind[0],) if behind is not None else None
        if joined is None:
            return person
        return replace(person, said=joined[0][0].upper() + joined[0][1:])

    def _pronoun(self, word: str, last: Subject | None) -> Subject | None:
        if word == "it":
            things = {one.key: one for one in self.antecedents.things}
            return next(iter(things.values())) if len(things) == 1 else None
        if word == "they":
            return None
        if last is not None and not last.is_self and not last.is_thing:
            wanted = {"she": "f", "he": "m"}[word]
            if not last.gender or last.gender == wanted:
                others = {
                    one.key
                    for one in self.antecedents.people
                    if one.key != last.key and one.gender == wanted
                }
                if last.gender == wanted or not others:
                    return _alone(last)
        return self.antecedents.person(word)

    def _thing(self, owner: Subject, phrase: Phrase) -> Subject:
        text = self.text[phrase.start : phrase.end]
        said = text[0].upper() + text[1:]
        return replace(owner, said=said, is_thing=True)

    def _remember(self, subject: Subject) -> None:
        if subject.is_self or subject.is_thing:
            return
        known = [one for one in self.antecedents.people if one.key != subject.key]
        self.antecedents.people = [*known, subject]

    def _after(self, clause: Clause, subject: Subject, context: Context) -> None:
        """What "it" can be from here on."""
        named = [
            name
            for name in context.names_in(clause.start, clause.end)
            if name.node_type not in (PERSON, *PLACES)
            and name.start in context.keys
            and name.start not in context.people
        ]
        if len(named) == 1 and clause.verb in (
            "be",
            "call",
            "name",
            "maintain",
            "build",
            "write",
            "run",
            "own",
            "have",
            "work",
            "start",
        ):
            name = named[0]
            self.antecedents.things = [
                Subject(context.keys[name.start], name.text, is_self=False, certainty=0.8)
            ]
        elif named:
            self.antecedents.things = []


_PRONOUN = re.compile(r"\b(?i:he|she|his|her|him)\b")
_DAY = re.compile(
    r"(?i)\b(?:today|tonight|tomorrow|(?:next|this|coming) \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|deadline|due|"
    r"january|february|march|april|june|july|august|september|october|november|december|in may)\b"
)
_FROM_THEN = re.compile(r"(?i)\b(?:as of|from|since|starting|effective)\b")
_MOVING = frozenset({"move", "shift", "change", "switch", "go+back", "move+back"})
_PROJECTS = frozenset(
    [
        "repo",
        "repository",
        "project",
        "app",
        "application",
        "site",
        "website",
        "blog",
        "podcast",
        "newsletter",
        "game",
        "library",
        "tool",
        "package",
        "novel",
        "book",
        "thesis",
        "startup",
        "plugin",
        "bot",
        "album",
        "channel",
        "zine",
        "comic",
        "script",
        "course",
    ]
)
_OWN_THING = re.compile(r"((?:[Mm]y|[Oo]ur) [\w' -]{2,40}?) \{who\} ")
_ME_AND = re.compile(r"(?i:me|myself) and (?P<other>[A-Z][\w-]+|my \w+(?: [A-Z][\w-]+)?)\b")
_AND_I = re.compile(r"(?P<other>(?:[A-Z][\w-]+|[Mm]y \w+(?: [A-Z][\w-]+)?)) and I$")
_NAME_IS = re.compile(
    r"\b(?i:his|her|its|their) name(?:'s| is| was) (?P<name>[A-Za-z][\w-]{1,20})(?=\s*(?:$|[,.;!?)]|and\b|but\b))"
)
_NOBODY = frozenset(
    [
        "you",
        "it",
        "this",
        "that",
        "these",
        "those",
        "there",
        "who",
        "what",
        "which",
        "one",
        "something",
        "nothing",
        "everything",
        "anything",
        "everyone",
        "everybody",
        "people",
        "somebody",
        "someone",
        "anyone",
        "anybody",
        "here",
        "how",
        "why",
        "where",
        "when",
        "whoever",
        "whatever",
        "both",
        "all",
        "most",
        "others",
        "mine",
        "yours",
        "time",
        "thing",
        "things",
    ]
)


_GUESS_NOW = re.compile(
    r"(?i)(?:^|[,;.] ?|\b(?:and|so) )(?:I )?(?:guess|suppose) (?:that )?(?:I'?m|I am|we'?re) [^,.;?]{2,40}? now\b"
)


def _is_change_owned_up(text: str, made: Sequence[Statement]) -> bool:
    """ "Guess I'm vegan now" says what has become of somebody, where it can be but one thing."""
    return _GUESS_NOW.search(text) is not None and all(one.is_single for one in made)


def _is_unsure(clause: Clause) -> bool:
    return bool(
        clause.adverbs & {"probably", "maybe", "perhaps", "apparently", "supposedly", "possibly"}
    )


def _distinct(statements: Sequence[Statement]) -> list[Statement]:
    """Each topic of each subject with one value once; the surest first where a topic has one."""
    found: dict[tuple[str, str, str, str], Statement] = {}
    for one in statements:
        key = (one.subject.key, one.topic, one.value, one.polarity)
        if key not in found:
            found[key] = one
    return list(found.values())
