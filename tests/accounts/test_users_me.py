"""GET /api/users/me, and with it how any request says who sends it."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.accounts.auth_calls import me, signed_in, tokens_of

Sign = Callable[..., str]


@pytest.fixture
def sign(alice: User, settings: Any) -> Sign:
    """Signs Alice's claims, changed as asked; None removes one."""

    def make(*, secret: str | None = None, algorithm: str = "HS256", **changes: Any) -> str:
        now = int(time.time())
        whole: dict[str, Any] = {
            "sub": str(alice.id),
            "email": alice.email,
            "name": alice.display_name,
            "iat": now,
            "exp": now + 60,
        }
        claims = {key: value for key, value in (whole | changes).items() if value is not None}
        key = secret or settings.EXOBRAIN.auth_jwt_secret.get_secret_value()
        return jwt.encode(claims, key, algorithm=algorithm)

    return make


def test_bearer_is_known(alice: User) -> None:
    """An access token says who asks."""
    answer = me(token=tokens_of(alice.email)["access_token"])

    assert answer.json() == {
        "name": "Alice",
        "email": "alice@example.org",
        "time_zone": "",
    }


def test_session_is_known(alice: User) -> None:
    """So does a cookie."""
    answer = me(client=signed_in(alice.email))

    assert answer.json() == {
        "name": "Alice",
        "email": "alice@example.org",
        "time_zone": "",
    }


def test_answer_has_the_present_name(alice: User) -> None:
    """The database decides, not what the token was signed with."""
    token = tokens_of(alice.email)["access_token"]
    alice.display_name = "Alice Liddell"
    alice.save()

    assert me(token=token).json()["name"] == "Alice Liddell"


def test_anonymous_is_401_without_a_challenge(db: None) -> None:
    """No browser dialogue is asked for."""
    answer = me()

    assert (answer.status_code, "WWW-Authenticate" in answer) == (401, False)
    assert answer.json().keys() == {"detail"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_scheme_is_read_in_any_case(alice: User, scheme: str) -> None:
    """The scheme's case means nothing."""
    token = tokens_of(alice.email)["access_token"]

    answer = Client().get("/api/users/me", headers={"Authorization": f"{scheme} {token}"})

    assert answer.status_code == 200


def test_bearer_comes_before_the_cookie(alice: User, bob: User) -> None:
    """With both, a valid token decides."""
    answer = me(client=signed_in(alice.email), token=tokens_of(bob.email)["access_token"])

    assert answer.json()["name"] == "Bob"


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "x"])
def test_cookie_decides_when_the_bearer_is_none(alice: User, header: str) -> None:
    """An invalid token or another scheme counts as no token."""
    client = signed_in(alice.email)

    answer = client.get("/api/users/me", headers={"Authorization": header})

    assert answer.status_code == 200


def test_cookie_decides_when_the_bearer_was_revoked(alice: User, bob: User) -> None:
    """A token that was called in counts as no token."""
    token = tokens_of(bob.email)["access_token"]
    bob.token_families.revoke(reason="test")

    assert me(client=signed_in(alice.email), token=token).json()["name"] == "Alice"


def test_whole_token_without_family_is_known(sign: Sign) -> None:
    """Another service that shares the secret may sign the contract's claims."""
    assert me(token=sign()).status_code == 200


@pytest.mark.parametrize("claim", ["sub", "email", "name", "iat", "exp"])
def test_token_without_a_claim_is_401(sign: Sign, claim: str) -> None:
    """An incomplete token is none."""
    assert me(token=sign(**{claim: None})).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "no uuid"},
        {"sub": ""},
        {"sid": "no uuid"},
        {"sid": 7},
        {"sid": ["x"]},
        {"sid": str(uuid4())},
        {"email": 7},
        {"name": {"first": "Alice"}},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iat": "yesterday"},
        {"iat": float("inf")},
        {"iat": 2**40},
        {"iat": [1]},
        {"nbf": 2**40},
    ],
)
def test_token_with_a_strange_claim_is_401(sign: Sign, changes: dict[str, Any]) -> None:
    """A signature does not make sense of nonsense."""
    assert me(token=sign(**changes)).status_code == 401


def test_token_with_a_sub_that_is_no_text_is_401(sign: Sign, settings: Any) -> None:
    """The library that signs refuses it, so it is signed by hand."""
    secret = settings.EXOBRAIN.auth_jwt_secret.get_secret_value()
    token = jwt.PyJWS().encode(b'{"sub":7,"email":"a","name":"b","iat":1,"exp":9e9}', secret)

    assert me(token=token).status_code == 401


@pytest.mark.parametrize("payload", [b"[]", b"null", b"7", b"\xff", b"{", b'{"exp":1e999}'])
def test_token_whose_payload_is_no_object_is_401(db: None, settings: Any, payload: bytes) -> None:
    """Whatever was signed, it is no reason to fail."""
    secret = settings.EXOBRAIN.auth_jwt_secret.get_secret_value()

    assert me(token=jwt.PyJWS().encode(payload, secret)).status_code == 401


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.é.é", "x" * 5000])
def test_token_that_is_none_is_401(db: None, token: str) -> None:
    """Whatever is sent, it is no reason to fail."""
    assert me(token=token).status_code == 401


def test_token_of_another_secret_is_401(sign: Sign) -> None:
    """Our secret or none."""
    assert me(token=sign(secret="some other secret of 32 bytes...")).status_code == 401


def test_token_of_another_algorithm_is_401(sign: Sign) -> None:
    """The algorithm is ours to choose, not the token's."""
    assert me(token=sign(algorithm="HS512")).status_code == 401


def test_unsigned_token_is_401(sign: Sign) -> None:
    """A token may not say of itself that it needs no signature."""
    claims = jwt.decode(sign(), options={"verify_signature": False})

    assert me(token=jwt.encode(claims, "", algorithm="none")).status_code == 401


def test_deleted_user_is_401(alice: User) -> None:
    """A token does not outlive its user."""
    token, client = tokens_of(alice.email)["access_token"], signed_in(alice.email)
    alice.delete()

    assert me(token=token).status_code == 401
    assert me(client=client).status_code == 401


def test_user_who_was_shut_out_is_401(alice: User) -> None:
    """At once, by token and by cookie."""
    token, client = tokens_of(alice.email)["access_token"], signed_in(alice.email)
    alice.is_active = False
    alice.save()

    assert me(token=token).status_code == 401
    assert me(client=client).status_code == 401


def test_family_of_another_user_is_401(sign: Sign, bob: User) -> None:
    """A family vouches for its own user only."""
    tokens_of(bob.email)

    assert me(token=sign(sid=str(bob.token_families.get().id))).status_code == 401


def test_call_in_refuses_a_foreign_token_of_the_same_second(sign: Sign, alice: User) -> None:
    """A token without family has whole seconds, so its second counts as before."""
    token = sign()
    alice.set_password("staple gun orchestra")
    alice.save()

    assert me(token=token).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "y" * 32, "é" * 8, "a b", "../../etc"])
def test_cookie_that_is_none_is_401(db: None, cookie: str) -> None:
    """Whatever the cookie holds, it is no reason to fail."""
    answer = Client().get("/api/users/me", headers={"Cookie": f"exobrain_session={cookie}"})

    assert answer.status_code == 401


def test_bearer_costs_one_query(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Every request pays this, so it is one read and no more."""
    token = tokens_of(alice.email)["access_token"]

    with django_assert_num_queries(1):
        me(token=token)


def test_session_costs_one_query(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """And one read of Redis."""
    client = signed_in(alice.email)

    with django_assert_num_queries(1):
        me(client=client)


def test_stranger_sees_themselves(alice: User, charlie: User) -> None:
    """There is no way to ask about somebody else."""
    answer = signed_in(charlie.email).get(f"/api/users/me?user_id={alice.id}")

    assert answer.json()["name"] == "Charlie"
