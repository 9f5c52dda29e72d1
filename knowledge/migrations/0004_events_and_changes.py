"""Columns for events, endings, secrets and what an edge means; entities known by their role."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ('knowledge', '0003_seed_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='block',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='block',
            name='event_state',
            field=models.CharField(blank=True, choices=[('planned', 'planned'), ('happened', 'happened'), ('cancelled', 'cancelled')], max_length=9),
        ),
        migrations.AddField(
            model_name='block',
            name='is_all_day',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='block',
            name='is_secret',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='block',
            name='polarity',
            field=models.CharField(blank=True, choices=[('not', 'not'), ('ended', 'ended')], max_length=5),
        ),
        migrations.AddField(
            model_name='block',
            name='recurrence',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='block',
            name='remind_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='block',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='block',
            name='since_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='block',
            name='starts_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='block',
            name='time_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='block',
            name='until_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='event_state',
            field=models.CharField(blank=True, choices=[('planned', 'planned'), ('happened', 'happened'), ('cancelled', 'cancelled')], max_length=9),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='is_all_day',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='is_secret',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='polarity',
            field=models.CharField(blank=True, choices=[('not', 'not'), ('ended', 'ended')], max_length=5),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='recurrence',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='remind_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='since_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='starts_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='time_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='until_precision',
            field=models.CharField(blank=True, choices=[('moment', 'moment'), ('day', 'day'), ('month', 'month'), ('year', 'year'), ('unknown', 'unknown')], max_length=7),
        ),
        migrations.AddField(
            model_name='edge',
            name='relation',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='edgeversion',
            name='relation',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='entity',
            name='is_unnamed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='entityversion',
            name='is_unnamed',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='block',
            name='kind',
            field=models.CharField(choices=[('episode', 'episode'), ('fact', 'fact'), ('summary', 'summary'), ('note', 'note'), ('event', 'event')], max_length=10),
        ),
        migrations.AlterField(
            model_name='blockversion',
            name='kind',
            field=models.CharField(choices=[('episode', 'episode'), ('fact', 'fact'), ('summary', 'summary'), ('note', 'note'), ('event', 'event')], max_length=10),
        ),
        migrations.AlterField(
            model_name='reviewitem',
            name='kind',
            field=models.CharField(choices=[('merge', 'Merge'), ('conflict', 'Conflict'), ('ending', 'Ending'), ('forget', 'Forget')], max_length=10),
        ),
        migrations.AlterField(
            model_name='reviewitemversion',
            name='kind',
            field=models.CharField(choices=[('merge', 'Merge'), ('conflict', 'Conflict'), ('ending', 'Ending'), ('forget', 'Forget')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(condition=models.Q(('starts_at__isnull', False)), fields=['user', 'starts_at'], name='knowledge_block_starts'),
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(condition=models.Q(('remind_at__isnull', False), ('reminded_at__isnull', True)), fields=['user', 'remind_at'], name='knowledge_block_reminds'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event_state__gt', ''), ('kind', 'event')), models.Q(('event_state', ''), models.Q(('kind', 'event'), _negated=True)), _connector='OR'), name='knowledge_event_has_state'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='knowledge_event_ends_after_start'),
        ),
    ]
