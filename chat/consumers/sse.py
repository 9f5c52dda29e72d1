"""GET /api/chat/stream/{stream_id}: the events of an answer as server-sent events."""

from django.conf import settings

from accounts.consumers import HEARTBEAT, EventStream
from chat.auth import requester_of
from chat.events import as_sse
from chat.services import Reading, open_reading
from exobrain.lib.threads import in_thread


class StreamConsumer(EventStream):
    """Replays a stream to one reader and follows it to its end."""

    async def open(self) -> Reading:
        """The stream, from where the reader was."""
        return await open_reading(
            requester=await in_thread(requester_of, self.request),
            stream_id=self.scope["url_route"]["kwargs"]["stream_id"],
            after=self.last_event_id,
        )

    async def stream(self, opened: Reading) -> None:
        """Its events, and a sign of life when there are none."""
        try:
            while not opened.has_ended:
                entries = await opened.next(seconds=settings.EXOBRAIN.stream_heartbeat_seconds)
                content = "".join(map(as_sse, entries)).encode() or HEARTBEAT
                await self.send_body(content, more_body=not opened.has_ended)
        finally:
            opened.close()
