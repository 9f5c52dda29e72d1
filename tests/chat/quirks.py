"""What providers send, and what a person must see in the end: a row for each quirk.

A row has what the provider answers, request by request, and what becomes of it: the text, how the
stream ends, the sentence about that, and what is shown as reasoning. `tests.chat.test_quirks` plays
each over real connections and looks at the stream, the journal and the page.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from chat.agent.endings import CUT_BY_FILTER, CUT_BY_LENGTH, DECLINED
from exobrain.lib import clock
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBrokeOff,
    ModelBusy,
    ModelContextTooLong,
    ModelFailed,
    ModelFiltered,
    ModelMoved,
    ModelNoCredit,
    ModelNotUnderstood,
    ModelOnlyReasoned,
    ModelOnlyUsedTools,
    ModelReasonedTooLong,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelSaidNothing,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from tests.model_server import (
    DONE,
    OLD_STREAM,
    STOP,
    STREAM,
    Step,
    Tear,
    answer,
    chunked,
    delta,
    document,
    error,
    event,
    finish,
    said,
    text,
)

Answer = list[Step]
Body = dict[str, Any]
YES = answer("Yes.")


@dataclass
class Quirk:
    """One row."""

    answers: list[Answer]
    text: str = ""
    reason: str = "complete"
    message: str = ""  # of the error or the cut
    note: str = ""  # of an answer that is whole
    reasoning: str = ""
    requests: int | None = None  # how many the provider got; None: as many as it had answers for
    notices: int = 0  # about waiting
    last: Callable[[Body], bool] = field(default=lambda body: True)  # true of the last request


def ok(*answers: Answer, text: str = "Yes.", **rest: Any) -> Quirk:
    """The answer is whole."""
    return Quirk([*answers], text, **rest)


def bad(failure: type[ModelFailed], *answers: Answer, **rest: Any) -> Quirk:
    """The answer has failed."""
    return Quirk([*answers], reason="error", message=failure().message, **rest)


def cut(sentence: str, *answers: Answer, text: str, **rest: Any) -> Quirk:
    """The answer has an end that it should not have."""
    return Quirk([*answers], text, "interrupted", sentence, **rest)


def data(value: Any) -> bytes:
    """One event of the stream."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def lines(raw: bytes, *, head: bytes = STREAM) -> Answer:
    """These bytes in one piece."""
    return said(raw, head=head)


def message(content: Any, finish_reason: str = "stop", **fields: Any) -> Body:
    """An answer that is no stream."""
    return {
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **fields},
            }
        ],
    }


def moved(status: int, address: str) -> Answer:
    """A redirect."""
    return document({}, f"{status} Moved", location=address)


def thinks(*pieces: str) -> Answer:
    """Text that may have tags in it."""
    return answer(*pieces)


WHOLE = text("Yes.") + STOP + DONE
PLAIN = json.dumps(message("Yes."))
LATER = format_datetime(clock.now() + timedelta(seconds=1), usegmt=True)
SLOW: Answer = [STREAM, chunked(text("Yes.") + STOP), 30.0]  # a gate in place of the number: below
OPEN_AFTER_DONE: Answer = [STREAM, chunked(WHOLE), 30.0]


def without(name: str) -> Callable[[Body], bool]:
    """The request has no such field."""
    return lambda body: name not in body


def roles(body: Body) -> str:
    """The first letters of the roles of what was sent."""
    return "".join(each["role"][0] for each in body["messages"])


KEEP_ALIVES = {
    "a comment": b": keep-alive\n\n",
    "a comment without a space": b":\n\n",
    "OpenRouter's comment": b": OPENROUTER PROCESSING\n\n",
    "retry alone": b"retry: 3000\n\n",
    "id alone": b"id: 7\n\n",
    "event alone": b"event: ping\n\n",
    "an event with data": b"event: ping\ndata: {}\n\n",
    "a typed ping": b'event: ping\ndata: {"type": "ping"}\n\n',
    "empty data": b"data:\n\n",
    "empty data with a space": b"data: \n\n",
    "data without a colon": b"data\n\n",
    "a word as data": b"data: ping\n\n",
    "a bracketed word": b"data: [PING]\n\n",
    "an unknown field": b"heartbeat: 1\n\n",
    "blank lines": b"\n\n\n\n",
    "null as data": b"data: null\n\n",
    "no choices": data({"choices": []}),
    "null choices": data({"choices": None}),
    "an empty object": data({}),
    "an empty delta": event(delta={}),
    "a null delta": event(delta=None),
    "null content": event(delta={"role": "assistant", "content": None}),
    "a status": data({"status": "processing"}),
    "all of them": b": x\n\nretry: 1\nid: 2\nevent: y\ndata:\n\n",
}

UNSUPPORTED = {
    "temperature, by its name": (
        error(400, "Unsupported value", param="temperature", code="unsupported_value"),
        "temperature",
    ),
    "temperature, in words": (
        error(400, "temperature does not support 0.0 with this model. Only the default (1)."),
        "temperature",
    ),
    "temperature, as pydantic says it": (
        document(
            {"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted"}]},
            "422 Unprocessable",
        ),
        "temperature",
    ),
    "stream_options, unrecognised": (
        error(400, "Unrecognized request argument supplied: stream_options"),
        "stream_options",
    ),
    "stream_options, as a string": (
        document({"error": "unknown field stream_options"}, "400 Bad"),
        "stream_options",
    ),
    "stream_options, as plain text": (
        document(b'json: unknown field "stream_options"', "400 Bad", content_type="text/plain"),
        "stream_options",
    ),
    "max_tokens": (
        error(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
        ),
        "max_tokens",
    ),
}

REASONING_FIELDS: dict[str, Body] = {
    "reasoning_content": {"reasoning_content": "Hmm. "},
    "reasoning": {"reasoning": "Hmm. "},
    "both": {"reasoning": "Hmm. ", "reasoning_content": "Hmm. "},
    "thinking": {"thinking": "Hmm. "},
    "reasoning details": {"reasoning_details": [{"type": "reasoning.text", "text": "Hmm. "}]},
    "reasoning with details": {
        "reasoning": "Hmm. ",
        "reasoning_details": [{"type": "reasoning.text", "text": "Hmm. "}],
    },
    "a thinking part": {"content": [{"type": "thinking", "thinking": "Hmm. "}]},
    "a thinking part of parts": {
        "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hmm. "}]}]
    },
    "a reasoning part": {"content": [{"type": "reasoning", "text": "Hmm. "}]},
    "a reasoning summary": {
        "reasoning_details": [{"type": "reasoning.summary", "summary": "Hmm. "}]
    },
}

THOUGHT = "<think>Hmm. </think>\n\nYes."
TAGS = {
    "whole": [THOUGHT],
    "letter by letter": [*THOUGHT],
    **{f"cut after {n}": [THOUGHT[:n], THOUGHT[n:]] for n in (1, 4, 7, 12, 14, 17, 19, 21)},
    "after a line": ["\n", THOUGHT],
    "in capitals": ["<THINK>Hmm. </THINK>", "Yes."],
    "thinking": ["<thinking>Hmm. </thinking>Yes."],
    "thought": ["<thought>Hmm. </thought>\nYes."],
    "with a less-than inside": ["<think>Hmm", ". </think>", "Yes."],
}

REFUSALS: dict[str, tuple[Answer, type[ModelFailed]]] = {
    "402": (error(402), ModelNoCredit),
    "no quota": (
        error(429, "Exceeded your current quota", code="insufficient_quota"),
        ModelNoCredit,
    ),
    "no balance": (error(400, "Insufficient Balance"), ModelNoCredit),
    "credit balance too low": (error(400, "Your credit balance is too low"), ModelNoCredit),
    "403 for credit": (error(403, "This request requires more credits"), ModelNoCredit),
    "401": (error(401, "Incorrect API key provided: sk-secret"), ModelRefusedKey),
    "403": (error(403, "no access"), ModelRefusedKey),
    "400 for the key": (
        error(400, "API key not valid. Please pass a valid API key."),
        ModelRefusedKey,
    ),
    "404": (error(404, "not here"), ModelUnknown),
    "404 as a page": (
        document(b"<h1>rate limit</h1>", "404 No", content_type="text/html"),
        ModelUnknown,
    ),
    "400 unknown model": (error(400, "x is not a valid model ID"), ModelUnknown),
    "400 by code": (error(400, "no", code="model_not_found"), ModelUnknown),
    "429": (error(429, "slow down"), ModelBusy),
    "429 without a body": (document(b"", "429 Too Many"), ModelBusy),
    "529": (error(529, "Overloaded"), ModelBusy),
    "429 for too long": (document({}, "429 Busy", retry_after="3600"), ModelBusy),
    "429 with nonsense": (document({}, "429 Busy", retry_after="soon"), ModelBusy),
    "413": (error(413), ModelContextTooLong),
    "408": (error(408), ModelTooSlow),
    "504": (error(504), ModelTooSlow),
    "524 as a page": (document(b"<html>x</html>", "524 X", content_type="text/html"), ModelTooSlow),
    "content filter": (error(400, "no", code="content_filter"), ModelFiltered),
    "content policy": (error(400, "violates our content management policy"), ModelFiltered),
    "flagged": (error(403, "Your input was flagged"), ModelFiltered),
    "inspection": (error(400, "no", code="data_inspection_failed"), ModelFiltered),
    "400": (error(400, "what?"), ModelRefusedQuestion),
    "400 as null": (document(b"null", "400 Bad"), ModelRefusedQuestion),
    "418": (error(418), ModelRefusedQuestion),
    "an error as a list": (
        document([{"error": {"code": 400, "message": "API key not valid"}}], "400 Bad"),
        ModelRefusedKey,
    ),
}

TOO_LONG = {
    "OpenAI's code": error(400, "no", code="context_length_exceeded"),
    "OpenAI's words": error(400, "This model's maximum context length is 10 tokens."),
    "Anthropic's": error(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "llama.cpp's": error(400, "the request exceeds the available context size", type="x"),
    "vLLM's": document(
        {"object": "error", "message": "Please reduce the length of the messages", "code": 400},
        "400 Bad",
    ),
    "413": error(413),
    "with a 500": error(500, "Input token count exceeds the context window"),
}

IN_STREAM: dict[str, tuple[bytes, type[ModelFailed]]] = {
    "an error": (data({"error": {"message": "sk-secret"}}), ModelBroken),
    "an error as a word": (data({"error": "overloaded"}), ModelBusy),
    "an object that is an error": (
        data({"object": "error", "message": "no", "code": 50001}),
        ModelBroken,
    ),
    "a typed error": (
        data({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}),
        ModelBusy,
    ),
    "an error's event": (b'event: error\ndata: {"message": "rate limit"}\n\n', ModelBusy),
    "an error's event in words": (b"event: error\ndata: it broke\n\n", ModelBroken),
    "an error in a choice": (
        event(error={"code": 502, "message": "upstream"}, finish_reason="error"),
        ModelBroken,
    ),
    "an error's finish": (finish("error"), ModelBroken),
    "a detail": (data({"detail": "Internal"}), ModelBroken),
    "a code of a status": (data({"error": {"code": 429, "message": "x"}}), ModelBusy),
}


def _quirks() -> dict[str, Quirk]:
    table: dict[str, Quirk] = {}

    # -- how the stream is written
    for name, raw in KEEP_ALIVES.items():
        table[f"keep-alive: {name}"] = ok(said(raw, text("Ye"), raw, text("s."), raw, STOP, DONE))
    table |= {
        "stream: BOM": ok(lines(b"\xef\xbb\xbf" + WHOLE)),
        "stream: BOM in pieces": ok(said(b"\xef", b"\xbb", b"\xbf" + WHOLE)),
        "stream: CR LF": ok(lines(WHOLE.replace(b"\n", b"\r\n"))),
        "stream: CR LF cut": ok(said(*(bytes([b]) for b in WHOLE.replace(b"\n", b"\r\n")))),
        "stream: CR": ok(lines(WHOLE.replace(b"\n", b"\r"))),
        "stream: byte by byte": ok(said(*(bytes([b]) for b in text("Grüße") + STOP)), text="Grüße"),
        "stream: no space": ok(lines(WHOLE.replace(b"data: ", b"data:"))),
        "stream: spaces around": ok(lines(WHOLE.replace(b"data: ", b"data:   "))),
        "stream: no blank line between": ok(lines(WHOLE.replace(b"\n\n", b"\n"))),
        "stream: no final blank line": ok(lines((text("Yes.") + STOP).rstrip(b"\n"))),
        "stream: only [DONE] at the end": ok(lines(text("Yes.") + DONE)),
        "stream: [DONE] without a newline": ok(lines(text("Yes.") + b"data: [DONE]")),
        "stream: an event over lines": ok(
            lines(b"data: {\ndata: " + text("Yes.")[7:].strip() + b"\n\n" + STOP + DONE)
        ),
        "stream: ids and events": ok(
            lines(b"id: 1\nevent: message\n" + text("Yes.") + b"id: 2\n" + STOP + DONE)
        ),
        "stream: HTTP/1.0": ok([OLD_STREAM, WHOLE]),
        "stream: as plain text": ok(
            [b"HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n", WHOLE]
        ),
        "stream: without a type": ok([b"HTTP/1.0 200 OK\r\n\r\n", WHOLE]),
        "stream: open after the finish": ok(SLOW),
        "stream: open after [DONE]": ok(OPEN_AFTER_DONE),
        "stream: torn after the finish": ok([STREAM, chunked(text("Yes.") + STOP), Tear()]),
        "stream: text after [DONE]": ok(lines(WHOLE + text("No."))),
        "stream: 201": ok(lines(WHOLE, head=STREAM.replace(b"200 OK", b"201 Created"))),
    }

    # -- no stream
    table |= {
        "document: an answer": ok(document(PLAIN.encode())),
        "document: indented": ok(document(json.dumps(message("Yes."), indent=2).encode())),
        "document: as a stream": ok(document(PLAIN.encode(), content_type="text/event-stream")),
        "document: with a BOM": ok(document(b"\xef\xbb\xbf" + PLAIN.encode())),
        "document: in pieces": ok(said(*(PLAIN[i : i + 9].encode() for i in range(0, 400, 9)))),
        "document: in a list": ok(document([message("Yes.")])),
        "document: without a finish": ok(document(message("Yes.", None))),  # type: ignore[arg-type]
        "document: parts": ok(document(message([{"type": "text", "text": "Yes."}]))),
        "document: reasoning": ok(
            document(message("Yes.", reasoning_content="Hmm.")), reasoning="Hmm."
        ),
        "document: the older API": ok(
            document({"choices": [{"text": "Yes.", "finish_reason": "stop"}]})
        ),
        "document: lines of chunks": ok(
            document(
                WHOLE.replace(b"data: ", b"").replace(b"\n\n", b"\n").replace(b"[DONE]\n", b"")
            )
        ),
        "document: an error": bad(ModelBroken, document({"error": {"message": "x"}}), requests=2),
        "document: another error": bad(
            ModelBroken, document({"object": "error", "message": "x"}), requests=2
        ),
        "document: of another kind": bad(ModelSaidNothing, document({"hello": 1})),
        "document: cut": bad(ModelNotUnderstood, document(PLAIN[:40].encode())),
        "document: empty": bad(ModelNotUnderstood, document(b"")),
        "document: a page": bad(
            ModelNotUnderstood, document(b"<!doctype html><p>x", content_type="text/html")
        ),
        "document: null": bad(ModelNotUnderstood, document(b"null")),
    }

    # -- no text, or not all of it
    table |= {
        "ending: nothing": bad(ModelSaidNothing, said(STOP, DONE)),
        "ending: [DONE] alone": bad(ModelSaidNothing, said(DONE)),
        "ending: blanks": Quirk([answer(" ", "\n")], " \n", "error", ModelSaidNothing().message),
        "ending: reasoning only": bad(
            ModelOnlyReasoned, said(delta(reasoning_content="Hmm."), STOP, DONE), reasoning="Hmm."
        ),
        "ending: tagged reasoning only": bad(
            ModelOnlyReasoned, answer("<think>Hmm."), reasoning="Hmm."
        ),
        "ending: reasoning until the limit": bad(
            ModelReasonedTooLong,
            said(delta(reasoning="Hmm."), finish("length"), DONE),
            reasoning="Hmm.",
        ),
        "ending: tools only": bad(
            ModelOnlyUsedTools,
            said(delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "x"}}]), STOP),
            requests=8,
        ),
        "ending: length": cut(CUT_BY_LENGTH, said(text("Ye"), finish("length"), DONE), text="Ye"),
        "ending: max_tokens": cut(
            CUT_BY_LENGTH, said(text("Ye"), finish("max_tokens"), DONE), text="Ye"
        ),
        "ending: MAX_TOKENS": cut(
            CUT_BY_LENGTH, said(text("Ye"), finish("MAX_TOKENS"), DONE), text="Ye"
        ),
        "ending: length in a document": cut(
            CUT_BY_LENGTH, document(message("Ye", "length")), text="Ye"
        ),
        "ending: length and no text": cut(CUT_BY_LENGTH, said(finish("length"), DONE), text=""),
        "ending: filter": bad(ModelFiltered, said(finish("content_filter"), DONE)),
        "ending: SAFETY": bad(ModelFiltered, said(finish("SAFETY"), DONE)),
        "ending: filter after some text": cut(
            CUT_BY_FILTER, said(text("Ye"), finish("content_filter"), DONE), text="Ye"
        ),
        "ending: refusal": ok(
            said(delta(refusal="I will "), delta(refusal="not."), STOP, DONE),
            text="I will not.",
            note=DECLINED,
        ),
        "ending: refusal in a document": ok(
            document(message(None, refusal="No.")), text="No.", note=DECLINED
        ),
        "ending: refusal by its finish": ok(
            said(text("No."), finish("refusal"), DONE), text="No.", note=DECLINED
        ),
        "ending: eos": ok(said(text("Yes."), finish("eos"), DONE)),
        "ending: end_turn": ok(said(text("Yes."), finish("end_turn"), DONE)),
        "ending: finish with the last text": ok(
            said(event(delta={"content": "Yes."}, finish_reason="stop"), DONE)
        ),
        "ending: none": Quirk([said(text("Ye"))], "Ye", "error", ModelBrokeOff().message),
        "ending: torn": Quirk(
            [[STREAM, chunked(text("Ye")), Tear()]], "Ye", "error", ModelBrokeOff().message
        ),
        "ending: none after reasoning": bad(
            ModelBrokeOff, said(delta(reasoning="Hmm.")), reasoning="Hmm."
        ),
        "ending: a second choice": ok(
            said(
                data({"choices": [{"delta": {"content": "Yes."}}, {"delta": {"content": "No."}}]}),
                STOP,
            )
        ),
    }
    for name, (raw, failure) in IN_STREAM.items():
        tries = 2 if failure is ModelBroken else 1
        table[f"error in the stream: {name}"] = bad(failure, said(raw, DONE), requests=tries)
        table[f"error after text: {name}"] = Quirk(
            [said(text("Ye"), raw, DONE)], "Ye", "error", failure().message
        )
    table |= {
        "nonsense: JSON cut": bad(ModelNotUnderstood, lines(b'data: {"choices": [\n\n')),
        "nonsense: choices of numbers": bad(ModelNotUnderstood, said(data({"choices": [7]}))),
        "nonsense: choices of another kind": bad(
            ModelNotUnderstood, said(data({"choices": "Yes."}))
        ),
        "nonsense: a delta of another kind": bad(ModelNotUnderstood, said(event(delta=7))),
        "nonsense: no UTF-8": bad(ModelNotUnderstood, said(b'data: {"choices": "\xff"}\n\n')),
        "nonsense: no HTTP": bad(ModelUnreachable, [b"SSH-2.0\r\n\r\n"], requests=2),
        "nonsense: hangs up": bad(ModelUnreachable, [Tear()], requests=2),
    }

    # -- reasoning
    for name, fields in REASONING_FIELDS.items():
        table[f"reasoning: {name}"] = ok(
            said(delta(**fields), text("Yes."), STOP, DONE), reasoning="Hmm. "
        )
    for name, pieces in TAGS.items():
        table[f"tags: {name}"] = ok(thinks(*pieces), reasoning="Hmm. ")
    table |= {
        "reasoning: in two pieces": ok(
            said(delta(reasoning="Hm"), delta(reasoning="m. "), text("Yes."), STOP),
            reasoning="Hmm. ",
        ),
        "reasoning: null beside text": ok(
            said(delta(content="Yes.", reasoning_content=None, reasoning=None), STOP)
        ),
        "reasoning: empty beside text": ok(said(delta(content="Yes.", reasoning_content=""), STOP)),
        "reasoning: parts of both": ok(
            said(
                delta(
                    content=[
                        {"type": "thinking", "thinking": "Hmm. "},
                        {"type": "text", "text": "Yes."},
                    ]
                ),
                STOP,
            ),
            reasoning="Hmm. ",
        ),
        "tags: empty": ok(thinks("<think>\n\n</think>\n\nYes.")),
        "tags: two thoughts": ok(
            thinks("<think>Hm", "m. </think>\n<think>Aha.</think>\nYes."), reasoning="Hmm. Aha."
        ),
        "tags: spoken of": ok(thinks("The <think> tag."), text="The <think> tag."),
        "tags: another tag": ok(thinks("<thin", "g>Yes."), text="<thing>Yes."),
        "tags: never whole": ok(thinks("<thi"), text="<thi"),
    }

    # -- refusals
    for name, (steps, failure) in REFUSALS.items():
        table[f"refused: {name}"] = bad(failure, steps)
    for name, steps in TOO_LONG.items():
        table[f"too long: {name}"] = bad(ModelContextTooLong, steps, requests=1)
    for name, (steps, parameter) in UNSUPPORTED.items():
        table[f"unsupported: {name}"] = ok(steps, YES, last=without(parameter))
    table |= {
        "unsupported: two of them": ok(
            error(400, "Unsupported parameter: temperature"),
            error(400, "Unsupported parameter: stream_options"),
            YES,
            last=lambda body: not {"temperature", "stream_options"} & set(body),
        ),
        "unsupported: max_tokens becomes another": ok(
            UNSUPPORTED["max_tokens"][0], YES, last=lambda body: "max_completion_tokens" in body
        ),
        "unsupported: streaming": ok(
            error(400, "no", param="stream", code="unsupported_value"),
            document(PLAIN.encode()),
            last=lambda body: body["stream"] is False and "stream_options" not in body,
        ),
        "unsupported: the same again": bad(
            ModelRefusedQuestion, error(400, "Unsupported parameter: temperature"), requests=2
        ),
        "system: refused": ok(
            error(400, "System role not supported"), YES, last=lambda body: roles(body) == "u"
        ),
        "system: refused by its value": ok(
            error(400, "'messages[0].role' does not support 'system' with this model"),
            YES,
            last=lambda body: roles(body) == "u",
        ),
        "system: refused by a template": ok(
            error(500, "Error rendering prompt: System role not supported"),
            YES,
            last=lambda body: roles(body) == "u",
        ),
        "system: no developer's instruction": ok(
            error(400, "Developer instruction is not enabled for models/x"),
            YES,
            last=lambda body: roles(body) == "u",
        ),
        "busy: seconds": ok(document({}, "429 Busy", retry_after="0.1"), YES, notices=1),
        "busy: a date": ok(document({}, "503 Busy", retry_after=LATER), YES, notices=1),
        "busy: milliseconds": ok(document({}, "429 Busy", retry_after_ms="50"), YES, notices=1),
        "busy: twice": ok(
            document({}, "429 Busy", retry_after="0"),
            document({}, "503 Busy", retry_after="0"),
            YES,
            notices=2,
        ),
        "hiccup: 500": ok(error(500), YES),
        "hiccup: 502 as a page": ok(document(b"<html>", "502 X", content_type="text/html"), YES),
        "hiccup: hangs up": ok([Tear()], YES),
        "hiccup: an error before any text": ok(said(data({"error": {"message": "x"}})), YES),
        "hiccup: twice": bad(ModelBroken, error(500), requests=2),
    }

    # -- redirects; "/" is the provider itself
    table |= {
        "moved: in a circle": bad(ModelMoved, moved(307, "/v1/chat/completions"), requests=4),
        "moved: elsewhere": bad(ModelMoved, moved(307, "http://example.invalid/v1"), requests=1),
        "moved: to a page": bad(ModelMoved, moved(302, "/login"), requests=1),
        "moved: within": ok(moved(308, "/v2/chat/completions"), YES),
        "moved: to nowhere": bad(ModelRefusedQuestion, document({}, "304 Same"), requests=1),
    }

    # -- numbers that say nothing
    for name, usage in {
        "null": None,
        "a word": "many",
        "negative": {"prompt_tokens": -1},
        "a word in it": {"prompt_tokens": "7"},
        "cut": {"prompt_tokens": 7},
    }.items():
        table[f"usage: {name}"] = ok(
            said(text("Yes."), STOP, data({"choices": [], "usage": usage}), DONE)
        )
    return table


QUIRKS = _quirks()
