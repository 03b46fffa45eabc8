"""Room for every row of a page: a bulk pays all of them in one transaction, and what it leaves is cleared only after."""

from django.db import migrations

from truongso.fees.migrations._new_database import OPERATIONS


class Migration(migrations.Migration):
    dependencies = [("fees", "0006_sealed_documents")]

    operations = OPERATIONS
