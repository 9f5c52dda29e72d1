"""A new password ends what was issued under the old one, however it comes about."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client

from accounts.models import User, UserQuerySet
from tests.accounts.auth_calls import me, refresh, signed_in, tokens_of
from tests.factories import PASSWORD

NEW = "staple gun orchestra"

Ways = Callable[[User, pytest.MonkeyPatch], None]


def by_set_password(user: User, _patch: pytest.MonkeyPatch) -> None:
    """As services do."""
    user.set_password(NEW)
    user.save()


def by_saving_that_field(user: User, _patch: pytest.MonkeyPatch) -> None:
    """As Django does when it knows what changed."""
    user.set_password(NEW)
    user.save(update_fields=["password"])


def by_assignment(user: User, _patch: pytest.MonkeyPatch) -> None:
    """As an import might."""
    user.password = make_password(NEW)
    user.save()


def by_a_partly_loaded_user(user: User, _patch: pytest.MonkeyPatch) -> None:
    """An object that never read the old password."""
    partly = User.objects.only("email").get(id=user.id)
    partly.set_password(NEW)
    partly.save()


def by_update(user: User, _patch: pytest.MonkeyPatch) -> None:
    """As a script in the shell does."""
    User.objects.filter(id=user.id).update(password=make_password(NEW))


def by_bulk_update(user: User, _patch: pytest.MonkeyPatch) -> None:
    """As a script for many users does."""
    user.password = make_password(NEW)
    User.objects.bulk_update([user], ["password"])


def by_page(user: User, _patch: pytest.MonkeyPatch) -> None:
    """The form in the settings."""
    client = signed_in(user.email)
    answer = client.post("/settings/password", {"current": PASSWORD, "new": NEW})
    assert answer.status_code == 302


def by_unusable_password(user: User, _patch: pytest.MonkeyPatch) -> None:
    """No password fits any more."""
    user.set_unusable_password()
    user.save()


def by_command(user: User, patch: pytest.MonkeyPatch) -> None:
    """`manage.py changepassword`."""
    patch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", user.email, stdout=StringIO())


def by_admin(user: User, _patch: pytest.MonkeyPatch) -> None:
    """The admin's form."""
    admin = User.objects.create_superuser("root@example.org", PASSWORD, display_name="Root")
    client = Client()
    client.force_login(admin)
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    answer = client.post(f"/admin/accounts/user/{user.id}/password/", form)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        by_set_password,
        by_saving_that_field,
        by_assignment,
        by_a_partly_loaded_user,
        by_update,
        by_bulk_update,
        by_page,
        by_unusable_password,
        by_command,
        by_admin,
    ],
)
def test_everything_ends(alice: User, change: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """Session, access token and refresh token."""
    client, pair = signed_in(alice.email), tokens_of(alice.email)

    change(User.objects.get(id=alice.id), monkeypatch)

    assert me(client=client).status_code == 401
    assert me(token=pair["access_token"]).status_code == 401
    assert refresh(pair["refresh_token"]).status_code == 401


def by_name(user: User) -> None:
    """A change of something else."""
    user.display_name = "Alice Liddell"
    user.save()


def by_saving_another_field(user: User) -> None:
    """A password that was set and not stored."""
    user.set_password(NEW)
    user.display_name = "Alice Liddell"
    user.save(update_fields=["display_name"])


def by_reloading(user: User) -> None:
    """An object that outlived somebody else's save."""
    User.objects.filter(id=user.id).update(display_name="Alice Liddell")
    user.refresh_from_db()
    user.save()


def by_checking(user: User) -> None:
    """A password that was compared."""
    assert user.check_password(PASSWORD)
    user.save()


@pytest.mark.parametrize("change", [by_name, by_saving_another_field, by_reloading, by_checking])
def test_nothing_ends_without_a_new_password(alice: User, change: Callable[[User], None]) -> None:
    """Other changes sign nobody out."""
    client, pair = signed_in(alice.email), tokens_of(alice.email)

    change(User.objects.get(id=alice.id))

    assert me(client=client).status_code == 200
    assert me(token=pair["access_token"]).status_code == 200


def test_somebody_elses_password_signs_nobody_else_out(alice: User, bob: User) -> None:
    """Only those whose password it is."""
    pair = tokens_of(bob.email)

    User.objects.filter(id=alice.id).update(password=make_password(NEW))

    assert me(token=pair["access_token"]).status_code == 200


def test_upgraded_hash_keeps_the_tokens(alice: User) -> None:
    """The same password stored better is not a new one."""
    pair = tokens_of(alice.email)
    UserQuerySet(User).filter(id=alice.id).rehash(make_password(PASSWORD, hasher="scrypt"))

    assert User.objects.get(id=alice.id).check_password(PASSWORD)

    assert User.objects.get(id=alice.id).password.startswith("argon2$")
    assert me(token=pair["access_token"]).status_code == 200


def test_session_survives_a_changed_secret_while_the_old_one_is_known(
    alice: User, settings: Any
) -> None:
    """A secret can be replaced without signing everybody out."""
    client, old = signed_in(alice.email), settings.SECRET_KEY

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new secret", [old]

    assert me(client=client).status_code == 200
