"""Whatever is said, the rules and the filter give something valid."""

import string
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.extraction.port import KnownEntity
from knowledge.extraction.relevance import filter_extraction
from knowledge.extraction.repair import parse_items
from knowledge.extraction.rules import RulesExtractor
from tests.knowledge.extraction.support import SCHEMA, faults, message

PIECES = [
    *("I live in Lyon", "my sister Ann", "Ann's", "moved to", "I'm", "allergic to", "nuts", "\n"),
    *(": ", "Caroline: ", '"', "```", "> ", "`", "?", "!", ". ", ", ", "’", "“", "\x00", "\ue000"),
    *(
        "last May",
        "on 31 June",
        "in 99999999 years",
        "0000-00-00",
        "a@b.co",
        "https://x.y/(",
        "#tag",
    ),
    *(
        "remember that ",
        "if ",
        "not ",
        "no longer ",
        "İstanbul",
        "ǅ",
        "ß",
        "👩‍👩‍👧",
        "\u202e",
        "\t",
    ),
    *("and ", "because ", "Dr. ", "ich wohne in ", "mein Name ist ", "+49 170 1234567", "1" * 50),
    *("birthday is ", "May 32", "I was born on 0 May 9999", "(((((", "A" * 300, "\ud800"),
]
BROKEN = ['{"facts": [', "{", "}", "[", "]", '"', ",", "```", "1", "null", "true", ":"]
texts = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=string.printable, max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
)
known = st.lists(
    st.builds(
        KnownEntity,
        key=st.text(min_size=1, max_size=8),
        name=st.one_of(st.text(max_size=12), st.sampled_from(["Ann", "Lyon", "New York", ""])),
        node_type=st.just("node.person"),
    ),
    max_size=4,
    unique_by=lambda entity: entity.key,
)


@settings(max_examples=300, deadline=None)
@given(contents=st.lists(texts, min_size=1, max_size=4), known=known)
def test_any_text_gives_a_valid_extraction(
    contents: Sequence[str], known: Sequence[KnownEntity]
) -> None:
    """Spans lie within their message and every id is of the schema."""
    messages = [message(text, number=n) for n, text in enumerate(contents)]
    found = RulesExtractor().extract(messages=messages, schema=SCHEMA, known=known)

    assert not faults(found, messages)
    assert not faults(filter_extraction(found, messages), messages)


@settings(max_examples=50, deadline=None)
@given(texts)
def test_the_same_text_gives_the_same_facts(text: str) -> None:
    """Extraction is deterministic."""
    messages = [message(text)]
    first, second = (RulesExtractor().extract(messages=messages, schema=SCHEMA) for _ in "12")

    assert first == second


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from(BROKEN), max_size=30).map("".join),
    )
)  # fmt: skip
def test_any_answer_can_be_read(answer: str) -> None:
    """What is no list of objects is nothing, never an error."""
    items = parse_items(answer, "facts")

    assert items is None or all(isinstance(item, dict) for item in items)


@pytest.mark.parametrize(
    "text",
    [
        "I live in " * 20_000,
        "A" * 200_000,
        "Ann " * 50_000,
        "my sister " * 20_000,
        "\n" * 100_000,
        '"' * 50_001,
        "> " * 50_000,
        "(" * 100_000,
        "remember that " * 10_000,
        "a@" * 50_000,
        "I like tea and " * 10_000,
        "https://" * 20_000,
        "1." * 50_000,
        "ok " * 50_000,
        "hi " * 50_000,
        "and " * 50_000,
        "<a " * 50_000,
        "thanks, ok, " * 20_000,
        "Bob: " * 30_000,
    ],
)
def test_huge_texts_end(text: str) -> None:
    """No pattern runs away on a text that was made for it."""
    messages = [message(text)]
    found = filter_extraction(RulesExtractor().extract(messages=messages, schema=SCHEMA), messages)

    assert not faults(found, messages)
