"""Updates and episodes as operators see them: how it went, never what was said."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from knowledge.models import Episode, Update
from knowledge.services.updates.leasing import lease_messages
from orchestrator.types import Attempt
from tests.knowledge.updates.conftest import said

SignIn = Callable[[User], Client]


@pytest.fixture
def operator(db: None) -> User:
    """Who may see the admin."""
    return User.objects.create_superuser("operator@example.org", "x" * 12, display_name="Operator")


@pytest.fixture
def learned(alice: User) -> Update:
    """An update of Alice's that has succeeded."""
    from knowledge.events import UpdatePayload
    from knowledge.services import updates

    said(alice, "My canary is yellow.")
    (update,) = lease_messages(user_id=alice.id)
    attempt = Attempt(update.job_id, "knowledge.update", str(alice.id), number=1)
    payload = UpdatePayload.model_validate(
        {"journal_reference": "2025/01/14", "messages": [{"role": "user"}]}
    )
    updates.complete_update(attempt, updates.prepare_update(attempt, payload))
    return update


@pytest.mark.parametrize("model", ["update", "episode"])
def test_the_list_and_the_row_are_shown(
    operator: User, learned: Update, as_user: SignIn, model: str
) -> None:
    """Without the words."""
    row = learned.pk if model == "update" else Episode.objects.get().pk
    client = as_user(operator)

    pages = [
        client.get(reverse(f"admin:knowledge_{model}_changelist")),
        client.get(reverse(f"admin:knowledge_{model}_change", args=[row])),
    ]

    assert [page.status_code for page in pages] == [200, 200]
    assert all(b"2025/01/14" in page.content for page in pages)
    assert not any(b"canary" in page.content for page in pages)


@pytest.mark.parametrize("model", ["update", "episode"])
def test_nobody_else_sees_them(charlie: User, as_user: SignIn, model: str) -> None:
    """Charlie is no operator: he is sent to sign in as one."""
    answer = as_user(charlie).get(f"/admin/knowledge/{model}/")

    assert answer.status_code == 302
    assert "login" in answer["Location"]
