"""Long texts are indexed by passage; until a rebuild each is one, as before."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

BY_PASSAGE = """
ALTER TABLE knowledge_blocktokens DROP CONSTRAINT knowledge_blocktokens_pkey;
ALTER TABLE knowledge_blocktokens ADD COLUMN passage_id uuid;
UPDATE knowledge_blocktokens SET passage_id = block_id;
ALTER TABLE knowledge_blocktokens ADD PRIMARY KEY (passage_id);
CREATE INDEX knowledge_tokens_of_block ON knowledge_blocktokens (block_id);
"""
BY_BLOCK = """
DELETE FROM knowledge_blocktokens WHERE passage_id <> block_id;
DROP INDEX knowledge_tokens_of_block;
ALTER TABLE knowledge_blocktokens DROP CONSTRAINT knowledge_blocktokens_pkey;
ALTER TABLE knowledge_blocktokens DROP COLUMN passage_id;
ALTER TABLE knowledge_blocktokens ADD PRIMARY KEY (block_id);
"""


class Migration(migrations.Migration):
    """Passages in the indexes."""

    dependencies: ClassVar = [("knowledge", "0005_when_it_held")]

    operations: ClassVar = [
        migrations.AddField("indexedblock", "passage_of", models.UUIDField(null=True)),
        migrations.AddField("indexedblock", "start", models.IntegerField(default=0)),
        migrations.AddField("indexedblock", "end", models.IntegerField(null=True)),
        migrations.AddIndex(
            "indexedblock",
            models.Index(
                fields=["user", "passage_of"],
                condition=Q(passage_of__isnull=False),
                name="knowledge_indexed_passage",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BY_PASSAGE, BY_BLOCK)],
            state_operations=[
                migrations.AddField(
                    "blocktokens",
                    "passage_id",
                    models.UUIDField(primary_key=True, serialize=False),
                    preserve_default=False,
                ),
                migrations.AlterField(
                    "blocktokens",
                    "block",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="knowledge.block",
                    ),
                ),
            ],
        ),
    ]
