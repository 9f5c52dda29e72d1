"""Redis goes away, or forgets everything, while an answer is being written."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from exobrain.embedded import endpoints
from tests.live import Event, text_of
from tests.model_server import DONE, END, STOP, STREAM, Step, chunked, text
from tests.ops.product import Client, Product

pytestmark = pytest.mark.xdist_group("streams")

BEFORE, DURING, AFTER = "Before. ", "Meanwhile, größer 🦉. ", "After."


class Story:
    """An answer in three parts, each sent when the test says so."""

    def __init__(self) -> None:
        self.gates = [threading.Event(), threading.Event()]

    @property
    def steps(self) -> list[Step]:
        """What the model does."""
        return [
            STREAM,
            chunked(text(BEFORE)),
            self.gates[0],
            chunked(text(DURING)),
            self.gates[1],
            chunked(text(AFTER)),
            chunked(STOP),
            chunked(DONE),
            END,
        ]


def _is_away(product: Product) -> bool:
    try:
        with redis.Redis.from_url(endpoints(product.data).redis_url) as client:
            client.ping()
    except redis.ConnectionError:
        return True
    return False


@pytest.mark.parametrize("forgets", [False, True], ids=["keeps", "forgets"])
def test_readers_here_and_elsewhere_get_everything_once(product: Product, forgets: bool) -> None:
    """Stopped and started mid-stream: no loss, no repeat, and the journal has the same."""
    story = Story()
    product.model.says(story.steps)
    writing, other = product.serve(number=2)
    client = product.at(writing)
    stream_id = client.ask()
    began = [threading.Event(), threading.Event()]

    def follow(reader: Client, has_begun: threading.Event) -> list[Event]:
        with reader.stream(stream_id) as events:
            seen = [next(events)]
            has_begun.set()
            return [*seen, *events]

    with ThreadPoolExecutor(2) as pool:
        here = pool.submit(follow, client, began[0])
        elsewhere = pool.submit(follow, product.at(other), began[1])
        assert all(each.wait(60) for each in began)
        product.stop_redis()
        assert _is_away(product)
        story.gates[0].set()
        _seen_by_a_new_reader(client, stream_id, BEFORE + DURING)
        product.start_redis()
        if forgets:
            product.empty_redis()
        story.gates[1].set()
        streams = [here.result(), elsewhere.result()]

    assert [text_of(stream) for stream in streams] == [BEFORE + DURING + AFTER] * 2
    assert [stream[-1].data for stream in streams] == [{"reason": "complete"}] * 2
    assert all(_grows(stream) for stream in streams)
    assert product.answer(stream_id) == (BEFORE + DURING + AFTER, "complete")


def test_questions_are_answered_without_redis(product: Product) -> None:
    """The message is stored and the answer written; a reader at that server gets it."""
    story = Story()
    product.model.says(story.steps)
    for gate in story.gates:
        gate.set()
    client = product.client()
    product.stop_redis()
    try:
        assert _is_away(product)
        stream_id = client.ask("Still there?")
        events = client.read(stream_id)
    finally:
        product.start_redis()

    assert text_of(events) == BEFORE + DURING + AFTER
    assert product.answer(stream_id) == (BEFORE + DURING + AFTER, "complete")


def test_a_reader_elsewhere_of_an_answer_without_redis(product: Product) -> None:
    """What was answered during an outage is read at another server from the journal."""
    story = Story()
    product.model.says(story.steps)
    for gate in story.gates:
        gate.set()
    writing, other = product.serve(number=2)
    client = product.at(writing)
    product.stop_redis()
    try:
        assert _is_away(product)
        stream_id = client.ask()
        client.read(stream_id)
        events = product.at(other).read(stream_id)
    finally:
        product.start_redis()

    assert text_of(events) == BEFORE + DURING + AFTER


def _seen_by_a_new_reader(client: Client, stream_id: str, words: str) -> None:
    """The text has come so far, although Redis is away."""
    with client.stream(stream_id) as events:
        seen: list[Event] = []
        while text_of(seen) != words:
            seen.append(next(events))


def _grows(stream: list[Event]) -> bool:
    ids = [event.id for event in stream]
    return ids == sorted(set(ids))
