"""Where a user's days begin: set on the settings page, offered at sign-in, by the API and admin."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import User
from accounts.selectors import zone_of
from tests.accounts.auth_calls import tokens_of
from tests.factories import PASSWORD

AsUser = Callable[[User], Client]


def patched(user: User, body: dict[str, Any]) -> Any:
    """The answer to PATCH /api/users/me."""
    token = tokens_of(user.email)["access_token"]
    return Client().patch(
        "/api/users/me", body, "application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_who_has_set_none_has_the_servers(alice: User, config: Callable[..., None]) -> None:
    """UTC, unless the operator says otherwise."""
    before = zone_of(user_id=alice.id)
    config(default_time_zone="Asia/Tokyo")

    assert (before.key, zone_of(user_id=alice.id).key) == ("UTC", "Asia/Tokyo")


def test_the_api_sets_it(alice: User) -> None:
    """And says it, and takes it back."""
    set_ = patched(alice, {"time_zone": "Europe/Berlin"})
    zone = zone_of(user_id=alice.id)
    unset = patched(alice, {"time_zone": ""})

    assert set_.json() == {
        "name": "Alice",
        "email": "alice@example.org",
        "time_zone": "Europe/Berlin",
    }
    assert zone == ZoneInfo("Europe/Berlin")
    assert unset.json()["time_zone"] == ""
    assert zone_of(user_id=alice.id).key == "UTC"


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "localtime", "europe/berlin "])
def test_what_is_no_zone_is_refused(alice: User, name: str) -> None:
    """Neither a file nor a misspelling."""
    answer = patched(alice, {"time_zone": name})

    assert answer.status_code == 400
    assert zone_of(user_id=alice.id).key == "UTC"


def test_the_settings_page_sets_it(alice: User, as_user: AsUser) -> None:
    """And shows which one it is."""
    client = as_user(alice)

    client.post("/settings/time-zone", {"time_zone": "America/New_York"})

    assert zone_of(user_id=alice.id).key == "America/New_York"
    assert 'value="America/New_York" selected' in client.get("/settings").content.decode()
    assert client.post("/settings/time-zone", {"time_zone": "Mars/Base"}).status_code == 400


def sign_in(user: User, browser_zone: str) -> Client:
    """A browser that has signed in from there."""
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD, "browser_zone": browser_zone})
    return client


def test_the_browsers_zone_is_offered_at_sign_in(alice: User) -> None:
    """Until it is taken or refused; nothing changes by itself."""
    client = sign_in(alice, "Europe/Berlin")
    offered = client.get("/settings").content.decode()
    before = zone_of(user_id=alice.id).key
    client.post("/settings/time-zone", {"time_zone": "Europe/Berlin"})
    afterwards = client.get("/settings").content.decode()

    assert "Your browser is in Europe/Berlin" in offered
    assert before == "UTC"
    assert "Your browser is in" not in afterwards
    assert zone_of(user_id=alice.id).key == "Europe/Berlin"


@pytest.mark.parametrize("browser_zone", ["", "UTC", "Mars/Base", "<script>"])
def test_nothing_is_offered_without_reason(alice: User, browser_zone: str) -> None:
    """The zone that counts anyway, and what is none."""
    assert (
        "Your browser is in" not in sign_in(alice, browser_zone).get("/settings").content.decode()
    )


def test_who_has_chosen_is_not_asked(alice: User) -> None:
    """Somebody who travels keeps their days."""
    User.objects.filter(id=alice.id).update(time_zone="Asia/Tokyo")

    assert "Your browser is in" not in sign_in(alice, "Europe/Berlin").get("/").content.decode()


def test_operators_see_it(admin_client: Client, alice: User) -> None:
    """In the admin, where it can be changed."""
    page = admin_client.get(f"/admin/accounts/user/{alice.id}/change/").content.decode()

    assert 'name="time_zone"' in page
