from django.db import migrations, models

# What was indexed before has the place of its message; what is no message is alone.
FILL = """
UPDATE knowledge_blocktokens t
SET reference = CASE WHEN b.kind = 'episode' AND b.sequence IS NOT NULL
        THEN b.reference ELSE b.id::text END,
    sequence = CASE WHEN b.kind = 'episode' THEN coalesce(b.sequence, 0) ELSE 0 END
FROM knowledge_block b WHERE b.id = t.block_id
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0006_lean_indexes")]

    operations = [
        migrations.AddField(
            model_name="blocktokens",
            name="reference",
            field=models.CharField(db_collation="C", default="", max_length=36),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="blocktokens",
            name="sequence",
            field=models.IntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="blocktokens", name="knowledge_tokens_of"),
        migrations.AddIndex(
            model_name="blocktokens",
            index=models.Index(
                fields=["user", "space", "reference", "sequence"], name="knowledge_tokens_at"
            ),
        ),
    ]
