"""Pauses between attempts."""

from exobrain.lib.retries import Backoff


def test_pauses_grow_by_the_factor_up_to_the_longest() -> None:
    """After the first failure it is the base."""
    backoff = Backoff(base_seconds=10.0, factor=4.0, max_seconds=100.0)

    assert [backoff.seconds(failures) for failures in (1, 2, 3, 4)] == [10.0, 40.0, 100.0, 100.0]


def test_many_failures_do_not_overflow() -> None:
    """A number too large for a float is the longest pause."""
    assert Backoff(base_seconds=0.1, max_seconds=2.0).seconds(100_000) == 2.0


def test_jitter_takes_at_most_half() -> None:
    """What failed together comes back at different times."""
    backoff = Backoff(base_seconds=2.0, has_jitter=True)

    pauses = {backoff.seconds(1) for _ in range(100)}

    assert len(pauses) > 1
    assert min(pauses) >= 1.0
    assert max(pauses) <= 2.0
