"""Requests that mean another host, as a page does whose name was rebound to this address."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import log_in

EVIL = {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [EVIL, {"Host": "evil.example"}, {"Host": "["}, {"Host": ""}])
def test_nobody_signs_in_under_another_name(alice: User, headers: dict[str, str]) -> None:
    """Neither the password nor its user is looked at."""
    answer = log_in(alice.email, client=Client(headers=headers))

    assert (answer.status_code, [*answer.json()]) == (400, ["detail"])
    assert not answer.cookies


@pytest.mark.parametrize("path", ["/", "/login", "/api/users/me", "/docs", "/nowhere"])
def test_no_page_has_another_name(path: str) -> None:
    """400, and not a word about what there is."""
    assert Client(headers=EVIL).get(path).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_under_any_name(path: str) -> None:
    """A probe uses the address it has."""
    assert Client(headers={"Host": "10.0.0.7:8000"}).get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/journal", "application/json"), ("/login", "text/html; charset=utf-8")]
)
def test_what_is_suspicious_before_the_reader_is_known_is_400(
    path: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer needs nothing that a later middleware would have found out."""

    def suspect(_request: object) -> None:
        raise SuspiciousOperation

    monkeypatch.setattr("exobrain.front_door.is_cross_site", suspect)

    answer = Client().post(path)

    assert (answer.status_code, answer["Content-Type"]) == (400, kind)
