"""The seeded user's settings on a running server."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("integration")]
CONFIGS = "/api/users/me/configs"
DIGEST = "daily_digest_enabled"


def config(answer: httpx.Response, key: str = DIGEST) -> dict[str, Any]:
    """One setting of the answer."""
    assert answer.status_code == 200
    found: dict[str, Any]
    [found] = [item for item in answer.json()["configs"] if item["key"] == key]
    return found


@pytest.fixture
def present(client: httpx.Client) -> Iterator[bool]:
    """The digest's present value, which it has again after the test."""
    value = config(client.get(CONFIGS))["value"]
    yield value
    client.patch(CONFIGS, json={"update": {"key": DIGEST, "value": value}})


def test_the_settings_are_listed(client: httpx.Client) -> None:
    """The digest is a boolean, the theme a choice with options."""
    answer = client.get(CONFIGS)

    assert config(answer)["config_type"] == "boolean"
    assert config(answer, "frontend.theme")["options"]


def test_one_setting_is_changed(client: httpx.Client, present: bool) -> None:
    """`update` changes one setting and returns them all."""
    answer = client.patch(CONFIGS, json={"update": {"key": DIGEST, "value": not present}})

    assert config(answer)["value"] is not present
    assert config(client.get(CONFIGS))["value"] is not present


def test_the_default_is_no_choice(client: httpx.Client, present: bool) -> None:
    """Choosing the default value counts as using the default."""
    default = config(client.get(CONFIGS))["default_value"]

    answer = client.patch(CONFIGS, json={"updates": [{"key": DIGEST, "value": default}]})

    assert config(answer)["using_default"] is True


@pytest.mark.usefixtures("present")
def test_a_wrong_change_changes_nothing(client: httpx.Client) -> None:
    """One setting that does not exist makes the whole request a 400."""
    before = client.get(CONFIGS).json()
    updates = [{"key": DIGEST, "value": False}, {"key": "no.such.setting", "value": True}]

    answer = client.patch(CONFIGS, json={"updates": updates})

    assert answer.status_code == 400
    assert client.get(CONFIGS).json() == before


def test_an_empty_change_is_refused(client: httpx.Client) -> None:
    """Neither `update` nor `updates` is a 422."""
    assert client.patch(CONFIGS, json={}).status_code == 422


def test_a_stranger_has_no_settings(anonymous: httpx.Client) -> None:
    """Without signing in there is nothing to set."""
    assert anonymous.get(CONFIGS).status_code == 401
