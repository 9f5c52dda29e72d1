"""How a request that does not fit is described to its sender: the contract's 422.

Each problem says what was sent, except passwords and tokens: an answer may be logged where the
request is not.
"""

from typing import Any

from ninja.schema import DjangoGetter

from exobrain.lib.text import storable

SECRET_INPUTS = frozenset({"password", "current_password", "new_password", "refresh_token"})
# Below this address a body holds secrets, perhaps under a name that its sender mistyped.
SECRET_PREFIX = "/api/auth/"  # noqa: S105  an address
REDACTED = "[redacted]"
DEEPEST = 16  # levels of a body that are sent back
LARGEST_INT = 2**63 - 1  # that the answer's JSON can hold
CUT = "…"


def described(problem: dict[str, Any], *, path: str) -> dict[str, Any]:
    """The problem as the contract words it: where, what is wrong, and what was sent."""
    location = list(problem["loc"])
    if location[0] == "body" and len(location) > 1:
        del location[1]  # Ninja's name for the view's argument
    is_missing = problem["type"] == "missing"
    if is_missing and (location[0] != "body" or location == ["body"]):
        sent = None
    elif SECRET_INPUTS.intersection(location):
        sent = REDACTED
    else:
        sent = _plain(problem["input"])
        # Not the field's own value but what it was looked for in.
        is_container = is_missing or isinstance(sent, dict | list)
        if path.startswith(SECRET_PREFIX) and sent and is_container:
            sent = REDACTED
    shaped = {"type": problem["type"], "loc": location, "msg": problem["msg"], "input": sent}
    return shaped | ({"ctx": _plain(problem["ctx"])} if "ctx" in problem else {})


def _plain(value: Any, *, depth: int = 0) -> Any:
    """The value as JSON that can be written: text whole, numbers small, nesting shallow."""
    if isinstance(value, DjangoGetter):
        value = value._obj
    if isinstance(value, dict | list) and depth == DEEPEST:
        return CUT
    match value:
        case dict():
            return {
                str(storable(key)): _plain(each, depth=depth + 1) for key, each in value.items()
            }
        case list():
            return [_plain(each, depth=depth + 1) for each in value]
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) <= LARGEST_INT else str(value)
        case _:
            return storable(str(value))
