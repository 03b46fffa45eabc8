"""A payment and its evidence are written and counted up in one transaction: with room on their pages PostgreSQL
changes them where they stand instead of writing every index again."""

from django.db import migrations

TABLES = {"payments_payment": 50, "payments_evidence": 50}


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, percent in TABLES.items():
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_portal_words")]

    operations = [migrations.RunPython(leave_room, as_before)]
