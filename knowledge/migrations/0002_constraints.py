"""What Django cannot declare: ON DELETE of the ledger's keys, the records' identities, storage.

A key with `ON DELETE` makes PostgreSQL delete what names a deleted record, its past versions
included; forgetting relies on it. The checks are deferred, so that rows of one transaction may come
in any order.
"""

from django.db import migrations

# table, column, what it names, ON DELETE
KEYS = [
    ("knowledge_entity", "id", "knowledge_record", "CASCADE"),
    ("knowledge_entity", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_entity", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_entity", "merged_into_id", "knowledge_entity", "SET NULL"),
    ("knowledge_entityversion", "id", "knowledge_record", "CASCADE"),
    ("knowledge_entityversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_entityversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_entityversion", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_entityversion", "merged_into_id", "knowledge_record", "CASCADE"),
    ("knowledge_alias", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_alias", "entity_id", "knowledge_entity", "CASCADE"),
    ("knowledge_aliasversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_aliasversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_aliasversion", "entity_id", "knowledge_record", "CASCADE"),
    ("knowledge_block", "id", "knowledge_record", "CASCADE"),
    ("knowledge_block", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_block", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_block", "parent_id", "knowledge_block", "CASCADE"),
    ("knowledge_block", "entity_id", "knowledge_entity", "SET NULL"),
    ("knowledge_block", "corrects_id", "knowledge_record", "SET NULL"),
    ("knowledge_blockversion", "id", "knowledge_record", "CASCADE"),
    ("knowledge_blockversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_blockversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_blockversion", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_blockversion", "parent_id", "knowledge_record", "CASCADE"),
    ("knowledge_blockversion", "entity_id", "knowledge_record", "CASCADE"),
    ("knowledge_blockversion", "corrects_id", "knowledge_record", "SET NULL"),
    ("knowledge_edge", "id", "knowledge_record", "CASCADE"),
    ("knowledge_edge", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_edge", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_edge", "source_id", "knowledge_entity", "CASCADE"),
    ("knowledge_edge", "target_id", "knowledge_entity", "CASCADE"),
    ("knowledge_edge", "block_id", "knowledge_block", "CASCADE"),
    ("knowledge_edgeversion", "id", "knowledge_record", "CASCADE"),
    ("knowledge_edgeversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_edgeversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_edgeversion", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_edgeversion", "source_id", "knowledge_record", "CASCADE"),
    ("knowledge_edgeversion", "target_id", "knowledge_record", "CASCADE"),
    ("knowledge_edgeversion", "block_id", "knowledge_record", "CASCADE"),
    ("knowledge_mention", "id", "knowledge_record", "CASCADE"),
    ("knowledge_mention", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_mention", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_mention", "block_id", "knowledge_block", "CASCADE"),
    ("knowledge_mention", "entity_id", "knowledge_entity", "CASCADE"),
    ("knowledge_mentionversion", "id", "knowledge_record", "CASCADE"),
    ("knowledge_mentionversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_mentionversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_mentionversion", "superseded_by_id", "knowledge_record", "SET NULL"),
    ("knowledge_mentionversion", "block_id", "knowledge_record", "CASCADE"),
    ("knowledge_mentionversion", "entity_id", "knowledge_record", "CASCADE"),
    ("knowledge_source", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_source", "record_id", "knowledge_record", "CASCADE"),
    ("knowledge_sourceversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_sourceversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_sourceversion", "record_id", "knowledge_record", "CASCADE"),
    ("knowledge_cannotlink", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_cannotlink", "left_id", "knowledge_record", "CASCADE"),
    ("knowledge_cannotlink", "right_id", "knowledge_record", "CASCADE"),
    ("knowledge_cannotlinkversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_cannotlinkversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_cannotlinkversion", "left_id", "knowledge_record", "CASCADE"),
    ("knowledge_cannotlinkversion", "right_id", "knowledge_record", "CASCADE"),
    ("knowledge_reviewitem", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_reviewitem", "left_id", "knowledge_record", "CASCADE"),
    ("knowledge_reviewitem", "right_id", "knowledge_record", "CASCADE"),
    ("knowledge_reviewitemversion", "ended_by_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_reviewitemversion", "changeset_id", "knowledge_changeset", "SET NULL"),
    ("knowledge_reviewitemversion", "left_id", "knowledge_record", "CASCADE"),
    ("knowledge_reviewitemversion", "right_id", "knowledge_record", "CASCADE"),
    ("knowledge_decision", "record_id", "knowledge_record", "SET NULL"),
    ("knowledge_blocktokens", "block_id", "knowledge_block", "CASCADE"),
]

KEY = """
ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_key FOREIGN KEY ({column})
REFERENCES {target} (id) ON DELETE {rule} DEFERRABLE INITIALLY DEFERRED
"""

# A record has an identity from its first row on; history may know it after the last one is gone.
RECORDS = {
    "entity": ["knowledge_entity", "knowledge_entityversion"],
    "block": ["knowledge_block", "knowledge_blockversion"],
    "edge": ["knowledge_edge", "knowledge_edgeversion"],
    "mention": ["knowledge_mention", "knowledge_mentionversion"],
}
IDENTIFY = """
CREATE FUNCTION knowledge_identify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledge_record (id, user_id, "table")
    SELECT DISTINCT id, user_id, TG_ARGV[0] FROM inserted
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$
"""
IDENTIFIED = """
CREATE TRIGGER {table}_identify AFTER INSERT ON {table} REFERENCING NEW TABLE AS inserted
FOR EACH STATEMENT EXECUTE FUNCTION knowledge_identify('{name}')
"""

# Packed numbers and vectors do not compress: trying costs more than reading them. Rows up to 8 kB
# stay in one piece, so that a list is read without a detour. What of a vector is compared stays in
# the row; what is only kept, a text's own vector, lies apart.
STORAGE = """
ALTER TABLE knowledge_posting ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE knowledge_posting SET (toast_tuple_target = 8160);
ALTER TABLE knowledge_blockvector ALTER COLUMN embedding SET STORAGE MAIN;
ALTER TABLE knowledge_blockvector ALTER COLUMN own SET STORAGE EXTERNAL;
ALTER TABLE knowledge_blockvector SET (toast_tuple_target = 512);
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_ledger")]

    operations = [
        *(
            migrations.RunSQL(
                KEY.format(table=table, column=column, target=target, rule=rule),
                migrations.RunSQL.noop,
            )
            for table, column, target, rule in KEYS
        ),
        migrations.RunSQL(IDENTIFY, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(IDENTIFIED.format(table=table, name=name), migrations.RunSQL.noop)
            for name, tables in RECORDS.items()
            for table in tables
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
