"""Signals by which apps above take part in forgetting; all are sent within its transaction."""

from django.dispatch import Signal

# Sent before anything is deleted, with `user_id`, `message_ids` (of messages that will be deleted;
# None: every message of the user) and `tells_forgotten` (a callable that is True for a text of the
# assistant's that has to be deleted, too). Apps delete their copies of what was said here, or after
# the commit.
forgetting_begins = Signal()

# Sent with `user_id` and `message_ids`; answers with the ids of messages that are forgotten with
# these, such as the answer to a question. A preview sends it, too.
messages_forgotten_with = Signal()
