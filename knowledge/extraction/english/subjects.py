"""Whom or what an English clause is about."""

import re
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.wording import WHO
from knowledge.extraction.node_types import PLACES
from knowledge.extraction.statements import Subject
from knowledge.extraction.times import recurrence_in
from knowledge.extraction.topics import role_topic

MAX_JOINT_WORDS = 7  # in "my sister and I"

_SEVERAL_OF_US = frozenset(
    ("both of us", "all of us", "none of us", "neither of us", "the two of us")
)
_OF_ONES_OWN = re.compile(
    r"(?i)(?:my|our|all my|all our|both my|nobody in my|no one in my|none of (?:my|our)|"
    r"everyone in my|most of my) "
)
_WHERE_I_AM = re.compile(r"\b(?:I|we|I'm|we're) (?:am |are )?\w+")
_JOINT = re.compile(r"[^.;!?]{2,40}? and (?:I|me|myself)\b")
_HAS_VERB = re.compile(r"\b(?:is|was|has|had)\b")
_AND_ANOTHER = re.compile(r" and (?:[A-Z][\w-]+|(?:my|our|his|her|their) \w+(?: [A-Z][\w-]+)?)\b")
_DAY = re.compile(
    r"(?i)\b(?:today|tonight|tomorrow|(?:next|this|coming) \w+|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|deadline|due|"
    r"january|february|march|april|june|july|august|september|october|november|december|in may)\b"
)
_YOU = re.compile(r"(?i)\byou(?:r|rs)?\b")
_MOVING = frozenset({"move", "shift", "change", "switch", "go+back", "move+back"})
_OWN_THING = re.compile(r"((?:[Mm]y|[Oo]ur) [\w' -]{2,40}?) \{who\} ")
_ME_AND = re.compile(r"(?i:me|myself) and (?P<other>[A-Z][\w-]+|my \w+(?: [A-Z][\w-]+)?)\b")
_AND_I = re.compile(r"(?P<other>(?:[A-Z][\w-]+|[Mm]y \w+(?: [A-Z][\w-]+)?)) and I$")


@dataclass(frozen=True)
class SubjectReader:
    """Finds the subjects of one sentence's clauses."""

    context: Context
    speaker: Subject
    antecedents: Antecedents

    def mended(self, clause: Clause) -> tuple[Clause, Subject | None]:
        """With the words of the subject that the parse has not put to it; who is joined to "I"."""
        phrase = clause.subject
        if phrase is None:
            return self._with_own_thing(clause), None
        text = self.context.text
        if me_and := _ME_AND.match(text[phrase.start :]):
            partner = self.context.people.get(phrase.start + me_and.start("other"))
            template = clause.text.replace(WHO, f"{me_and['other']} and I", 1)
            return replace(
                clause, text=template, subject=replace(phrase, text="I", head="i")
            ), partner
        joined = _AND_I.search(text, 0, phrase.end) if phrase.text == "I" else None
        if joined is None or self._is_place(joined.start()):
            return clause, None  # "I live in Lyon and I ..."
        partner = self.context.people.get(joined.start())
        template = re.sub(rf"{re.escape(joined['other'])}(?: and)? \{{who\}}", WHO, clause.text)
        template = template.replace(WHO, joined[0][0].upper() + joined[0][1:])
        return replace(clause, text=template), partner

    def _is_place(self, start: int) -> bool:
        return any(name.start == start and name.node_type in PLACES for name in self.context.names)

    def _with_own_thing(self, clause: Clause) -> Clause:
        match = _OWN_THING.match(clause.text)
        if match is None:
            return clause
        thing = match[1]
        start = max(self.context.text.lower().find(thing.lower()), 0)
        head = thing.rsplit(" ", 1)[-1].lower()
        phrase = Phrase(thing, head, start, start + len(thing), start, "my")
        return replace(clause, text=f"{WHO} {clause.text[match.end() :]}", subject=phrase)

    def subject_of(  # noqa: PLR0911  a return a kind of subject
        self, clause: Clause, last: Subject | None
    ) -> Subject | None:
        """The subject of a clause behind one about `last`; None when nothing is known of it."""
        phrase = clause.subject
        if phrase is None:
            return None
        said = phrase.text.lower()
        if us := self._speaker(clause, phrase, said):
            return us
        if said in ("he", "she", "they", "it"):
            return self.antecedents.subject(said, last)
        person = self._person(phrase)
        if person is not None:
            return self._with_those_joined(phrase, person)
        if owned := self._owned(clause, phrase):
            return owned
        if said in small_words("nobody") or phrase.head in small_words("nobody"):
            return None
        if re.fullmatch(r"[\d.,: ]+", said):
            return None
        is_state = not clause.is_progressive and clause.tense is Tense.PRESENT
        if is_state and phrase.determiner == "the" and role_topic(phrase.head) is not None:
            return self._thing(self.speaker, phrase)  # "the neighbours are from Syria"
        return self._named_thing(phrase) or self._event(clause, phrase)

    def _speaker(self, clause: Clause, phrase: Phrase, said: str) -> Subject | None:
        """The speaker, alone or with others; "it" of what they do regularly."""
        speaker, text = self.speaker, self.context.text
        if said in ("i", "we") or phrase.head in ("i", "we"):
            return replace(speaker, said="We") if said == "we" and speaker.is_self else speaker
        joint = _JOINT.match(text[phrase.start :])
        if (
            joint
            and phrase.start + joint.end() <= clause.end
            and len(joint[0].split()) <= MAX_JOINT_WORDS
            and not _HAS_VERB.search(joint[0])
        ):
            return replace(speaker, said=joint[0][0].upper() + joint[0][1:])
        if said in _SEVERAL_OF_US:
            return replace(speaker, said=phrase.text[0].upper() + phrase.text[1:])
        is_regular = said == "it" and recurrence_in(text[clause.start : clause.end])
        if is_regular and clause.complement is not None:
            return replace(speaker, said="it", is_thing=True)
        return None

    def _person(self, phrase: Phrase) -> Subject | None:
        text = self.context.text
        person = self.context.people.get(phrase.head_start)
        if person is not None or "'s" in text[phrase.start : phrase.head_start]:
            return person
        person = self.context.person_at(phrase)
        if (
            person is not None
            and text[phrase.start : phrase.end].split()[-1].lower() == phrase.head
            and phrase.head_start - phrase.start > len(person.label) + 3
        ):
            return None  # "my dentist appointment"
        return person

    def _with_those_joined(self, phrase: Phrase, person: Subject) -> Subject:
        """With those who are joined to them: "My friends Leon and Jenny"."""
        text = self.context.text
        behind = _AND_ANOTHER.match(text[phrase.end :])
        if behind is None:
            return person
        said = text[phrase.start : phrase.end] + behind[0]
        return replace(person, said=said[0].upper() + said[1:])

    def _owned(self, clause: Clause, phrase: Phrase) -> Subject | None:
        """Something of the speaker's or of somebody else's."""
        owner = phrase.determiner
        if owner in ("my", "our") or _OF_ONES_OWN.match(phrase.text):
            return self._thing(self.speaker, phrase)
        words = self.context.text[phrase.start : phrase.end]
        if clause.verb in ("call", "name") and _WHERE_I_AM.search(words):
            return self._thing(self.speaker, phrase)  # "the project I'm on"
        if owner.endswith(("'s", "s'")):
            holder = self.context.people.get(phrase.start)
            return self._thing(holder, phrase) if holder is not None else None
        if owner in ("his", "her"):
            holder = self.antecedents.person({"his": "he", "her": "she"}[owner])
            if holder is not None:
                said = f"{holder.owner_label} {phrase.text.split(' ', 1)[-1]}"
                return replace(self._thing(holder, phrase), said=said)
        return None

    def _named_thing(self, phrase: Phrase) -> Subject | None:
        name = self.context.name_in(phrase)
        if (
            name is not None
            and name.start in self.context.keys
            and phrase.start <= name.start
            and len(phrase.text) <= len(name.text) + 4
        ):
            return Subject(self.context.keys[name.start], name.text, is_self=False, certainty=0.9)
        return None

    def _event(self, clause: Clause, phrase: Phrase) -> Subject | None:
        """What is on a day or has a number is of the speaker's life: "the deadline is Friday"."""
        words = self.context.text[clause.start : clause.end]
        has_day = _DAY.search(words) is not None or recurrence_in(words) != ""
        is_coming = (clause.tense is not Tense.PAST or clause.verb in _MOVING) and has_day
        if (is_coming or re.search(r"\d", words)) and not _YOU.search(words):
            return self._thing(self.speaker, phrase)
        return None

    def _thing(self, owner: Subject, phrase: Phrase) -> Subject:
        text = self.context.text[phrase.start : phrase.end]
        return replace(owner, said=text[0].upper() + text[1:], is_thing=True)
