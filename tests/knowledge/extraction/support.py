"""What the tests of extraction share: the schema, messages, and what was read out of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

from knowledge.extraction.port import Extractor, KnownEntity, SchemaView
from knowledge.extraction.relevance import filter_extraction
from knowledge.extraction.rules import RulesExtractor
from knowledge.types import Extraction, SourceMessage, TextSpan

SAID = datetime(2023, 6, 14, 15, 30, tzinfo=UTC)  # a Wednesday
_SPACE = UUID("00000000-0000-4000-8000-000000000000")

_PARENTS: dict[str, Sequence[str]] = {
    "node": (),
    "node.block": ("node",),
    "node.entity": ("node",),
    **dict.fromkeys(
        (
            *("node.person", "node.group", "node.institution", "node.place", "node.object"),
            *("node.concept", "node.event", "node.document", "node.task", "node.message"),
        ),
        ("node.entity",),
    ),
    "node.company": ("node.institution",),
    "node.city": ("node.place",),
    "node.country": ("node.place",),
    "node.quote": ("node.block",),
}
_RULES = {
    "edge.knows": [("node.person", "node.person")],
    "edge.partner_of": [("node.person", "node.person")],
    "edge.related_to": [("node.entity", "node.entity")],
    "edge.owns": [("node.entity", "node.entity")],
    "edge.affiliated_with": [("node.person", "node.institution")],
    "edge.member_of": [("node.person", "node.group")],
    "edge.participated_in": [("node.person", "node.event")],
    "edge.mentions": [("node.block", "node.entity")],
}
SCHEMA = SchemaView(
    node_types={key: "" for key in _PARENTS if key != "node"},
    node_parents=_PARENTS,
    edge_types=dict.fromkeys(_RULES, ""),
    edge_rules=_RULES,
    single_valued=frozenset(),
)


def message(text: str, *, role: str = "user", number: int = 1) -> SourceMessage:
    """A message said on 14 June 2023."""
    id_ = uuid5(_SPACE, f"{number}:{role}:{text!r}")
    return SourceMessage(id_, "2023/06/14", number, role, text, SAID)


def read(
    *texts: str,
    role: str = "user",
    known: Sequence[KnownEntity] = (),
    extractor: Extractor | None = None,
) -> Extraction:
    """What may be remembered of the texts, each a message, after the relevance filter."""
    messages = [message(text, role=role, number=number) for number, text in enumerate(texts, 1)]
    found = (extractor or RulesExtractor()).extract(messages=messages, schema=SCHEMA, known=known)
    return filter_extraction(found, messages)


def stated_facts(extraction: Extraction) -> set[tuple[str, str, str]]:
    """The facts with a topic: whose, what, and its value behind `not` or `ended` where it is so."""
    names = {
        entity.key: "user" if entity.is_user else entity.name for entity in extraction.entities
    }
    return {
        (
            names.get(fact.about[0], fact.about[0]),
            fact.topic,
            f"{fact.polarity} {fact.value or ''}".strip(),
        )
        for fact in extraction.facts
        if fact.topic is not None
    }


def names(extraction: Extraction) -> set[str]:
    """The names of the entities, without the user."""
    return {entity.name for entity in extraction.entities if not entity.is_user}


def texts(extraction: Extraction) -> list[str]:
    """The facts as sentences."""
    return [fact.text for fact in extraction.facts]


def reasons(extraction: Extraction) -> set[str]:
    """Why something was refused."""
    return {str(ruling.reason) for ruling in extraction.rulings}


def faults(extraction: Extraction, messages: Sequence[SourceMessage]) -> list[str]:
    """What is wrong with an extraction, whatever it was made from."""
    contents = {one.id: one.content for one in messages}
    keys = {entity.key for entity in extraction.entities}
    spans = [
        *(span for entity in extraction.entities for span in entity.spans),
        *(mention.span for mention in extraction.mentions),
        *(fact.span for fact in extraction.facts),
    ]
    found = [f"span {span}" for span in spans if not _is_inside(span, contents)]
    found += [e.node_type for e in extraction.entities if e.node_type not in SCHEMA.node_types]
    found += [m.entity_key for m in extraction.mentions if m.entity_key not in keys]
    for fact in extraction.facts:
        found += [key for key in fact.about if key not in keys]
        if fact.edge_type is not None and fact.edge_type not in SCHEMA.edge_types:
            found.append(fact.edge_type)
        if not 0 <= fact.confidence <= 1 or not fact.text.strip() or "\x00" in fact.text:
            found.append(repr(fact))
    return found


def _is_inside(span: TextSpan, contents: dict[UUID, str]) -> bool:
    content = contents.get(span.message_id)
    return content is not None and 0 <= span.start < span.end <= len(content)
