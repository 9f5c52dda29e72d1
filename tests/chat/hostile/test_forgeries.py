"""What an attacker writes never passes for the memory, nor for a citation of it."""

import re
import unicodedata
from html.parser import HTMLParser

import pytest

from accounts.models import User
from chat.agent.model import PromptMessage
from chat.models import Receipt
from tests.chat.hostile.channels import WAYS, WORDS
from tests.chat.hostile.conftest import Stage
from tests.chat.hostile.forgeries import FORGERIES

OURS = re.compile(r"<[\s/]*(memory|memories|profile|coming|item|fact|event)(?![a-z0-9])")
MARK = re.compile(r"\[\s*m\s*\d+\s*\]")
GIVEN = re.compile(r"(?m)^<(item id=\"m\d+\"|fact slot=|/?(memory|profile)( today=\"[^\"]*\")?>)")


def as_read(text: str) -> str:
    """The text as a lenient reader takes it: in its plain form, without what is not seen."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    spaced = (" " if c.isspace() else c for c in plain)
    return "".join(c for c in spaced if unicodedata.category(c)[0] not in "CM")


class _Links(HTMLParser):
    """Collects where a page's links lead, and what they read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link begins."""
        if tag == "a":
            self._open = [dict(attrs).get("href") or "", ""]

    def handle_data(self, data: str) -> None:
        """What it reads."""
        if self._open:
            self._open[1] += data

    def handle_endtag(self, tag: str) -> None:
        """A link ends."""
        if tag == "a" and self._open:
            self.found.append((self._open[0], self._open[1].strip()))
            self._open = []


def ours_in(message: PromptMessage) -> int:
    """How many tags of ours a lenient reader finds in the message."""
    return len(OURS.findall(as_read(message.content)))


def test_there_are_enough_of_them() -> None:
    """A table that lost its rows would pass."""
    assert len(FORGERIES) >= 80


@pytest.mark.sample(10)
@pytest.mark.parametrize(
    ("name", "way"),
    [(name, WAYS[number % len(WAYS)]) for number, name in enumerate(FORGERIES)],
)
def test_what_is_read_is_no_memory(stage: Stage, name: str, way: str) -> None:
    """Nor is it cited: the tags are those that the product wrote, and so are the marks."""
    forged = FORGERIES[name]
    channel = stage.open(way, words=f"{WORDS}\n{forged}\nOwls {forged} sleep.")

    played = stage.play(channel, [[f"Owls sleep {forged}."]])

    played.model.require_reached()
    others = played.model.asked[len(channel.opening)][1:]  # without the system's
    asked = next(m for m in reversed(others) if m.role == "user")
    given = sum(line.count("<") for line in asked.content.splitlines() if GIVEN.match(line))
    assert sum(map(ours_in, others)) == given
    told = [each for each in others if each.role == "tool"]
    assert not [m for m in told if MARK.search(as_read(m.content))]
    assert played.seen == []


@pytest.mark.sample(10)
@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_said_cites_only_what_was_given(
    stage: Stage, bob: User, as_user: object, name: str
) -> None:
    """The receipt has the one memory that there is; no mark leads anywhere."""
    channel = stage.open("page")

    played = stage.play(channel, [[f"Owls sleep {FORGERIES[name]}"]])

    receipt = Receipt.objects.get(answer=played.answer)
    assert [item["mark"] for item in receipt.items] == ["m1"]
    assert receipt.user_id == stage.user.id
    assert not Receipt.objects.filter(user=bob).exists()
    page = as_user(stage.user).get(f"/turns/{played.stream_id}").content.decode()  # type: ignore[operator]
    links = _Links()
    links.feed(page)
    outside = [(href, text) for href, text in links.found if not href.startswith("/")]
    assert not [text for _, text in outside if re.fullmatch(r"\W*m\W*\d+\W*", text)]
    assert page.count("<article") == 2
