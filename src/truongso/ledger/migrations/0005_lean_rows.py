"""Fewer index entries for each line of a statement: nothing points to postings, few entries reverse another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_no_fees")]

    operations = [
        migrations.RemoveConstraint(
            model_name="entry",
            name="ledger_entry_reversed_once",
        ),
        migrations.RemoveConstraint(
            model_name="posting",
            name="ledger_posting_school_row",
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("school", "reverses"),
                name="ledger_entry_reversed_once",
            ),
        ),
    ]
