"""Two who may be the same are compared by what is said where they are spoken of."""

from typing import Any

import pytest

from accounts.models import User
from knowledge.models import Block, BlockVector, EmbeddingSpace, Entity, ReviewItem
from knowledge.services.identities import contexts
from knowledge.services.identities.resolution import MEANING, WEIGHTS
from knowledge.services.rebuilding import rebuild
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db

BREAD = "We bake bread and cake in the kitchen with"
TRAIN = "Late trains across mountains were described by"


def asked(teller: Teller, first: str, second: str) -> ReviewItem:
    """The question about two names alike, each spoken of in such a context."""
    teller.tell(f"{first} @Johnathan", day=1)
    teller.tell(f"{second} @Jonathan", day=2)
    return ReviewItem.objects.get(kind="merge")


def plain(item: ReviewItem) -> float:
    """The score that the two have without their contexts."""
    return float(sum(weight * item.features[name] for name, weight in WEIGHTS.items()))


def test_the_same_context_raises_a_score(teller: Teller) -> None:
    """And it is told among the features."""
    item = asked(teller, BREAD, BREAD)

    assert item.features["meaning"] > 0.9
    assert item.score > plain(item)


def test_another_context_lowers_it_a_little(teller: Teller) -> None:
    """By no more than its weight."""
    item = asked(teller, BREAD, TRAIN)

    assert item.features["meaning"] < 0.8
    assert plain(item) - MEANING <= item.score < plain(item)


def test_it_is_the_mean_of_all_contexts_that_counts(teller: Teller) -> None:
    """One that is alike among others is worth less than on its own."""
    teller.tell(f"{TRAIN} @Johnathan", day=0)

    item = asked(teller, BREAD, BREAD)

    assert 0.5 < item.features["meaning"] < 0.95


def test_only_the_latest_contexts_are_read(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often somebody was spoken of."""
    monkeypatch.setattr(contexts, "MOST_CONTEXTS", 1)
    teller.tell(f"{TRAIN} @Johnathan", day=0)

    item = asked(teller, BREAD, BREAD)

    assert item.features["meaning"] > 0.95


def test_no_meaning_makes_two_one(teller: Teller) -> None:
    """What is not certain is asked, in the very same context, too."""
    asked(teller, BREAD, BREAD)

    assert Entity.objects.filter(merged_into=None).count() == 2


def test_numbers_tell_apart_in_the_same_context(teller: Teller) -> None:
    """Nobody is asked."""
    teller.tell(f"{BREAD} @Robot12", day=1)
    teller.tell(f"{BREAD} @Robot13", day=2)

    assert not ReviewItem.objects.exists()


def test_without_an_embedder_the_score_is_that_of_the_rest(teller: Teller, settings: Any) -> None:
    """The other weights are what they are."""
    settings.EXOBRAIN = settings.EXOBRAIN.model_copy(update={"embedding_provider": "none"})

    item = asked(teller, BREAD, BREAD)

    assert item.features.keys() == WEIGHTS.keys()
    assert item.score == pytest.approx(plain(item), abs=1e-3)


def test_one_without_vectors_is_compared_by_the_rest(teller: Teller) -> None:
    """When its blocks were never embedded."""
    teller.tell(f"{BREAD} @Johnathan", day=1)
    BlockVector.objects.all().delete()

    teller.tell(f"{BREAD} @Jonathan", day=2)

    assert "meaning" not in ReviewItem.objects.get().features


def test_a_space_that_is_not_searched_is_not_read(teller: Teller) -> None:
    """Its vectors may be half there."""
    teller.tell(f"{BREAD} @Johnathan", day=1)
    EmbeddingSpace.objects.update(is_active=False)

    teller.tell(f"{BREAD} @Jonathan", day=2)

    assert "meaning" not in ReviewItem.objects.get().features


def test_anothers_vectors_are_never_read(teller: Teller, bob: User) -> None:
    """Not even one that claims to be of the same block."""
    teller.tell(f"{BREAD} @Johnathan", day=1)
    block = Block.objects.get(kind="episode")
    assert BlockVector.objects.filter(block_id=block.id).update(user_id=bob.pk) == 1

    teller.tell(f"{BREAD} @Jonathan", day=2)

    assert "meaning" not in ReviewItem.objects.get().features


def test_anothers_contexts_change_nothing(teller: Teller, bob: User) -> None:
    """Somebody of that name in another memory is somebody else."""
    for day in range(3):
        Teller(bob).tell(f"{TRAIN} @Johnathan", day=day)

    item = asked(teller, BREAD, BREAD)

    assert item.features["meaning"] > 0.95


def test_a_rebuild_comes_to_the_same_score(teller: Teller) -> None:
    """From the vectors that are there, though it embeds nothing."""
    item = asked(teller, BREAD, TRAIN)

    rebuild(user_id=teller.user.pk)

    again = ReviewItem.objects.get(kind="merge")
    assert (again.id, again.score, again.features) == (item.id, item.score, item.features)
