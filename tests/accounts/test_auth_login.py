"""POST /api/auth/login."""

from typing import Any

import jwt
import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import COOKIE, log_in, me, post
from tests.factories import PASSWORD

TOKEN_MODES = [("web", "tokens"), ("api", "session"), ("api", "tokens")]


def test_web_and_session_answer_with_the_name_and_no_token(alice: User) -> None:
    """The one combination that starts a session says so."""
    answer = log_in(alice.email, session_mode="web", issuance_policy="session")

    assert answer.json() == {"session_established": True, "user_name": "Alice"}


def test_session_is_what_a_client_gets_that_asks_for_nothing(alice: User) -> None:
    """Both modes have defaults."""
    answer = log_in(alice.email)

    assert answer.json()["session_established"] is True


@pytest.mark.parametrize(("mode", "policy"), TOKEN_MODES)
def test_other_modes_answer_with_tokens_alone(alice: User, mode: str, policy: str) -> None:
    """The other three combinations give exactly a token pair."""
    answer = log_in(alice.email, session_mode=mode, issuance_policy=policy)

    assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("bearer", 900)


@pytest.mark.parametrize(("mode", "policy"), TOKEN_MODES)
def test_other_modes_set_no_cookie(alice: User, mode: str, policy: str) -> None:
    """Who asked for tokens is not signed in by cookie as well."""
    answer = log_in(alice.email, session_mode=mode, issuance_policy=policy)

    assert not answer.cookies


def test_cookie_has_the_attributes_of_the_contract(alice: User) -> None:
    """HttpOnly, SameSite=Lax, the whole site, as long as a refresh token."""
    cookie = log_in(alice.email).cookies[COOKIE]

    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", "/", 604_800)
    assert (cookie["secure"], cookie["domain"]) == ("", "")


def test_cookie_is_secure_where_the_settings_say_so(alice: User, settings: Any) -> None:
    """Outside local the cookie travels over TLS only."""
    settings.SESSION_COOKIE_SECURE = True

    cookie = log_in(alice.email).cookies[COOKIE]

    assert cookie["secure"] is True


def test_access_token_has_the_claims_of_the_contract(alice: User, settings: Any) -> None:
    """sub, email, name, iat and exp as the contract has them, and sid besides."""
    token = log_in(alice.email, session_mode="api").json()["access_token"]

    secret = settings.EXOBRAIN.auth_jwt_secret.get_secret_value()
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    assert claims.keys() == {"sub", "email", "name", "iat", "exp", "sid"}
    assert (claims["sub"], claims["email"], claims["name"]) == (
        str(alice.id),
        alice.email,
        "Alice",
    )
    assert claims["exp"] - claims["iat"] == 900


def test_refresh_token_is_43_characters(alice: User) -> None:
    """32 random bytes in URL-safe base64."""
    token = log_in(alice.email, session_mode="api").json()["refresh_token"]

    assert len(token) == 43


def test_email_is_taken_in_any_case(alice: User) -> None:
    """An e-mail is the same whatever its case."""
    answer = log_in(alice.email.upper())

    assert answer.status_code == 200


def test_unknown_fields_are_ignored(alice: User) -> None:
    """A newer client may say more."""
    answer = log_in(alice.email, remember_me=True)

    assert answer.status_code == 200


@pytest.fixture
def inactive(alice: User) -> User:
    """Alice, shut out."""
    alice.is_active = False
    alice.save()
    return alice


@pytest.fixture
def damaged(alice: User) -> User:
    """Alice with a hash that nothing can read."""
    User.objects.filter(id=alice.id).update(password="argon2$argon2id$v=19$nonsense")
    return alice


def test_wrong_password_is_401(alice: User) -> None:
    """A wrong password signs nobody in."""
    answer = log_in(alice.email, "not the password")

    assert (answer.status_code, "WWW-Authenticate" in answer) == (401, False)


@pytest.mark.parametrize("who", ["nobody", "inactive", "damaged"])
def test_every_refusal_reads_like_a_wrong_password(
    alice: User, who: str, request: pytest.FixtureRequest
) -> None:
    """An answer does not tell whether there is such a user."""
    wrong = log_in(alice.email, "not the password")
    email = "nobody@example.org" if who == "nobody" else request.getfixturevalue(who).email

    answer = log_in(email, PASSWORD)

    assert (answer.status_code, answer.content) == (401, wrong.content)


@pytest.mark.parametrize(
    "stored", ["", "!", "plain", "scrypt$x", "scrypt$a$b$c", "scrypt$é$ü", "argon2$", "md5$a$b"]
)
def test_malformed_hash_is_401(alice: User, stored: str) -> None:
    """Whatever the database holds, it is no reason to fail."""
    User.objects.filter(id=alice.id).update(password=stored)

    answer = log_in(alice.email)

    assert answer.status_code == 401


def test_short_password_is_422(alice: User) -> None:
    """Less than eight characters cannot be a password."""
    problem = log_in(alice.email, "seven77").json()["detail"][0]

    assert (problem["type"], problem["loc"]) == ("string_too_short", ["body", "password"])
    assert problem["ctx"] == {"min_length": 8}


@pytest.mark.parametrize(
    "body",
    [
        {"email": "alice@example.org", "password": "hunter2"},
        {"email": "alice@example.org", "password": ["hunter2"]},
        {"password": "hunter2 hunter2"},
        {"email": 1, "password": "hunter2 hunter2", "session_mode": "hunter"},
    ],
)
def test_validation_error_does_not_repeat_the_password(db: None, body: dict[str, Any]) -> None:
    """Neither the field nor the body around it brings the password back."""
    answer = post("login", body)

    assert answer.status_code == 422
    assert b"hunter2" not in answer.content


def test_email_with_nul_is_422(db: None) -> None:
    """PostgreSQL could not even look for it."""
    answer = log_in("ali\x00ce@example.org")

    assert answer.status_code == 422


def test_broken_json_is_422(db: None) -> None:
    """A body that is not JSON is a validation error at the body."""
    answer = Client().post("/api/auth/login", b'{"email":', content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]


def test_get_is_405(db: None) -> None:
    """There is nothing to read here."""
    answer = Client().get("/api/auth/login")

    assert answer.status_code == 405


def test_session_id_that_a_client_brings_is_not_used(alice: User) -> None:
    """Nobody can plant a session id and wait for its victim to sign in."""
    client = Client()
    client.cookies[COOKIE] = "a" * 32

    log_in(alice.email, client=client)

    assert client.cookies[COOKIE].value != "a" * 32


def test_second_sign_in_ends_the_session_before_it(alice: User) -> None:
    """Every sign-in starts a session with an id of its own."""
    client = Client()
    log_in(alice.email, client=client)
    stale = Client()
    stale.cookies[COOKIE] = client.cookies[COOKIE].value

    log_in(alice.email, client=client)

    assert (me(client=client).status_code, me(client=stale).status_code) == (200, 401)


def test_sign_in_as_somebody_else_changes_who_i_am(alice: User, bob: User) -> None:
    """The last to sign in is the one signed in."""
    client = Client()
    log_in(alice.email, client=client)

    log_in(bob.email, client=client)

    assert me(client=client).json()["name"] == "Bob"


def test_old_scrypt_hash_signs_in_and_becomes_argon2(alice: User) -> None:
    """A password brought along from the earlier service is stored anew at its first use."""
    User.objects.filter(id=alice.id).update(
        password="scrypt$AAECAwQFBgcICQoLDA0ODw==$"
        "5k1k3eQwEKXw_Mb4kZrOQJWXOirTV871RpKEdtBhVyF3R-syJhtjXaeAM0YB4S2SdEO3Bk-dmZYI1s1ubLzwfQ=="
    )

    answer = log_in(alice.email, "password123")

    alice.refresh_from_db()
    assert answer.status_code == 200
    assert alice.password.startswith("argon2$")
