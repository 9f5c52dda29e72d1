"""Looks for a word everywhere: in every column of every table, and in Redis."""

from typing import Any

from django.core.cache import caches
from django.db import connection


def tables_with(word: str) -> dict[str, int]:
    """Tables that have the word in any column of any row, and in how many rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', [f"%{word}%"]
            )
            if count := cursor.fetchone()[0]:
                found[table] = count
    return found


def keys_with(word: str) -> list[str]:
    """Keys of Redis that have the word in their name or value."""
    redis: Any = caches["default"].client.get_client()  # type: ignore[attr-defined]
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"stream": redis.xrange,
        b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }
    return [
        key.decode()
        for key in redis.scan_iter()
        if word.lower() in f"{key!r}{readers[redis.type(key)](key)!r}".lower()
    ]
