"""Empties the database after a test that commits, in a tenth of the time Django takes.

Django truncates every table, which makes new files for each of them and of their indexes, and then
has content types, permissions and seeds made again: 0.2 seconds after each of hundreds of tests.
Here rows are deleted, and what the migrations wrote is put back from a copy.
"""

from django.db import connection

COPIES = "as_migrated"

# Waits for writers as TRUNCATE would, so that no row comes after; constraints rest meanwhile.
FUNCTION = f"""
CREATE SCHEMA {COPIES};
DO $$
DECLARE name text; has_rows boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO has_rows;
        IF has_rows AND name <> 'django_migrations' THEN
            EXECUTE format('CREATE TABLE {COPIES}.%I AS TABLE public.%1$I', name);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION {COPIES}.restore(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('LOCK TABLE public.%I IN SHARE ROW EXCLUSIVE MODE', name);
    END LOOP;
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '{COPIES}' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM {COPIES}.%1$I', name);
    END LOOP;
END $$;
"""


def remember() -> None:
    """What the tables hold now is what `restore` brings back."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)


def restore() -> None:
    """The tables hold what they held at first, whatever tests committed."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COPIES}.restore(%s)", [names])
