"""Fewer index entries for each payment: nothing points to signatures, few allocations reverse another, and the public
ids of receipts are unique by themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0020_room_for_updates")]

    operations = [
        migrations.RemoveConstraint(
            model_name="allocation",
            name="payments_allocation_reversed_once",
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="payments_receipt_public",
        ),
        migrations.RemoveConstraint(
            model_name="receiptsignature",
            name="payments_receiptsignature_school_row",
        ),
        migrations.RemoveIndex(
            model_name="receipt",
            name="payments_receipt_by_public",
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("school", "reverses"),
                name="payments_allocation_reversed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("public_id",), name="payments_receipt_public"),
        ),
    ]
