"""Answers that no model made are marked, those of the mock in the journal as well."""

from django.db import migrations, models

MARK_THE_MOCKS = """
UPDATE journal_message SET is_without_model = true WHERE role = 'assistant' AND model = 'mock'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_from_outside'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='is_without_model',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(MARK_THE_MOCKS, migrations.RunSQL.noop),
    ]
