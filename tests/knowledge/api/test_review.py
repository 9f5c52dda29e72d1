"""GET /api/knowledge/review, and the answers: accept and reject."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from knowledge.models import Entity, Redaction, ReviewItem, Source
from tests.factories import JournalFactory
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
        "question": "Are Ann and Anne the same?",
        "if_accepted": "They become one page, Ann, with all that is known of both.",
        "if_rejected": "They stay two pages, and you are not asked about them again.",
        "left_evidence": [],
        "right_evidence": [],
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

    assert all(words in page for words in ("Are Ann and Anne the same?", "The same", "one page"))
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


def test_both_sides_show_what_they_are_from(alice: User, charlie: User, as_user: SignIn) -> None:
    """The words, the day, and the way there; nothing that the memory was to forget."""
    day = JournalFactory(user=alice)
    first = rows.said(day, "By the way, I live in Graz now. My code is 1234.", sequence=1)
    second = rows.said(day, "I think that I live in Linz.", sequence=2)
    left = rows.fact(alice, None, "I live in Graz.")
    right = rows.fact(alice, None, "I live in Linz.")
    for block, message in ((left, first), (right, second)):
        rows.source(alice, block, message)
    Redaction.objects.create(id=uuid4(), user=alice, message=first, start=32, end=48)
    ReviewItem.objects.create(user=alice, kind="conflict", left_id=left.id, right_id=right.id)
    client = as_user(alice)

    (item,) = read(client)
    page = client.get(reverse("memory-review")).content.decode()

    (quote,) = item["left_evidence"]
    assert quote["quote"] == "By the way, I live in Graz now."
    assert (quote["message_id"], quote["role"]) == (str(first.id), "user")
    assert item["right_evidence"][0]["quote"] == "I think that I live in Linz."
    assert item["if_accepted"].startswith("“I live in Graz.” holds")
    assert "I think that I live in Linz." in page
    assert f"#message-{first.id}" in page
    assert "1234" not in page
    assert read(as_user(charlie)) == []


def test_who_is_asked_about_is_quoted_where_spoken_of(alice: User, as_user: SignIn) -> None:
    """The latest messages that speak of each."""
    message = rows.said(JournalFactory(user=alice), "Ann came with us to the lake.")
    ann, anne = rows.entity(alice, "Ann"), rows.entity(alice, "Anne")
    mention = rows.mention(rows.episode(message), ann)
    Source.objects.create(
        id=uuid4(),
        user=alice,
        table="mention",
        record_id=mention.id,
        message=message,
        start=0,
        end=3,
    )
    ReviewItem.objects.create(user=alice, kind="merge", left_id=ann.id, right_id=anne.id)

    (item,) = read(as_user(alice))

    assert [each["quote"] for each in item["left_evidence"]] == ["Ann came with us to the lake."]
    assert item["right_evidence"] == []
