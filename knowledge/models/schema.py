"""The typed schema of the memory, as data that operators can edit.

Types are named by ids such as `node.person` and `edge.knows`. A label or relation type in any
query comes from these rows, never from what a model or a user wrote.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

TYPE_ID = RegexValidator(r"^(node|edge)(\.[a-z][a-z0-9_]{0,40})?$")


class NodeType(models.Model):
    """A kind of entity or block."""

    id = models.CharField(primary_key=True, max_length=60, validators=[TYPE_ID])
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)
    is_abstract = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.id

    @property
    def display_name(self) -> str:
        """The name that people read: the id where the type has none."""
        return self.name.strip() or self.id


class EdgeType(models.Model):
    """A kind of relation."""

    id = models.CharField(primary_key=True, max_length=60, validators=[TYPE_ID])
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    is_single_valued = models.BooleanField(
        default=False, help_text="A newer one from the same entity ends the older one."
    )
    is_symmetric = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.id


class EdgeRule(models.Model):
    """What an edge may connect; subtypes are allowed at both ends."""

    edge_type = models.ForeignKey(EdgeType, on_delete=models.CASCADE, related_name="rules")
    from_type = models.ForeignKey(NodeType, on_delete=models.CASCADE, related_name="+")
    to_type = models.ForeignKey(NodeType, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering: ClassVar = ["edge_type", "from_type", "to_type"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edge_type", "from_type", "to_type"], name="knowledge_edge_rule_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_type_id} -> {self.to_type_id}"


class PropertyType(models.Model):
    """A property that records of a type, and of its subtypes, may have."""

    class ValueType(models.TextChoices):
        """What its values are."""

        STRING = "string"
        FLOAT = "float"
        INT = "int"
        BOOL = "bool"
        DATETIME = "datetime"
        JSON = "json"

    owner = models.CharField(max_length=60, validators=[TYPE_ID])  # of nodes, of edges or `edge`
    name = models.CharField(max_length=60)
    value_type = models.CharField(max_length=10, choices=ValueType)
    is_required = models.BooleanField(default=False)
    is_writable = models.BooleanField(default=True)
    allowed_values = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["owner", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="knowledge_property_unique")
        ]

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"


class SchemaVersion(models.Model):
    """One state of the schema; a change of any type makes the next one."""

    number = models.AutoField(primary_key=True)
    changed_at = models.DateTimeField(auto_now_add=True)
    change = models.TextField()  # what was changed: "node.person changed"
    snapshot = models.JSONField()  # the schema as it was from then on

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return str(self.number)
