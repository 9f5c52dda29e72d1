"""Deletes what is forgotten from history: records, their versions, and names."""

import re
from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Q

from exobrain.lib.sql import all_rows
from knowledge import identity
from knowledge.models import LEDGER, Alias, Decision, Entity, Record
from knowledge.services.forgetting.planning import ForgetPlan
from knowledge.types import TargetKind, Verdict, VersionEnd

RECORD_TABLES = [table for table in LEDGER.values() if table.is_record]
# A version cannot be without the records that its other keys refer to.
OPTIONAL_REFERENCES = frozenset({"row", "superseded_by", "corrects"})
# Targets of which the journal keeps the messages.
STATEMENT_KINDS = frozenset({TargetKind.FACT, TargetKind.ENTITY})

# Removed rows in whose words a pattern occurs; each has an index of just this.
REMOVED_ROWS_WITH_WORDS = """
SELECT DISTINCT version.id, version.{said}
FROM unnest(%s::text[]) AS wanted (pattern)
JOIN {versions} AS version ON {plain} LIKE wanted.pattern
WHERE version.ended_as = 'removed' AND version.user_id = %s
"""
# Of a table: the column, and how its index has it.
TEXT_COLUMNS = {
    "block": ("text", "lower(normalize(version.text, NFKC))"),
    "entity": ("normal_name", "version.normal_name"),
    "alias": ("normal_name", "version.normal_name"),
}
# Letters and digits that case folding leaves alone: whatever they were in the text, lower case
# and NFKC make the same of it.
CASE_STABLE = re.compile(r"[a-rt-z0-9]{3,}")


def delete_from_history(
    plan: ForgetPlan, *, removed: Collection[UUID], names: Collection[str]
) -> None:
    """History holds neither the removed records, nor past ones that the plan concerns, nor names.

    `removed` are the records whose rows the plan removed, `names` the normal names among them.
    Decisions stay and say that their record is forgotten.
    """
    ids = {*removed, *_find_past_records(plan, removed)}
    Decision.objects.filter(user_id=plan.user_id, record_id__in=ids).update(
        verdict=Verdict.FORGOTTEN, reason="forgotten", record_id=None
    )
    _delete_records(user_id=plan.user_id, ids=ids)
    _delete_past_names(plan, names)


def _find_past_records(plan: ForgetPlan, removed: Collection[UUID]) -> set[UUID]:
    """Records without a row that were learned from what is forgotten, or refer to what is removed.

    Of forgotten messages, those that had no other source, and blocks in their words; of a fact or
    entity, those whose words repeat it.
    """
    if plan.target.kind in STATEMENT_KINDS:
        wanted = {block.corrects_id for block in plan.blocks if block.corrects_id}
        wanted |= _removed_with_words(plan, "block") | _removed_with_words(plan, "entity")
    else:
        said = {"user_id": plan.user_id, "message__in": plan.message_ids}
        blocks = LEDGER["block"].versions.objects.filter(**said)
        sources = LEDGER["source"].versions.objects.filter(user_id=plan.user_id)
        lost = set(sources.filter(**said).values_list("record_id", flat=True))
        stay = sources.filter(record_id__in=lost).exclude(message__in=plan.message_ids)
        wanted = set(blocks.values_list("row_id", flat=True))
        wanted |= lost.difference(stay.values_list("record_id", flat=True))
    wanted |= _records_depending_on(plan, removed)
    found = set(removed)
    while wanted:
        wanted -= found
        for table in RECORD_TABLES:
            rows = cast(Any, table.model).objects.filter(pk__in=wanted)
            wanted -= set(rows.values_list("pk", flat=True))
        found |= wanted
        wanted = _records_depending_on(plan, wanted) if wanted else set()
    return found - set(removed)


def _records_depending_on(plan: ForgetPlan, records: Collection[UUID]) -> set[UUID]:
    """Past records that cannot be without these, or that were corrected with them."""
    found: set[UUID] = set()
    for table in RECORD_TABLES:
        dependent = Q(pk__in=[])
        for field in table.versions._meta.concrete_fields:
            is_reference = field.remote_field is not None and field.remote_field.model is Record
            if is_reference and field.name not in OPTIONAL_REFERENCES:
                dependent |= Q(**{f"{field.name}__in": records})
        past = table.versions.objects.filter(
            dependent, user_id=plan.user_id, ended_as=VersionEnd.REMOVED
        )
        found.update(past.values_list("row_id", flat=True))
    blocks = LEDGER["block"].versions.objects.filter(user_id=plan.user_id)
    if plan.target.kind == TargetKind.FACT:  # what the user wrote in its place
        found.update(blocks.filter(corrects__in=records).values_list("row_id", flat=True))
    if plan.target.kind in STATEMENT_KINDS:  # what it corrected was wrong and stays so
        corrected = blocks.filter(row__in=records).exclude(corrects=None)
        found.update(corrected.values_list("corrects_id", flat=True))
    return found


def _removed_with_words(plan: ForgetPlan, name: str) -> set[UUID]:
    """Rows of this table that were removed and have words that are forgotten."""
    said, plain = TEXT_COLUMNS[name]
    patterns = set()
    for words in plan.words:
        parts = CASE_STABLE.findall(words)
        patterns.add(f"%{max(parts, key=len)}%" if parts else "%")
    query = REMOVED_ROWS_WITH_WORDS.format(
        said=said, versions=LEDGER[name].versions._meta.db_table, plain=plain
    )
    rows = all_rows(query, [sorted(patterns), plan.user_id])
    return {id_ for id_, text in rows if plan.repeats_forgotten(text)}


def _delete_records(*, user_id: UUID, ids: Collection[UUID]) -> None:
    """Deletes the records; constraints delete their versions and all that refers to them.

    Versions that were superseded by one of them no longer are.
    """
    with connection.cursor() as cursor:
        for table in RECORD_TABLES:
            cursor.execute(
                f'UPDATE "{table.versions._meta.db_table}" '  # noqa: S608  a name of ours
                "SET superseded_by_id = NULL, superseded_at = NULL, valid_to = NULL "
                "WHERE superseded_by_id = ANY(%s)",
                [list(ids)],
            )
        cursor.execute(
            "DELETE FROM knowledge_record WHERE user_id = %s AND id = ANY(%s)", [user_id, list(ids)]
        )


def _delete_past_names(plan: ForgetPlan, names: Collection[str]) -> None:
    """No version has a forgotten name that no present entity has."""
    user_id = plan.user_id
    forgotten_names = set(names)
    # Names that were learned from the forgotten messages and are rolled back.
    said = " ".join(f" {identity.normal_name(message.content)} " for message in plan.messages)
    learned = LEDGER["alias"].versions.objects.filter(
        user_id=user_id,
        ended_as=VersionEnd.REMOVED,
        changeset__decisions__message_id__in=plan.message_ids,
    )
    past_names = set(learned.values_list("normal_name", flat=True)) if said else set()
    stay = LEDGER["source"].versions.objects.filter(user_id=user_id, table="entity")
    stay = stay.exclude(message__in=plan.message_ids)
    named = LEDGER["entity"].versions.objects.filter(
        user_id=user_id, normal_name__in=past_names, row__in=stay.values("record")
    )
    past_names.difference_update(named.values_list("normal_name", flat=True))
    forgotten_names.update(name for name in past_names if f" {name} " in said)
    for model in (Alias, Entity):
        present = model.objects.filter(user_id=user_id, normal_name__in=forgotten_names)
        forgotten_names -= set(present.values_list("normal_name", flat=True))
    for name in ("alias", "entity"):
        versions = LEDGER[name].versions.objects
        versions.filter(user_id=user_id, normal_name__in=forgotten_names).delete()
    if plan.target.kind in STATEMENT_KINDS:
        past = _removed_with_words(plan, "alias")
        past -= set(Alias.objects.filter(pk__in=past).values_list("pk", flat=True))
        LEDGER["alias"].versions.objects.filter(row_id__in=past).delete()
