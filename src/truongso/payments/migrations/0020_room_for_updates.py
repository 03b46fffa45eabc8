"""A payment and its evidence are written and counted up in one transaction: with room on their pages PostgreSQL
changes them where they stand instead of writing every index again."""

from django.db import migrations

from truongso.payments.migrations._new_database import OPERATIONS


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_portal_words")]

    operations = OPERATIONS
