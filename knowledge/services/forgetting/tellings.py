"""Where messages say what is forgotten once more, without the memory having learned it there.

"Prawns, allergic, as I said" and an answer that minds the allergy are no sources of the statement,
but what is forgotten would be found there again.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from uuid import UUID

from journal import selectors as journal
from knowledge.models import Block, Source
from knowledge.retrieval.ranking.terms import stem, terms, words
from knowledge.types import STATEMENT_KINDS, BlockKind, TextSpan

MIN_TERMS = 2  # what has one alone says too little to be known again
NOTES = (BlockKind.NOTE,)
DENIALS = frozenset({"no", "nor", "not", "don"})  # that are no terms
READ_DATE = re.compile(r"\([^()]*\d[^()]*\)")  # which a statement adds to what was said
SENTENCE = re.compile(r"[^\n]+?(?:[.!?;…]['\")\]]*(?=\s)|[。！？；]|$)", re.MULTILINE)


def find_other_tellings(*, user_id: UUID, blocks: Collection[Block]) -> list[TextSpan]:
    """Sentences of the user's journal that have every word of content of one of these statements.

    Left alone are those from which a statement was learned: what is known to say the forgotten one
    goes in any case, and no more of it.
    """
    wanted = [
        (said, found)
        for block in blocks
        for said in statements_of(block)
        if len(found := set(terms(said))) >= MIN_TERMS
    ]
    spans = {
        span
        for said, found in wanted
        for message in journal.messages_with(user_id=user_id, part=longest_stem(said))
        for span in _sentences_with(found, message.id, message.content)
    }
    learned: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    statements = Block.objects.filter(user_id=user_id, kind__in=STATEMENT_KINDS)
    sources = Source.objects.filter(
        user_id=user_id,
        table="block",
        message_id__in={span.message_id for span in spans},
        record_id__in=statements.values("pk"),
    )
    for source in sources:
        learned[source.message_id].append((source.start, source.end))
    return [
        span
        for span in sorted(spans, key=lambda each: (str(each.message_id), each.start))
        if not any(start < span.end and span.start < end for start, end in learned[span.message_id])
    ]


def notes_and_facts_alike(*, user_id: UUID, blocks: Collection[Block]) -> list[Block]:
    """Notes that say what one of these facts says, and facts that say what one of these notes says,
    of the same entity."""
    found: list[Block] = []
    for kinds, others in ((STATEMENT_KINDS, NOTES), (NOTES, STATEMENT_KINDS)):
        wanted = {(block.entity_id, _says(block)) for block in blocks if block.kind in kinds}
        entities = {entity_id for entity_id, _ in wanted if entity_id is not None}
        alike = Block.objects.filter(user_id=user_id, entity_id__in=entities, kind__in=others)
        found += [block for block in alike if (block.entity_id, _says(block)) in wanted]
    return found


def _says(block: Block) -> tuple[frozenset[str], bool]:
    """What the block says, in whichever words, and whether it denies it."""
    said = READ_DATE.sub(" ", block.text)
    return frozenset(terms(said)), not DENIALS.isdisjoint(words(said))


def statements_of(block: Block) -> list[str]:
    """What the block says by itself: a fact one thing, a note as many as it has sentences.

    A note has no source, though it may be the very words of a message.
    """
    if block.kind == BlockKind.NOTE:
        return SENTENCE.findall(block.text)
    return [READ_DATE.sub(" ", block.text)] if block.kind in STATEMENT_KINDS else []


def longest_stem(text: str) -> str:
    """What every text with the same terms has in it, whatever the ending of its word."""
    kept = [word for word in words(text) if terms(word)]
    return max((min(word, stem(word), key=len) for word in kept), key=len)


def _sentences_with(wanted: Collection[str], message_id: UUID, content: str) -> Iterator[TextSpan]:
    for sentence in SENTENCE.finditer(content):
        if set(terms(sentence[0])).issuperset(wanted):
            yield TextSpan(message_id, *sentence.span())
