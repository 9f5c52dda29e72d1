"""Looks for what is forgotten everywhere: in every column of every table, and in Redis."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.db import connection

# Tables of the journal, which keeps the messages when only the memory of them is forgotten.
JOURNAL = frozenset({"journal_message"})


def tables_with(*words: str) -> dict[str, int]:
    """Tables that have one of the words in any column of any row, and in how many rows."""
    anywhere = "|".join(map(re.escape, words))
    return _matching(dict.fromkeys(_tables(), "TRUE"), anywhere) if words else {}


def tables_calling(names: Collection[str], *, user_id: UUID) -> dict[str, int]:
    """Tables in which a row of the user's has one of the names as a word of its own."""
    whole = rf"\m({'|'.join(map(re.escape, sorted(names)))})\M"
    mine = {table: condition for table in _tables() if (condition := _is_users(table))}
    return _matching(mine, whole, user_id=str(user_id)) if names else {}


def rows_naming(ids: Collection[UUID]) -> list[str]:
    """Rows of any table that have one of the ids in any column."""
    if not ids:
        return []
    written = "|".join(f"{id_}|{id_.hex}" for id_ in ids)
    found = []
    for table in _matching(dict.fromkeys(_tables(), "TRUE"), written):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t WHERE t::text ~ %s', [written])
            found += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return found


def keys_with(*words: str) -> list[str]:
    """Keys of Redis that have one of the words in their name or value."""
    return _keys_matching("|".join(map(re.escape, words))) if words else []


def keys_naming(ids: Collection[UUID]) -> list[str]:
    """Keys of Redis that have one of the ids in their name or value."""
    return _keys_matching("|".join(f"{id_}|{id_.hex}" for id_ in ids)) if ids else []


def _keys_matching(pattern: str) -> list[str]:
    redis: Any = caches["default"].client.get_client()  # type: ignore[attr-defined]
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"stream": redis.xrange,
        b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }
    word = re.compile(pattern, re.IGNORECASE)
    return [
        key.decode()
        for key in redis.scan_iter()
        if word.search(f"{key!r}{readers[redis.type(key)](key)!r}")
    ]


@cache
def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


@cache
def _is_users(table: str) -> str:
    """Which rows of a table are a user's; empty for one that is nobody's."""
    with connection.cursor() as cursor:
        columns = {c.name for c in connection.introspection.get_table_description(cursor, table)}
    return "user_id::text = %(user)s" if "user_id" in columns else ""


def _matching(tables: Mapping[str, str], pattern: str, *, user_id: str = "") -> dict[str, int]:
    """How many rows match, of tables with a condition on their rows."""
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM \"{table}\" AS t"
        f" WHERE {condition} AND t::text ~* %(pattern)s"
        for table, condition in tables.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(counts, {"user": user_id, "pattern": pattern})
        return {table: count for table, count in cursor.fetchall() if count}
