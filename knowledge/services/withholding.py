"""What is not given to a model: what is private where it is elsewhere, secrets nobody asked for.

See docs/adr/0013-private-facts-stay-here.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from journal.types import StoredMessage
from knowledge import identity
from knowledge.selectors.withheld import WithheldRow, answers_to, withheld_rows
from knowledge.types import IN_ITS_PLACE, BlockKind, Recalled

TOPIC_HEAD = "secret"  # of topics that say behind it what the secret is of
MIN_INITIALS = 2  # fewer letters are any word
MIN_VALUE_CHARS = 3  # shorter ones would be found everywhere
NO_VALUES = ("", "yes", "no")  # of topics that carry their value themselves

# Words by which a question asks for a secret.
_ASKS_FOR_SECRET = re.compile(
    r"\b(?:pass ?(?:words?|codes?|phrases?)|passwd|pwd|pins?|codes?|combinations?|keys?|tokens?|"
    r"secrets?|log-?ins?|credentials?|accounts?|numbers?|ibans?|cvvs?|cards?|"
    r"passports?|licen[cs]es?|pass?w[öo]rte?r?|kennw[öo]rte?r?|geheim\w*|zugang\w*|konto\w*|"
    r"\w*nummern?|karten?|ausweis\w*|schl[üu]ssel\w*|\w*codes?|anmelde\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{3,}")
_LITTLE = frozenset(
    """the for and what was are has have with from that this you your our
    der die das mein meine ist wie und für""".split()  # noqa: SIM905  words read best as words
)


@dataclass(frozen=True)
class Withheld:
    """What may not be given."""

    block_ids: frozenset[UUID] = frozenset()
    spans: Mapping[UUID, Sequence[tuple[int, int]]] = field(default_factory=dict)  # by message
    contents: Mapping[UUID, str] = field(default_factory=dict)  # of those messages
    answers: frozenset[UUID] = frozenset()  # messages that were made from those, wholly
    # What it is about, in the words of a statement's value; also other texts say it.
    values: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self.block_ids or self.spans)

    def is_named_in(self, text: str) -> bool:
        """True when the text has the value of something withheld."""
        return self.values is not None and self.values.search(text) is not None

    def hidden(self, text: str) -> str:
        """The text with a mark in the place of what is withheld, whatever text it is."""
        for id_, spans in self.spans.items():
            for start, end in spans:
                if quote := self.contents[id_][start:end].strip():
                    text = text.replace(quote, IN_ITS_PLACE)
        return self.without_values(text)

    def without_values(self, text: str) -> str:
        """The text with a mark in the place of each such value."""
        return self.values.sub(IN_ITS_PLACE, text) if self.values is not None else text


NOTHING = Withheld()


def withheld_from(*, user_id: UUID, is_elsewhere: bool, question: str | None = None) -> Withheld:
    """What may not be given of the user's memory to a model, which may be elsewhere.

    With a question, a secret may be given when the question asks for it; without one, only what is
    private counts: the conversation of a day is not cut for its secrets.
    """
    rows = [
        row
        for row in withheld_rows(user_id=user_id)
        if (row.is_private and is_elsewhere)
        or (row.is_secret and question is not None and not _is_asked_for(question, row))
    ]
    if not rows:
        return NOTHING
    spans: dict[UUID, list[tuple[int, int]]] = {}
    private_positions = set()
    for row in rows:
        if row.message_id is None:
            continue
        spans.setdefault(row.message_id, []).append((row.start, row.end))
        if row.is_private and is_elsewhere:
            private_positions.add((row.reference, row.sequence))
    return Withheld(
        block_ids=frozenset(row.block_id for row in rows),
        spans=spans,
        contents={row.message_id: row.content or "" for row in rows if row.message_id},
        answers=frozenset(answers_to(user_id=user_id, positions=private_positions)),
        values=_pattern_of({_value_of(row) for row in rows}),
    )


def asks_for(question: str, *, secret: str, name: str = "") -> bool:
    """True when the question asks for this secret.

    It does by its name (two words of it or more, all of them, or their initials), or by a word for
    secrets together with a word that it shares with the statement.
    """
    asked = _words_of(question)
    named = _WORD.findall(name.lower())
    parts = set(named) - _LITTLE
    initials = "".join(word[0] for word in named)
    if (len(parts) > 1 and parts <= asked) or (len(initials) > MIN_INITIALS and initials in asked):
        return True
    shared = (asked & _words_of(secret)) - _LITTLE
    return bool(shared) and _ASKS_FOR_SECRET.search(question) is not None


def _is_asked_for(question: str, row: WithheldRow) -> bool:
    head, _, name = row.topic.partition(":")
    return asks_for(question, secret=row.text, name=name if head == TOPIC_HEAD else "")


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def given_of(items: Iterable[Recalled], withheld: Withheld) -> list[Recalled]:
    """The memories that may be given, passages with a mark in the place of what may not."""
    if not withheld:
        return list(items)
    given = []
    for item in items:
        messages = [id_ for id_ in item.message_ids if id_ in withheld.spans]
        if item.block_id in withheld.block_ids or not withheld.answers.isdisjoint(item.message_ids):
            continue
        if item.kind != BlockKind.EPISODE:
            if not withheld.is_named_in(item.text):
                given.append(item)
            continue
        text = item.text
        for id_ in messages:
            text = _passage_without(text, withheld.contents[id_], withheld.spans[id_])
        text = withheld.without_values(text)
        if text == item.text and not any(withheld.is_named_in(e.text) for e in item.ended):
            given.append(item)
        elif text.replace(IN_ITS_PLACE, "").strip(" .,;:!?-–—\n"):
            given.append(replace(item, text=text, ended=()))  # it may be what is withheld
    return given


def day_without(messages: Sequence[StoredMessage], withheld: Withheld) -> list[StoredMessage]:
    """The day's messages with marks in the place of what may not be given of them."""
    if not withheld:
        return list(messages)
    return [
        replace(message, content=IN_ITS_PLACE)
        if message.id in withheld.answers
        else replace(
            message,
            content=withheld.without_values(
                marked(message.content, withheld.spans.get(message.id, ()))
            ),
        )
        for message in messages
    ]


def marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with a mark in the place of each of these stretches, overlapping ones together."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        if start > at or not pieces:
            pieces += [text[at:start], IN_ITS_PLACE]
        at = end
    return "".join([*pieces, text[at:]])


def _passage_without(passage: str, content: str, spans: Sequence[tuple[int, int]]) -> str:
    """The passage of that message with marks; nothing where it cannot be found in the message."""
    begin = content.find(passage)
    if begin < 0:
        return ""
    inside = [
        (max(0, start - begin), min(len(passage), end - begin))
        for start, end in spans
        if start < begin + len(passage) and end > begin
    ]
    return marked(passage, inside)


def _value_of(row: WithheldRow) -> str:
    """What the block is about, as words are compared; its whole text where it has no value."""
    value = row.topic.partition(":")[2] if row.value in NO_VALUES else row.value
    said = _plain(value)
    return said if len(said) >= MIN_VALUE_CHARS else _plain(row.text)


def _pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the values as a whole, in any case, with the usual endings; none of none."""
    written = sorted(
        {r"[\W_]+".join(map(re.escape, value.split())) for value in values if value},
        key=lambda each: (-len(each), each),
    )
    if not written:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(written)})(?:['’]?e?[sn]|e)?(?![^\W_])", re.I)


def _plain(text: str) -> str:
    """The words as they are compared, with a space between each."""
    return " ".join(re.findall(r"\w+", identity.normal_text(text)))
