import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.new_tables
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('ledger', '0001_initial'),
        ('ledger', '0002_intermediaries_cash_refunds'),
        ('ledger', '0003_deposit_link'),
        ('ledger', '0004_no_fees'),
        ('ledger', '0005_lean_rows'),
        ('ledger', '0006_kept_keys'),
    ]

    initial = True

    dependencies = [
        ('organizations', '0005_modules'),
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('role', models.CharField(max_length=20)),
                        ('reference', models.BigIntegerField(default=0)),
                        ('code', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=160)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='ledger_account_school_row'), models.UniqueConstraint(fields=('school', 'role', 'reference'), name='ledger_account_role'), models.UniqueConstraint(fields=('school', 'code'), name='ledger_account_code'), models.CheckConstraint(condition=models.Q(('role__in', ['cash', 'bank', 'in_transit', 'receivable', 'suspense', 'family_credit', 'revenue_tuition', 'revenue_service', 'revenue_agreed', 'pass_through', 'on_behalf', 'donation', 'refund_due', 'collection_fee', 'cash_difference', 'interest', 'own_transfer', 'other_income'])), name='ledger_account_role_known'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='ledger_account_coded')],
                    },
                ),
                migrations.CreateModel(
                    name='Period',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('year', models.PositiveSmallIntegerField()),
                        ('month', models.PositiveSmallIntegerField()),
                        ('is_closed', models.BooleanField(default=False)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='ledger_period_school_row'), models.UniqueConstraint(fields=('school', 'year', 'month'), name='ledger_period_once'), models.CheckConstraint(condition=models.Q(('month__gte', 1), ('month__lte', 12)), name='ledger_period_month')],
                    },
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('period', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.period')),
                        ('occurred_on', models.DateField()),
                        ('kind', models.CharField(max_length=12)),
                        ('source_id', models.BigIntegerField()),
                        ('reverses', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.entry')),
                        ('actor_id', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'occurred_on'], name='ledger_entry_day')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='ledger_entry_school_row'), models.UniqueConstraint(fields=('school', 'kind', 'source_id'), name='ledger_entry_source_once'), models.UniqueConstraint(condition=models.Q(('reverses__isnull', False)), fields=('school', 'reverses'), name='ledger_entry_reversed_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='ledger_entry_reversal'), models.CheckConstraint(condition=models.Q(('kind__in', ['invoice', 'adjustment', 'bank_line', 'payment', 'reversal', 'settlement', 'cash_day', 'deposit', 'deposit_link', 'credit_use', 'refund', 'refund_paid', 'no_fee'])), name='ledger_entry_kind'), truongso.kernel.constraints.SchoolKey('period', kept=True, name='ledger_entry_period_key'), truongso.kernel.constraints.SchoolKey('reverses', kept=True, name='ledger_entry_reverses_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Posting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('entry', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.entry')),
                        ('debit', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                        ('credit', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                        ('amount', truongso.kernel.fields.DongField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'entry'], name='ledger_posting_entry'), models.Index(fields=['school', 'debit'], name='ledger_posting_by_debit'), models.Index(fields=['school', 'credit'], name='ledger_posting_by_credit')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='ledger_posting_positive'), models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='ledger_posting_two_accounts'), truongso.kernel.constraints.SchoolKey('entry', kept=True, name='ledger_posting_entry_key'), truongso.kernel.constraints.SchoolKey('debit', kept=True, name='ledger_posting_debit_key'), truongso.kernel.constraints.SchoolKey('credit', kept=True, name='ledger_posting_credit_key')],
                    },
                ),
            ],
        ),
    ]
