"""Parameters of the journal API; the shapes of its answers are in `journal.types`."""

from typing import Annotated

from ninja import Query

from exobrain.lib.text import STORABLE, Text

INT32_MAX = 2**31 - 1
DEFAULT_JOURNALS, MAX_JOURNALS = 20, 100  # in one answer
DEFAULT_MESSAGES, MAX_MESSAGES = 100, 500  # in one answer

PageSize = Annotated[int, Query(ge=1, le=MAX_JOURNALS)]
MessagePageSize = Annotated[int, Query(ge=1, le=MAX_MESSAGES)]
JournalCursor = Annotated[Text | None, Query(description="only references before this one")]
MessageCursor = Annotated[
    int | None,
    Query(ge=-INT32_MAX - 1, le=INT32_MAX, description="only sequences before this one"),
]
SearchText = Annotated[str, Query(min_length=1), STORABLE]
