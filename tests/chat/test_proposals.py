"""What the assistant proposes to the memory, and what the user makes of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat.events import ToolCall, entry_at
from chat.models import Proposal
from chat.services.finishing import TurnEnd, finish_turns
from chat.tools.base import TurnContext
from journal.models import Message
from journal.services import delete_messages
from knowledge.models import Alias, Block, Changeset, Entity, ReviewItem
from knowledge.services.forgetting.erasure import forget
from knowledge.services.ledger.rollback import roll_back
from knowledge.types import BlockKind, Target, TargetKind, Trust
from tests.chat.using_tools import turn_of, use_tool, use_tools
from tests.factories import JournalFactory, TurnFactory
from tests.knowledge.api import rows

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Client]
API = "/api/chat/proposals"


def proposed(user: User, text: str = "Alice likes tea.") -> Proposal:
    """The assistant has proposed to remember it."""
    use_tool(turn_of(user, "Hello."), "remember", text=text)
    return Proposal.objects.latest("created_at")


def to_forget(user: User, what: str) -> Proposal:
    """The assistant has proposed to forget it."""
    use_tool(turn_of(user, "Hello."), "forget", what=what)
    return Proposal.objects.latest("created_at")


def named(user: User, name: str) -> Entity:
    """Somebody who goes by that name."""
    entity = rows.entity(user, name)
    Alias.objects.create(
        id=uuid4(), user=user, entity=entity, name=name, normal_name=entity.normal_name
    )
    return entity


def wish(user: User, of: Block) -> ReviewItem:
    """The memory asks by itself whether to forget the block, as the user has said."""
    said = rows.episode(rows.said(JournalFactory(user=user), "Forget it."))
    return ReviewItem.objects.create(
        id=uuid4(), user=user, kind="forget", left_id=of.id, right_id=said.id
    )


def notes(user: User) -> list[str]:
    """What the user's memory has as notes."""
    found = Block.objects.filter(user=user, kind=BlockKind.NOTE)
    return list(found.values_list("text", flat=True))


# -- proposing


def test_a_models_wish_is_only_proposed(alice: User) -> None:
    """The memory is as before, and the model is told so."""
    turn = turn_of(alice, "I like tea.")

    results, [told] = use_tools(turn, ("remember", {"text": "Alice likes  tea.\u202e"}))

    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.text) == ("open", "Alice likes tea.")
    assert (proposal.answer_id, proposal.user_id) == (turn.answer_id, alice.id)
    assert results[0].message == "Proposed: “Alice likes tea.”"
    assert "proposed" in told
    assert not Block.objects.exists()


def test_what_the_user_typed_is_done_at_once(alice: User) -> None:
    """A note on their own page, by their word; done again it is one."""
    turn = turn_of(alice, "Remember that I like tea.")

    told = [use_tool(turn, "remember", text="I like tea.") for _ in range(2)]

    note = Block.objects.get()
    assert told == [{"state": "remembered"}] * 2
    assert (note.kind, note.text, note.trust) == ("note", "I like tea.", Trust.CONFIRMED)
    assert Entity.objects.get(is_self=True).id == note.entity_id
    assert Proposal.objects.get().state == "accepted"


@pytest.mark.parametrize("fields", [{"is_tainted": True}, {"outside_text": ["a page"]}])
def test_beside_others_words_it_is_only_proposed(alice: User, fields: dict[str, Any]) -> None:
    """And the user is told that others may be behind it."""
    use_tool(turn_of(alice, "Remember that I like tea.", **fields), "remember", text="I like tea.")

    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.is_from_outside, notes(alice)) == ("open", True, [])


def test_what_would_go_is_shown(alice: User) -> None:
    """A statement, or somebody with all that speaks of them; nothing has gone."""
    rows.fact(alice, named(alice, "Ann"), "Ann lives in Lyon.")
    rows.fact(alice, None, "I like tea.")

    fact = to_forget(alice, "that I like tea")
    person = to_forget(alice, "Ann")

    assert (fact.kind, fact.target_kind, fact.text) == ("forget", "fact", "I like tea.")
    assert (person.target_kind, person.text) == ("entity", "Ann\nAnn lives in Lyon.")
    assert Block.objects.count() == 2


def test_a_model_does_not_learn_what_there_is_to_forget(alice: User) -> None:
    """It could find out what it may not be told."""
    rows.fact(alice, None, "I like tea.")

    told = [
        use_tool(turn_of(alice, "Hello."), "forget", what=what) for what in ("tea", "therapist")
    ]

    assert told[0] == told[1]


def test_nothing_is_asked_twice(alice: User) -> None:
    """Neither by two calls nor beside the memory's own question."""
    tea, milk = (rows.fact(alice, None, f"I like {what}.") for what in ("tea", "milk"))
    wish(alice, milk)

    for what in ("tea", "tea", "milk"):
        use_tool(turn_of(alice, "Hello."), "forget", what=what)

    assert [each.target_id for each in Proposal.objects.all()] == [tea.id]


def test_what_was_declined_is_not_proposed_again(alice: User, as_user: SignIn) -> None:
    """Not on that day, unless the user types the wish."""
    as_user(alice).post(f"{API}/{proposed(alice).id}/decline")

    again = use_tool(turn_of(alice, "Hello."), "remember", text="Alice likes TEA.")
    typed = use_tool(
        turn_of(alice, "Remember that Alice likes tea."), "remember", text="Alice likes tea."
    )

    assert again == {"state": "declined by the user"}
    assert typed == {"state": "remembered"}


def test_a_typed_wish_accepts_what_was_proposed(alice: User) -> None:
    """There is one row, whichever came first."""
    proposal = proposed(alice, "I like tea.")

    told = use_tool(turn_of(alice, "Remember that I like tea."), "remember", text="I like tea.")

    proposal.refresh_from_db()
    assert told == {"state": "remembered"}
    assert (proposal.state, notes(alice)) == ("accepted", ["I like tea."])
    assert Proposal.objects.count() == 1


def test_what_was_taken_back_can_be_asked_for_again(alice: User) -> None:
    """The user has rolled the note back, and types the wish once more."""
    wish_ = "Remember that I like tea."
    use_tool(turn_of(alice, wish_), "remember", text="I like tea.")
    changeset = Changeset.objects.get(user=alice, kind="edit")
    roll_back(user_id=alice.id, changeset_id=changeset.id)

    use_tool(turn_of(alice, wish_), "remember", text="I like tea.")

    assert notes(alice) == ["I like tea."]


def test_a_flood_leaves_room_for_the_user(alice: User) -> None:
    """What others had proposed does not keep their own wish out."""
    turn = TurnFactory(user=alice)
    Proposal.objects.bulk_create(
        Proposal(user=alice, answer=turn.answer, kind="remember", text=f"Fact {n}.")
        for n in range(60)
    )

    results, _ = use_tools(turn_of(alice, "Hello."), ("remember", {"text": "Fact 99."}))
    told = use_tool(turn_of(alice, "Remember that I like tea."), "remember", text="I like tea.")

    assert results[0].failed
    assert told == {"state": "remembered"}


def test_a_flood_ends(alice: User) -> None:
    """Nobody would look at a thousand questions."""
    turn = turn_of(alice, "Hello.")

    results, _ = use_tools(turn, *(("remember", {"text": f"Fact {n}."}) for n in range(12)))

    assert sum(not result.failed for result in results) == Proposal.objects.count() == 5


def test_an_answer_that_is_gone_proposes_nothing(alice: User, bob: User) -> None:
    """Nor one of somebody else's."""
    theirs = turn_of(bob, "Hello.").answer_id
    turn = TurnContext(user_id=alice.id, question="Hello.", answer_id=theirs)

    results, _ = use_tools(turn, ("remember", {"text": "x y"}), ("forget", {"what": "x"}))

    assert all(result.failed for result in results)
    assert not Proposal.objects.exists()


# -- deciding


def test_an_accepted_proposal_is_a_note(alice: User, as_user: SignIn) -> None:
    """By the user's word."""
    proposal = proposed(alice)

    answer = as_user(alice).post(f"{API}/{proposal.id}/accept")

    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert notes(alice) == ["Alice likes tea."]


def test_an_accepted_wish_to_forget_is_done(alice: User, as_user: SignIn) -> None:
    """For good, and no text of it stays."""
    rows.fact(alice, named(alice, "Ann"), "Ann lives in Lyon.")
    proposal = to_forget(alice, "Ann")

    answer = as_user(alice).post(f"{API}/{proposal.id}/accept")

    assert (answer.json()["state"], answer.json()["text"]) == ("accepted", "")
    assert not Block.objects.filter(text__contains="Lyon").exists()
    assert Proposal.objects.get().text == ""


def test_what_has_gone_meanwhile_is_forgotten_too(alice: User, as_user: SignIn) -> None:
    """Which is what the user wants."""
    fact = rows.fact(alice, None, "I like tea.")
    proposal = to_forget(alice, "tea")
    Block.objects.filter(id=fact.id).delete()

    assert as_user(alice).post(f"{API}/{proposal.id}/accept").status_code == 200


def test_a_declined_proposal_does_nothing(alice: User, as_user: SignIn) -> None:
    """It is decided all the same."""
    proposal = proposed(alice)

    answer = as_user(alice).post(f"{API}/{proposal.id}/decline")

    assert answer.json()["state"] == "declined"
    assert notes(alice) == []


def test_declining_answers_the_memorys_own_question(alice: User, as_user: SignIn) -> None:
    """Learned meanwhile, the wish asks the same."""
    tea = rows.fact(alice, None, "I like tea.")
    proposal = to_forget(alice, "tea")
    item = wish(alice, tea)

    as_user(alice).post(f"{API}/{proposal.id}/decline")

    item.refresh_from_db()
    assert item.state == "rejected"


@pytest.mark.parametrize("first", ["accept", "decline"])
@pytest.mark.parametrize("second", ["accept", "decline"])
def test_a_decision_is_final(alice: User, as_user: SignIn, first: str, second: str) -> None:
    """409, and nothing is done twice."""
    proposal, client = proposed(alice), as_user(alice)

    client.post(f"{API}/{proposal.id}/{first}")
    answer = client.post(f"{API}/{proposal.id}/{second}")

    assert answer.status_code == 409
    assert len(notes(alice)) == (first == "accept")


def test_the_list_has_what_is_open(alice: User, as_user: SignIn) -> None:
    """The oldest first."""
    client = as_user(alice)
    one, two, three = (proposed(alice, f"Fact {n}.") for n in range(3))
    client.post(f"{API}/{two.id}/decline")

    listed = client.get(API).json()

    assert [each["id"] for each in listed] == [str(one.id), str(three.id)]
    assert listed[0] == {
        "id": str(one.id),
        "message_id": str(one.answer_id),
        "kind": "remember",
        "text": "Fact 0.",
        "state": "open",
        "is_from_outside": False,
        "created_at": listed[0]["created_at"],
        "decided_at": None,
    }


def test_a_stranger_sees_and_decides_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """By the API or on the page; nor does nobody."""
    proposal, client = proposed(alice), as_user(charlie)
    page = f"/proposals/{proposal.id}"

    answers = [
        client.post(f"{API}/{proposal.id}/accept"),
        client.post(f"{API}/{proposal.id}/decline"),
        client.post(f"{page}/accept"),
        client.post(f"{page}/decline"),
        client.get(f"/proposals/{proposal.answer_id}"),
    ]
    nobody = Client()

    assert [answer.status_code for answer in answers] == [404] * 5
    assert client.get(API).json() == []
    assert nobody.get(API).status_code == nobody.post(f"{API}/{proposal.id}/accept").status_code
    assert nobody.get(API).status_code == 401
    assert nobody.post(f"{page}/accept").status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, notes(alice), notes(charlie)) == ("open", [], [])


# -- forgetting


def test_what_is_forgotten_is_in_no_proposal(alice: User) -> None:
    """Whatever its state; others stay."""
    ann = rows.entity(alice, "Ann")
    about_ann, about_tea = proposed(alice, "Ann owes me money."), proposed(alice)
    accepted = proposed(alice, "Remind me of Ann.")
    Proposal.objects.filter(id=accepted.id).update(state="accepted")

    forget(user_id=alice.id, target=Target(TargetKind.ENTITY, id=ann.id))

    assert [each.id for each in Proposal.objects.all()] == [about_tea.id]
    assert about_ann.id != about_tea.id


def test_a_deleted_answer_takes_its_proposals(alice: User) -> None:
    """They are part of it."""
    proposal = proposed(alice)

    delete_messages(user_id=alice.id, message_ids=[proposal.answer_id])

    assert not Proposal.objects.exists()


def test_forgetting_everything_takes_them_all(alice: User, bob: User) -> None:
    """Nobody else's."""
    proposed(alice)
    theirs = proposed(bob)

    forget(user_id=alice.id, target=Target(TargetKind.EVERYTHING))

    assert [each.id for each in Proposal.objects.all()] == [theirs.id]


# -- on the page


def test_the_card_is_below_the_answer(alice: User, as_user: SignIn) -> None:
    """The message says that there is one, the page fetches it, a form decides."""
    turn = TurnFactory(user=alice)
    Proposal.objects.create(
        user=alice, answer=turn.answer, kind="remember", text="<b>Tea</b>", is_from_outside=True
    )
    call = entry_at(ToolCall("call_1", "Remember", "To remember: tea"), start=0)
    end = TurnEnd(
        stream_id=turn.id,
        user_id=alice.id,
        answer_id=turn.answer_id,
        reason="complete",
        text="I proposed it.",
        entries=[call],
    )
    finish_turns([end])
    client = as_user(alice)

    day = client.get("/journal/2025/01/14").content.decode()
    card = client.get(f"/proposals/{turn.answer_id}", headers={"HX-Request": "true"})

    assert Message.objects.get(id=turn.answer_id).metadata == {"proposals": 1}
    assert f'hx-get="/proposals/{turn.answer_id}"' in day
    assert "&lt;b&gt;Tea&lt;/b&gt;" in card.content.decode()
    assert "text of others" in card.content.decode()
    assert card.content.decode().count("csrfmiddlewaretoken") == 2


def test_the_buttons_work_with_and_without_a_script(alice: User, as_user: SignIn) -> None:
    """A fragment for the one, a page for the other; a second answer changes nothing."""
    one, two = proposed(alice, "Fact one."), proposed(alice, "Fact two.")
    client = as_user(alice)

    plain = client.post(f"/proposals/{one.id}/accept", follow=True).content.decode()
    script = client.post(f"/proposals/{two.id}/decline", headers={"HX-Request": "true"})
    again = client.post(f"/proposals/{two.id}/accept", headers={"HX-Request": "true"})

    assert "Remembered" in plain
    assert "<html" in plain
    assert "Not remembered" in script.content.decode()
    assert "Not remembered" in again.content.decode()
    assert "<html" not in again.content.decode()
    assert notes(alice) == ["Fact one."]


def test_a_form_of_another_site_decides_nothing(alice: User) -> None:
    """Without the token of the page."""
    proposal = proposed(alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post(f"/proposals/{proposal.id}/accept")

    assert answer.status_code == 403
    assert notes(alice) == []
