"""The page on which staff set the model provider, and its tests of the models."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import ProviderKey, ProviderSettings, User
from accounts.services.provider import save_provider
from accounts.types import ProviderValues
from exobrain.lib.effective_config import effective_config
from tests.factories import UserFactory
from tests.model_server import ModelServer, answer, document, error, running

KEY = "sk-entered-by-staff"
NOBODY = "http://127.0.0.1:9/v1"  # the port of nothing

AsUser = Callable[[User], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_environment(config: Callable[..., None]) -> None:
    """Nothing is set but what a test sets."""
    config(main_agent_use_mock=None, embedding_provider=None)


@pytest.fixture
def staff(db: None) -> User:
    """Whoever runs the instance."""
    return UserFactory(email="staff@example.org", is_staff=True)


@pytest.fixture
def browser(staff: User, as_user: AsUser) -> Client:
    """Their browser."""
    return as_user(staff)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A provider."""
    with running() as provider:
        yield provider


@pytest.fixture
def use(staff: User) -> Callable[..., None]:
    """Has a provider used."""

    def choose(url: str, *, key: str = "", **values: Any) -> None:
        chosen = ProviderValues(model_provider_base_url=url, **values)
        save_provider(values=chosen, key=key, by=staff.pk)

    return choose


Use = Callable[..., None]


def page_of(browser: Client) -> str:
    """What staff see."""
    return browser.get("/settings/provider").content.decode()


def check(browser: Client, role: str) -> str:
    """What a test says."""
    answer = browser.post("/settings/provider/test", {"role": role})
    assert answer.status_code == 200
    return answer.content.decode()


def whole(text: str) -> bytes:
    """An answer that is one JSON document, as clients ask for who want no stream."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "agent",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        }
    ).encode()


# -- who may


@pytest.mark.parametrize("path", ["/settings/provider", "/settings/provider/test"])
def test_a_stranger_finds_no_such_page(charlie: User, as_user: AsUser, path: str) -> None:
    """Who is not staff can neither see nor set nor test anything."""
    client = as_user(charlie)

    answers = [client.get("/settings/provider"), client.post(path, {"role": "chat"})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not ProviderSettings.objects.exists()
    assert "/settings/provider" not in client.get("/settings").content.decode()


def test_staff_find_it_among_their_settings(browser: Client) -> None:
    """There is a link."""
    assert "/settings/provider" in browser.get("/settings").content.decode()


def test_another_page_cannot_save(staff: User) -> None:
    """A form without its token changes nothing."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)

    answer = client.post("/settings/provider", {"model_provider_base_url": NOBODY})

    assert answer.status_code == 403
    assert not ProviderSettings.objects.exists()


# -- setting


def test_what_is_saved_is_used_and_shown(browser: Client, server: ModelServer) -> None:
    """The next question goes there."""
    answer = browser.post(
        "/settings/provider",
        {"model_provider_base_url": server.url, "main_agent_model": "llama", "key": KEY},
    )

    assert answer.status_code == 302
    assert effective_config().effective_model == "llama"
    assert f'value="{server.url}"' in page_of(browser)


def test_the_key_is_never_shown(browser: Client, use: Use, as_user: AsUser) -> None:
    """Neither on the page nor in the admin."""
    use(NOBODY, key=KEY)

    encrypted = bytes(ProviderKey.objects.get().encrypted)
    root = as_user(UserFactory(email="root@example.org", is_staff=True, is_superuser=True))
    admin = ("providersettings/", "providersettings/1/change/", "providerkey/")
    pages = [root.get(f"/admin/accounts/{path}").content for path in admin]
    pages.append(browser.get("/settings/provider").content)

    assert NOBODY.encode() in pages[2]
    assert b"A key is kept" in pages[3]
    hidden = (KEY.encode(), encrypted.hex().encode(), b64encode(encrypted)[:30])
    assert not any(each in page for page in pages for each in hidden)


def test_a_refused_form_does_not_repeat_the_key(browser: Client) -> None:
    """It is entered again."""
    answer = browser.post("/settings/provider", {"model_provider_base_url": "ftp://x", "key": KEY})

    assert answer.status_code == 400
    assert "must begin with http" in answer.content.decode()
    assert KEY not in answer.content.decode()


def test_a_key_that_cannot_be_read_is_asked_for(browser: Client, use: Use, settings: Any) -> None:
    """After the secret has changed."""
    use(NOBODY, key=KEY)
    staff = User.objects.get(email="staff@example.org")
    settings.SECRET_KEY = "another secret, of more than thirty-two bytes"
    browser.force_login(staff)

    assert "cannot be read any more" in page_of(browser)


def test_what_the_environment_sets_is_shown_as_such(
    browser: Client, config: Callable[..., None]
) -> None:
    """With the variable's name, and it cannot be changed."""
    config(main_agent_model="of-the-environment", embedding_provider="hashing")

    page = page_of(browser)
    saved = browser.post("/settings/provider", {"main_agent_model": "forged"})

    assert "Set by MAIN_AGENT_MODEL in the environment." in page
    assert 'value="of-the-environment"' in page
    assert saved.status_code == 302
    assert ProviderSettings.objects.get().main_agent_model == ""


# -- testing


def test_a_model_that_answers(browser: Client, use: Use, server: ModelServer) -> None:
    """Is named; its words are not shown."""
    use(server.url, main_agent_model="llama", key=KEY)
    server.says(answer("Yes indeed."))

    page = check(browser, "chat")

    assert "llama answers." in page
    assert "Yes indeed" not in page
    assert server.script.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_fallback_model_that_answers(browser: Client, use: Use, server: ModelServer) -> None:
    """It is asked itself."""
    use(server.url, main_agent_model="llama", main_agent_fallback_model="small")

    assert "small answers." in check(browser, "fallback")
    assert server.script.requests[0].body["model"] == "small"


def test_a_model_that_reads_messages(browser: Client, use: Use, server: ModelServer) -> None:
    """Is asked for JSON."""
    use(server.url, knowledge_update_extraction_model="reader")
    server.says(document(whole('{"city": "Leeds"}')))

    assert "reader answers in JSON." in check(browser, "extraction")


def test_a_model_that_cannot_write_json(browser: Client, use: Use, server: ModelServer) -> None:
    """It answers, and is not up to it."""
    use(server.url, knowledge_update_extraction_model="reader")
    server.says(document(whole("It is Leeds.")))

    assert "but not in JSON" in check(browser, "extraction")


def test_an_embedding_model(browser: Client, use: Use, server: ModelServer) -> None:
    """How many dimensions it gives is told."""
    use(server.url, embedding_provider="provider", embedding_model="e", embedding_dimensions=3)
    server.says(document({"data": [{"index": 0, "embedding": [1.0, 0.0, 0.0]}], "model": "e"}))

    assert "e answers with 3 dimensions." in check(browser, "embedding")


def test_other_dimensions_are_told(browser: Client, use: Use, server: ModelServer) -> None:
    """Both numbers are, so that the right one can be entered."""
    use(server.url, embedding_provider="provider", embedding_model="e", embedding_dimensions=2)
    server.says(document({"data": [{"index": 0, "embedding": [1.0, 0.0, 0.0]}], "model": "e"}))

    assert "gives 3 dimensions, and 2 are set" in check(browser, "embedding")


@pytest.mark.parametrize("role", ["chat", "extraction", "embedding"])
def test_nobody_answers(browser: Client, use: Use, role: str) -> None:
    """The address is told, and what to look at."""
    use(NOBODY, embedding_provider="provider")

    assert f"Nobody answers at {NOBODY}" in check(browser, role)


@pytest.mark.parametrize("role", ["chat", "extraction", "embedding"])
def test_a_key_that_is_refused(browser: Client, use: Use, server: ModelServer, role: str) -> None:
    """Nothing that the provider says about it is repeated."""
    use(server.url, key=KEY, embedding_provider="provider")
    server.says(error(401, f"Incorrect API key provided: {KEY}"))

    page = check(browser, role)

    assert "Enter the key anew." in page
    assert KEY not in page


@pytest.mark.parametrize("role", ["chat", "extraction", "embedding"])
def test_a_key_that_is_missing(browser: Client, use: Use, server: ModelServer, role: str) -> None:
    """It is another thing to do."""
    use(server.url, embedding_provider="provider")
    server.says(error(401))

    assert "No key is set for it." in check(browser, role)


@pytest.mark.parametrize("role", ["chat", "extraction", "embedding"])
def test_a_model_that_is_not_known(
    browser: Client, use: Use, server: ModelServer, role: str
) -> None:
    """The models that the provider names are listed, as text."""
    use(server.url, embedding_provider="provider")
    models = {"data": [{"id": "llama"}, {"id": "<b>qwen</b>"}]}
    server.says(error(404, "model not found", code="model_not_found"), document(models))

    page = check(browser, role)

    assert "does not know the configured model" in page
    assert "&lt;b&gt;qwen&lt;/b&gt;, llama" in page


def test_what_is_no_api_at_all(browser: Client, use: Use, server: ModelServer) -> None:
    """A web page at the address is recognised."""
    use(server.url)
    server.says(document(b"<html>Welcome</html>", "404 Not Found", content_type="text/html"))

    assert "may not be that of an OpenAI-compatible API" in check(browser, "chat")


@pytest.mark.parametrize("role", ["chat", "extraction", "embedding"])
def test_a_redirect_is_not_followed_with_the_key(
    browser: Client, use: Use, server: ModelServer, role: str
) -> None:
    """Nothing goes to where the address leads."""
    use(server.url, key=KEY, embedding_provider="provider")
    with running() as elsewhere:
        server.says(document({}, "307 Moved", location=f"{elsewhere.url}/chat/completions"))

        page = check(browser, role)

        assert elsewhere.script.requests == []
    assert "notice bad" in page


def test_each_role_has_its_button(browser: Client) -> None:
    """Whose value is what a test is asked for by."""
    page = page_of(browser)

    for role in ("chat", "fallback", "extraction", "embedding"):
        assert f'name="role" value="{role}"' in page


def test_an_unknown_role_is_no_page(browser: Client) -> None:
    """There are four."""
    assert browser.post("/settings/provider/test", {"role": "cook"}).status_code == 404


@pytest.mark.parametrize("role", ["chat", "fallback", "extraction", "embedding"])
def test_without_a_provider_nobody_is_asked(
    browser: Client, config: Callable[..., None], role: str
) -> None:
    """And that is no failure."""
    config(embedding_provider="none")

    page = check(browser, role)

    assert "notice good" in page
    assert "notice bad" not in page
