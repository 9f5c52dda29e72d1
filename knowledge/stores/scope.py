"""What a scope reaches, as a condition of SQL: one rule for every table that has scoped rows."""

from typing import Any

from knowledge.types import Scope, Status

_RULE = """
    {row}.user_id = %(user)s
    AND {row}.trust >= %(trust)s
    AND {row}.status <> %(falsified)s
    AND (%(universes)s::uuid[] IS NULL OR {row}.universe_id = ANY(%(universes)s))
    AND CASE WHEN %(as_of)s::timestamptz IS NULL THEN NOT {superseded}
        ELSE ({row}.valid_to IS NOT NULL OR NOT {superseded})
            AND coalesce({row}.valid_from, {said}) <= %(as_of)s
            AND ({row}.valid_to IS NULL OR %(as_of)s < {row}.valid_to) END
"""


def in_scope(row: str, *, said: str = "", superseded: str = "") -> str:
    """The condition that the scope reaches the row of this alias; `scope_values` has its values.

    `said` tells when the row was said, `superseded` whether it was: for tables that do not have
    them as `said_at` and `superseded_at`. Both are SQL of ours.
    """
    return _RULE.format(
        row=row,
        said=said or f"{row}.said_at",
        superseded=superseded or f"({row}.superseded_at IS NOT NULL)",
    )


def scope_values(scope: Scope, **more: Any) -> dict[str, Any]:
    """The values that `in_scope` names, and what else the statement has."""
    return {
        "user": scope.user_id,
        "trust": int(scope.min_trust),
        "falsified": Status.FALSIFIED.value,
        "universes": list(scope.universe_ids) or None,
        "as_of": scope.as_of,
        **more,
    }
