"""Who a German phrase speaks of: the user, somebody by role or name, or a thing of theirs."""

import re
from dataclasses import dataclass, field, replace

from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german.chunks import Chunk
from knowledge.extraction.german.kinds import person_name
from knowledge.extraction.german.lexicon import (
    Role,
    is_first_name,
    may_be_name,
    role_of,
    role_word,
    small_words,
)
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import OBJECT, PERSON
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.topics import Topic, role_topic
from knowledge.types import TextSpan

MINE = ("mein", "unser", "unsr")
# Of these there is one near whoever speaks, so "der Chef" is theirs as well.
_NEAR = small_words("near")
_CALLED = frozenset({"oma", "opa", "omi", "opi", "mama", "mami", "papa", "papi", "mutti", "vati"})
_TITLES = ("herr", "herrn", "frau", "dr.", "prof.", "familie")


@dataclass(frozen=True)
class GermanSubject:
    """Whom or what a statement is about."""

    key: str  # of the entity whose statement it is
    label: str  # as the subject of a sentence: "Ich", "Mein Bruder", "Das Sommerfest"
    is_self: bool = False
    is_person: bool = False
    is_mine: bool = False  # a thing of the user's: "mein Rad"
    gender: str = ""
    role: "RoleMention | None" = None


@dataclass(frozen=True)
class RoleMention:
    """Somebody by what they are: "meine Tante Gudrun"."""

    word: str  # the German word, in small letters
    role: Role
    name: str  # empty when nobody is named
    label: str  # "meine Tante", in the nominative
    owner: str  # key of the entity to whom they are that; empty for the user
    chunk: Chunk

    @property
    def topic(self) -> Topic | None:
        """The topic that tells who has this role."""
        if self.role.english == "friend":
            return role_topic("friend")
        return role_topic(self.word) or role_topic(self.role.english)

    @property
    def is_animal(self) -> bool:
        """True for a pet."""
        return self.topic is not None and self.topic.name == "pet:"

    @property
    def node_type(self) -> str:
        """What the role says it is."""
        return OBJECT if self.is_animal else PERSON


@dataclass
class People:
    """Finds the entities of the people that the sentences of one batch speak of."""

    proposals: Proposals
    last: dict[str, GermanSubject] = field(
        default_factory=dict
    )  # by gender: whom "er" and "sie" mean

    def remember(self, subject: GermanSubject) -> None:
        """From now on a pronoun may mean this one."""
        if subject.is_person and subject.gender in ("m", "f", "n", "p"):
            self.last[subject.gender] = subject
        elif subject.is_person:
            self.last["m"] = self.last["f"] = subject

    def role_in(self, chunk: Chunk) -> RoleMention | None:
        """The role that a phrase names, if it is one of somebody known."""
        role = role_of(chunk.head) if chunk.head else None
        if role is None:
            return None
        words = chunk.nouns.split(" ")
        if is_title(words[0]) and len(words) > 1 and not chunk.determiner:
            return None  # "Frau Krause"
        if role.english in ("boyfriend", "girlfriend") and _GOOD.search(chunk.text):
            role = role._replace(english="friend")  # "mein bester Freund"
        owner = self._owner(chunk)
        is_mine = chunk.determiner.startswith(MINE)
        is_near = chunk.determiner in ("der", "die", "das", "den", "dem") and role.english in _NEAR
        # "Oma ist im Krankenhaus": called so, she is one's own.
        is_called = not chunk.determiner and chunk.text.lower() in _CALLED
        if not (is_mine or is_near or is_called or owner or person_name(chunk)):
            return None
        if (
            not is_mine
            and not owner
            and chunk.determiner.startswith(("dein", "sein", "ihr", "euer", "kein"))
        ):
            return None
        return RoleMention(
            word=role_word(chunk.head),
            role=role,
            name=person_name(chunk) or _apposed_name(chunk),
            label=role_label(chunk, role),
            owner=owner,
            chunk=chunk,
        )

    def _owner(self, chunk: Chunk) -> str:
        """Whose it is when not the user's: "die Schwester meiner Frau", "Lenas Freund"."""
        words = chunk.nouns.split(" ")
        position = next((n for n, word in enumerate(words) if word == chunk.head), 0)
        if position and is_first_name(words[position - 1]) and words[position - 1].endswith("s"):
            return f"name:{fold_name(words[position - 1].removesuffix('s'))}"
        rest = words[position + 1 :]
        if len(rest) > 1 and rest[0].startswith(MINE) and (other := role_of(rest[-1])) is not None:
            return f"role:{other.english}"
        return ""

    def propose_role(self, mention: RoleMention, span: TextSpan) -> str:
        """The key of whoever has the role; a name that they have here is theirs from now on."""
        if mention.owner.startswith("name:") and not mention.name:
            text = mention.chunk.text
            found = Name(span.start, span.end, text, PERSON, 0.8)
            return self.proposals.propose_entity(found, span, node_type=PERSON)
        key = f"role:{mention.role.english}"
        if mention.owner:
            key = f"{mention.owner}'s {mention.role.english}"
        role = key.removeprefix("role:")
        name = mention.name
        if name:
            # Whether a name that the memory knows is this one's is decided where roles are known.
            folded = fold_name(name)
            is_in_memory = self.proposals.gazetteer.keys.get(folded) in self.proposals.known_types
            own_key = f"name:{folded}" if is_in_memory else None
            found = Name(span.start, span.end, name, mention.node_type, 0.9, own_key)
            key = self.proposals.propose_entity(found, span, node_type=mention.node_type)
            entity = self.proposals.entities[key]
            if not entity.role and not mention.owner.startswith("name:"):
                self.proposals.entities[key] = replace(entity, role=role)
            return key
        known = [one for one in self.proposals.entities.values() if one.role == role]
        if known:
            return min(known, key=lambda one: one.is_unnamed).key
        return self.proposals.propose_role(
            key,
            mention.label[0].upper() + mention.label[1:],
            role,
            span,
            node_type=mention.node_type,
        )


_GOOD = re.compile(r"\b(?:best|gut|alt|eng|lang)\w*\s(?:jährige[rn]? )?Freund", re.IGNORECASE)
_APPOSED = re.compile(r", (?:(?:der|die|das) )?((?:Herr|Frau|Dr\.|[A-ZÄÖÜ])[^,]*),?$")


def _apposed_name(chunk: Chunk) -> str:
    """ "Herr Yildiz" of "der Hausmeister, Herr Yildiz"."""
    match = _APPOSED.search(chunk.text)
    if match is None:
        return ""
    first = match[1].split(" ")[0]
    return match[1] if is_title(first) or may_be_name(first) else ""


def role_label(chunk: Chunk, role: Role) -> str:
    """ "meine Tante", in the nominative, for a role in any case and with any article."""
    word = role_word(chunk.head)
    stem = "unser" if chunk.determiner.startswith(("unser", "unsr")) else "mein"
    is_feminine = chunk.determiner in ("meine", "unsere", "unsre") or role.gender in ("f", "p")
    ending = "e" if is_feminine else ""
    if not chunk.determiner.startswith(MINE) and (
        chunk.determiner or chunk.head != chunk.tokens[0].text
    ):
        return chunk.text
    word = word.capitalize()
    return f"{stem}{ending} {word}"


def is_title(word: str) -> bool:
    """True for "Herr" and "Dr."."""
    return word.lower() in _TITLES
