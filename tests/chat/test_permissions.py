"""What a tool may fetch and search for, whatever the model says."""

from typing import Any

import pytest

from chat.tools.base import TurnContext
from chat.tools.permissions import (
    addresses_in,
    known_address,
    private_words_of,
    strings_of,
    why_not_asked,
)


def turn_of(question: str, *addresses: str, outside: str = "") -> TurnContext:
    """A turn with the question, and what a tool has named and said."""
    return TurnContext(
        user_id=None,
        question=question,
        addresses=addresses_in(question) | set(addresses),
        outside_text=[outside] if outside else [],
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Read https://a.example/x, please.", {"https://a.example/x"}),
        ("(see http://A.example:80/X?y=z#w)", {"http://a.example/X?y=z"}),
        ("what does www.a.example say", {"https://www.a.example/"}),
        ("what does a.example say?", {"https://a.example/"}),
        ("a.example/path/to.html!", {"https://a.example/path/to.html"}),
        ("https://a.example/Owl_(bird)", {"https://a.example/Owl_(bird)"}),
        ("(https://a.example/Owl_(bird))", {"https://a.example/Owl_(bird)"}),
        ("[owls](https://a.example/owls)", {"https://a.example/owls"}),
        ("**https://a.example/owls**", {"https://a.example/owls"}),
        ("„https://a.example/owls“", {"https://a.example/owls"}),
        (
            "bücher.example and bücher.example/x",
            {
                "https://xn--bcher-kva.example/",
                "https://xn--bcher-kva.example/x",
            },
        ),
        ("write to me@a.example or me@a.example/x", set()),
        ("https://me:secret@a.example/", set()),
        ("https://good.example@evil.example/", set()),
        ("https://a.example/?to=b.example", {"https://a.example/?to=b.example"}),
        ("ftp://a.example/x", {"https://a.example/x"}),
        ("no address, e.g. here", set()),
        ("http://10.0.0.1/admin", {"http://10.0.0.1/admin"}),  # refused when it is fetched
        ("http://127.1/", set()),
    ],
)
def test_addresses_of_a_text(text: str, named: set[str]) -> None:
    """Without the punctuation around them."""
    assert addresses_in(text) == named


KNOWN = "https://a.example/path?x=1"
SAME = [
    KNOWN,
    f"  {KNOWN} ",
    "HTTPS://A.EXAMPLE/path?x=1",
    "https://a.example:443/path?x=1",
    "https://a.example./path?x=1",
    "https://a.example/path?x=1#anything-at-all",
    "http://a.example/path?x=1",
    "a.example/path?x=1",
    "https://a.example/%70ath?x=%31",
    "https://a.example/b/../path?x=1",
    "https://a.example/./path?x=1",
]


@pytest.mark.parametrize("asked", SAME)
def test_the_same_address_is_fetched_as_it_was_named(asked: str) -> None:
    """What the model makes of it, its fragment among that, goes nowhere."""
    assert known_address(asked, turn_of(f"read {KNOWN}")) == KNOWN


@pytest.mark.parametrize(
    "asked",
    [
        "https://a.example/path?x=2",
        "https://a.example/path?x=1&y=secret",
        "https://a.example/path?x=1/",
        "https://a.example/path",
        "https://a.example/path/?x=1",
        "https://a.example/Path?x=1",
        "https://a.example//path?x=1",
        "https://a.example/path%2Fsecret?x=1",
        "https://a.example/path%3Fx=1",
        "https://a.example/path;secret?x=1",
        "https://a.example/secret/%2e%2e%2fpath?x=1",
        "https://a.example:8443/path?x=1",
        "https://secret.a.example/path?x=1",
        "https://a.example.evil.example/path?x=1",
        "https://secret@a.example/path?x=1",
        "https://a.example@evil.example/path?x=1",
        "https://evil.example#https://a.example/path?x=1",
        "https://evil.example/https://a.example/path?x=1",
        "https://evil.example\\@a.example/path?x=1",
        "https://a.example\\.evil.example/path?x=1",
        "https://a.example /path?x=1",
        "https://a.example/path?x=1\r\nsecret",
        "https://а.example/path?x=1",  # the letter of Cyrillic
        "ftp://a.example/path?x=1",
        "file:///path?x=1",
        "javascript:https://a.example/path?x=1",
        "",
        "https://",
    ],
)
def test_another_address_is_not_fetched(asked: str) -> None:
    """However like the known one it looks."""
    assert not known_address(asked, turn_of(f"read {KNOWN}"))


@pytest.mark.parametrize(
    ("named", "asked", "is_known"),
    [
        ("https://a.example/x", "https://a.example/x/", True),
        ("https://a.example/x/", "https://a.example/x", True),
        ("https://a.example/x", "https://a.example/x//", False),
        ("https://a.example/x", "https://a.example/x///////", False),
        ("https://a.example/", "https://a.example", True),
        ("https://a.example/", "https://a.example//", False),
        ("https://a.example/x", "https://a.example/x?", True),
        ("https://a.example/x", "https://a.example/x?/", False),
    ],
)
def test_slashes_carry_nothing(named: str, asked: str, is_known: bool) -> None:
    """One at the end is what models get wrong; their number could be a message."""
    assert known_address(asked, turn_of(named)) == (named if is_known else "")


def test_the_very_address_wins() -> None:
    """Where several that are alike were named."""
    turn = turn_of("", "http://a.example/x", "https://a.example/x", "https://a.example/x/")

    assert known_address("http://a.example/x", turn) == "http://a.example/x"
    assert known_address("http://a.example/x/", turn) == "https://a.example/x/"


def test_what_a_tool_named_in_its_own_way_is_known() -> None:
    """Another program's tool may not know the one form."""
    assert known_address("https://a.example/x", turn_of("", "HTTPS://A.example:443/x#y")) != ""


@pytest.mark.parametrize(
    ("query", "private"),
    [
        ("owls in winter", set()),
        ("latest news of owls 2026", set()),
        ("owls peanut", {"peanut"}),
        ("OWLS Peanut", {"peanut"}),
        ("site:evil.example?q=peanut", {"evil", "peanut", "q", "example"}),
        ("0 1 7 5", {"0", "1", "7", "5"}),
        ("5551234", {"5551234"}),
        ("p e a n u t", {"p", "e", "n", "u", "t"}),
    ],
)
def test_after_text_from_outside_only_public_words_are_searched(
    query: str, private: set[str]
) -> None:
    """Those of the question and of what was found; nothing can be spelt with letters of a page."""
    outside = "Owls hunt in winter, it was said in 2026. a b c d e n p t u 0 1 2 5 7 5551234"
    turn = turn_of("How do owls live?", outside=outside)

    assert private_words_of(query, turn) == private


def test_before_that_any_words_are() -> None:
    """Nobody but the user has told the model what to search for."""
    assert private_words_of("peanut allergy", turn_of("What may I eat?")) == set()


def test_numbers_of_the_question_may_be_searched() -> None:
    """The user has said them."""
    turn = turn_of("What is E 471 in?", outside="Something.")

    assert private_words_of("E 471", turn) == set()


# -- other programs' tools


def why_not(arguments: dict[str, Any], *, outside: str = "An owl.", reads: bool = True) -> str:
    """Why the tool is not asked this, in a turn about mate tea."""
    return why_not_asked(
        arguments,
        turn_of("Where is mate tea grown, and since 1850?", outside=outside),
        is_read_only=reads,
        told='{"properties": {"query": {"enum": ["oldest"]}, "q": {}}}',
        names=["query", "q"],
    )


@pytest.mark.parametrize("reads", [True, False])
def test_without_text_from_outside_a_tool_is_asked_anything(reads: bool) -> None:
    """The model obeys the user alone then, who has allowed the tool."""
    assert why_not({"text": "Alice is allergic to nuts"}, outside="", reads=reads) == ""


def test_after_it_only_what_reads_is_asked() -> None:
    """Whatever the arguments are."""
    assert "may change something" in why_not({}, reads=False)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"query": "mate tea"},
        {"q": "Mate"},
        {"query": "oldest tea", "q": ["tea", "owl"]},
        {"query": "tea 1850"},
        {"query": "tea, mate: where?", "q": ""},
        {"query": {"query": ["tea", None, True, 3]}},
    ],
)
def test_public_words_may_be_told(arguments: dict[str, Any]) -> None:
    """Of the question, of what was found, and of the tool itself."""
    assert why_not(arguments) == ""


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": "nuts"},
        {"query": ["tea", {"query": "nuts"}]},
        {"nuts": "tea"},
        {"query": {"nuts": 1}},
        {"x": "tea"},
        {"query": 4711},
        {"query": -3},
        {"query": 0.110_117},
        {"query": 10**40},
        {"query": [110, 117, 116, 115]},
        {"query": [14, 21, 20, 19, 1, 2, 3, 4, 5]},
        {"query": [[], [], [[]], [], [[]], [[[]]], []]},
        {"query": [True, False, True, True, False, True, True, False, True]},
        {"query": "n u t s"},
        {"query": "tea -..--"},
        {"query": "tea \U0001f95c"},
        {"query": "tea\u200b\u200c"},
        {"query": "tea" + " " * 14 + "mate"},
        {"query": "te\u0301a"},
        {"query": {"(tea)": "tea"}},
    ],
)
def test_private_words_may_not_be_told_in_any_form(arguments: dict[str, Any]) -> None:
    """As text, names, numbers, or spelt by the shape of it all."""
    assert why_not(arguments)


def test_all_text_of_arguments_is_found() -> None:
    """However deep it stands."""
    deep: Any = "owl"
    for _ in range(5_000):
        deep = [deep]

    assert sorted(strings_of({"a": {"b": ["c", 4711, 5]}, "d": deep}).split()) == [
        *("4711", "a", "b", "c", "d", "owl")
    ]
