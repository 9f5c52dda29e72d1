"""A cursor for the few queries that every request runs.

Django's own cursor sends a query with its values written into it, so PostgreSQL reads and plans
it anew each time, which for a join of two tables takes longer than running it. This one sends
values apart, and psycopg prepares what it has seen five times, where the settings allow it
(see `_database` in exobrain/settings.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection


@contextmanager
def pipelined() -> Iterator[None]:
    """Statements inside are sent without waiting for the one before.

    A lock that one of them takes is then held while PostgreSQL works, not while this process
    waits for its turn to run.
    """
    connection.ensure_connection()
    with connection.connection.pipeline():
        yield


def send(query: str, values: Sequence[Any] | Mapping[str, Any], *, binary: bool = False) -> Any:
    """A cursor whose rows can be fetched once PostgreSQL has them; `pipelined` does not wait.

    With `binary`, results travel as they are: for bytes, which as text are twice as long.
    """
    connection.ensure_connection()
    # Wrapped as Django wraps its own: errors are translated, and tests can count queries.
    cursor = connection._prepare_cursor(  # type: ignore[attr-defined]  # has no public name
        raw := psycopg.Cursor(connection.connection)
    )
    if binary:
        raw.format = psycopg.pq.Format.BINARY
    cursor.execute(query, values)
    return cursor


def plain_array(values: Iterable[UUID | int]) -> str:
    """The value for `%s::uuid[]` or `%s::int[]`; psycopg takes five times as long for a list."""
    return "{" + ",".join(map(str, values)) + "}"


def first_row(query: str, *parameters: Any) -> tuple[Any, ...] | None:
    """The first row of an SQL query; one placeholder, `%s`, for each parameter."""
    rows = all_rows(query, parameters)
    return rows[0] if rows else None


def all_rows(
    query: str, values: Sequence[Any] | Mapping[str, Any], *, binary: bool = False
) -> list[tuple[Any, ...]]:
    """The rows of an SQL query with its values, in order or by name."""
    with send(query, values, binary=binary) as cursor:
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
