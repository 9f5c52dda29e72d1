"""GET and PATCH /api/users/me/configs."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import ConfigDefinition, ConfigOption, ConfigValue, User
from tests.accounts.auth_calls import signed_in

PATH = "/api/users/me/configs"
THEME = "frontend.theme"
DIGEST = "daily_digest_enabled"


@pytest.fixture
def client(alice: User) -> Client:
    """Alice's browser."""
    return signed_in(alice.email)


def read(client: Client) -> dict[str, Any]:
    """The settings by their keys."""
    return {item["key"]: item for item in client.get(PATH).json()["configs"]}


def patch(client: Client, **body: Any) -> Any:
    """The answer to a change."""
    return client.patch(PATH, body, content_type="application/json")


def change(client: Client, *changes: tuple[str, Any]) -> Any:
    """The answer to several changes."""
    return patch(client, updates=[{"key": key, "value": value} for key, value in changes])


def test_theme_is_there_with_its_options(client: Client) -> None:
    """A choice says what can be chosen, in display order."""
    theme = read(client)[THEME]

    assert theme | {"description": ""} == {
        "key": THEME,
        "name": "Theme",
        "config_type": "choice",
        "description": "",
        "options": [
            {"value": "gruvbox-dark", "label": "Gruvbox Dark"},
            {"value": "purple-intelligence", "label": "Purple Intelligence"},
        ],
        "value": "gruvbox-dark",
        "default_value": "gruvbox-dark",
        "using_default": True,
    }


def test_daily_digest_is_there(client: Client) -> None:
    """A boolean has no options and is true unless changed."""
    digest = read(client)[DIGEST]

    assert (digest["config_type"], digest["options"]) == ("boolean", [])
    assert (digest["value"], digest["default_value"], digest["using_default"]) == (
        True,
        True,
        True,
    )


def test_order_is_display_order_then_key(client: Client) -> None:
    """Two with the same order stand by their keys."""
    ConfigDefinition.objects.filter(key=THEME).update(display_order=20)

    assert [*read(client)] == [DIGEST, THEME]


def test_inactive_definitions_and_options_are_hidden(client: Client) -> None:
    """What was withdrawn is not offered."""
    ConfigDefinition.objects.filter(key=DIGEST).update(is_active=False)
    ConfigOption.objects.filter(value="purple-intelligence").update(is_active=False)

    configs = read(client)

    assert [*configs] == [THEME]
    assert [option["value"] for option in configs[THEME]["options"]] == ["gruvbox-dark"]


def test_choice_whose_option_was_withdrawn_falls_back(client: Client) -> None:
    """A value that can no longer be chosen is no value."""
    change(client, (THEME, "purple-intelligence"))
    ConfigOption.objects.filter(value="purple-intelligence").update(is_active=False)

    theme = read(client)[THEME]

    assert (theme["value"], theme["using_default"]) == ("gruvbox-dark", True)


def test_change_answers_with_every_setting(client: Client) -> None:
    """The answer to a change is the list after it."""
    answer = patch(client, update={"key": THEME, "value": "purple-intelligence"})

    assert answer.status_code == 200
    assert [
        (item["key"], item["value"], item["using_default"]) for item in answer.json()["configs"]
    ] == [(THEME, "purple-intelligence", False), (DIGEST, True, True)]


def test_change_lasts(client: Client) -> None:
    """What was set is read again."""
    change(client, (DIGEST, False), (THEME, "purple-intelligence"))

    configs = read(client)

    assert (configs[DIGEST]["value"], configs[THEME]["value"]) == (False, "purple-intelligence")


def test_change_can_be_changed(client: Client) -> None:
    """The last change counts, and there is one row."""
    for value in (False, True, False):
        change(client, (DIGEST, value))

    assert read(client)[DIGEST]["value"] is False
    assert ConfigValue.objects.count() == 1


def test_default_deletes_the_override(client: Client) -> None:
    """Choosing the default is choosing nothing."""
    change(client, (DIGEST, False))

    change(client, (DIGEST, True))

    assert read(client)[DIGEST]["using_default"] is True
    assert not ConfigValue.objects.exists()


def test_updates_win_over_update(client: Client) -> None:
    """When both are given, the several count."""
    patch(
        client,
        update={"key": THEME, "value": "purple-intelligence"},
        updates=[{"key": DIGEST, "value": False}],
    )

    configs = read(client)
    assert (configs[THEME]["using_default"], configs[DIGEST]["value"]) == (True, False)


def test_last_of_two_changes_of_a_key_wins(client: Client) -> None:
    """A list is read to its end."""
    change(client, (DIGEST, True), (DIGEST, False))

    assert read(client)[DIGEST]["value"] is False


@pytest.mark.parametrize(("number", "value"), [(0, False), (1, True)])
def test_zero_and_one_are_booleans(client: Client, number: int, value: bool) -> None:
    """Numbers that mean a boolean are taken as one."""
    answer = change(client, (DIGEST, number))

    assert answer.status_code == 200
    assert read(client)[DIGEST]["value"] is value


@pytest.mark.parametrize(
    "wrong",
    [
        ("no.such.key", True),
        ("\x00", True),
        (DIGEST, "false"),
        (DIGEST, ""),
        (THEME, True),
        (THEME, "solarized"),
        (THEME, ""),
    ],
)
def test_wrong_change_is_400_and_changes_nothing(client: Client, wrong: tuple[str, Any]) -> None:
    """One wrong item refuses the whole request."""
    right = next(
        item for item in [(THEME, "purple-intelligence"), (DIGEST, False)] if item[0] != wrong[0]
    )

    answer = change(client, right, wrong)

    assert answer.status_code == 400
    assert not ConfigValue.objects.exists()


def test_inactive_key_is_400(client: Client) -> None:
    """What is hidden cannot be set."""
    ConfigDefinition.objects.filter(key=DIGEST).update(is_active=False)

    assert change(client, (DIGEST, False)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update": None, "updates": None},
        {"updates": []},
        {"updates": {}},
        {"update": {"key": DIGEST}},
        {"update": {"value": True}},
        {"update": {"key": DIGEST, "value": None}},
        {"update": {"key": DIGEST, "value": 2}},
        {"update": {"key": DIGEST, "value": []}},
        {"update": {"key": 7, "value": True}},
    ],
)
def test_body_of_another_shape_is_422(client: Client, body: dict[str, Any]) -> None:
    """Neither form, an empty list or a value of another type cannot be read."""
    answer = patch(client, **body)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_change_grows_the_revision(client: Client, alice: User) -> None:
    """Whatever was cached for the user before is not read again."""
    change(client, (DIGEST, False))

    before = alice.revision
    alice.refresh_from_db()
    assert alice.revision == before + 1


def test_anonymous_is_401(db: None) -> None:
    """Before the body is looked at."""
    assert Client().get(PATH).status_code == 401
    assert patch(Client()).status_code == 401


def test_anonymous_broken_json_is_422(db: None) -> None:
    """A body that is not JSON is told so before anything else."""
    answer = Client().patch(PATH, b"{", content_type="application/json")

    assert answer.status_code == 422


def test_stranger_neither_sees_nor_changes_mine(client: Client, charlie: User) -> None:
    """Settings are each user's own."""
    change(client, (THEME, "purple-intelligence"))
    stranger = signed_in(charlie.email)

    change(stranger, (DIGEST, False))

    assert read(stranger)[THEME]["using_default"] is True
    assert read(client)[DIGEST]["using_default"] is True
