"""What a changeset did, in sentences that its owner reads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from knowledge.extraction.language import detect_language
from knowledge.models import Block, Edge, Entity, NodeType
from knowledge.selectors.history import changes_of, changes_of_each, days_read
from knowledge.selectors.pages import type_title
from knowledge.selectors.relations import edge_text
from knowledge.selectors.wording import LONGEST_STATEMENT, WITHHELD, addressed, possessive, quoted
from knowledge.services.identities.people import ROLE_PREFIX
from knowledge.types import BlockKind, Change, ChangesetEntry, EventState, Status, Trust

MOST_SENTENCES = 200  # of one changeset
# Columns by which a row names entities and blocks.
NAMING = (
    *("entity_id", "merged_into_id", "superseded_by_id", "corrects_id", "left_id", "right_id"),
    *("record_id", "block_id"),
)
TOLD_IN_LISTS = ("entity", "block", "distinct", "review")  # tables; the rest is detail

_US = re.compile(r"\b(?:we|our|ours|us)\b", re.IGNORECASE)
_ME_FIRST = re.compile(r"(?:I|My|Mine)\b")
_SMALL_FIRST = re.compile(r"(?:The|A|An|He|She|It|They|His|Her|Its|Their|This|That|There)\b")


@dataclass(frozen=True)
class Sentence:
    """What happened, and the page that it is about."""

    text: str
    page_id: UUID | None = None


@dataclass
class _Names:
    """How the rows that changes name read."""

    entities: dict[UUID, str] = field(default_factory=dict)
    own: set[UUID] = field(default_factory=set)  # the user's own page
    blocks: dict[UUID, str] = field(default_factory=dict)
    pages: dict[UUID, UUID] = field(default_factory=dict)  # of blocks
    types: dict[str, str] = field(default_factory=dict)

    def entity(self, id_: UUID | None) -> str:
        """Its name, or that it is gone."""
        return self.entities.get(id_, "something forgotten") if id_ else "nobody"

    def block(self, id_: UUID | None) -> str:
        """Its text between quotation marks."""
        return quoted(self.blocks[id_]) if id_ in self.blocks else "something forgotten"


# -- for lists and for one


def first_sentences(
    *, user_id: UUID, entries: Sequence[ChangesetEntry], limit: int
) -> dict[UUID, list[Sentence]]:
    """The first things that each changeset did."""
    ids = [entry.id for entry in entries]
    each = changes_of_each(user_id=user_id, changeset_ids=ids, tables=TOLD_IN_LISTS)
    names = _load_names(user_id, [change for changes in each.values() for change in changes])
    read = days_read(user_id=user_id, changeset_ids=ids)
    return {
        entry.id: _sentences(entry, each[entry.id], names, read.get(entry.id, ()))[:limit]
        for entry in entries
    }


def all_sentences(*, user_id: UUID, entry: ChangesetEntry) -> list[Sentence]:
    """Everything that the changeset did, within reason."""
    changes = changes_of(user_id=user_id, changeset_id=entry.id)
    read = days_read(user_id=user_id, changeset_ids=[entry.id])
    names = _load_names(user_id, changes)
    return _sentences(entry, changes, names, read.get(entry.id, ()))[:MOST_SENTENCES]


def reported(verb: str, text: str, *, names: Iterable[str] = ()) -> str:
    """`Learned that you live in Rome`; in the user's own words where grammar would be guessed.

    `names` are those with which a statement may begin.
    """
    line = " ".join(text.split())
    is_plain = (
        len(line) <= LONGEST_STATEMENT
        and detect_language(line) == "en"
        and not _US.search(line)
        and not re.search(r"[.!?:;]\s|[“”\"?]", line)
    )
    if is_plain and _ME_FIRST.match(line):
        told = addressed(line.rstrip("."))
        return f"{verb} that {told[:1].lower()}{told[1:]}"
    if is_plain and _SMALL_FIRST.match(line):
        return f"{verb} that {line[:1].lower()}{addressed(line.rstrip('.'))[1:]}"
    if is_plain and any(line.startswith(name) for name in names if name):
        return f"{verb} that {addressed(line.rstrip('.'))}"
    return f"{verb}: {quoted(line)}"


# -- what is made of changes


def _sentences(
    entry: ChangesetEntry,
    changes: Iterable[Change],
    names: _Names,
    read: Iterable[tuple[date, int]],
) -> list[Sentence]:
    if entry.kind == "forget":
        return _forgotten(entry)
    by_table: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_table[change.table].append(change)
    added = {
        change.record_id: change.after
        for change in by_table["block"]
        if change.before is None and change.after
    }
    return [
        *_about_blocks(entry, by_table["block"], names),
        *_about_entities(entry, by_table["entity"], names),
        *_about_names(entry, by_table["alias"], by_table["entity"], names),
        *_about_edges(by_table["edge"], added, names),
        *_about_pairs(by_table["distinct"], by_table["review"], names),
        *_told_again(by_table["source"], added, names),
        *_read_messages(read),
    ]


def _forgotten(entry: ChangesetEntry) -> list[Sentence]:
    """How much was forgotten; what it was is kept nowhere."""
    counts = {
        name: each.get("removed", 0)
        for name, each in entry.summary.items()
        if isinstance(each, dict)
    }
    parts = [
        f"{counts[table]} {word}{'' if counts[table] == 1 else 's'}"
        for table, word in (("block", "text"), ("entity", "page"))
        if counts.get(table)
    ]
    return [Sentence(f"Forgot {' and '.join(parts)}")] if parts else []


def _about_entities(
    entry: ChangesetEntry, changes: Iterable[Change], names: _Names
) -> Iterable[Sentence]:
    by_user = entry.kind in ("edit", "merge")
    for change in changes:
        before, after = change.before or {}, change.after or {}
        id_, name = change.record_id, names.entity(change.record_id)
        if change.before is None:
            if entry.kind == "rollback":
                yield Sentence(f"The page {after['name']} is back", id_)
            elif not after["is_self"]:
                kind = names.types.get(after["node_type_id"], "")
                new = "You made a page for" if by_user else "Got to know"
                known = f" ({kind.lower()})" if kind and kind != "Other" else ""
                yield Sentence(f"{new} {after['name']}{known}", id_)
            continue
        if change.after is None:
            yield Sentence(f"The page {before['name']} is gone")
            continue
        if "merged_into_id" in after and (into := after["merged_into_id"]):
            yield Sentence(f"{name} and {names.entity(into)} are one page now", into)
        elif "merged_into_id" in after:
            yield Sentence(f"{name} is a page of its own again", id_)
        if "is_unnamed" in after and before["is_unnamed"] and "name" in after:
            yield Sentence(
                f"Learned that {possessive(before['name'])} name is {after['name']}", id_
            )
        elif "name" in after:
            did = "You renamed" if by_user else "Renamed"
            yield Sentence(f"{did} {before['name']} to {after['name']}", id_)
        if "node_type_id" in after:
            old, new = (names.types.get(row["node_type_id"], "") for row in (before, after))
            did = f"You said that {name} is of the kind" if by_user else f"{name} is of the kind"
            yield Sentence(f"{did} {new}, not {old}", id_)


def _about_blocks(
    entry: ChangesetEntry, changes: Iterable[Change], names: _Names
) -> Iterable[Sentence]:
    changes = sorted(changes, key=_said)
    corrected = {
        change.after["corrects_id"]
        for change in changes
        if change.before is None and change.after and change.after["corrects_id"]
    }
    for change in changes:
        row = change.after or change.before or {}
        if row.get("kind") == BlockKind.EPISODE or change.record_id in corrected:
            continue
        page_id = names.pages.get(change.record_id) or row.get("entity_id")
        if change.before is None or change.after is None:
            yield Sentence(_of_whole_block(entry, change, names), page_id)
            continue
        text = names.blocks.get(change.record_id)
        if text is not None:
            for said in _of_changed_block(entry, change, text, names):
                yield Sentence(said, page_id)


def _said(change: Change) -> tuple[str, int]:
    """In the order of the journal; what was only changed comes last."""
    row = change.after or {}
    said_at = row.get("said_at") if change.before is None else None
    return (said_at.isoformat() if said_at else "~", row.get("sequence") or 0)


def _of_whole_block(entry: ChangesetEntry, change: Change, names: _Names) -> str:
    """Of a text that has come or gone."""
    row = change.after or change.before or {}
    text, page = row["text"], names.entity(row["entity_id"])
    if row["is_secret"]:
        return f"{'No longer known' if change.after is None else 'Learned'}: {WITHHELD}"
    if change.after is None:
        return f"No longer known: {quoted(text)}"
    if entry.kind == "rollback":
        return f"Known again: {quoted(text)}"
    if row["corrects_id"]:
        return f"You corrected {names.block(row['corrects_id'])} to {quoted(text)}"
    if row["kind"] == BlockKind.NOTE:
        return f"You noted on the page {page}: {quoted(text)}"
    return reported("Learned", text, names=names.entities.values())


def _of_changed_block(
    entry: ChangesetEntry, change: Change, text: str, names: _Names
) -> Iterable[str]:
    before, after = change.before or {}, change.after or {}
    if after.get("status") == Status.FALSIFIED:
        yield f"You said that it is wrong: {quoted(text)}"
    elif after.get("status") == Status.DISPUTED:
        yield f"In doubt: {quoted(text)}"
    elif before.get("status") == Status.DISPUTED:
        yield f"No longer in doubt: {quoted(text)}"
    elif after.get("trust") == Trust.CONFIRMED and entry.kind == "edit":
        yield f"You confirmed: {quoted(text)}"
    if after.get("event_state") == EventState.CANCELLED:
        yield f"Called off: {quoted(text)}"
    elif "starts_at" in after or "recurrence" in after:
        yield f"At another time now: {quoted(text)}"
    if after.get("reminded_at"):
        yield f"You saw to the reminder: {quoted(text)}"
    elif "remind_at" in after:
        yield f"To be reminded of at another time: {quoted(text)}"
    if "superseded_at" in after or ("valid_to" in after and "superseded_by_id" not in after):
        is_over = after.get("superseded_at") or after.get("valid_to")
        yield f"{'Ended' if is_over else 'Holds again'}: {quoted(text)}"
    is_moved = after.get("entity_id") and before.get("entity_id")
    if is_moved and entry.kind != "merge":
        old, new = names.entity(before["entity_id"]), names.entity(after["entity_id"])
        yield f"Moved from {old} to {new}: {quoted(text)}"


def _about_names(
    entry: ChangesetEntry, aliases: Iterable[Change], entities: Iterable[Change], names: _Names
) -> Iterable[Sentence]:
    """Names that are not told with their entity."""
    if entry.kind != "job":
        return
    for change in aliases:
        row = change.after
        if change.before is not None or row is None or row["is_identifier"]:
            continue
        entity_id = row["entity_id"]
        if row["name"].startswith(ROLE_PREFIX):
            if (role := addressed(row["name"])) != names.entity(entity_id).capitalize():
                yield Sentence(f"{names.entity(entity_id)} is {role.lower()}", entity_id)
        elif entity_id not in names.own and row["name"] != names.entity(entity_id):
            yield Sentence(f"{names.entity(entity_id)} is also called {row['name']}", entity_id)


def _about_edges(
    changes: Iterable[Change], added: Mapping[UUID, Any], names: _Names
) -> Iterable[Sentence]:
    """Relations that no statement of the same changeset tells."""
    wanted = [
        change.record_id
        for change in changes
        if change.before is None and change.after and change.after["block_id"] not in added
    ]
    for edge in Edge.objects.filter(pk__in=wanted).select_related("source", "target", "block"):
        yield Sentence(f"Learned that {edge_text(edge)}", edge.source_id)


def _about_pairs(
    distinct: Iterable[Change], reviews: Iterable[Change], names: _Names
) -> Iterable[Sentence]:
    for change in distinct:
        row = change.after or change.before or {}
        one, other = names.entity(row["left_id"]), names.entity(row["right_id"])
        did = "You said that" if change.after else "Taken back:"
        yield Sentence(f"{did} {one} and {other} are different")
    for change in reviews:
        row = change.after or {}
        if change.before is not None:
            continue
        if row["kind"] == "merge":
            one, other = names.entity(row["left_id"]), names.entity(row["right_id"])
            yield Sentence(f"Asked you whether {one} and {other} are the same")
        else:
            one, other = names.block(row["left_id"]), names.block(row["right_id"])
            yield Sentence(f"Asked you which holds: {one} or {other}")


def _told_again(
    sources: Iterable[Change], added: Mapping[UUID, Any], names: _Names
) -> Iterable[Sentence]:
    """Statements that were known, and that a message of this changeset says, too."""
    again = {
        change.after["record_id"]
        for change in sources
        if change.before is None and change.after and change.after["table"] == "block"
    }
    for id_ in sorted(again - added.keys()):
        if id_ in names.blocks:
            yield Sentence(f"Told again: {quoted(names.blocks[id_])}", names.pages.get(id_))


def _read_messages(read: Iterable[tuple[date, int]]) -> Iterable[Sentence]:
    """How many messages were read, of which days."""
    for day, count in read:
        messages = "1 message" if count == 1 else f"{count} messages"
        yield Sentence(f"Read {messages} of {day.day} {day:%b %Y}")


# -- names


def _load_names(user_id: UUID, changes: Iterable[Change]) -> _Names:
    """The names and texts that the sentences need: as they are, else as they were."""
    names = _Names()
    ids: set[UUID] = set()
    for change in changes:
        ids.add(change.record_id)
        for row in (change.before or {}, change.after or {}):
            ids.update(row[column] for column in NAMING if isinstance(row.get(column), UUID))
            if change.table == "entity" and "name" in row:
                names.entities[change.record_id] = row["name"]
            if change.table == "block" and "text" in row:
                names.blocks[change.record_id] = WITHHELD if row["is_secret"] else row["text"]
    known = Block.objects.filter(user_id=user_id, pk__in=ids)
    for id_, text, page_id, is_secret in known.values_list("pk", "text", "entity_id", "is_secret"):
        names.blocks[id_] = WITHHELD if is_secret else text
        if page_id is not None:
            names.pages[id_] = page_id
    entities = Entity.objects.filter(user_id=user_id, pk__in=ids)
    for id_, name, is_self in entities.values_list("pk", "name", "is_self"):
        names.entities[id_] = name
        if is_self:
            names.own.add(id_)
    names.types = {
        id_: type_title(id_, name) for id_, name in NodeType.objects.values_list("id", "name")
    }
    return names
