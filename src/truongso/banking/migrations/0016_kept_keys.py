"""Keys to rows that never go are asked once a statement instead of once a row (ADR 0012)."""

import truongso.kernel.constraints
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("banking", "0015_lean_rows")]

    operations = [
        migrations.RemoveConstraint(
            model_name='matchdecision',
            name='banking_matchdecision_line_key',
        ),
        migrations.RemoveConstraint(
            model_name='matchdecision',
            name='banking_matchdecision_payment_key',
        ),
        migrations.RemoveConstraint(
            model_name='statementrow',
            name='banking_statementrow_line_key',
        ),
        migrations.AddConstraint(
            model_name='matchdecision',
            constraint=truongso.kernel.constraints.SchoolKey('line', kept=True, name='banking_matchdecision_line_key'),
        ),
        migrations.AddConstraint(
            model_name='matchdecision',
            constraint=truongso.kernel.constraints.SchoolKey('payment', kept=True, name='banking_matchdecision_payment_key'),
        ),
        migrations.AddConstraint(
            model_name='statementrow',
            constraint=truongso.kernel.constraints.SchoolKey('line', kept=True, name='banking_statementrow_line_key'),
        ),
    ]
