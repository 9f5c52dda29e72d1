"""Facts that their user keeps private, and the slots of the profile that are switched off."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ('knowledge', '0006_passages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProfileChoice',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('hidden_slots', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('allergies', 'allergies'), ('wishes', 'wishes'), ('name', 'name'), ('coming', 'coming'), ('health', 'health'), ('diet', 'diet'), ('home', 'home'), ('work', 'work'), ('partner', 'partner'), ('children', 'children'), ('family', 'family'), ('pets', 'pets'), ('projects', 'projects')], max_length=20), blank=True, default=list, size=None)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'choice of a profile',
                'verbose_name_plural': 'choices of profiles',
            },
        ),
        migrations.AddField(
            model_name='block',
            name='is_private',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='blockversion',
            name='is_private',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(condition=models.Q(('is_private', True), ('is_secret', True), _connector='OR'), fields=['user'], name='knowledge_block_withheld'),
        ),
    ]
