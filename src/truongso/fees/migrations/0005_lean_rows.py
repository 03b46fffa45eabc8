"""A payment changes its invoice and the line where they stand: no index on what is owed, and room on their pages.

`fees_invoice_open` made every payment write all indexes of its invoice anew. Public ids are unique by themselves."""

from django.db import migrations, models

from truongso.fees.migrations._new_database import OPERATIONS


class Migration(migrations.Migration):
    dependencies = [("fees", "0004_payment_template")]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoice",
            name="fees_invoice_public",
        ),
        migrations.RemoveIndex(
            model_name="invoice",
            name="fees_invoice_by_public",
        ),
        migrations.RemoveIndex(
            model_name="invoice",
            name="fees_invoice_open",
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("public_id",), name="fees_invoice_public"),
        ),
        *OPERATIONS,
    ]
