"""The attempts at one answer of one model: when to try again, and with what left out.

Never after the first word: who has read the beginning of an answer must not get another one.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chat.agent.accepted import Accepted
from chat.agent.conversation import length_of, shortened
from chat.agent.model import ModelPart, Notice, PromptMessage, Usage
from exobrain.lib.model_errors import ModelBroken, ModelContextTooLong, ModelUnreachable
from exobrain.lib.provider_failures import ProviderFailure

RETRY_SECONDS = 0.5  # before the only second try after a hiccup
SAID_TO_WAIT = (429, 503, 529)
MAX_SHORTENINGS = 12

Options = Mapping[str, Any]  # what is sent besides the messages
Send = Callable[[Sequence[PromptMessage], Options], AsyncGenerator[ModelPart, None]]


async def attempts(
    send: Send,
    prompt: Sequence[PromptMessage],
    *,
    options: Callable[[Collection[str]], Options],
    accepted: Accepted,
    model: str,
    patience_seconds: float,
) -> AsyncGenerator[ModelPart, None]:
    """The answer's parts; raises ModelFailed when no attempt helps.

    `options` gives what is sent besides the messages, without the names that it is given. All
    waiting that the provider asks for stays within the patience.
    """
    messages = accepted.prepare(prompt)
    before = replace(accepted)
    before.left_out = set(accepted.left_out)
    is_hiccup_left, shortenings = True, 0
    while True:
        has_begun = False
        sent = options(accepted.left_out)
        try:
            sending = send(accepted.in_order(messages), sent)
            async with contextlib.aclosing(sending) as parts:  # who leaves hangs up at once
                async for part in parts:
                    has_begun = has_begun or not isinstance(part, Usage)
                    yield part
            return
        except ProviderFailure as failure:
            failure.note(model=model)
            problem = failure
        if has_begun:
            raise problem.failure from problem
        refusal = problem.refusal
        wait = refusal.retry_after if refusal and refusal.status in SAID_TO_WAIT else None
        if wait is not None and wait <= patience_seconds:
            wait = max(wait, RETRY_SECONDS)
            patience_seconds -= wait
            yield Notice(f"The model is busy; trying again in {max(1, round(wait))} s.")
            await asyncio.sleep(wait)
        elif problem.failure is ModelContextTooLong:
            accepted.refused_length = min(
                accepted.refused_length or length_of(messages), length_of(messages)
            )
            shorter = shortened(messages)
            shortenings += 1
            if shorter is None or shortenings > MAX_SHORTENINGS:
                raise problem.failure from problem
            messages = shorter
        elif refusal and accepted.learn(
            refusal, sent=sent, has_system=any(each.role == "system" for each in messages)
        ):
            continue
        elif problem.failure in (ModelUnreachable, ModelBroken) and is_hiccup_left:
            is_hiccup_left = False
            await asyncio.sleep(RETRY_SECONDS)
        else:
            accepted.unlearn(before)
            raise problem.failure from problem
