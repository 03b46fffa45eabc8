"""Keys to rows that never go are asked once a statement instead of once a row (ADR 0012)."""

import truongso.kernel.constraints
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("ledger", "0005_lean_rows")]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='ledger_entry_period_key',
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='ledger_entry_reverses_key',
        ),
        migrations.RemoveConstraint(
            model_name='posting',
            name='ledger_posting_entry_key',
        ),
        migrations.RemoveConstraint(
            model_name='posting',
            name='ledger_posting_debit_key',
        ),
        migrations.RemoveConstraint(
            model_name='posting',
            name='ledger_posting_credit_key',
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=truongso.kernel.constraints.SchoolKey('period', kept=True, name='ledger_entry_period_key'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=truongso.kernel.constraints.SchoolKey('reverses', kept=True, name='ledger_entry_reverses_key'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=truongso.kernel.constraints.SchoolKey('entry', kept=True, name='ledger_posting_entry_key'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=truongso.kernel.constraints.SchoolKey('debit', kept=True, name='ledger_posting_debit_key'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=truongso.kernel.constraints.SchoolKey('credit', kept=True, name='ledger_posting_credit_key'),
        ),
    ]
