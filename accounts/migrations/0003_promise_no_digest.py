"""A setting says what is true of it."""

from django.db import migrations

KEY = "daily_digest_enabled"
BEFORE = "Sum up each day once it is over."
AFTER = "Kept for programs that read it; Exobrain itself writes no digest."


def describe(old, new):
    """The description is the new one, unless an operator wrote another."""

    def change(apps, schema_editor):
        definitions = apps.get_model("accounts", "ConfigDefinition").objects
        definitions.filter(key=KEY, description=old).update(description=new)

    return change


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_seed_configs")]

    operations = [migrations.RunPython(describe(BEFORE, AFTER), describe(AFTER, BEFORE))]
