import django.db.models.deletion
from django.db import migrations, models

import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0008_counter_bank"),
        ("organizations", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchdecision",
            name="confidence",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="matchdecision",
            name="differs",
            field=models.JSONField(default=list),
        ),
        migrations.AddConstraint(
            model_name="matchdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__isnull", True), ("confidence__range", (0, 100)), _connector="OR"),
                name="banking_matchdecision_percent",
            ),
        ),
        migrations.CreateModel(
            name="ForgottenPayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    truongso.kernel.fields.PublicIdField(
                        default=truongso.kernel.ids.new_public_id, editable=False, max_length=26
                    ),
                ),
                ("payer_account", models.CharField(blank=True, max_length=40)),
                ("payer_name", models.CharField(blank=True, max_length=120)),
                ("reason", models.CharField(max_length=300)),
                ("forgotten_at", models.DateTimeField()),
                ("forgotten_by", models.BigIntegerField(null=True)),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.school",
                    ),
                ),
                (
                    "student",
                    truongso.kernel.fields.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.student"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="banking_forgottenpayer_school_row"),
                    models.UniqueConstraint(fields=("school", "public_id"), name="banking_forgottenpayer_public"),
                    truongso.kernel.constraints.SchoolKey("student", name="banking_forgottenpayer_student_key"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="banking_forgottenpayer_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_account", ""), ("payer_name", ""), _negated=True),
                        name="banking_forgottenpayer_payer",
                    ),
                ],
            },
        ),
    ]
