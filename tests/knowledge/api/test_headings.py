"""The headings of a page, and how relations read, for all that is learned."""

from knowledge.extraction.topics import all_topics
from knowledge.selectors.relations import Party, relation_text
from knowledge.selectors.topic_headings import OTHERS, heading_of


def test_every_topic_of_the_table_has_a_heading() -> None:
    """What is new in the table is not lost under the last heading."""
    names = set(all_topics())

    assert [name for name in sorted(names) if heading_of(name) == OTHERS] == []


def test_every_relation_of_the_table_reads() -> None:
    """As a verb between two names, or as what one is to the other."""
    relations = {topic.relation for topic in all_topics().values() if topic.relation}

    for relation in sorted(relations):
        text = relation_text(Party("Al"), Party("Bo"), relation=relation, edge_type="edge.knows")
        assert "_" not in text
        assert text.startswith("Al ") or text == f"Bo is Al’s {relation}"
        # A verb must be in the table of verbs, or it would read as a role.
        assert not text.endswith((" in", " at", " on", " of"))
