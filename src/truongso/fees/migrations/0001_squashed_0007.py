import django.db.models.deletion
import django.db.models.expressions
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
import truongso.kernel.new_tables
from django.db import migrations, models

from truongso.fees.migrations._new_database import OPERATIONS


class Migration(migrations.Migration):

    replaces = [
        ('fees', '0001_initial'),
        ('fees', '0002_parts'),
        ('fees', '0003_fewer_indexes'),
        ('fees', '0004_payment_template'),
        ('fees', '0005_lean_rows'),
        ('fees', '0006_sealed_documents'),
        ('fees', '0007_room_for_all_rows'),
    ]

    initial = True

    dependencies = [
        ('organizations', '0005_modules'),
        ('people', '0011_former_guardians'),
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='FeeItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('code', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=160)),
                        ('nature', models.CharField(max_length=20)),
                        ('unit', models.CharField(max_length=10)),
                        ('is_voluntary', models.BooleanField(default=False)),
                        ('legal_basis', models.CharField(blank=True, max_length=300)),
                        ('is_active', models.BooleanField(default=True)),
                        ('note', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_feeitem_school_row'), models.UniqueConstraint(fields=('school', 'code'), name='fees_feeitem_code'), models.CheckConstraint(condition=models.Q(('nature__in', ['tuition', 'statutory_charge', 'service', 'pass_through', 'agreed', 'on_behalf', 'donation'])), name='fees_feeitem_nature'), models.CheckConstraint(condition=models.Q(('unit__in', ['month', 'day', 'semester', 'year', 'once'])), name='fees_feeitem_unit'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='fees_feeitem_named')],
                    },
                ),
                migrations.CreateModel(
                    name='ReductionRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=200)),
                        ('nature', models.CharField(max_length=20)),
                        ('percent', models.PositiveSmallIntegerField()),
                        ('everyone', models.BooleanField(default=False)),
                        ('ownership', models.CharField(blank=True, max_length=20)),
                        ('legal_basis', models.CharField(max_length=300)),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('code', 'nature', 'valid_from'), name='fees_reductionrule_once'), models.CheckConstraint(condition=models.Q(('percent__gte', 1), ('percent__lte', 100)), name='fees_reductionrule_percent'), models.CheckConstraint(condition=models.Q(('nature__in', ['tuition', 'statutory_charge', 'service', 'pass_through', 'agreed', 'on_behalf', 'donation'])), name='fees_reductionrule_nature'), models.CheckConstraint(condition=models.Q(('ownership__in', ['', 'public', 'people_founded', 'private'])), name='fees_reductionrule_ownership'), models.CheckConstraint(condition=models.Q(('legal_basis', ''), _negated=True), name='fees_reductionrule_basis')],
                    },
                ),
                migrations.CreateModel(
                    name='Exemption',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                        ('rule_code', models.CharField(max_length=40)),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                        ('document', truongso.kernel.fields.SealedField()),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_exemption_school_row'), models.UniqueConstraint(fields=('school', 'student', 'rule_code', 'valid_from'), name='fees_exemption_once'), truongso.kernel.constraints.SchoolKey('student', name='fees_exemption_student_key'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='fees_exemption_dates')],
                    },
                ),
                migrations.CreateModel(
                    name='CollectionRound',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('name', models.CharField(max_length=160)),
                        ('school_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.schoolyear')),
                        ('priced_on', models.DateField()),
                        ('due_on', models.DateField()),
                        ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                        ('allows_partial', models.BooleanField(default=False)),
                        ('payment_template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.paymenttemplate')),
                        ('state', models.CharField(default='draft', max_length=8)),
                        ('planned_at', models.DateTimeField(null=True)),
                        ('issued_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_collectionround_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='fees_collectionround_public'), truongso.kernel.constraints.SchoolKey('bank_account', name='fees_collectionround_account_key'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'issued', 'closed'])), name='fees_collectionround_state'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='fees_collectionround_named')],
                    },
                ),
                migrations.CreateModel(
                    name='FeeRate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='fees.feeitem')),
                        ('grade', models.CharField(blank=True, max_length=20)),
                        ('amount', truongso.kernel.fields.DongField()),
                        ('cap', truongso.kernel.fields.DongField(null=True)),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                        ('document_number', models.CharField(blank=True, max_length=120)),
                        ('deciding_body', models.CharField(blank=True, max_length=160)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_feerate_school_row'), models.UniqueConstraint(fields=('school', 'fee_item', 'grade', 'valid_from'), name='fees_feerate_once'), truongso.kernel.constraints.SchoolKey('fee_item', name='fees_feerate_item_key'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='fees_feerate_positive'), models.CheckConstraint(condition=models.Q(('cap__isnull', True), ('amount__lte', models.F('cap')), _connector='OR'), name='fees_feerate_cap'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='fees_feerate_dates')],
                    },
                ),
                migrations.CreateModel(
                    name='OptIn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                        ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.feeitem')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'fee_item'], name='fees_optin_fee_item')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_optin_school_row'), models.UniqueConstraint(fields=('school', 'student', 'fee_item', 'valid_from'), name='fees_optin_once'), truongso.kernel.constraints.SchoolKey('student', name='fees_optin_student_key'), truongso.kernel.constraints.SchoolKey('fee_item', name='fees_optin_item_key')],
                    },
                ),
                migrations.CreateModel(
                    name='RoundItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('round', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='fees.collectionround')),
                        ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.feeitem')),
                        ('quantity', models.PositiveSmallIntegerField(default=1)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_rounditem_school_row'), models.UniqueConstraint(fields=('school', 'round', 'fee_item'), name='fees_rounditem_once'), truongso.kernel.constraints.SchoolKey('round', name='fees_rounditem_round_key'), truongso.kernel.constraints.SchoolKey('fee_item', name='fees_rounditem_item_key'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='fees_rounditem_quantity')],
                    },
                ),
                migrations.CreateModel(
                    name='RoundClass',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('round', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='classes', to='fees.collectionround')),
                        ('school_class', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_roundclass_school_row'), models.UniqueConstraint(fields=('school', 'round', 'school_class'), name='fees_roundclass_once'), truongso.kernel.constraints.SchoolKey('round', name='fees_roundclass_round_key'), truongso.kernel.constraints.SchoolKey('school_class', name='fees_roundclass_class_key')],
                    },
                ),
                migrations.CreateModel(
                    name='PlannedLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('round', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='fees.collectionround')),
                        ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                        ('school_class', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                        ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.feeitem')),
                        ('quantity', models.PositiveSmallIntegerField()),
                        ('unit_amount', truongso.kernel.fields.DongField()),
                        ('gross', truongso.kernel.fields.DongField()),
                        ('reduction_percent', models.PositiveSmallIntegerField(default=0)),
                        ('reduction', truongso.kernel.fields.DongField(default=0)),
                        ('reduction_basis', models.CharField(blank=True, max_length=500)),
                        ('amount', truongso.kernel.fields.DongField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_plannedline_school_row'), models.UniqueConstraint(fields=('school', 'round', 'student', 'fee_item'), name='fees_plannedline_once'), truongso.kernel.constraints.SchoolKey('round', name='fees_plannedline_round_key'), truongso.kernel.constraints.SchoolKey('student', name='fees_plannedline_student_key'), truongso.kernel.constraints.SchoolKey('school_class', name='fees_plannedline_class_key'), truongso.kernel.constraints.SchoolKey('fee_item', name='fees_plannedline_item_key'), models.CheckConstraint(condition=models.Q(('amount', django.db.models.expressions.CombinedExpression(models.F('gross'), '-', models.F('reduction'))), ('amount__gte', 0), ('gross', django.db.models.expressions.CombinedExpression(models.F('unit_amount'), '*', models.F('quantity')))), name='fees_plannedline_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Invoice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('code', models.CharField(max_length=9)),
                        ('round', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='fees.collectionround')),
                        ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                        ('family', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.family')),
                        ('school_class', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                        ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                        ('payer_name', models.CharField(max_length=120)),
                        ('beneficiary_name', models.CharField(max_length=120)),
                        ('reason', models.CharField(max_length=200)),
                        ('student_name', models.CharField(max_length=120)),
                        ('class_name', models.CharField(max_length=40)),
                        ('search_fold', models.CharField(max_length=400)),
                        ('sort_key', models.CharField(max_length=360)),
                        ('total', truongso.kernel.fields.DongField()),
                        ('paid', truongso.kernel.fields.DongField(default=0)),
                        ('due_on', models.DateField()),
                        ('issued_at', models.DateTimeField()),
                        ('cancelled_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'family'], name='fees_invoice_family'), models.Index(fields=['school', 'round', 'sort_key'], name='fees_invoice_list')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_invoice_school_row'), models.UniqueConstraint(fields=('school', 'code'), name='fees_invoice_code'), models.UniqueConstraint(fields=('public_id',), name='fees_invoice_public'), models.UniqueConstraint(fields=('school', 'student', 'round'), name='fees_invoice_once_per_round'), truongso.kernel.constraints.SchoolKey('round', name='fees_invoice_round_key'), truongso.kernel.constraints.SchoolKey('student', name='fees_invoice_student_key'), truongso.kernel.constraints.SchoolKey('family', name='fees_invoice_family_key'), truongso.kernel.constraints.SchoolKey('school_class', name='fees_invoice_class_key'), truongso.kernel.constraints.SchoolKey('bank_account', name='fees_invoice_account_key'), models.CheckConstraint(condition=models.Q(('payer_name', ''), _negated=True), name='fees_invoice_payer'), models.CheckConstraint(condition=models.Q(('beneficiary_name', ''), _negated=True), name='fees_invoice_beneficiary'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='fees_invoice_reason'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='fees_invoice_coded'), models.CheckConstraint(condition=models.Q(('paid__gte', 0), ('paid__lte', models.F('total'))), name='fees_invoice_paid_in_total')],
                    },
                ),
                migrations.CreateModel(
                    name='InvoiceLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('invoice', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fees.invoice')),
                        ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.feeitem')),
                        ('kind', models.CharField(default='charge', max_length=8)),
                        ('adjusts', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='fees.invoiceline')),
                        ('description', models.CharField(max_length=200)),
                        ('nature', models.CharField(max_length=20)),
                        ('quantity', models.PositiveSmallIntegerField()),
                        ('unit_amount', truongso.kernel.fields.DongField()),
                        ('gross', truongso.kernel.fields.DongField()),
                        ('reduction_percent', models.PositiveSmallIntegerField(default=0)),
                        ('reduction', truongso.kernel.fields.DongField(default=0)),
                        ('reduction_basis', models.CharField(blank=True, max_length=500)),
                        ('legal_basis', models.CharField(blank=True, max_length=300)),
                        ('amount', truongso.kernel.fields.DongField()),
                        ('credited', truongso.kernel.fields.DongField(default=0)),
                        ('paid', truongso.kernel.fields.DongField(default=0)),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('adjusts__isnull', False)), fields=['school', 'adjusts'], name='fees_invoiceline_adjusts'), models.Index(fields=['school', 'fee_item'], name='fees_invoiceline_fee_item'), models.Index(fields=['school', 'invoice'], name='fees_invoiceline_invoice')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='fees_invoiceline_school_row'), truongso.kernel.constraints.SchoolKey('invoice', name='fees_invoiceline_invoice_key'), truongso.kernel.constraints.SchoolKey('fee_item', name='fees_invoiceline_item_key'), truongso.kernel.constraints.SchoolKey('adjusts', name='fees_invoiceline_adjusts_key'), models.CheckConstraint(condition=models.Q(('kind__in', ['charge', 'extra', 'credit'])), name='fees_invoiceline_kind'), models.CheckConstraint(condition=models.Q(('nature__in', ['tuition', 'statutory_charge', 'service', 'pass_through', 'agreed', 'on_behalf', 'donation'])), name='fees_invoiceline_nature'), models.CheckConstraint(condition=models.Q(('amount', django.db.models.expressions.CombinedExpression(models.F('gross'), '-', models.F('reduction'))), ('amount__gte', 0), ('gross', django.db.models.expressions.CombinedExpression(models.F('unit_amount'), '*', models.F('quantity')))), name='fees_invoiceline_sums'), models.CheckConstraint(condition=models.Q(models.Q(('adjusts__isnull', False), ('amount__gt', 0), ('kind', 'credit')), models.Q(models.Q(('kind', 'credit'), _negated=True), ('adjusts__isnull', True)), _connector='OR'), name='fees_invoiceline_credit'), models.CheckConstraint(condition=models.Q(('credited__gte', 0), ('paid__gte', 0), ('paid__lte', django.db.models.expressions.CombinedExpression(models.F('amount'), '-', models.F('credited')))), name='fees_invoiceline_paid_in_amount')],
                    },
                ),
            ],
        ),
        *OPERATIONS,
    ]
