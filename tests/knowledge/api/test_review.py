"""GET /api/knowledge/review, and the answers: accept and reject."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from knowledge.models import Entity, ReviewItem
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/review"


@pytest.fixture
def question(alice: User) -> ReviewItem:
    """Are Ann and Anne the same?"""
    return ReviewItem.objects.create(
        user=alice,
        kind="merge",
        left_id=rows.entity(alice, "Ann").id,
        right_id=rows.entity(alice, "Anne").id,
        score=0.7,
        features={"name": 0.7},
    )


def read(client: Client, query: str = "") -> list[dict[str, Any]]:
    """The questions."""
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_question_has_its_fields(alice: User, as_user: SignIn, question: ReviewItem) -> None:
    """What is asked, about whom, and why."""
    (item,) = read(as_user(alice))

    assert item.pop("created_at").endswith("Z")
    assert item == {
        "id": str(question.id),
        "kind": "merge",
        "state": "open",
        "left_id": str(question.left_id),
        "right_id": str(question.right_id),
        "left_text": "Ann",
        "right_text": "Anne",
        "left_detail": "node.person",
        "right_detail": "node.person",
        "score": 0.7,
        "features": {"name": 0.7},
    }


def test_yes_makes_them_one(alice: User, as_user: SignIn, question: ReviewItem) -> None:
    """One page for both, and the question is answered."""
    client = as_user(alice)

    answer = client.post(f"{PATH}/{question.id}/accept")

    assert answer.status_code == 200
    assert Entity.objects.filter(user=alice, merged_into=None).count() == 1
    assert (read(client), len(read(client, "state=accepted"))) == ([], 1)
    assert client.post(f"{PATH}/{question.id}/accept").status_code == 409


def test_no_keeps_them_apart(alice: User, as_user: SignIn, question: ReviewItem) -> None:
    """Two pages stay two."""
    client = as_user(alice)

    answer = client.post(f"{PATH}/{question.id}/reject")

    assert answer.status_code == 200
    assert Entity.objects.filter(user=alice, merged_into=None).count() == 2
    assert len(read(client, "state=rejected")) == 1


def test_kinds_can_be_asked_for(alice: User, as_user: SignIn, question: ReviewItem) -> None:
    """Merges or conflicts."""
    client = as_user(alice)

    assert (len(read(client, "kind=merge")), read(client, "kind=conflict")) == (1, [])


@pytest.mark.parametrize("query", ["kind=x", "state=x", "page_size=0", "page_token=x"])
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """422."""
    assert as_user(alice).get(f"{PATH}?{query}").status_code == 422


def test_the_page_asks_and_takes_answers(
    alice: User, as_user: SignIn, question: ReviewItem
) -> None:
    """With both names, and a button for each answer."""
    client = as_user(alice)

    page = client.get(reverse("memory-review")).content.decode()
    answer = client.post(reverse("memory-reject", args=[question.id]))

    assert all(words in page for words in ("Are these the same?", "Ann", "Anne"))
    assert answer["Location"] == reverse("memory-review")
    assert "No questions" in client.get(reverse("memory-review")).content.decode()


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_an_unknown_question_is_not_found(alice: User, as_user: SignIn, verdict: str) -> None:
    """404."""
    assert as_user(alice).post(f"{PATH}/{uuid4()}/{verdict}").status_code == 404


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_a_stranger_answers_nothing(
    charlie: User, as_user: SignIn, question: ReviewItem, verdict: str
) -> None:
    """Neither listed nor answered, over the API and on the page."""
    client = as_user(charlie)

    answers = [
        client.post(f"{PATH}/{question.id}/{verdict}"),
        client.post(reverse(f"memory-{verdict}", args=[question.id])),
    ]

    assert ([answer.status_code for answer in answers], read(client)) == ([404, 404], [])
    question.refresh_from_db()
    assert question.state == "open"


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """401."""
    assert Client().get(PATH).status_code == 401
