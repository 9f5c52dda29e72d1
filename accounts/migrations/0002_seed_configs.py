"""The settings every user has."""

from django.db import migrations

DEFINITIONS = [
    {
        "key": "frontend.theme",
        "name": "Theme",
        "description": "The colours of the pages.",
        "config_type": "choice",
        "default_value": "gruvbox-dark",
        "display_order": 10,
    },
    {
        "key": "daily_digest_enabled",
        "name": "Daily digest",
        "description": "Kept for programs that read it; Exobrain itself writes no digest.",
        "config_type": "boolean",
        "default_value": True,
        "display_order": 20,
    },
]
THEMES = [
    {"value": "gruvbox-dark", "label": "Gruvbox Dark", "display_order": 10},
    {"value": "purple-intelligence", "label": "Purple Intelligence", "display_order": 20},
]


def seed(apps, schema_editor):
    """The definitions are there; ones that an operator changed stay as they are."""
    definitions = apps.get_model("accounts", "ConfigDefinition").objects
    options = apps.get_model("accounts", "ConfigOption").objects
    for fields in DEFINITIONS:
        definitions.get_or_create(key=fields["key"], defaults=fields)
    theme = definitions.get(key="frontend.theme")
    for fields in THEMES:
        options.get_or_create(definition=theme, value=fields["value"], defaults=fields)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
