"""The typed schema that every memory starts with, and the world that all of them share."""

from itertools import groupby
from operator import itemgetter

from django.db import migrations

REAL_WORLD = "9d7f0fa5-78c1-4805-9efb-3f8f16090d7f"

# id, name, description, parents, is_abstract, is_active
NODE_TYPES = [
    ("node", "Node", "Anything in the memory.", [], True, True),
    ("node.universe", "Universe", "A world that memory is of: the real one, or a made-up one.", ["node"], False, True),
    ("node.entity", "Entity", "Someone or something with a name.", ["node"], False, True),
    ("node.block", "Block", "A text of the memory.", ["node"], False, True),
    ("node.person", "Person", "A human being, real or made up.", ["node.entity"], False, True),
    ("node.group", "Group", "People who belong together: a family, a team, a band, a club.", ["node.entity"], False, True),
    ("node.institution", "Institution", "An organisation: a school, an authority, a hospital.", ["node.entity"], False, True),
    ("node.place", "Place", "Somewhere: a building, a street, a region.", ["node.entity"], False, True),
    ("node.object", "Object", "A thing, an animal or a product.", ["node.entity"], False, True),
    ("node.concept", "Concept", "An idea, a subject, a skill or an activity.", ["node.entity"], False, True),
    ("node.event", "Event", "Something that happens at some time.", ["node.entity"], False, True),
    ("node.document", "Document", "Something written: a book, an article, a file, a page.", ["node.entity"], False, True),
    ("node.ai_agent", "AI agent", "An assistant or another program that acts.", ["node.person"], False, True),
    ("node.company", "Company", "A business.", ["node.institution"], False, True),
    ("node.country", "Country", "A country.", ["node.place"], False, True),
    ("node.city", "City", "A city, town or village.", ["node.place"], False, True),
    ("node.species", "Species", "A kind of living being.", ["node.concept"], False, True),
    ("node.rule", "Rule", "What is to be done or left, always or in some cases.", ["node.concept"], False, True),
    ("node.task", "Task", "Something to be done.", ["node.event"], False, True),
    ("node.message", "Message", "Something that was sent: a letter, an e-mail.", ["node.event"], False, True),
    ("node.recurring_event", "Recurring event", "Something that happens again and again.", ["node.event"], False, True),
    ("node.chat_message", "Chat message", "A message of a chat.", ["node.message"], False, True),
    ("node.note", "Note", "Something short that somebody wrote down.", ["node.document"], False, True),
    ("node.report", "Report", "An account of something.", ["node.document"], False, True),
    ("node.quote", "Quote", "Words of somebody.", ["node.block"], False, True),
    ("node.image", "Image", "No longer used.", ["node.entity"], False, False),
]

# id, description, is_single_valued, is_symmetric, is_active, rules
EDGE_TYPES = [
    ("edge.is_part_of", "Belongs to a universe.", True, False, True, [("node.entity", "node.universe")]),
    ("edge.described_by", "Has its text in.", False, False, True, [("node.entity", "node.block"), ("node.universe", "node.block")]),
    ("edge.summarizes", "Says the same in short.", False, False, True, [("node.block", "node.block")]),
    ("edge.contradicts", "Says otherwise than.", False, True, True, [("node.block", "node.block")]),
    ("edge.mentions", "Speaks of.", False, False, True, [("node.block", "node.entity")]),
    ("edge.quoted_person", "Are the words of.", True, False, True, [("node.quote", "node.person")]),
    ("edge.located_at", "Takes place at, or is at.", True, False, True, [("node.event", "node.place"), ("node.task", "node.place"), ("node.message", "node.place")]),
    ("edge.lies_in", "A place within another.", False, False, True, [("node.place", "node.place")]),
    ("edge.contains", "Has as a part.", False, False, True, [("node.entity", "node.entity")]),
    ("edge.also_known_as", "Has another name, which is an entity of its own.", False, True, True, [("node.entity", "node.entity")]),
    ("edge.same_as", "Is the same as.", False, True, True, [("node.entity", "node.entity")]),
    ("edge.related_to", "Has to do with, in a way that no other type tells.", False, True, True, [("node.entity", "node.entity")]),
    ("edge.owns", "Owns.", False, False, True, [("node.entity", "node.entity")]),
    ("edge.knows", "Two people who know each other, relatives too.", False, True, True, [("node.person", "node.person")]),
    ("edge.partner_of", "Are a couple.", True, True, True, [("node.person", "node.person")]),
    ("edge.member_of", "A person in a group.", False, False, True, [("node.person", "node.group")]),
    ("edge.affiliated_with", "A person who works at, studies at or belongs to an institution.", False, False, True, [("node.person", "node.institution")]),
    ("edge.participated_in", "A person who took or takes part.", False, False, True, [("node.person", "node.event")]),
    ("edge.involves", "An event that concerns something or somebody.", False, False, True, [("node.event", "node.entity")]),
    ("edge.causes", "An event that leads to another.", False, False, True, [("node.event", "node.event")]),
    ("edge.assigned_to", "Who does a task.", False, False, True, [("node.task", "node.person")]),
    ("edge.done_for", "Whom or what a task is for.", False, False, True, [("node.task", "node.entity")]),
    ("edge.depends_on", "A task that waits for another.", False, False, True, [("node.task", "node.task")]),
    ("edge.sent_to", "Who received a message.", False, False, True, [("node.message", "node.person")]),
    ("edge.sent_by", "Who sent a message.", True, False, True, [("node.message", "node.person")]),
    ("edge.about", "Has as its subject.", False, False, True, [("node.entity", "node.concept")]),
    ("edge.instance_of", "Is one of a kind.", False, False, True, [("node.entity", "node.concept")]),
    ("edge.authored", "Wrote or made.", False, False, True, [("node.entity", "node.document")]),
    ("edge.applies_to", "A rule for.", False, False, True, [("node.rule", "node.entity")]),
    ("edge.at", "No longer used.", False, False, False, []),
    ("edge.before", "No longer used.", False, False, False, []),
]

STATUSES = ["asserted", "disputed", "falsified"]

# owner, name, value type, is_required, is_writable, allowed values
PROPERTIES = [
    ("node.entity", "id", "string", True, False, []),
    ("node.entity", "name", "string", True, True, []),
    ("node.entity", "aliases", "json", False, True, []),
    ("node.universe", "id", "string", True, False, []),
    ("node.universe", "name", "string", True, True, []),
    ("node.universe", "aliases", "json", False, True, []),
    ("node.block", "id", "string", True, False, []),
    ("node.block", "text", "string", True, True, []),
    ("node.event", "start", "datetime", False, True, []),
    ("node.event", "end", "datetime", False, True, []),
    ("node.task", "due", "datetime", False, True, []),
    ("node.recurring_event", "recurrence_rule", "string", True, True, []),
    ("node.recurring_event", "recurrence_exceptions", "json", False, True, []),
    ("node.person", "email", "string", False, True, []),
    ("node.person", "phone", "string", False, True, []),
    ("node.person", "role", "string", False, True, []),
    ("node.document", "genre", "string", False, True, []),
    ("node.document", "source_uri", "string", False, True, []),
    ("node.document", "published_at", "datetime", False, True, []),
    ("node.place", "lat", "float", False, True, []),
    ("node.place", "lon", "float", False, True, []),
    ("edge", "confidence", "float", True, True, []),
    ("edge", "status", "string", True, True, STATUSES),
    ("edge", "provenance_hint", "string", True, True, []),
    ("edge", "valid_from", "datetime", False, True, []),
    ("edge", "valid_to", "datetime", False, True, []),
]


def seed(apps, _schema_editor):
    """The seeded types are there; what an operator changed of them since stays."""
    model = lambda name: apps.get_model("knowledge", name)  # noqa: E731
    new = {"ignore_conflicts": True}
    model("Universe").objects.bulk_create([model("Universe")(id=REAL_WORLD, name="Real World")], **new)
    if model("NodeType").objects.exists():
        return
    NodeType, EdgeType = model("NodeType"), model("EdgeType")
    NodeType.objects.bulk_create(
        NodeType(id=id_, name=name, description=text, is_abstract=abstract, is_active=active)
        for id_, name, text, _parents, abstract, active in NODE_TYPES
    )
    link = NodeType.parents.through
    link.objects.bulk_create(
        link(from_nodetype_id=row[0], to_nodetype_id=parent)
        for row in NODE_TYPES
        for parent in row[3]
    )
    EdgeType.objects.bulk_create(
        EdgeType(id=id_, name=id_.removeprefix("edge.").upper(), description=text,
                 is_single_valued=single, is_symmetric=symmetric, is_active=active)
        for id_, text, single, symmetric, active, _rules in EDGE_TYPES
    )
    EdgeRule = model("EdgeRule")
    EdgeRule.objects.bulk_create(
        EdgeRule(edge_type_id=row[0], from_type_id=from_, to_type_id=to)
        for row in EDGE_TYPES
        for from_, to in row[5]
    )
    PropertyType = model("PropertyType")
    PropertyType.objects.bulk_create(
        PropertyType(owner=owner, name=name, value_type=kind, is_required=required,
                     is_writable=writable, allowed_values=allowed)
        for owner, name, kind, required, writable, allowed in PROPERTIES
    )
    model("SchemaVersion").objects.create(change="seeded", snapshot=snapshot(apps))


def snapshot(apps):
    """The schema as it is, in the form that `knowledge.models.schema.snapshot` gives it."""
    model = lambda name: apps.get_model("knowledge", name)  # noqa: E731
    rows = {
        "node_types": model("NodeType").objects.order_by("id").values(
            "id", "name", "description", "is_abstract", "is_active"),
        "edge_types": model("EdgeType").objects.order_by("id").values(
            "id", "name", "description", "is_single_valued", "is_symmetric", "is_active"),
        "edge_rules": model("EdgeRule").objects.order_by("id").values(
            "edge_type_id", "from_type_id", "to_type_id"),
        "properties": model("PropertyType").objects.order_by("id").values(
            "owner", "name", "value_type", "is_required", "is_writable", "allowed_values"),
    }
    found = {name: list(query) for name, query in rows.items()}
    links = model("NodeType").parents.through.objects.order_by("from_nodetype_id", "to_nodetype_id")
    pairs = links.values_list("from_nodetype_id", "to_nodetype_id")
    parents = {child: [parent for _, parent in each] for child, each in groupby(pairs, itemgetter(0))}
    for node in found["node_types"]:
        node["parents"] = parents.get(node["id"], [])
    return found


class Migration(migrations.Migration):

    dependencies = [("knowledge", "0002_constraints")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
