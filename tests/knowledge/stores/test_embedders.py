"""What every embedder can do."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from knowledge.errors import EmbedderUnavailable
from knowledge.stores.embedders import configured_embedder, minilm
from knowledge.stores.embedders.hashing import ByteEmbedder, HashingEmbedder
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.embedders.port import Embedder, TokenVectors, Vectors
from knowledge.stores.embedders.provider import ProviderEmbedder

LOCAL = MiniLmEmbedder()  # loaded once
KEY = "sk-secret-of-the-test"


class Provider(BaseHTTPRequestHandler):
    """`/embeddings` as OpenAI answers it, made by the hashing embedder, in reverse order."""

    def do_POST(self) -> None:
        """Vectors; or what the test wants to go wrong."""
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append(body["input"])
        if server.status != 200:
            self._answer(server.status, {"error": {"message": f"no, {KEY}"}})
            return
        vectors = HashingEmbedder(server.dimensions).embed(body["input"]).vectors
        data = [
            {"object": "embedding", "index": n, "embedding": vector.tolist()}
            for n, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self._answer(
            200, {"object": "list", "data": data[::-1], "model": body["model"], "usage": usage}
        )

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[Any]:
    """A provider on this machine."""
    serving: Any = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    serving.asked, serving.status, serving.dimensions = [], 200, 32
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def provider(server: Any) -> ProviderEmbedder:
    """An embedder that asks the server, three texts at a time."""
    return ProviderEmbedder(
        base_url=f"http://127.0.0.1:{server.server_address[1]}/v1",
        key=SecretStr(KEY),
        model="some-model",
        dimensions=32,
        batch_size=3,
        timeout_seconds=20.0,
    )


@pytest.fixture(params=["hashing", "hashing-tokens", "bytes", "minilm", "provider"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    """Each implementation."""
    if request.param == "provider":
        found = provider(request.getfixturevalue("server"))
        yield found
        found.client.close()
        return
    twins: dict[str, Embedder] = {
        "hashing": HashingEmbedder(),
        "hashing-tokens": HashingEmbedder(gives_tokens=True),
        "bytes": ByteEmbedder(),
        "minilm": LOCAL,
    }
    yield twins[request.param]


TEXTS = ["I like tea", "", "The orchid blooms. " * 200, "名前 🙂", "\ud800 lone", "nu\0l", "tea"]


def test_every_text_has_a_vector_of_unit_length(embedder: Embedder) -> None:
    """Whatever the texts are, as many vectors come back, each of length one."""
    vectors = embedder.embed(TEXTS).vectors

    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_vectors_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    """A text has the same vector alone and among others."""
    together = embedder.embed(TEXTS).vectors
    alone = np.concatenate([embedder.embed([text]).vectors for text in TEXTS])

    assert np.sum(together * alone, axis=1) == pytest.approx(1.0, abs=0.02)


def test_no_texts_are_no_vectors(embedder: Embedder) -> None:
    """An empty batch is no error."""
    assert embedder.embed([]).vectors.shape == (0, embedder.dimensions)


def test_a_space_names_its_dimensions(embedder: Embedder) -> None:
    """Vectors of two sizes never share a space."""
    assert embedder.space.endswith(f"/{embedder.dimensions}")


def test_like_texts_are_near() -> None:
    """The local model puts what means the same together."""
    texts = ["a fast car", "a quick automobile", "tomato soup"]

    car, automobile, soup = LOCAL.embed(texts).vectors

    assert float(car @ automobile) > float(car @ soup) + 0.3


def test_whoever_gives_tokens_gives_them_for_each_text(embedder: Embedder) -> None:
    """Every token belongs to a word and has a vector as wide as the texts'."""
    embedded = embedder.embed(TEXTS)

    if embedded.tokens is None:
        pytest.skip("one vector a text")
    assert len(embedded.tokens) == len(TEXTS)
    for tokens in embedded.tokens:
        assert tokens.vectors.shape == (len(tokens.owners), embedder.dimensions)
        assert tokens.vectors.dtype == np.float32
        assert set(tokens.owners) == set(range(len(tokens.words)))


def test_a_model_that_is_warm_gives_the_same(embedder: Embedder) -> None:
    """Loading it ahead changes nothing."""
    embedder.warm_up()

    assert embedder.embed(["tea"]).vectors.shape == (1, embedder.dimensions)


def test_a_texts_vector_is_the_mean_of_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each word piece has a vector, and their mean is the text's direction."""
    given: list[tuple[Sequence[str], Vectors]] = []
    joined = minilm.words_of_pieces

    def watched(pieces: Sequence[str], vectors: Vectors) -> TokenVectors:
        given.append((pieces, vectors))
        return joined(pieces, vectors)

    monkeypatch.setattr(minilm, "words_of_pieces", watched)
    embedded = LOCAL.embed(["a fast car"])

    [(pieces, vectors)] = given
    mean = vectors.mean(axis=0)
    assert pieces == ["[CLS]", "a", "fast", "car", "[SEP]"]
    assert vectors.shape == (5, 384)
    assert float(embedded.vectors[0] @ mean / np.linalg.norm(mean)) == pytest.approx(1.0, abs=1e-4)


def test_word_pieces_are_joined_and_marks_left_out() -> None:
    """Every kept token knows its word."""
    vectors = np.random.default_rng(1).standard_normal((6, 64)).astype(np.float32)

    kept = minilm.words_of_pieces(["[CLS]", "pot", "##tery", "!", "class", "[SEP]"], vectors)

    assert kept.words == ["pottery", "class"]
    assert kept.owners == [0, 0, 1]
    assert np.array_equal(kept.vectors, vectors[[1, 2, 4]])


def test_a_missing_model_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model's package memory is found by words, and nothing else breaks."""
    monkeypatch.setattr(minilm, "TOKENIZER_PACKAGE", "no_such_package")

    with pytest.raises(EmbedderUnavailable):
        MiniLmEmbedder().embed(["tea"])


def test_the_mock_is_that_of_the_contract() -> None:
    """Byte i adds byte/255 to component i mod 3072."""
    text = "a" * 3072 + "b"

    [vector] = ByteEmbedder().embed([text]).vectors

    assert vector[0] / vector[1] == pytest.approx((97 + 98) / 97)


def test_a_provider_is_asked_in_batches(server: Any) -> None:
    """Seven texts are three calls."""
    embedder = provider(server)

    embedder.embed([f"t{n}" for n in range(7)])
    embedder.client.close()

    assert [len(texts) for texts in server.asked] == [3, 3, 1]


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_refusing_provider_is_unavailable(
    server: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is ours, and tells neither the key nor what the provider said."""
    server.status = status
    embedder = provider(server)
    embedder.client.max_retries = 0

    with pytest.raises(EmbedderUnavailable) as error:
        embedder.embed(["tea"])
    embedder.client.close()

    assert KEY not in str(error.value)


def test_a_provider_with_other_dimensions_is_unavailable(server: Any) -> None:
    """Vectors of another size never get into the space."""
    server.dimensions = 16
    embedder = provider(server)

    with pytest.raises(EmbedderUnavailable):
        embedder.embed(["tea"])
    embedder.client.close()


def test_a_provider_that_is_away_is_unavailable() -> None:
    """Nobody listens there."""
    embedder = ProviderEmbedder(
        base_url="http://127.0.0.1:9/v1", key=None, model="m", dimensions=8, timeout_seconds=2.0
    )
    embedder.client.max_retries = 0

    with pytest.raises(EmbedderUnavailable):
        embedder.embed(["tea"])
    embedder.client.close()


@pytest.mark.parametrize(
    ("values", "space"),
    [
        ({"embedding_provider": "local"}, "all-MiniLM-L6-v2-int8/384"),
        ({"embedding_provider": "hashing"}, "hashing-v1/64"),
        ({"embedding_provider": "none"}, None),
        ({"embedding_provider": "provider"}, "text-embedding-3-small/1536"),
        ({"embedding_provider": "local", "embedding_use_mock": True}, "bytes-v1/3072"),
    ],
)
def test_the_settings_choose(config: Any, values: dict[str, Any], space: str | None) -> None:
    """EMBEDDING_PROVIDER names the embedder; the mock wins."""
    config(**values)

    embedder = configured_embedder()

    assert (embedder.space if embedder else None) == space
