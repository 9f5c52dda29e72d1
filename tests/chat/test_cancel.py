"""POST /api/chat/stream/{stream_id}/cancel."""

import uuid
from collections.abc import Callable
from typing import Any

from accounts.models import User
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import current_runtime
from journal.models import Message
from tests.live import Caller, LiveServer, text_of

Callers = Callable[..., Caller]


def test_a_cancelled_answer_keeps_its_text(alice: User, caller: Callers, script: Any) -> None:
    """The stream ends with `cancelled`, and the journal has what there was."""
    script(ScriptedModel("So far. ", Gate(), "Never."))
    client = caller(alice)
    stream_id = client.ask()

    with client.stream(stream_id) as events:
        first = next(events)
        answer = client.post(f"/api/chat/stream/{stream_id}/cancel")
        rest = list(events)

    assert answer.status_code == 200
    assert answer.json() == {"stream_id": stream_id, "state": "cancelling"}
    assert text_of([first, *rest]) == "So far. "
    assert rest[-1].data == {"reason": "cancelled"}
    assert Message.objects.get(role="assistant").content == "So far. "
    assert Message.objects.get(role="assistant").status == "interrupted"


def test_cancelling_again_changes_nothing(alice: User, caller: Callers, script: Any) -> None:
    """The second time says how it ended."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    client.post(f"/api/chat/stream/{stream_id}/cancel")
    before = client.read(stream_id)

    again = client.post(f"/api/chat/stream/{stream_id}/cancel")

    assert again.json()["state"] == "cancelled"
    assert client.read(stream_id) == before


def test_a_finished_answer_stays_complete(alice: User, caller: Callers) -> None:
    """Cancelling too late is no error and takes nothing away."""
    client = caller(alice)
    stream_id = client.ask()
    client.read(stream_id)

    answer = client.post(f"/api/chat/stream/{stream_id}/cancel")

    assert answer.json()["state"] == "complete"
    assert Turn.objects.get().state == "complete"


def test_a_cancelled_stream_can_be_read_again(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Abort and resume go together, also once the process has forgotten the stream."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    client.post(f"/api/chat/stream/{stream_id}/cancel")
    before = client.read(stream_id)
    live.rest()

    assert client.read(stream_id) == before


def test_a_cancel_reaches_another_process(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Whoever writes the answer learns of it through the database, if by nothing else."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        next(events)
        Turn.objects.request_cancel(user_id=alice.id, stream_id=uuid.UUID(stream_id))

        rest = list(events)

    assert rest[-1].data == {"reason": "cancelled"}


def test_a_notice_cancels_at_once(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Another process's word through Redis is enough."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        next(events)

        async def say() -> None:
            await current_runtime().broker.log.request_cancel(uuid.UUID(stream_id))

        live.run(say())
        rest = list(events)

    assert rest[-1].data == {"reason": "cancelled"}
    assert Turn.objects.get().cancel_requested_at is None


def test_a_stranger_cannot_cancel(alice: User, charlie: User, caller: Callers, script: Any) -> None:
    """404, and the answer goes on."""
    gate = Gate()
    script(ScriptedModel("So far. ", gate, "More."))
    client = caller(alice)
    stream_id = client.ask()

    answer = caller(charlie).post(f"/api/chat/stream/{stream_id}/cancel")

    gate.open()
    assert answer.status_code == 404
    assert text_of(client.read(stream_id)) == "So far. More."


def test_an_unknown_stream_is_404(alice: User, caller: Callers) -> None:
    """Also when it is no id at all."""
    client = caller(alice)

    answers = [
        client.post(f"/api/chat/stream/{name}/cancel") for name in (uuid.uuid4(), "nonsense")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_anonymous_get_401(caller: Callers) -> None:
    """Nobody in particular cancels nothing."""
    assert caller().post(f"/api/chat/stream/{uuid.uuid4()}/cancel").status_code == 401
