"""The memory as operators see it: how learning fares, never what was said."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from exobrain.lib.admin import OwnedAdmin, ReadOnlyAdmin
from knowledge.models import (
    Alias,
    Block,
    CannotLink,
    Changeset,
    Decision,
    Edge,
    EdgeRule,
    EdgeType,
    Entity,
    Episode,
    Mention,
    NodeType,
    PendingReading,
    ProfileChoice,
    PropertyType,
    Redaction,
    ReviewItem,
    SchemaVersion,
    Source,
    Tombstone,
    Universe,
    Update,
)
from knowledge.models.indexes import BlockVector, EmbeddingSpace, OutboxEntry
from knowledge.selectors.changesets import changes, dropped_counts

CHANGES_SHOWN = 200  # of a changeset

# -- updates

UPDATE_LABELS = {
    "waiting": "warning",
    "queued": "info",
    "succeeded": "success",
    "failed": "danger",
}


@admin.register(PendingReading)
class PendingReadingAdmin(OwnedAdmin):
    """Messages that the rules have read because the model did not, until it does."""

    list_display = ("message_id", "user", "reason", "attempts", "due_at", "created_at")
    list_select_related = ("user",)
    list_filter = ("reason", "created_at")
    search_fields = ("message__id", "user__email")
    ordering = ("-created_at", "message_id")
    show_full_result_count = False
    fields = ("message", "user", "reason", "attempts", "due_at", "created_at")
    raw_id_fields = ("message",)


@admin.register(Update)
class UpdateAdmin(OwnedAdmin):
    """What was taken to be learned, and what became of it; its job has the rest."""

    list_display = (
        *("id", "user", "journal_reference", "shown_state", "is_automatic", "message_count"),
        *("created_at", "took", "reason"),
    )
    list_select_related = ("user",)
    list_filter = ("state", "is_automatic", "created_at")
    search_fields = ("id", "job_id", "user__email", "journal_reference")
    search_help_text = "Id, job id, the user's e-mail, or a day as YYYY/MM/DD."
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    fields = (
        *("id", "user", "journal_reference", "state", "is_automatic", "reason", "job"),
        *("message_count", "leased"),
        *("created_at", "queued_at", "ended_at", "took", "look_at", "looks"),
    )
    readonly_fields = ("job", "leased", "took")

    @display(description="State", ordering="state", label=UPDATE_LABELS)  # type: ignore[untyped-decorator]
    def shown_state(self, update: Update) -> str:
        """The state, in its colour."""
        return update.state

    @admin.display(description="Took")
    def took(self, update: Update) -> timedelta | None:
        """From the request to the end."""
        return update.ended_at - update.created_at if update.ended_at else None

    @admin.display(description="Messages held")
    def leased(self, update: Update) -> int:
        """How many messages no other update can take."""
        return update.taken.filter(is_leased=True).count()

    @admin.display(description="Job")
    def job(self, update: Update) -> str:
        """Its job, where it can be tried again."""
        url = reverse("admin:orchestrator_job_change", args=[update.job_id])
        return format_html('<a href="{}">{}</a>', url, update.job_id)


@admin.register(Episode)
class EpisodeAdmin(OwnedAdmin):
    """What jobs have added to the memory."""

    list_display = ("id", "user", "journal_reference", "messages", "job_id", "created_at")
    list_select_related = ("user",)
    list_filter = ("created_at",)
    search_fields = ("id", "job_id", "user__email", "journal_reference")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    fields = (
        *("id", "user", "journal_reference", "message_ids", "content_hash", "job_id"),
        "created_at",
    )

    @admin.display(description="Messages")
    def messages(self, episode: Episode) -> int:
        """How many."""
        return len(episode.message_ids)


# -- the schema: operators may change it, and every change makes a version


class EdgeRuleInline(TabularInline):
    """What an edge may connect."""

    model = EdgeRule
    extra = 0


class TypeAdmin(ModelAdmin):
    """Types; an id is what records hold on to, so it stays."""

    ordering = ("id",)
    search_fields = ("id", "name", "description")
    list_filter = ("is_active",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A type that is there keeps its id."""
        return ("id",) if obj is not None else ()

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """False: records are of this type. It can be switched off instead."""
        return False


@admin.register(NodeType)
class NodeTypeAdmin(TypeAdmin):
    """Kinds of entities and blocks, with the kinds that they are kinds of."""

    list_display = ("id", "name", "below", "is_abstract", "is_active")
    filter_horizontal = ("parents",)
    fields = ("id", "name", "description", "parents", "is_abstract", "is_active")

    @admin.display(description="parents")
    def below(self, node_type: NodeType) -> str:
        """Its parents' ids."""
        return ", ".join(node_type.parents.values_list("id", flat=True))


@admin.register(EdgeType)
class EdgeTypeAdmin(TypeAdmin):
    """Kinds of relations, with the rules for their ends."""

    list_display = ("id", "name", "is_single_valued", "is_symmetric", "is_active")
    inlines = (EdgeRuleInline,)


@admin.register(PropertyType)
class PropertyTypeAdmin(ModelAdmin):
    """What records of a type may have."""

    list_display = ("owner", "name", "value_type", "is_required", "is_writable")
    list_filter = ("owner", "value_type", "is_required")
    search_fields = ("owner", "name")


@admin.register(SchemaVersion)
class SchemaVersionAdmin(ReadOnlyAdmin):
    """The schema as it was, version by version."""

    list_display = ("number", "change", "changed_at")
    ordering = ("-number",)
    search_fields = ("change",)
    fields = ("number", "change", "changed_at", "snapshot")

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """False: it is the record of what the schema was."""
        return False


# -- the ledger: names and texts are on no list and in no search


class RecordAdmin(OwnedAdmin):
    """Records of the memory; what they say is shown one at a time, to whoever must see it."""

    list_select_related = ("user",)
    search_fields = ("id", "user__email")
    search_help_text = "Id, or the user's e-mail; not the words."
    ordering = ("-recorded_at",)
    show_full_result_count = False

    @admin.display(description="trust")
    def shown_trust(self, record: Any) -> str:
        """By whose word it is believed."""
        return str(record.get_trust_display()).replace("_", " ")


RECORD_FIELDS = (
    *("universe", "trust", "confidence", "status", "valid_from", "valid_to"),
    *("recorded_at", "superseded_at", "superseded_by_id", "updated_at"),
)
RECORD_COLUMNS = ("shown_trust", "confidence", "status", "recorded_at", "superseded_at")
RECORD_FILTERS = ("trust", "status", "recorded_at")


class ShownInline(TabularInline):
    """Rows that belong to another one."""

    extra = 0
    can_delete = False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Only the product writes them."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Only the product writes them."""
        return False


class AliasInline(ShownInline):
    """The other names of an entity."""

    model = Alias
    fields = ("name", "normal_name", "is_identifier")


class MentionInline(ShownInline):
    """Whom a block speaks of."""

    model = Mention
    fields = ("entity_id", "trust", "confidence", "status")
    readonly_fields = fields


@admin.register(Entity)
class EntityAdmin(RecordAdmin):
    """Someone or something with a name."""

    list_display = ("id", "user", "node_type_id", *RECORD_COLUMNS)
    list_filter = ("node_type", *RECORD_FILTERS)
    fields = (
        *("id", "user", "node_type", "name", "properties", "is_self", "merged_into_id"),
        *RECORD_FIELDS,
    )
    readonly_fields = ("merged_into_id", "superseded_by_id")
    inlines = (AliasInline,)


@admin.register(Block)
class BlockAdmin(RecordAdmin):
    """Texts of the memory."""

    list_display = ("id", "user", "kind", "length", "topic_is_set", *RECORD_COLUMNS)
    list_filter = ("kind", *RECORD_FILTERS)
    fields = (
        *("id", "user", "kind", "text", "level", "parent_id", "entity_id", "topic", "value"),
        *("is_single_valued", "message_id", "reference", "sequence", "said_at"),
        *RECORD_FIELDS,
    )
    readonly_fields = ("parent_id", "entity_id", "message_id", "superseded_by_id")
    inlines = (MentionInline,)

    @admin.display(description="characters")
    def length(self, block: Block) -> int:
        """How long it is."""
        return len(block.text)

    @admin.display(boolean=True, description="topic")
    def topic_is_set(self, block: Block) -> bool:
        """True when others can contradict it."""
        return bool(block.topic)


@admin.register(Edge)
class EdgeAdmin(RecordAdmin):
    """Relations between entities."""

    list_display = ("id", "user", "edge_type_id", "source_id", "target_id", *RECORD_COLUMNS)
    list_filter = ("edge_type", *RECORD_FILTERS)
    fields = (
        *("id", "user", "edge_type", "source_id", "target_id", "block_id"),
        *RECORD_FIELDS,
    )
    readonly_fields = ("source_id", "target_id", "block_id", "superseded_by_id")


@admin.register(Universe)
class UniverseAdmin(OwnedAdmin):
    """Worlds that memory is of."""

    list_display = ("id", "user")
    list_select_related = ("user",)
    search_fields = ("id", "user__email")
    fields = ("id", "user", "name", "description")


@admin.register(Source)
class SourceAdmin(OwnedAdmin):
    """Where records came from."""

    list_display = ("id", "user", "table", "record_id", "message_id", "start", "end")
    list_select_related = ("user",)
    list_filter = ("table",)
    search_fields = ("record__id", "message__id", "user__email")
    show_full_result_count = False
    fields = list_display
    readonly_fields = ("record_id", "message_id")


@admin.register(CannotLink)
class CannotLinkAdmin(OwnedAdmin):
    """Entities that are different for ever."""

    list_display = ("id", "user", "left_id", "right_id", "created_at")
    list_select_related = ("user",)
    search_fields = ("left__id", "right__id", "user__email")
    fields = list_display
    readonly_fields = ("left_id", "right_id")


# -- how it came to be


@admin.register(Changeset)
class ChangesetAdmin(OwnedAdmin):
    """Changes that were made together."""

    list_display = (
        *("id", "user", "kind", "state", "extractor", "fallback", "row_count", "created_at"),
    )
    list_select_related = ("user",)
    list_filter = ("kind", "state", "extractor", "fallback", "created_at")
    search_fields = ("id", "job_id", "user__email")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    fields = (
        *("id", "user", "kind", "state", "job_id", "reverts", "extractor", "fallback"),
        *("dropped", "summary", "created_at", "shown_changes"),
    )
    readonly_fields = ("dropped", "shown_changes")

    @admin.display(description="rows")
    def row_count(self, changeset: Changeset) -> int:
        """How many rows it touched."""
        return sum(sum(counts.values()) for counts in changeset.summary.values())

    @admin.display(description="dropped")
    def dropped(self, changeset: Changeset) -> str:
        """Why parts of messages were not learned, and how many."""
        counts = dropped_counts([changeset.pk])[changeset.pk]
        return ", ".join(f"{reason}: {count}" for reason, count in counts.items()) or "-"

    @admin.display(description="changes")
    def shown_changes(self, changeset: Changeset) -> str:
        """The rows before and after."""
        page = changes(user_id=changeset.user_id, changeset_id=changeset.id, size=CHANGES_SHOWN)
        return format_html_join(
            "", "<p>{} {}<br>{} → {}</p>",
            ((each.table, each.record_id, each.before, each.after) for _, each in page.rows),
        )  # fmt: skip


@admin.register(Decision)
class DecisionAdmin(OwnedAdmin):
    """What became of what was said, and why; not what it was."""

    list_display = ("id", "user", "verdict", "reason", "message_id", "changeset_id")
    list_select_related = ("user",)
    list_filter = ("verdict", "reason")
    search_fields = ("message__id", "record__id", "user__email")
    show_full_result_count = False
    fields = (*list_display, "start", "end", "record_id")
    readonly_fields = ("message_id", "changeset_id", "record_id")


@admin.register(ReviewItem)
class ReviewItemAdmin(OwnedAdmin):
    """Review items, which users decide on their own pages."""

    list_display = ("id", "user", "kind", "state", "score", "created_at", "decided_at")
    list_select_related = ("user",)
    list_filter = ("kind", "state", "created_at")
    search_fields = ("id", "left__id", "right__id", "user__email")
    ordering = ("-created_at",)
    fields = (*list_display, "left_id", "right_id", "features")
    readonly_fields = ("left_id", "right_id")


@admin.register(Tombstone)
class TombstoneAdmin(OwnedAdmin):
    """What is not remembered again, as keys that say nothing."""

    list_display = ("id", "user", "kind", "created_at")
    list_select_related = ("user",)
    list_filter = ("kind", "created_at")
    search_fields = ("id", "user__email")
    ordering = ("-created_at",)
    fields = list_display


@admin.register(ProfileChoice)
class ProfileChoiceAdmin(OwnedAdmin):
    """Which slots of their profile users have switched off."""

    list_display = ("user", "hidden_slots", "updated_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = list_display


@admin.register(Redaction)
class RedactionAdmin(OwnedAdmin):
    """Parts of messages that the memory does not know."""

    list_display = ("id", "user", "message_id", "start", "end", "created_at")
    list_select_related = ("user",)
    search_fields = ("id", "message__id", "user__email")
    fields = list_display
    readonly_fields = ("message_id",)


@admin.register(EmbeddingSpace)
class EmbeddingSpaceAdmin(ReadOnlyAdmin):
    """The vectors of one embedding model, and how far it has come; only the active is searched."""

    list_display = ("name", "is_active", "dimensions", "vectors", "missing", "created_at")
    fields = readonly_fields = list_display

    @admin.display(description="blocks with a vector")
    def vectors(self, space: EmbeddingSpace) -> int:
        """How many vectors it has."""
        return BlockVector.objects.filter(space=space).count()

    @admin.display(description="blocks without")
    def missing(self, space: EmbeddingSpace) -> int:
        """How many blocks have none in it yet."""
        return Block.objects.count() - self.vectors(space)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """False: search would have no vectors. `rebuild_indexes` makes another."""
        return False


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnlyAdmin):
    """Changes that outside indexes do not have yet, with the last error."""

    list_display = (
        *("projection", "user_id", "table", "record_id"),
        *("attempts", "error", "created_at", "next_try_at"),
    )
    list_filter = ("projection", "table", "error")
    search_fields = ("record_id", "user_id")
    ordering = ("created_at",)
    show_full_result_count = False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """False: the index would never get the change."""
        return False
