"""A model provider on 127.0.0.1 that knows a dataset's observations and nothing else.

It answers the structured-output questions of `knowledge.extraction.model`, as OpenAI's chat
completions: with what is observed of the messages that stand in the question, and only of those.
It has never seen the dataset's questions. An observation is a sentence about a speaker and no more,
so the stand-in names no entity but that speaker, a person, and tells no topic,
value or date of a fact; its quote is the sentence of the turn that shares most words with the
observation. Everything else an extractor needs, it needs from its own rules.
"""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.in_thread import answering
from benchmarks.memory.locomo import Conversation, Observation, Turn

MODEL = "observations"
PERSON = "node.person"
CERTAINTY = 0.9
MAX_QUOTE_WORDS = 100  # an extractor looks for no longer quotes

# A line of the question: [3] user, 2023-05-08 (Monday): «Nora: We have a dog now!»
_MESSAGE = re.compile(r"^\[(\d+)\] \w+, (\d{4}-\d{2}-\d{2})[^«\n]*«([^»]*)»", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w+")

Key = tuple[str, tuple[str, ...]]  # a turn's day and its words


@dataclass(frozen=True)
class Known:
    """A turn and what is observed of it."""

    turn: Turn
    observations: Sequence[Observation]


class StandIn(ThreadingHTTPServer):
    """Answers with the observations of these conversations, and counts what it answers."""

    daemon_threads = True

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known = _by_words(conversations)
        self.questions = 0
        self.told: set[Observation] = set()
        self.lock = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a product that asks this server."""
        return {
            "KNOWLEDGE_EXTRACTOR": "model",
            "KNOWLEDGE_UPDATE_EXTRACTION_MODEL": MODEL,
            "MODEL_PROVIDER_BASE_URL": f"http://127.0.0.1:{self.server_address[1]}/v1",
            "OPENAI_API_KEY": "",
            "NO_PROXY": "127.0.0.1",
        }

    def answer(self, request: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """What the request's schema asks for; a list without items where nothing is known."""
        name = request.get("response_format", {}).get("json_schema", {}).get("name", "facts")
        found = list(self._observed(request["messages"][-1]["content"]))
        with self.lock:
            self.questions += 1
            if name == "facts":
                self.told |= {one for _, known in found for one in known.observations}
        make = _entities if name == "entities" else _facts
        return {name: [item for number, known in found for item in make(number, known)]}

    def _observed(self, data: str) -> Iterator[tuple[int, Known]]:
        for number, day, text in _MESSAGE.findall(data):
            if known := self.known.get((day, _words(text))):
                yield int(number), known


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One completion, whatever the path."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(_completion(json.dumps(self.server.answer(request)))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """The benchmark's output is its figures."""


@contextmanager
def serving(conversations: Sequence[Conversation]) -> Iterator[StandIn]:
    """The stand-in answers while the block runs."""
    server = StandIn(conversations)
    with answering(server):
        yield server


def _by_words(conversations: Sequence[Conversation]) -> dict[Key, Known]:
    """Every turn of which something is observed, by what a question shows of it."""
    found = {}
    for conversation in conversations:
        by_turn: dict[str, list[Observation]] = defaultdict(list)
        for observation in conversation.observations:
            by_turn[observation.turn_id].append(observation)
        for turn in conversation.turns:
            if turn.id in by_turn:
                key = f"{turn.said_at:%Y-%m-%d}", _words(turn.content)
                found[key] = Known(turn, by_turn[turn.id])
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _entities(number: int, known: Known) -> list[dict[str, Any]]:
    """The speaker, whose name the message carries."""
    name = known.turn.speaker
    return [{"message": number, "quote": name, "name": name, "type": PERSON}]


def _facts(number: int, known: Known) -> list[dict[str, Any]]:
    nothing = dict.fromkeys(("topic", "value", "since"), "")
    return [
        {
            "message": number,
            "quote": _quote(known.turn.text, observation.text),
            "text": observation.text,
            "subject": observation.speaker,
            **nothing,
            "certainty": CERTAINTY,
        }
        for observation in known.observations
    ]


def _quote(said: str, observed: str) -> str:
    """The sentence that was said which shares most words with the observation."""
    wanted = set(_words(observed))
    best = max(_SENTENCE_END.split(said), key=lambda one: len(wanted & set(_words(one))))
    return " ".join(best.split()[:MAX_QUOTE_WORDS])


def _completion(words: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": words}
    return {
        "id": "stand-in",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }
