"""Fewer index entries for each line of a statement: nothing points to decisions and rows, few lines reverse another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("banking", "0014_pace_of_feeds")]

    operations = [
        migrations.RemoveConstraint(
            model_name="bankline",
            name="banking_bankline_reversed_once",
        ),
        migrations.RemoveConstraint(
            model_name="matchdecision",
            name="banking_matchdecision_school_row",
        ),
        migrations.RemoveConstraint(
            model_name="statementrow",
            name="banking_statementrow_school_row",
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("school", "reverses"),
                name="banking_bankline_reversed_once",
            ),
        ),
    ]
