"""What answers cost is counted by day, shown, and may have a limit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat.agent import Usage
from chat.agent.scripted import ScriptedModel
from chat.models import TokenUsage
from chat.selectors import token_usage
from exobrain.lib import clock
from exobrain.lib.model_errors import ModelBusy
from tests.live import Caller

Callers = Callable[..., Caller]
COST = Usage({"input_tokens": 70, "output_tokens": 20, "total_tokens": 90})


@pytest.fixture
def _provider(config: Callable[..., None]) -> None:
    """As if there were one: a mock costs nothing."""
    config(main_agent_use_mock=False, openai_api_key=None, main_agent_model="owl")


def used(user: User) -> list[tuple[int, int, int]]:
    """The user's days."""
    return [(d.answers, d.input_tokens, d.output_tokens) for d in token_usage(user_id=user.id).days]


@pytest.mark.usefixtures("_provider")
def test_a_days_answers_are_added_up(alice: User, bob: User, caller: Callers, script: Any) -> None:
    """Each user's own, all calls of an answer, failed ones too."""
    client = caller(alice)
    script(ScriptedModel("Yes.", COST, COST))
    client.read(client.ask())
    script(ScriptedModel("Ye", COST, ModelBusy()))
    client.read(client.ask())

    assert used(alice) == [(2, 210, 60)]
    assert used(bob) == []


@pytest.mark.usefixtures("_provider")
def test_what_is_not_told_is_estimated(alice: User, caller: Callers, script: Any) -> None:
    """An answer is not free because its provider does not count."""
    script(ScriptedModel("Yes, it is so."))
    client = caller(alice)
    client.read(client.ask())

    ((answers, tokens_read, tokens_written),) = used(alice)

    assert answers == 1
    assert tokens_read > 20
    assert tokens_written > 0


def test_a_mock_costs_nothing(alice: User, caller: Callers) -> None:
    """Nobody pays for it."""
    client = caller(alice)
    client.read(client.ask())

    assert used(alice) == []


@pytest.mark.usefixtures("_provider")
def test_beyond_the_limit_no_model_is_asked(
    alice: User, bob: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """429 with the time to wait, and nothing is stored; others go on."""
    config(chat_daily_tokens=90)
    model = script(ScriptedModel("Yes.", COST))
    client = caller(alice)
    client.read(client.ask())

    refused = client.send("again")
    with client.socket() as socket:
        socket.say(type="send", message="again", client_message_id=str(alice.id))
        problem = socket.hear()

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
    assert "90 tokens for today" in refused.json()["detail"]
    assert (problem["type"], problem["detail"]) == ("problem", refused.json()["detail"])
    assert (len(client.journal()), len(model.asked)) == (2, 1)
    assert caller(bob).send().status_code == 200


@pytest.mark.usefixtures("_provider")
def test_a_question_asked_again_keeps_its_stream(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """A retry is not a new question, whatever has been used since."""
    config(chat_daily_tokens=90)
    script(ScriptedModel("Yes.", COST))
    client = caller(alice)
    stream_id = client.ask(client_message_id=str(alice.id))
    client.read(stream_id)

    assert client.ask(client_message_id=str(alice.id)) == stream_id


@pytest.mark.usefixtures("_provider")
def test_yesterday_does_not_count(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """A new day brings new tokens."""
    config(chat_daily_tokens=90)
    script(ScriptedModel("Yes."))
    yesterday = clock.today() - timedelta(days=1)
    TokenUsage.objects.add(
        user_id=alice.id, day=yesterday, answers=1, input_tokens=900, output_tokens=1
    )

    assert caller(alice).send().status_code == 200


def test_days_and_months_are_shown(alice: User, bob: User, as_user: Callable[..., Client]) -> None:
    """The reader's own."""
    for days, tokens in ((0, 1234), (1, 10_000), (400, 7)):
        day = clock.today() - timedelta(days=days)
        TokenUsage.objects.add(
            user_id=alice.id, day=day, answers=1, input_tokens=tokens, output_tokens=0
        )

    page = as_user(alice).get("/settings/usage").content.decode()

    assert "1,234" in page
    assert "10,000" in page
    assert sum(month.input_tokens for month in token_usage(user_id=alice.id).months) == 11_241
    assert "1,234" not in as_user(bob).get("/settings/usage").content.decode()


def test_the_page_says_what_the_assistant_can_use(
    alice: User, as_user: Callable[[User], Client], config: Callable[..., None]
) -> None:
    """And what is to be set for what it cannot."""
    config(main_agent_use_mock=False, model_provider_base_url="http://localhost/v1")
    page = as_user(alice).get("/settings/usage").content.decode()
    assert "set TAVILY_API_KEY or WEB_SEARCH_SEARXNG_URL" in page

    config(web_tools_use_mock=True)
    page = as_user(alice).get("/settings/usage").content.decode()
    assert "It searches the web" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"main_agent_use_mock": True}, "Sample answers from a file"),
        ({"main_agent_use_mock": False}, "your memory answers by itself"),
        (
            {
                "main_agent_use_mock": False,
                "model_provider_base_url": "http://localhost/v1",
                "main_agent_is_small": True,
            },
            "too small to use tools",
        ),
    ],
)
def test_the_page_says_who_answers_where_no_large_model_does(
    alice: User,
    as_user: Callable[[User], Client],
    config: Callable[..., None],
    values: dict[str, Any],
    words: str,
) -> None:
    """And that tools are not offered then."""
    config(**values)

    page = as_user(alice).get("/settings/usage").content.decode()

    assert words in page
    assert "It searches your memory" not in page
