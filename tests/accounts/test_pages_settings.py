"""The settings page."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import ConfigDefinition, User
from tests.factories import PASSWORD

NEW_PASSWORD = "staple battery horse"


@pytest.fixture
def alices(alice: User, as_user: Callable[[User], Client]) -> Client:
    """Alice's browser."""
    return as_user(alice)


def test_choices_are_kept(alices: Client) -> None:
    """A choice and a box that is not ticked have the values of the form, in the API too."""
    ConfigDefinition.objects.create(
        key="night_mode", name="Night", config_type="boolean", default_value=True
    )

    alices.post("/settings/choices", {"frontend.theme": "purple-intelligence"})

    configs = alices.get("/api/users/me/configs").json()["configs"]
    values = {config["key"]: config["value"] for config in configs}
    assert values["frontend.theme"] == "purple-intelligence"
    assert values["night_mode"] is False
    assert 'data-theme="purple-intelligence"' in alices.get("/").content.decode()


def test_what_nothing_obeys_is_not_offered(alices: Client) -> None:
    """The digest is a setting of the API alone, and the page leaves it as it is."""
    page = alices.get("/settings").content.decode()
    alices.post("/settings/choices", {"frontend.theme": "purple-intelligence"})

    configs = {item["key"]: item for item in alices.get("/api/users/me/configs").json()["configs"]}
    assert "digest" not in page.lower()
    assert configs["daily_digest_enabled"]["using_default"]
    assert "writes no digest" in configs["daily_digest_enabled"]["description"]


def test_an_unknown_choice_is_refused(alices: Client) -> None:
    """What is no option changes nothing."""
    answer = alices.post("/settings/choices", {"frontend.theme": "neon"})

    assert answer.status_code == 400
    assert 'data-theme="gruvbox-dark"' in alices.get("/").content.decode()


def test_a_name_is_kept(alices: Client) -> None:
    """The new name is shown."""
    alices.post("/settings/name", {"display_name": "  Alicia <b> "})

    assert "Hello, Alicia &lt;b&gt;" in alices.get("/").content.decode()


def test_an_empty_name_is_refused(alices: Client) -> None:
    """Somebody has to have a name."""
    answer = alices.post("/settings/name", {"display_name": "  "})

    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_a_new_password_signs_out_the_others(
    alices: Client, alice: User, as_user: Callable[[User], Client]
) -> None:
    """The browser that changes it goes on; any other has to sign in."""
    other = as_user(alice)

    alices.post("/settings/password", {"current": PASSWORD, "new": NEW_PASSWORD})

    assert alices.get("/").status_code == 200
    assert other.get("/").status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "reason"),
    [
        ("not this one", NEW_PASSWORD, "The present password is wrong."),
        (PASSWORD, "password", "too common"),
        (PASSWORD, "short", "too short"),
    ],
)
def test_a_bad_new_password_is_refused(
    alices: Client, alice: User, current: str, new: str, reason: str
) -> None:
    """The page says why, and the old password stays."""
    answer = alices.post("/settings/password", {"current": current, "new": new})

    assert answer.status_code == 400
    assert reason in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_signing_out_everywhere(
    alices: Client, alice: User, as_user: Callable[[User], Client]
) -> None:
    """No browser is signed in any more, this one included."""
    other = as_user(alice)

    alices.post("/settings/sign-out-everywhere")

    assert alices.get("/").status_code == 302
    assert other.get("/").status_code == 302
