"""Who says what in a message."""

import pytest

from knowledge.retrieval.ranking.context_window import Utterance
from knowledge.retrieval.utterances import utterance_of


@pytest.mark.parametrize(
    ("text", "utterance"),
    [
        ("Look at this", Utterance("Look at this")),
        ("Ann: Look", Utterance("Look", "Ann")),
        ("Ann: Look \n[shares a photo: a cat] ", Utterance("Look", "Ann", "a cat")),
        ("[a] b [shares an image: c]", Utterance("[a] b", caption="c")),
        ("[shares a photo: a] and more", Utterance("[shares a photo: a] and more")),
        ("[shares a photo: a] [b]", Utterance("[shares a photo: a] [b]")),
        ("[shares a photo: ]", Utterance("[shares a photo: ]")),
    ],
)
def test_a_label_and_a_picture_are_split_off(text: str, utterance: Utterance) -> None:
    """Only at the beginning, and only at the end."""
    assert utterance_of(text) == utterance


@pytest.mark.parametrize(
    "text", ["\n" * 500_000 + "x", "[shares a photo: " * 50_000], ids=["blanks", "brackets"]
)
def test_no_text_takes_minutes(text: str) -> None:
    """Blanks and brackets without an end are read once; the suite's timeout tells otherwise."""
    assert utterance_of(text) == Utterance(text)
