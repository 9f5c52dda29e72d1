"""The server dies or stops while it writes an answer."""

import signal
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.live import Event, text_of
from tests.model_server import STREAM, Step, answer, chunked, text
from tests.ops.processes import eventually
from tests.ops.product import Product

pytestmark = pytest.mark.xdist_group("streams")


def _unfinished(*words: str) -> tuple[list[Step], threading.Event]:
    gate = threading.Event()
    return [STREAM, *(chunked(text(word)) for word in words), gate], gate


def _read_so_far(events: Iterator[Event], words: str) -> list[Event]:
    seen: list[Event] = []
    while text_of(seen) != words:
        seen.append(next(events))
    return seen


def test_a_killed_server_leaves_the_partial_answer(product: Product) -> None:
    """What the reader had seen is in the journal as `interrupted` once a server is back."""
    steps, gate = _unfinished("One ", "two ", "Größe 🦉 ")
    product.model.says(steps)
    client = product.client()
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        seen = _read_so_far(events, "One two Größe 🦉 ")
        client.server.kill()
        with pytest.raises(httpx.HTTPError):
            next(events)
    assert product.answer(stream_id)[1] == "streaming"

    again = product.client()
    rest = again.read(stream_id, after=seen[-1].id)

    gate.set()
    assert text_of(rest) == ""
    assert rest[-1].data == {"reason": "interrupted"}
    assert product.answer(stream_id) == ("One two Größe 🦉 ", "interrupted")
    assert again.journal()[0]["content"] == "One two Größe 🦉 "


def test_a_question_of_a_killed_server_is_not_lost(product: Product) -> None:
    """The question stays, its empty answer ends, and the next question is answered."""
    steps, gate = _unfinished()
    product.model.says(steps)
    client = product.client()
    stream_id = client.ask("Will this survive?")
    client.server.kill()

    again = product.client()
    events = again.read(stream_id)

    gate.set()
    product.model.says(answer("Yes."))
    assert [event.data for event in events] == [{"reason": "interrupted"}]
    assert again.journal()[1]["content"] == "Will this survive?"
    assert text_of(again.read(again.ask())) == "Yes."


def test_an_answer_is_saved_while_it_grows(product: Product) -> None:
    """Should the log be lost with the process, the journal still has most of it."""
    steps, gate = _unfinished("One ", "two ")
    product.model.says(steps)
    client = product.client()
    stream_id = client.ask()
    eventually(lambda: product.answer(stream_id) == ("One two ", "streaming"))
    client.server.kill()
    product.empty_redis()

    product.client().read(stream_id)

    gate.set()
    assert product.answer(stream_id) == ("One two ", "interrupted")


def test_another_server_ends_what_a_killed_one_began(product: Product) -> None:
    """A reader elsewhere gets the text and the end without reconnecting."""
    steps, gate = _unfinished("One ", "two ")
    product.model.says(steps)
    first, second = product.serve(number=2)
    stream_id = product.at(first).ask()
    with product.at(second).stream(stream_id) as events:
        _read_so_far(events, "One two ")
        first.kill()
        rest = list(events)

    gate.set()
    assert rest[-1].data == {"reason": "interrupted"}
    assert product.answer(stream_id) == ("One two ", "interrupted")


def test_a_server_that_is_asked_to_stop_tells_its_readers(product: Product) -> None:
    """The answer is kept, its stream ends, and then the process does."""
    steps, gate = _unfinished("One ", "two ")
    product.model.says(steps)
    client = product.client()
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        _read_so_far(events, "One two ")
        client.server.terminate()
        rest = list(events)
    status = client.server.wait()

    gate.set()
    assert rest[-1].data == {"reason": "interrupted"}
    assert status in (0, -signal.SIGTERM)
    assert product.answer(stream_id) == ("One two ", "interrupted")
