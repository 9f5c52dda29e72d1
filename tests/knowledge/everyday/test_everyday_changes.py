"""What people say in ordinary words when something in their life changes."""

from pathlib import Path

import pytest

from accounts.models import User
from tests.knowledge.everyday.stories import Story, learn, stories_in, unmet

pytestmark = [pytest.mark.django_db, pytest.mark.sample(4)]

HERE = Path(__file__).parent
STORIES = [story for path in sorted(HERE.glob("*/*.txt")) for story in stories_in(path)]


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_memory_knows_what_a_person_would(alice: User, story: Story) -> None:
    """The stories in `second` were written when the rules were there, and have not formed them."""
    learn(alice, story)

    assert unmet(alice, story.expected) == []
