"""What is learned as private: another value of what the user has marked."""

from uuid import UUID

from knowledge import identity
from knowledge.models import Block
from knowledge.services.learning.references import OPEN, head_of, tail_of

MIN_WORD_CHARS = 4  # shorter ones are in any sentence


class PrivateTopics:
    """What of a user's memory is private, as learning sees it."""

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id
        marked = Block.objects.filter(user_id=user_id, is_private=True)
        self._ids = set(marked.values_list("id", flat=True))
        self._topics = set(marked.exclude(topic="").values_list("entity_id", "topic"))

    def holds(
        self, *, subject_id: UUID | None, topic: str, text: str, corrects_id: UUID | None
    ) -> bool:
        """True for what takes the place of something private, or tells it with another value.

        What was said last on the topic decides, so that the user can take the mark off. Statements
        of no topic of the table have one by their verb alone: they must share a word besides.
        """
        if corrects_id in self._ids:
            return True
        if subject_id is None or (subject_id, topic) not in self._topics:
            return False
        told = Block.objects.filter(user_id=self._user_id, entity_id=subject_id, topic=topic)
        latest_first = told.order_by("-said_at", "-sequence", "-pk")
        if head_of(topic) == OPEN:
            ours = _words_of(text, topic)
            return any(block.is_private and ours & _words_of(block.text, topic) for block in told)
        return latest_first.values_list("is_private", flat=True)[:1].get()


def _words_of(text: str, topic: str) -> set[str]:
    verb = tail_of(topic)[:MIN_WORD_CHARS]
    return {
        word
        for word in identity.normal_text(text).split()
        if len(word) >= MIN_WORD_CHARS and not word.startswith(verb)
    }
