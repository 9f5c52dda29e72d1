"""An embedding model at an OpenAI-compatible provider.

Talks HTTP to `/embeddings` at the address it is given, and follows no redirect. Every failure is an
EmbedderUnavailable that neither names the key nor repeats what the provider said.
"""

from collections.abc import Sequence

import numpy as np
import openai
import structlog
from pydantic import SecretStr

from exobrain.lib.model_errors import (
    ModelFailed,
    ModelMoved,
    ModelNotUnderstood,
    ModelTooSlow,
    ModelUnreachable,
)
from exobrain.lib.provider_failures import refusal_of, refused
from knowledge.errors import EmbedderUnavailable
from knowledge.stores.embedders.port import Embeddings, normalised

log = structlog.get_logger(__name__)

NO_KEY = "not-needed"  # the client insists on one; a local provider does not
MAX_CHARS = 8000  # of one text: some 2,000 tokens, which every model takes


class ProviderEmbedder:
    """The provider's model, asked for several texts at a time."""

    def __init__(
        self,
        *,
        base_url: str,
        key: SecretStr | None,
        model: str,
        dimensions: int,
        batch_size: int = 64,
        timeout_seconds: float = 30.0,
    ) -> None:
        self.address = base_url
        self.model = model
        self.dimensions = dimensions
        self.space = f"{model}/{dimensions}"
        self.gives_tokens = False
        self.batch_size = batch_size
        self.client = openai.OpenAI(
            base_url=base_url,
            api_key=key.get_secret_value() if key else NO_KEY,
            timeout=timeout_seconds,
            max_retries=1,
            # A redirect would be followed with the texts.
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """A vector for each text; raises EmbedderUnavailable."""
        rows: list[list[float]] = []
        for start in range(0, len(texts), self.batch_size):
            rows += self._ask(texts[start : start + self.batch_size])
        return Embeddings(normalised(np.array(rows, dtype=np.float32), self.dimensions))

    def warm_up(self) -> None:
        """There is nothing to load: the model runs elsewhere."""

    def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        # A provider refuses an empty text, one that is too long, and lone surrogates.
        sendable = [text[:MAX_CHARS].encode(errors="replace").decode() or " " for text in texts]
        try:
            answer = self.client.embeddings.create(
                model=self.model, input=sendable, encoding_format="float"
            )
        except openai.OpenAIError as error:
            log.warning("embedder_failed", error=type(error).__name__)
            raise EmbedderUnavailable(_failure(error)()) from error
        rows = [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]
        if [len(row) for row in rows] != [self.dimensions] * len(texts):
            log.warning("embedder_answered_nonsense", model=self.model)
            given = len(rows[0]) if rows else 0
            said = f"The embedding model gives {given} dimensions, and {self.dimensions} are set."
            raise EmbedderUnavailable(ModelFailed(said))
        return rows


def _failure(error: openai.OpenAIError) -> type[ModelFailed]:
    """What the client's error means."""
    if isinstance(error, openai.APIStatusError):
        if error.response.is_redirect:
            return ModelMoved
        answer = error.response
        return refused(refusal_of(answer.status_code, answer.content, answer.headers)).failure
    if isinstance(error, openai.APITimeoutError):
        return ModelTooSlow
    if isinstance(error, openai.APIConnectionError):
        return ModelUnreachable
    return ModelNotUnderstood
