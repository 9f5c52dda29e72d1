"""Who may see which page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import JournalFactory, MessageFactory, TurnFactory

AsUser = Callable[[User], Client]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/settings",
        "/search?q=secret",
        "/journal/2025/01/14",
        "/journal/2025/01/14/older?before=5",
        "/journal/days?before=2025/01/14",
        "/journal/messages/11111111-1111-1111-1111-111111111111",
        "/turns/11111111-1111-1111-1111-111111111111",
        "/admin/login/?next=/admin/",
    ],
)
def test_a_visitor_is_sent_to_sign_in_and_back(client: Client, path: str) -> None:
    """Every page asks a visitor to sign in and remembers where they wanted to go."""
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login?next=/")


@pytest.mark.django_db
def test_a_part_that_htmx_asks_for_leads_the_whole_page_to_sign_in(client: Client) -> None:
    """A fragment of an ended session sends the browser away instead of drawing a form inside."""
    answer = client.get(
        "/journal/days?before=2025/01/14",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/search?q=a"},
    )

    assert answer["HX-Redirect"] == "/login?next=/search%3Fq%3Da"


@pytest.mark.django_db
def test_a_part_asked_for_from_a_broken_address_leads_to_sign_in_too(client: Client) -> None:
    """A header that holds no address is no reason to fail."""
    answer = client.get("/search", headers={"HX-Request": "true", "HX-Current-URL": "http://[::1"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login?next=/")


@pytest.mark.django_db
def test_a_stranger_does_not_find_a_day(alice: User, charlie: User, as_user: AsUser) -> None:
    """Another user's day is not there."""
    JournalFactory(user=alice, reference="2025/01/14")

    assert as_user(charlie).get("/journal/2025/01/14").status_code == 404


@pytest.mark.django_db
def test_a_stranger_gets_no_earlier_messages(alice: User, charlie: User, as_user: AsUser) -> None:
    """Another user's day has no earlier messages."""
    MessageFactory(journal=JournalFactory(user=alice, reference="2025/01/14"), content="secret")

    answer = as_user(charlie).get("/journal/2025/01/14/older?before=100")

    assert "secret" not in answer.content.decode()
    assert "<article" not in answer.content.decode()


@pytest.mark.django_db
def test_a_stranger_does_not_find_a_message(alice: User, charlie: User, as_user: AsUser) -> None:
    """Another user's message is not there; its owner finds it."""
    message = MessageFactory(journal=JournalFactory(user=alice), content="secret")

    assert as_user(charlie).get(f"/journal/messages/{message.id}").status_code == 404
    assert "secret" in as_user(alice).get(f"/journal/messages/{message.id}").content.decode()


@pytest.mark.django_db
def test_a_stranger_does_not_find_a_turn(alice: User, charlie: User, as_user: AsUser) -> None:
    """Another user's turn is not there; its owner finds question and answer."""
    turn = TurnFactory(user=alice)

    assert as_user(charlie).get(f"/turns/{turn.id}").status_code == 404
    assert as_user(alice).get(f"/turns/{turn.id}").content.decode().count("<article") == 2


@pytest.mark.django_db
def test_a_stranger_finds_nothing(alice: User, charlie: User, as_user: AsUser) -> None:
    """Search looks only at one's own words."""
    MessageFactory(journal=JournalFactory(user=alice), content="a secret word")

    page = as_user(charlie).get("/search?q=secret").content.decode()

    assert "Nothing was found" in page
    assert "a secret word" not in page


@pytest.mark.django_db
def test_the_admin_is_for_staff(charlie: User, as_user: AsUser) -> None:
    """Who is signed in and no operator is told so, without a way round in circles."""
    client = as_user(charlie)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403
    assert "Your account may not do this." in answer.content.decode()


@pytest.mark.django_db
def test_signing_up_does_not_exist_by_default(client: Client) -> None:
    """Without ACCOUNTS_ALLOW_SIGNUP there is no such page, nor a link to it."""
    assert client.get("/signup").status_code == 404
    assert client.post("/signup").status_code == 404
    assert "/signup" not in client.get("/login").content.decode()


@pytest.mark.django_db
def test_signing_up_where_it_is_allowed(client: Client, config: Callable[..., Any]) -> None:
    """A new account is signed in at once."""
    config(accounts_allow_signup=True)

    answer = client.post(
        "/signup",
        {"display_name": "Dora", "email": "dora@example.org", "password": "a long way home"},
    )

    assert answer["Location"] == "/"
    assert "Hello, Dora" in client.get("/").content.decode()


@pytest.mark.django_db
def test_visitors_chat_where_they_may(client: Client, config: Callable[..., Any]) -> None:
    """With CHAT_ALLOW_ANONYMOUS the chat page is open, without days, and gives a visitor's key."""
    config(chat_allow_anonymous=True)

    answer = client.get("/")

    assert answer.status_code == 200
    assert "exobrain_visitor" in answer.cookies
    assert "Today" in answer.content.decode()
    assert 'class="days"' not in answer.content.decode()
