"""Which statements an ending, a correction or a death speaks of.

"I quit" ends the only job, "sold the Golf" what was owned of that name, "not Tuesday but Wednesday"
replaces what was said of Tuesday in the last days. Where several fit, the user is asked.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from knowledge import identity
from knowledge.dates import MONTHS
from knowledge.models import Block, Entity, Mention
from knowledge.retrieval.ranking.terms import stem, words
from knowledge.services.ledger.conflicts import UNCHANGING, statement_of
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import STATEMENT_KINDS, BlockKind, Status

DEATHS = frozenset({"death", "do:die", "do:pass away"})  # topics: the subject has died
OPEN = "do"  # the head of topics that only name the verb: nothing is compared by them
RECENT = timedelta(days=14)  # how far back a correction reaches that does not say what it is about
# What one value may be said of beside another: hobby:golf is not ended with owns:golf.
OPINIONS = frozenset({"likes", "dislikes", "hobby", "speaks", "event", "do"})
GIVEN_UP = frozenset(
    {"hobby", "owns", "membership", "project"}
)  # what is given up, sold or cancelled, whatever it was
AGREEMENTS = frozenset(
    ["membership", "subscription", "contract", "policy", "plan", "lease", "account", "lessons"]
)
# Topics of one person that another one is the value of; they are over when that one dies.
OF_SOMEBODY = frozenset(
    {
        *("partner", "child", "parent", "sibling", "relative", "friend", "pet", "roommate"),
        *("employer", "manager", "contact"),
    }
)
# Roles that somebody has no longer who has left, quit or moved out.
AT_WORK = frozenset(
    {
        *("manager", "boss", "supervisor", "lead", "head", "chief", "colleague", "coworker"),
        *("teammate", "assistant", "intern", "secretary", "cleaner", "nanny", "carer", "coach"),
    }
)
PRACTICES = frozenset(
    {
        *("doctor", "dentist", "physio", "therapist", "psychologist", "vet", "teacher", "tutor"),
        *("trainer", "mentor", "lawyer", "solicitor", "accountant", "hairdresser", "barber"),
        *("midwife", "optician", "mechanic", "gardener", "dietitian", "agent", "editor"),
    }
)
AT_HOME = frozenset(
    {
        *("flatmate", "roommate", "housemate", "lodger", "tenant", "neighbour", "mitbewohner"),
        *("mitbewohnerin", "untermieter", "untermieterin", "nachbar", "nachbarin"),
    }
)
DEPARTURES = {
    "do:leave": AT_WORK,
    "do:quit": AT_WORK,
    "do:resign": AT_WORK,
    "do:retire": AT_WORK,
    "do:move out": AT_HOME,
    "do:move away": AT_HOME,
}
_MOVES_OUT = re.compile(
    r"\b(?:moves?|moving|moved) (?:out|away)\b|\bzieht\b.* (?:aus|weg)\b|\bausge?zogen\b"
)
# What is left by who leaves for good: not a party.
PLACES_OF_WORK = frozenset({"company", "firm", "team", "job", "us", "business", "department"})
# Of these roles people have several at once: a new one takes nobody's place, or perhaps does.
HAD_BY_MANY = frozenset(
    {
        *("colleague", "coworker", "co-worker", "teammate", "classmate", "bandmate", "client"),
        *("customer", "student", "apprentice", "rep", "tenant", "friend", "intern"),
        *("kollege", "kollegin", "kunde", "kundin", "schüler", "schülerin", "mitschüler"),
    }
)
HAD_BY_SOME = frozenset(
    {
        *("flatmate", "roommate", "housemate", "lodger", "neighbour", "neighbor", "teacher"),
        *(
            "assistant",
            "mitbewohner",
            "mitbewohnerin",
            "nachbar",
            "nachbarin",
            "lehrer",
            "lehrerin",
        ),
    }
)
# Topics whose value another one takes the place of: "swapped squash for padel".
REPLACEABLE = frozenset(
    {
        *("manager", "contact", "partner", "uses", "hobby", "learns", "membership", "owns"),
        *("employer", "medication"),
    }
)
NAMELESS = frozenset({"on", "at", "in", "am", "pm", "um", "uhr", "of", "the", "next"})
OPPOSITES = {"likes": "dislikes", "dislikes": "likes"}
WEEKDAYS = (
    ("monday", "montag"),
    ("tuesday", "dienstag"),
    ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"),
    ("friday", "freitag"),
    ("saturday", "samstag", "sonnabend"),
    ("sunday", "sonntag"),
)


_EMPTY = frozenset({"do", "be", "go", "have", "the", "a", "at", "in", "on", "to", "with", "my"})


def head_of(topic: str) -> str:
    """The topic without the value that it carries."""
    return topic.partition(":")[0]


def tail_of(topic: str) -> str:
    """The value that the topic carries, if it does."""
    return topic.partition(":")[2]


class Statements:
    """What is known when a batch is learned, with what the batch has added so far."""

    def __init__(self, work: UnitOfWork, zone: tzinfo) -> None:
        self.work = work
        self.zone = zone  # the user's, in which a day has its name

    def open(
        self,
        *,
        subject_id: UUID | None = None,
        topic: str | None = None,
        kinds: Sequence[BlockKind] = STATEMENT_KINDS,
        since: datetime | None = None,
        ids: Collection[UUID] | None = None,
    ) -> list[Block]:
        """Statements that hold: of a subject, on a topic, said since a time, or among these."""
        conditions: dict[str, Any] = {"kind__in": kinds}
        if subject_id is not None:
            conditions["entity_id"] = subject_id
        if topic is not None:
            conditions["topic"] = topic
        if since is not None:
            conditions["said_at__gte"] = since
        if ids is not None:
            conditions["pk__in"] = ids
        stored = Block.objects.filter(user_id=self.work.user_id, superseded_at=None, **conditions)
        found = {b.id: b for b in (*self.work.current(stored), *self.work.additions(Block))}
        return [
            block
            for block in found.values()
            if block.kind in kinds
            and block.superseded_at is None
            and block.status != Status.FALSIFIED
            and subject_id in (None, block.entity_id)
            and topic in (None, block.topic)
            and (since is None or block.said_at >= since)
            and (ids is None or block.id in ids)
        ]

    def subject_of(self, block: Block) -> Entity | None:
        """Whom or what the block is about."""
        new = next((e for e in self.work.additions(Entity) if e.id == block.entity_id), None)
        if new is not None or block.entity_id is None:
            return new
        stored = Entity.objects.filter(user_id=self.work.user_id, pk=block.entity_id)
        return next(iter(self.work.current(stored)), None)

    def ended_by(  # noqa: PLR0911  the narrowest reading that fits
        self, *, subject_id: UUID, topic: str, value: str, at: datetime
    ) -> list[Block]:
        """The statements of which an ending of this topic and value may speak."""
        pool = [
            block
            for block in self.open(subject_id=subject_id)
            if not block.polarity
            and block.topic
            and block.kind == BlockKind.FACT
            and block.valid_to is None
            and (block.valid_from or block.said_at) <= at
        ]
        head = head_of(topic)
        same = [block for block in pool if head_of(block.topic) == head]
        if head == OPEN:
            same = [block for block in same if block.topic == topic]
            if not any(value in _values(block) for block in same):
                same += self._series(subject_id, f"{tail_of(topic)} {value}")
                value = ""  # they are what is meant
        if not value:
            return same
        if exact := [block for block in same if value in _values(block)]:
            return exact
        if head in OPINIONS - GIVEN_UP:
            return []
        if near := [block for block in same if _is_near(block, value)]:
            return near
        others = [block for block in pool if head_of(block.topic) not in OPINIONS]
        if found := [block for block in others if value in _values(block)]:
            return found
        if head not in GIVEN_UP:
            return []
        # "Gave up the flat", "cancelled my gym membership": what is spoken of has another verb.
        bare = " ".join(word for word in value.split() if word not in AGREEMENTS)
        doings = [block for block in pool if head_of(block.topic) not in ("likes", "dislikes")]
        return [block for block in doings if bare and _speaks_of(block, bare)]

    def _series(self, subject_id: UUID, doing: str) -> list[Block]:
        """What is done again and again in these words: "I don't do the Monday run any more"."""
        said = {stem(word) for word in words(doing)} - _EMPTY
        return [
            block
            for block in self.open(subject_id=subject_id)
            if (block.recurrence or head_of(block.topic) == "hobby")
            and not block.polarity
            and said
            and said <= {stem(word) for word in words(block.text)}
        ]

    def corrected_by(
        self, *, subject_id: UUID | None, topic: str, wrong: str, said_at: datetime
    ) -> Block | None:
        """The latest statement that said the wrong value; without a topic, of the last days."""
        wrong = identity.canonical_value(wrong)
        if topic and subject_id and head_of(topic) != OPEN:
            ours = self.open(subject_id=subject_id)
            pools = [
                [block for block in ours if block.topic == topic],
                [block for block in ours if head_of(block.topic) == head_of(topic)],
            ]
        else:
            pools = [self.open(since=said_at - RECENT)]
        for pool in pools:
            found = [
                block
                for block in pool
                if block.said_at <= said_at and block.topic and _says(block, wrong, self.zone)
            ]
            if found:
                return max(found, key=lambda block: statement_of(block).said)
        return None

    def replaced_by(self, *, subject_id: UUID, name: str, at: datetime) -> Block | None:
        """The only statement on somebody or something of that name whose place can be taken."""
        name = identity.canonical_value(name)
        found = [
            block
            for block in self.open(subject_id=subject_id)
            if not block.polarity
            and block.kind == BlockKind.FACT
            and block.valid_to is None
            and block.said_at <= at
            and _can_be_replaced(block)
            and _is_near(block, name)
        ]
        sole = [block for block in found if _role_in(block) not in HAD_BY_MANY]
        return sole[0] if are_one(sole) and sole and len({b.topic for b in sole}) == 1 else None

    def in_the_same_role(self, block: Block) -> list[Block]:
        """Others who are to its subject just what its value is: "Peter is my sales rep"."""
        if head_of(block.topic) not in OF_SOMEBODY or not block.value:
            return []
        said = _but_for_value(block)
        return [
            other
            for other in self.open(subject_id=block.entity_id)
            if other.id != block.id
            and other.kind == BlockKind.FACT
            and not other.polarity
            and other.valid_to is None
            and head_of(other.topic) == head_of(block.topic)
            and other.topic != block.topic
            and _but_for_value(other) == said
        ]

    def roles_left(self, block: Block) -> list[Block]:
        """What somebody was to the user and is not after this: "Ulrike left the company"."""
        roles = DEPARTURES.get(block.topic, frozenset())
        if block.topic == "job" and block.value == "retired":
            roles = AT_WORK | PRACTICES
        if block.kind == BlockKind.EVENT and _MOVES_OUT.search(block.text):
            roles = AT_HOME
        said = set(identity.canonical_value(block.value).split())
        is_left = block.topic != "do:leave" or said & PLACES_OF_WORK
        if not roles or not is_left or block.entity_id is None:
            return []
        return [
            related
            for related in self._naming(block.entity_id)
            if head_of(related.topic) in ("manager", "contact")
            and not related.polarity
            and related.valid_to is None
            and related.text.rstrip(".").rpartition(" ")[2].casefold() in roles
        ]

    def stays_left(self, block: Block) -> list[Block]:
        """That somebody was in hospital who is home again after this."""
        # "Mama wurde entlassen" is read as the end of a job, which it may be as well.
        is_said = not block.polarity or block.topic == "employer"
        if block.entity_id is None or not is_said or not _IS_BACK.search(block.text):
            return []
        return [
            other
            for other in self.open(subject_id=block.entity_id)
            if other.id != block.id
            and other.said_at <= block.said_at
            and other.valid_to is None
            and _IS_AWAY.search(other.text)
            and not _IS_BACK.search(other.text)
        ]

    def of_the_dead(self, entity_id: UUID) -> list[Block]:
        """What was said of somebody in the present tense, and who they were to others."""
        own = [b for b in self.open(subject_id=entity_id) if b.topic not in UNCHANGING]
        related = [block for block in self._naming(entity_id) if _is_of_somebody(block)]
        return [
            block
            for block in (*own, *related)
            if block.topic not in DEATHS and block.valid_to is None and block.kind == BlockKind.FACT
        ]

    def _naming(self, entity_id: UUID) -> list[Block]:
        """Statements about others that name the entity."""
        spoken = Mention.objects.filter(user_id=self.work.user_id, entity_id=entity_id)
        ids = {mention.block_id for mention in self.work.current(spoken)}
        ids |= {m.block_id for m in self.work.additions(Mention) if m.entity_id == entity_id}
        return [block for block in self.open(ids=ids) if block.entity_id != entity_id]


_IS_BACK = re.compile(
    r"(?i)\b(?:discharged|released from (?:the )?(?:hospital|clinic)|"
    r"(?:home|back|out) (?:from|of) (?:the )?(?:hospital|rehab|clinic)|"
    r"(?:is|are|'s|came|got|comes|gets|went) (?:back )?home\b(?: again)?|"
    r"entlassen|wieder (?:zu hause|zuhause|daheim|nach hause)|nach hause gekommen|"
    r"kommt .*nach hause|aus (?:dem|der) (?:krankenhaus|klinik|reha|kur|klinikum|spital))"
)
_IS_AWAY = re.compile(
    r"(?i)\b(?:in (?:the |a )?(?:hospital|intensive care|icu|rehab|clinic)|"
    r"im (?:krankenhaus|klinikum|spital)|ins krankenhaus|in (?:der )?(?:klinik|reha|kur)|"
    r"auf (?:der )?intensivstation)\b"
)


def _is_of_somebody(block: Block) -> bool:
    return head_of(block.topic) in OF_SOMEBODY or block.topic.startswith("edge.")


def _but_for_value(block: Block) -> str:
    text = block.text.casefold().replace(block.value.casefold(), "", 1)
    return re.sub(r"\b(?:new|neue[rnms]?) ", "", text).replace("landlady", "landlord")


def _role_in(block: Block) -> str:
    """The last word of "Ann is my swimming coach"."""
    return block.text.rstrip(".").rpartition(" ")[2].casefold()


def _can_be_replaced(block: Block) -> bool:
    """True for a role, and for what somebody has, uses or does in words of the present."""
    head, verb = head_of(block.topic), tail_of(block.topic)
    if head != OPEN:
        return head in REPLACEABLE
    return re.match(rf"(?:I|We) (?:{re.escape(verb)}|am|are)\b", block.text) is not None


def _values(block: Block) -> set[str]:
    return {identity.canonical_value(block.value), tail_of(block.topic)} - {""}


def _is_near(block: Block, value: str) -> bool:
    """True when the value is the block's with words left out: the Golf of a VW Golf."""
    words = set(value.split())
    return bool(words) and any(words <= set(each.split()) for each in _values(block))


def _speaks_of(block: Block, words: str) -> bool:
    """True when the block's value or its sentence has all of the words."""
    return _is_near(block, words) or set(words.split()) <= set(
        identity.canonical_value(block.text).split()
    )


def _says(block: Block, wrong: str, zone: tzinfo) -> bool:
    """True when the wrong value is the block's, or the time of its event."""
    if _is_near(block, wrong):
        return True
    if block.starts_at is None:
        return False
    start = block.starts_at.astimezone(zone)
    day = start.date().isoformat().replace("-", " ")
    names = {
        *WEEKDAYS[start.weekday()],
        *(name for name, month in MONTHS.items() if month == start.month),
        *(f"{start.day}{ending}" for ending in ("st", "nd", "rd", "th")),
        str(start.day),
        f"{start:%H %M}",
        str(start.hour % 12 or 12),
    }
    words = set(wrong.split())
    return wrong.startswith(day) or (bool(words) and words <= names | NAMELESS)


def weekday_named(word: str) -> int | None:
    """The weekday of that name, from Monday, 0."""
    return next((n for n, names in enumerate(WEEKDAYS) if word in names), None)


def reads_corrected(text: str, *, wrong: str, right: str) -> str:
    """The text with the right value in the place of the wrong one; empty where it is not there."""
    place = text.casefold().find(wrong.casefold())
    if not wrong or not right or place < 0:
        return ""
    return f"{text[:place]}{right}{text[place + len(wrong) :]}"


def reads_replaced(text: str, *, old: str, new: str) -> str:
    """The text with the new one in the place of the old; without what was said of the old.

    A name in front is the subject: of "Ann Lee is my coach" all stays but the name.
    """
    place = text.casefold().find(old.casefold())
    if place < 0:
        return ""
    new = re.sub(r"^Herrn ", "Herr ", new)
    if new.startswith("Herr "):
        text = re.sub(r"\b(mein|unser)e (\w+?)in\b", r"\1 \2", text)
    if place == 0 or _TITLE.fullmatch(text[:place]):
        match = _IS_MINE.search(text)
        return f"{new}{text[match.start() :]}" if match is not None else ""
    return f"{text[:place]}{new}."


_TITLE = re.compile(r"(?:\w+\.? )")
_IS_MINE = re.compile(r" (?:is|ist) (?:my|our|mein|unser)")


def are_one(blocks: Iterable[Block]) -> bool:
    """True for statements of one value, however often it is stored."""
    return len({identity.canonical_value(block.value) for block in blocks}) <= 1


def opposite_of(topic: str) -> str:
    """The topic that cannot hold beside it: dislikes:tea of likes:tea; empty for most."""
    head = OPPOSITES.get(head_of(topic), "")
    return f"{head}:{tail_of(topic)}" if head else ""
