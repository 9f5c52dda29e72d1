"""What happens in a conversation."""

from chat.services.reading import Reading, open_reading
from chat.services.reconciler import reconcile_forever
from chat.services.runtime import answer_begins, close_runtime, current_runtime
from chat.services.turns import cancel, start_turn
from chat.services.visitors import start_visitor_turn
from chat.services.warming import expect_question, is_seen_to

__all__ = [
    "Reading",
    "answer_begins",
    "cancel",
    "close_runtime",
    "current_runtime",
    "expect_question",
    "is_seen_to",
    "open_reading",
    "reconcile_forever",
    "start_turn",
    "start_visitor_turn",
]
