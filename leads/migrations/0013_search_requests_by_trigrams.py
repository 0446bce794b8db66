from django.db import DatabaseError, migrations, transaction

KINDLY = """
Searching the requests needs the extension pg_trgm, which comes with PostgreSQL, and the role of DATABASE_URL
may not add it to this database ({error}). Let a superuser do it once, in this database:

    CREATE EXTENSION pg_trgm;

Then run the migrations again; nothing was changed by this one.
"""

# The very words that BookingRequestQuerySet.mentioning asks in.
CREATE = """
    CREATE INDEX requests_by_words ON leads_bookingrequest USING gin (
        UPPER((name || ' ' || email || ' ' || role || ' ' || goals)::text) gin_trgm_ops
    )
"""


class MayNotAddExtension(Exception):
    """Stops the migrations with a sentence that says what to do."""


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise MayNotAddExtension(KINDLY.format(error=str(error).strip().splitlines()[0])) from None
    schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS requests_by_words")


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_serve_the_list_by_indexes")]

    operations = [migrations.RunPython(create, drop)]
