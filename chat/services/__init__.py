"""What happens in a conversation."""

from chat.services.checking import CheckResult, Role, check_role
from chat.services.proposals import accept_proposal, decline_proposal
from chat.services.reading import Reading, open_reading
from chat.services.reconciler import reconcile_forever
from chat.services.runtime import answer_begins, close_runtime, current_runtime
from chat.services.turns import cancel, start_turn
from chat.services.visitors import start_visitor_turn
from chat.services.warming import needs_warm_up, start_warm_up

__all__ = [
    "CheckResult",
    "Reading",
    "Role",
    "accept_proposal",
    "answer_begins",
    "cancel",
    "check_role",
    "close_runtime",
    "current_runtime",
    "decline_proposal",
    "needs_warm_up",
    "open_reading",
    "reconcile_forever",
    "start_turn",
    "start_visitor_turn",
    "start_warm_up",
]
