"""When a statement held at the latest, so that an earlier time told later replaces nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0004_events_and_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='block',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
