"""The foreign keys that Django leaves to PostgreSQL are there, and do what the models say."""

from typing import Any

import pytest
from django.db import connection, models

from knowledge.models import LEDGER, BlockTokens, Decision

pytestmark = pytest.mark.django_db

KEYS = """
SELECT a.attname, target.relname, c.confdeltype
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_class target ON target.oid = c.confrelid
WHERE c.contype = 'f' AND c.conrelid = %s::regclass
"""
# The first column of each index: what an ON DELETE finds the rows by.
INDEXED = """
SELECT a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %s::regclass
"""
RULES = {models.CASCADE: "c", models.SET_NULL: "n"}
MODELS = [model for table in LEDGER.values() for model in (table.model, table.versions)]


def rows(query: str, table: str) -> list[tuple[Any, ...]]:
    """What PostgreSQL's catalogue has of a table."""
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return list(cursor.fetchall())


@pytest.mark.parametrize("model", [*MODELS, Decision, BlockTokens], ids=lambda m: m.__name__)
def test_every_key_has_its_constraint(model: Any) -> None:
    """With the ON DELETE that the model declares, and an index to find the rows by."""
    table = model._meta.db_table
    wanted = {
        (f.column, f.related_model._meta.db_table, RULES[f.remote_field.on_delete])
        for f in model._meta.concrete_fields
        if f.remote_field and not f.db_constraint
    }
    if any(each.model is model and each.is_record for each in LEDGER.values()):
        wanted.add(("id", "knowledge_record", "c"))

    assert wanted <= set(rows(KEYS, table))
    assert {column for column, _, _ in wanted} <= {column for (column,) in rows(INDEXED, table)}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_no_reference_to_a_record_is_only_an_id(model: Any) -> None:
    """A uuid that names something is a foreign key."""
    loose = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.UUIDField) and field.name not in {"id", "row_id"}
    ]

    assert loose == []
