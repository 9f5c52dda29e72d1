"""What the memory has for a question."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from exobrain.lib.errors import Unavailable
from exobrain.lib.threads import close_connections
from knowledge.models import Block
from knowledge.retrieval import retrievers
from knowledge.services.pages.editing import edit_blocks
from knowledge.services.recall.recalling import recall
from knowledge.types import BlockKind, Recall, Scope, Trust
from tests.knowledge.ledger.scribe import DAY, Teller
from tests.knowledge.recall.conftest import NO_HURRY_MS, Ask

pytestmark = pytest.mark.django_db


def texts(found: Recall) -> list[str]:
    """What was recalled, in its order."""
    return [item.text for item in found.items]


def messages(found: Recall) -> list[UUID]:
    """Where it came from."""
    return [message_id for item in found.items for message_id in item.message_ids]


@pytest.fixture
def small_talk(teller: Teller) -> None:
    """Days of other things."""
    for day, text in enumerate(
        ["The train was late again.", "We had soup for lunch.", "My garden needs rain."]
    ):
        teller.tell(text, day=10 + day)


@pytest.mark.usefixtures("small_talk")
def test_what_was_said_is_found(teller: Teller, ask: Ask) -> None:
    """The message that answers comes first, with its place, its time and its parts."""
    said = teller.tell("My sister Ann plays the cello in Ghent.", day=1)

    best = ask("Who plays the cello?").items[0]

    assert best.message_ids == [said.id]
    assert (best.reference, best.said_at, best.trust) == (
        said.reference,
        said.said_at,
        Trust.USER_SAID,
    )
    assert best.parts["lexical"] > 0


def test_nothing_is_recalled_from_nothing(ask: Ask) -> None:
    """An empty memory answers with nothing."""
    assert ask("Who plays the cello?").items == []


def test_strangers_recall_nothing(teller: Teller, charlie: User) -> None:
    """The same question by somebody else reaches none of it."""
    teller.tell("My sister Ann plays the cello in Ghent.")

    found = recall(
        scope=Scope(user_id=charlie.pk),
        query="Who plays the cello? Ann?",
        budget_tokens=2000,
        deadline_ms=NO_HURRY_MS,
    )

    assert found.items == []


def test_what_holds_now_is_recalled(teller: Teller, ask: Ask) -> None:
    """What a newer statement ended is left out."""
    teller.tell("I live in Lyon.", day=1)
    newer = teller.tell("I live in Oslo now.", day=20)

    assert messages(ask("Where do I live? In Lyon?"))[:1] == [newer.id]
    assert "I live in Lyon." not in texts(ask("Where do I live? In Lyon?"))


def test_what_held_before_is_recalled_for_the_past(teller: Teller, ask: Ask) -> None:
    """With its end."""
    older = teller.tell("I live in Lyon.", day=1)
    newer = teller.tell("I live in Oslo now.", day=20)

    found = ask("Where did I live before?").items

    [item] = [item for item in found if item.message_ids == [older.id]]
    assert item.valid_to == newer.said_at


def test_as_of_a_date_what_held_then_is_recalled(teller: Teller, ask: Ask) -> None:
    """Both statements stay reachable, each as of its time."""
    older = teller.tell("I live in Lyon.", day=1)
    teller.tell("I live in Oslo now.", day=20)

    found = ask("Where do I live?", as_of=DAY + timedelta(days=10))

    assert set(messages(found)) == {older.id}


def test_a_message_that_holds_in_part_names_what_is_over(teller: Teller, ask: Ask) -> None:
    """What else it says holds, and what replaced the rest comes before it."""
    older = teller.tell("I live in Lyon. My brother is called Tom.", day=1)
    newer = teller.tell("I live in Oslo now.", day=20)

    found = ask("Do I live in Lyon with my brother Tom?").items

    messages_in_order = [item.message_ids[0] for item in found]
    [item] = [i for i in found if i.message_ids == [older.id] and i.kind == BlockKind.EPISODE]
    assert messages_in_order.index(newer.id) < found.index(item)
    assert item.valid_to is None
    assert [each.until for each in item.ended] == [newer.said_at]
    assert "Lyon" in item.ended[0].text


def test_what_has_ended_is_no_answer_of_its_message(teller: Teller, ask: Ask) -> None:
    """The fact says until when it held; the sentence that only says that it does is left out."""
    said = teller.tell("I live in Lyon.", day=1)
    over = said.said_at + timedelta(days=30)
    Block.objects.filter(kind="fact", message_id=said.id).update(valid_to=over)

    lines = ask("Where do I live?").items

    assert {(item.kind, item.valid_to) for item in lines} == {(BlockKind.FACT, over)}


def test_replacing_one_fact_does_not_move_the_others(teller: Teller, ask: Ask) -> None:
    """Of its message: that is found for them as it was before."""
    older = teller.tell("I live in Lyon. My brother is called Tom and collects stamps.", day=1)
    teller.tell("The train was late again.", day=2)
    before = _score_of(older.id, ask("What does my brother Tom collect?"))

    teller.tell("I live in Oslo now.", day=20)

    assert _score_of(older.id, ask("What does my brother Tom collect?")) > before - 0.5


def _score_of(message_id: UUID, found: Recall) -> float:
    return max(
        item.score
        for item in found.items
        if item.message_ids == [message_id] and item.kind == BlockKind.EPISODE
    )


def test_a_fact_stands_for_a_message_that_says_no_more(teller: Teller, ask: Ask) -> None:
    """One line of a prompt says it."""
    said = teller.tell("I live in Oslo.", day=1)
    teller.tell("The train was late again.", day=2)

    lines = [item for item in ask("Where do I live?").items if said.id in item.message_ids]

    assert [(item.kind, bool(item.topic)) for item in lines] == [(BlockKind.FACT, True)]


def test_where_nothing_is_known_at_most_two_are_given(teller: Teller, ask: Ask) -> None:
    """In a small memory as in a large one."""
    for day, text in enumerate(
        [
            "The train was late again.",
            "We had soup for lunch.",
            "My garden needs rain.",
            "I watched a film about bees.",
            "The new carpet is blue.",
        ]
    ):
        teller.tell(text, day=day)

    assert len(ask("What is the name of my dentist?", drop_weak=True).items) <= 2


def test_a_question_asked_before_does_not_displace_its_answer(teller: Teller, ask: Ask) -> None:
    """Nor does an answer that did not know."""
    teller.tell("When is the choir rehearsal?", day=1)
    teller.tell("I don't know when the choir rehearsal is.", day=1, role="assistant")
    told = teller.tell("The choir rehearsal is on Tuesdays at seven.", day=2)

    found = ask("When is the choir rehearsal?", drop_weak=True).items

    assert found[0].message_ids == [told.id]


def test_the_users_own_wording_is_recalled(teller: Teller, ask: Ask) -> None:
    """An edited fact is an item of its own: no message says it like that."""
    teller.tell("My sister Ann plays the cello.")
    fact = Block.objects.get(kind="fact", text__contains="cello")

    edit_blocks(user_id=teller.user.pk, texts={fact.id: "Ann plays the double bass."})

    assert "Ann plays the double bass." in texts(ask("What does Ann play, the double bass?"))


@pytest.mark.usefixtures("small_talk")
def test_the_budget_holds(teller: Teller, ask: Ask) -> None:
    """No more tokens than asked for, and no more items than the limit."""
    for day in range(6):
        teller.tell(f"Note {day}: the cello lesson cost {day}0 euros this week.", day=day)

    by_budget = ask("What did the cello lessons cost?", budget_tokens=30)
    by_limit = ask("What did the cello lessons cost?", limit=2)

    assert 0 < by_budget.tokens <= 30
    assert len(by_limit.items) == 2


def test_one_large_memory_leaves_room_for_others(teller: Teller, ask: Ask) -> None:
    """What does not fit is passed over."""
    large = teller.tell("The cello. " + "It is a fine cello and I like the cello. " * 60, day=1)
    small = teller.tell("My cello teacher is called Ruth.", day=2)

    found = ask("cello", budget_tokens=50).items

    passages = [i for i in found if i.kind == BlockKind.EPISODE and large.id in i.message_ids]
    assert passages == []
    assert small.id in {message_id for item in found for message_id in item.message_ids}


def test_the_same_words_are_one_item(teller: Teller, ask: Ask) -> None:
    """It names every message that says so."""
    first = teller.tell("The cello is in the attic.", day=1)
    second = teller.tell("The cello is in the attic.", day=2)

    [item] = [item for item in ask("Where is the cello?").items if "cello" in item.text]

    assert set(item.message_ids) == {first.id, second.id}


def test_a_named_time_finds_what_was_said_then(teller: Teller, ask: Ask) -> None:
    """Also when no word is shared."""
    said = teller.tell("We had soup for lunch.", day=13)

    assert said.id in messages(ask("January 14th, 2025", without=["words", "meaning"]))


def test_what_is_told_of_a_named_time_is_found(teller: Teller, ask: Ask) -> None:
    """By the time that the fact tells of, not by that of its message."""
    said = teller.tell("My sister Ann plays the cello.", day=40)
    began = datetime(2019, 3, 4, tzinfo=UTC)
    Block.objects.filter(kind="fact", message_id=said.id).update(valid_from=began)

    assert said.id in messages(ask("What was in March 2019?", without=["words", "meaning"]))


@pytest.mark.usefixtures("small_talk")
def test_a_secret_is_recalled_only_when_it_is_asked_for(teller: Teller, ask: Ask) -> None:
    """By its kind and its thing; neither the fact nor the message is a by-catch."""
    said = teller.tell("The code of the garden gate is 4711, my sister Ann knows it.", day=1)
    fact = Block.objects.filter(message_id=said.id).exclude(kind="episode").first()
    if fact is None:  # what is learned of it is not this test's matter
        fact = Block.objects.create(
            id=uuid4(), user=teller.user, trust=Trust.USER_SAID, recorded_at=said.said_at,
            said_at=said.said_at, kind="fact", text="The garden gate's code is 4711.",
            message_id=said.id,
        )  # fmt: skip
    Block.objects.filter(id=fact.id).update(is_secret=True)

    assert said.id not in messages(ask("What does Ann know of the garden?"))
    assert said.id not in messages(ask("What is the code of the safe?"))
    assert said.id in messages(ask("What is the code of the garden gate?"))


def test_low_trust_can_be_left_out(teller: Teller, ask: Ask) -> None:
    """A scope that wants the user's own words gets no others."""
    teller.tell("A cello has four strings.", role="assistant")

    assert ask("How many strings has a cello?").items != []
    assert ask("How many strings has a cello?", min_trust=Trust.USER_SAID).items == []


def test_what_was_called_wrong_is_not_recalled(teller: Teller, ask: Ask) -> None:
    """A falsified record holds nowhere."""
    teller.tell("My sister Ann plays the cello.")
    Block.objects.update(status="falsified")

    assert ask("Who plays the cello?").items == []


def test_a_failing_retriever_is_named_and_costs_no_answer(
    teller: Teller, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others answer."""
    said = teller.tell("My sister Ann plays the cello.")

    def fail(*_args: object, **_named: object) -> retrievers.Retrieved:
        raise Unavailable

    monkeypatch.setattr(retrievers, "by_meaning", fail)
    found = ask("Who plays the cello?")

    assert "meaning" in found.dropped
    assert set(messages(found)) == {said.id}


def test_every_retriever_may_be_missing(teller: Teller, ask: Ask) -> None:
    """With none there is no answer, and no error."""
    teller.tell("My sister Ann plays the cello.")

    found = ask("Who plays the cello?", without=["words", "meaning", "tokens", "time", "graph"])

    assert (found.items, found.dropped) == ([], [])


def test_the_graph_finds_what_shares_no_word(teller: Teller, ask: Ask) -> None:
    """Somebody asked about by another name is found by the graph alone."""
    teller.tell("My sister Ann plays the cello.", day=1)
    said = teller.tell("Ann moved to Ghent.", day=2)

    assert said.id in messages(ask("What about Ann?", without=["words", "meaning"]))


@pytest.mark.parametrize(
    "query", ["", " ", "\x00", "\ud800", "?" * 10, "x" * 100_000, "' OR 1=1 --", "[m1]</memory>"]
)
def test_any_question_is_answered(teller: Teller, ask: Ask, query: str) -> None:
    """With something or nothing, never with an error."""
    teller.tell("My sister Ann plays the cello.")

    assert ask(query).tokens >= 0


@pytest.mark.django_db(transaction=True)
def test_a_late_retriever_is_dropped(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a transaction the retrievers run side by side, and nobody waits for the slow one."""
    said = teller.tell("My sister Ann plays the cello.")
    release = threading.Event()

    def wait(*_args: object, **_named: object) -> retrievers.Retrieved:
        release.wait(30)
        return retrievers.Retrieved()

    monkeypatch.setattr(retrievers, "by_graph", wait)
    found = recall(
        scope=Scope(user_id=teller.user.pk),
        query="Who plays the cello?",
        budget_tokens=2000,
        deadline_ms=3000,
    )
    release.set()
    close_connections()

    assert found.dropped == ["graph"]
    assert set(messages(found)) == {said.id}
