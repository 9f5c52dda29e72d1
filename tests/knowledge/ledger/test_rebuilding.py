"""Memories made anew."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from exobrain.lib.errors import Invalid
from journal.models import Message
from knowledge.models import (
    Alias,
    Block,
    CannotLink,
    Changeset,
    Edge,
    Entity,
    IndexedBlock,
    Mention,
)
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities.merging import keep_apart, merge
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing
from knowledge.services.rebuilding import rebuild, swap
from knowledge.types import Target, TargetKind
from tests.knowledge.ledger.scribe import DAY, Teller
from tests.knowledge.ledger.traces import tables_with

pytestmark = pytest.mark.django_db


def memory(user: User) -> dict[str, Any]:
    """All that a user's memory says, without when it was last touched."""
    return {
        "entities": sorted(
            Entity.objects.filter(user=user).values_list(
                "id", "name", "node_type", "merged_into", "trust", "recorded_at"
            ),
            key=str,
        ),
        "aliases": sorted(Alias.objects.filter(user=user).values_list("entity", "normal_name")),
        "blocks": sorted(
            Block.objects.filter(user=user).values_list(
                "id", "text", "entity", "status", "valid_to", "superseded_by_id", "recorded_at"
            ),
            key=str,
        ),
        "edges": sorted(Edge.objects.filter(user=user).values_list("id", "source", "target")),
        "mentions": sorted(Mention.objects.filter(user=user).values_list("block", "entity")),
    }


def told(teller: Teller) -> None:
    """A history with everything in it."""
    teller.tell("#home=lyon and @Johnathan~knows~@Carl", day=1)
    teller.tell("#home=paris and @Jonathan#job=cook", day=3)
    teller.tell("#home?=oslo", day=9)
    user_id = teller.user.pk
    keep, gone = Entity.objects.get(name="Johnathan"), Entity.objects.get(name="Jonathan")
    merge(user_id=user_id, keep_id=keep.id, gone_id=gone.id)
    teller.tell("@Jonathan#home=rome", day=4)
    carl = Entity.objects.get(name="Carl")
    editing.rename_entity(user_id=user_id, entity_id=carl.id, name="Charles")
    editing.add_note(user_id=user_id, entity_id=carl.id, text="A good friend.")
    job = Block.objects.get(topic="job")
    editing.edit_blocks(user_id=user_id, texts={job.id: "Cooks at Chez Paul."})
    teller.tell("@Charles is here", day=5)


def test_a_rebuilt_memory_is_the_same(teller: Teller, bob: User) -> None:
    """With the same ids, times and changes by hand; another's memory is left alone."""
    told(teller)
    Teller(bob).tell("#home=oslo")
    before, others = memory(teller.user), memory(bob)
    indexed = set(IndexedBlock.objects.values_list("block_id", flat=True))

    made = rebuild(user_id=teller.user.pk)

    assert memory(teller.user) == before
    assert memory(bob) == others
    assert set(IndexedBlock.objects.values_list("block_id", flat=True)) == indexed
    assert (made.replayed, made.not_replayed) == (4, 0)
    assert made.before == made.after


def test_a_changed_ledger_is_mended(teller: Teller) -> None:
    """What is not from the journal is gone, what was lost is back."""
    told(teller)
    before = memory(teller.user)
    Block.objects.filter(kind="fact").update(text="Nobody said that")
    Mention.objects.all().delete()

    rebuild(user_id=teller.user.pk)

    after = memory(teller.user)
    assert after["mentions"] == before["mentions"]
    assert "Nobody said that" not in str(after)


def test_messages_that_count_as_learned_are(teller: Teller) -> None:
    """Even when the ledger has lost them."""
    teller.say("#home=lyon")
    Message.objects.update(committed_to_knowledge_base=True)

    rebuild(user_id=teller.user.pk)

    assert Block.objects.get(kind="fact").value == "lyon"


def test_what_was_rolled_back_stays_so(teller: Teller) -> None:
    """Its messages are not learned again, and its changesets are still told."""
    job = teller.learn(teller.say("#home=lyon"))
    roll_back(user_id=teller.user.pk, changeset_id=job)
    Message.objects.update(committed_to_knowledge_base=True)

    rebuild(user_id=teller.user.pk)

    assert not Block.objects.exists()
    assert set(Changeset.objects.values_list("kind", flat=True)) == {"job", "rollback"}


def test_what_was_forgotten_stays_so(teller: Teller) -> None:
    """Facts and names, though the journal still has the words."""
    teller.tell("#home=zanzibar and @Zanzibaro is here", day=1)
    teller.tell("@Ann is here", day=1)
    fact = Block.objects.get(kind="fact")
    forget(user_id=teller.user.pk, target=Target(TargetKind.FACT, id=fact.id))
    somebody = Entity.objects.get(name="Zanzibaro")
    forget(user_id=teller.user.pk, target=Target(TargetKind.ENTITY, id=somebody.id))

    rebuild(user_id=teller.user.pk)

    assert set(tables_with("zanzibar")) == {"journal_message"}
    assert Entity.objects.get(is_self=False).name == "Ann"


def test_those_who_are_different_stay_so(teller: Teller) -> None:
    """The rule outlives the rebuild, and is not asked about again."""
    teller.tell("@Johnathan", day=1)
    teller.tell("@Jonathan", day=2)
    left, right = Entity.objects.order_by("name")
    keep_apart(user_id=teller.user.pk, left_id=left.id, right_id=right.id)

    rebuild(user_id=teller.user.pk)

    assert CannotLink.objects.count() == 1
    assert Entity.objects.filter(merged_into=None).count() == 2


def test_it_can_lie_beside_the_old_one(teller: Teller) -> None:
    """To be looked at; what is learned meanwhile is in it when it takes the old one's place."""
    told(teller)
    before = memory(teller.user)

    made = rebuild(user_id=teller.user.pk, into="shadow")
    assert memory(teller.user) == before
    teller.tell("#home=bergen", day=20)
    later = memory(teller.user)
    swap(user_id=teller.user.pk, schema="shadow")

    assert made.schema == "shadow"
    assert memory(teller.user) == later
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('shadow')")
        assert cursor.fetchone()[0] is None


def test_what_is_forgotten_meanwhile_stays_so(teller: Teller) -> None:
    """Whatever lies beside loses it at once, and what takes the old one's place has it not."""
    told(teller)
    said = teller.tell("#home=zanzibar and @Zanzibaro is here", day=10)
    rebuild(user_id=teller.user.pk, into="shadow")

    forget(user_id=teller.user.pk, target=Target(TargetKind.MESSAGE, id=said.id))
    left = rows_beside("shadow")
    after = memory(teller.user)
    swap(user_id=teller.user.pk, schema="shadow")

    assert left == 0
    assert tables_with("zanzibar") == {}
    assert memory(teller.user) == after


def test_a_forgetting_that_began_before_the_rebuild_counts(teller: Teller) -> None:
    """It is committed later than its time says, and has emptied what was built until then."""
    told(teller)
    said = teller.tell("#home=zanzibar and @Zanzibaro is here", day=10)
    rebuild(user_id=teller.user.pk, into="shadow")
    forget(user_id=teller.user.pk, target=Target(TargetKind.MESSAGE, id=said.id))
    after = memory(teller.user)
    Changeset.objects.filter(kind="forget").update(created_at=DAY)

    swap(user_id=teller.user.pk, schema="shadow")

    assert memory(teller.user) == after


def test_a_rollback_that_was_made_again_stays_so(teller: Teller) -> None:
    """Undone, undone again and made again: the note is gone, and not replayed."""
    teller.tell("@Ann is here", day=1)
    ann = Entity.objects.get(name="Ann")
    editing.add_note(user_id=teller.user.pk, entity_id=ann.id, text="Likes zanzibar.")
    noted = Changeset.objects.get(kind="edit")
    first = roll_back(user_id=teller.user.pk, changeset_id=noted.id)
    second = roll_back(user_id=teller.user.pk, changeset_id=first)
    roll_back(user_id=teller.user.pk, changeset_id=second)

    rebuild(user_id=teller.user.pk)

    noted.refresh_from_db()
    assert noted.state == "rolled_back"
    assert not Block.objects.filter(kind="note").exists()


def test_what_the_user_wrote_outlives_the_job_below_it(teller: Teller) -> None:
    """A note on the page of somebody whose messages were all rolled back since."""
    job = teller.learn(teller.say("@Ann#home=lyon", day=1))
    ann = Entity.objects.get(name="Ann")
    editing.add_note(user_id=teller.user.pk, entity_id=ann.id, text="Likes gin.")
    roll_back(user_id=teller.user.pk, changeset_id=job)
    before = memory(teller.user)

    rebuild(user_id=teller.user.pk)

    assert Block.objects.get(kind="note").entity == ann
    assert memory(teller.user) == before


def test_a_note_that_made_the_users_page_stays(teller: Teller) -> None:
    """Whether or not the page is made by what was said."""
    editing.add_own_note(user_id=teller.user.pk, text="I like tea.")
    teller.tell("#home=lyon", day=1)
    before = memory(teller.user)

    rebuild(user_id=teller.user.pk)

    assert memory(teller.user) == before


def test_who_is_different_by_now_is_not_merged_again(teller: Teller) -> None:
    """A merge that was rolled back and forth, and then denied."""
    teller.tell("@Johnathan", day=1)
    teller.tell("@Jonathan", day=2)
    left, right = Entity.objects.order_by("name")
    merged = merge(user_id=teller.user.pk, keep_id=left.id, gone_id=right.id)
    for _ in range(3):
        merged = roll_back(user_id=teller.user.pk, changeset_id=merged)
    keep_apart(user_id=teller.user.pk, left_id=left.id, right_id=right.id)

    rebuild(user_id=teller.user.pk)

    assert Entity.objects.filter(merged_into=None).count() == 2


def test_what_is_rolled_back_meanwhile_stays_so(teller: Teller) -> None:
    """The new memory does not bring it back."""
    told(teller)
    changeset_id = teller.learn(teller.say("#home=bergen", day=20))
    rebuild(user_id=teller.user.pk, into="shadow")

    roll_back(user_id=teller.user.pk, changeset_id=changeset_id)
    after = memory(teller.user)
    swap(user_id=teller.user.pk, schema="shadow")

    assert memory(teller.user) == after


def rows_beside(schema: str) -> int:
    """How many blocks lie in a schema."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{schema}".knowledge_block')
        return int(cursor.fetchone()[0])


def test_names_of_schemas_are_plain(teller: Teller) -> None:
    """Nothing else gets into a statement, and nobody takes another's."""
    for name in ("public", 'x"; DROP TABLE journal_message; --', "Shadow"):
        with pytest.raises(Invalid):
            rebuild(user_id=teller.user.pk, into=name)
    with pytest.raises(Invalid):
        swap(user_id=teller.user.pk, schema="nothing_there")


def test_the_command_says_what_it_made(teller: Teller) -> None:
    """For one user, by their e-mail."""
    teller.tell("#home=lyon")
    out = StringIO()

    call_command("rebuild_memory", user="alice@example.org", stdout=out)

    assert "changes made again: 0, not: 0" in out.getvalue()
    assert Block.objects.filter(kind="fact").exists()
