"""Questions of visitors without an account: answered, limited, and kept only while they stream.

Talks to Redis; raises Unavailable while it is away, because nothing else knows of a visitor.
"""

import hashlib
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted

from chat.errors import StreamNotFound, TooManyQuestions
from chat.services.runtime import begin_answer
from chat.types import ChatRequest, Requester
from exobrain.lib import throttle
from exobrain.lib.errors import Unavailable
from exobrain.lib.throttle import Limit

WINDOW_SECONDS = 60
MARGIN_SECONDS = 600  # a stream can be read for so long after its longest answer


def start_visitor_turn(
    *, visitor_key: str, address: str, message: str, client_message_id: UUID
) -> UUID:
    """The visitor's question is being answered; returns its stream's id, also when asked again."""
    limit = Limit(
        "visitor-questions", settings.EXOBRAIN.chat_anonymous_messages_per_minute, WINDOW_SECONDS
    )
    if not throttle.hit(limit, address):
        raise TooManyQuestions(retry_after_seconds=throttle.wait_seconds(limit, address))
    stream_id = uuid4()
    seconds = int(settings.EXOBRAIN.chat_turn_max_seconds) + MARGIN_SECONDS
    who = hashlib.sha256(f"{visitor_key}\0{address}".encode()).hexdigest()[:32]
    question_key = f"visitor-question:{who}:{client_message_id.hex}"
    try:
        is_new = cache.add(question_key, stream_id.hex, seconds)
        if not is_new and (asked_before := cache.get(question_key)):
            return UUID(asked_before)
        cache.set(_stream_key(stream_id), visitor_key, seconds)
    except ConnectionInterrupted as error:
        raise Unavailable from error
    begin_answer(
        ChatRequest(
            stream_id=stream_id,
            client_message_id=client_message_id,
            requester=Requester(visitor_key=visitor_key),
            question=message,
        )
    )
    return stream_id


def visitor_of(stream_id: UUID) -> Requester:
    """Whose stream it is; raises StreamNotFound when it is no visitor's, or over long since."""
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise StreamNotFound
    try:
        visitor_key: str | None = cache.get(_stream_key(stream_id))
    except ConnectionInterrupted as error:
        raise Unavailable from error
    if visitor_key is None:
        raise StreamNotFound
    return Requester(visitor_key=visitor_key)


def _stream_key(stream_id: UUID) -> str:
    return f"visitor-stream:{stream_id.hex}"
