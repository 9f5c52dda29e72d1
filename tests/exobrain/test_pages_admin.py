"""What operators can see and do."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import RefreshToken, RefreshTokenFamily, User
from exobrain.lib import clock
from journal.models import Journal, Message, ToolCall
from tests.factories import PASSWORD, JournalFactory, MessageFactory, TurnFactory, UserFactory

SECRET = "what nobody else should read"


@pytest.fixture
def operators(client: Client, db: None) -> Client:
    """An operator's browser."""
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def said(alice: User) -> Message:
    """An answer to Alice, with a tool call."""
    turn = TurnFactory(user=alice)
    answer: Message = turn.answer
    answer.content = SECRET
    answer.save()
    ToolCall.objects.create(message=answer, tool_call_id="1", title=SECRET, description=SECRET)
    return answer


@pytest.mark.parametrize(
    "path",
    ["journal/journal", "journal/message", "journal/toolcall", "chat/turn", "accounts/user"],
)
def test_lists_do_not_tell_what_was_said(operators: Client, said: Message, path: str) -> None:
    """A list shows who and when, never the words."""
    answer = operators.get(f"/admin/{path}/")

    assert answer.status_code == 200
    assert SECRET not in answer.content.decode()


def test_the_words_cannot_be_searched(operators: Client, said: Message) -> None:
    """The list of messages finds by user and day, not by content."""
    found = operators.get("/admin/journal/message/", {"q": SECRET}).content.decode()

    assert str(said.id) not in found
    assert (
        str(said.id) in operators.get("/admin/journal/message/", {"q": "alice@"}).content.decode()
    )


@pytest.mark.parametrize(
    "path", ["journal/journal", "journal/message", "journal/toolcall", "chat/turn"]
)
def test_nobody_writes_in_the_journal(operators: Client, path: str) -> None:
    """Operators cannot add what a user did not say."""
    assert operators.get(f"/admin/{path}/add/").status_code == 403


def test_a_message_can_be_read_and_not_changed(operators: Client, said: Message) -> None:
    """One message is shown for who must see it, and a form for it is refused."""
    address = f"/admin/journal/message/{said.id}/change/"

    assert SECRET in operators.get(address).content.decode()
    assert operators.post(address, {"content": "something else"}).status_code == 403


def test_deleting_a_message_keeps_the_counters_true(operators: Client, alice: User) -> None:
    """The day tells how many messages it still has, and nothing cached is read again."""
    journal: Journal = JournalFactory(user=alice)
    first = MessageFactory(journal=journal)
    second = MessageFactory(journal=journal)
    revision = User.objects.get(id=alice.id).revision

    operators.post(f"/admin/journal/message/{second.id}/delete/", {"post": "yes"})

    journal.refresh_from_db()
    assert journal.message_count == 1
    assert journal.last_message_at == first.created_at
    assert User.objects.get(id=alice.id).revision > revision


def test_deleting_many_messages_keeps_the_counters_true(operators: Client, alice: User) -> None:
    """The same for the list's action."""
    journal: Journal = JournalFactory(user=alice)
    messages = [MessageFactory(journal=journal) for _ in range(3)]

    operators.post(
        "/admin/journal/message/",
        {
            "action": "delete_selected",
            "_selected_action": [str(message.id) for message in messages],
            "post": "yes",
        },
    )

    journal.refresh_from_db()
    assert (journal.message_count, journal.last_message_at) == (0, None)


def test_a_sign_in_can_be_ended(operators: Client, alice: User) -> None:
    """The action revokes a family of tokens; tokens are shown by the beginning of their hash."""
    family = RefreshTokenFamily.objects.create(user=alice)
    digest = "0123456789abcdef" * 4
    RefreshToken.objects.create(
        digest=digest, family=family, expires_at=clock.now() + timedelta(days=1)
    )

    operators.post(
        "/admin/accounts/refreshtokenfamily/",
        {"action": "revoke", "_selected_action": [str(family.id)]},
    )

    page = operators.get(f"/admin/accounts/refreshtokenfamily/{family.id}/change/")
    family.refresh_from_db()
    assert family.revoked_reason == "operator"
    assert digest[:8] in page.content.decode()
    assert digest not in page.content.decode()


def test_an_operator_makes_a_user(operators: Client) -> None:
    """The new user can sign in."""
    operators.post(
        "/admin/accounts/user/add/",
        {
            "email": "new@example.org",
            "display_name": "New",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    assert User.objects.get(email="new@example.org").check_password(PASSWORD)


def test_an_operator_sets_a_password(operators: Client, alice: User) -> None:
    """The form beside a user sets a new password and never shows a hash."""
    page = operators.get(f"/admin/accounts/user/{alice.id}/change/").content.decode()
    operators.post(
        f"/admin/accounts/user/{alice.id}/password/",
        {
            "usable_password": "true",
            "password1": "another long one",
            "password2": "another long one",
        },
    )

    alice.refresh_from_db()
    assert alice.check_password("another long one")
    assert alice.password.rpartition("$")[2] not in page


def test_an_account_can_be_deleted_with_all_it_has(operators: Client, said: Message) -> None:
    """Deleting a user leaves nothing of what they said."""
    operators.post(f"/admin/accounts/user/{said.user_id}/delete/", {"post": "yes"})

    assert not User.objects.filter(id=said.user_id).exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "path", ["accounts/configdefinition", "accounts/configvalue", "accounts/refreshtokenfamily"]
)
def test_the_other_lists_are_shown(operators: Client, path: str) -> None:
    """Every list can be opened and searched."""
    assert operators.get(f"/admin/{path}/", {"q": "alice"}).status_code == 200
