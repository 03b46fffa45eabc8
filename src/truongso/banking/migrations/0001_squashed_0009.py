import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('banking', '0001_initial'), ('banking', '0002_claims'), ('banking', '0003_statement_layouts'), ('banking', '0004_deposits'), ('banking', '0005_refund_lines'), ('banking', '0006_batches'), ('banking', '0007_virtual_account'), ('banking', '0008_counter_bank'), ('banking', '0009_learning_and_confidence')]

    initial = True

    dependencies = [
        ('fees', '0001_squashed_0003'),
        ('organizations', '0001_squashed_0002'),
        ('payments', '0001_squashed_0010'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedConnection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('provider', models.CharField(max_length=20)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('sealed_secrets', models.JSONField(default=list)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('last_notice_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['public_id'], name='banking_feed_by_public')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_feedconnection_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_feedconnection_public'), truongso.kernel.constraints.SchoolKey('bank_account', name='banking_feedconnection_account_key')],
            },
        ),
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('direction', models.CharField(max_length=3)),
                ('amount', truongso.kernel.fields.DongField()),
                ('booked_on', models.DateField()),
                ('booked_at', models.DateTimeField(null=True)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('memo', models.TextField(blank=True)),
                ('counter_name', models.CharField(blank=True, max_length=160)),
                ('counter_account', models.CharField(blank=True, max_length=40)),
                ('counter_bank', models.CharField(blank=True, default='', max_length=80)),
                ('virtual_account', models.CharField(blank=True, default='', max_length=40)),
                ('balance', truongso.kernel.fields.DongField(null=True)),
                ('content_key', models.CharField(max_length=64)),
                ('occurrence', models.PositiveIntegerField()),
                ('state', models.CharField(default='waiting', max_length=8)),
                ('undoes', models.BooleanField(default=False)),
                ('reverses', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='banking.bankline')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'state', 'booked_on'], name='banking_bankline_queue'), models.Index(fields=['school', 'bank_account', 'booked_on'], name='banking_bankline_day')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_bankline_school_row'), models.UniqueConstraint(fields=('school', 'bank_account', 'content_key', 'occurrence'), name='banking_bankline_once'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_bankline_public'), truongso.kernel.constraints.SchoolKey('bank_account', name='banking_bankline_account_key'), truongso.kernel.constraints.SchoolKey('reverses', name='banking_bankline_reverses_key'), models.UniqueConstraint(fields=('school', 'reverses'), name='banking_bankline_reversed_once'), models.CheckConstraint(condition=models.Q(('reverses__isnull', True), ('direction', 'out'), _connector='OR'), name='banking_bankline_reverses_out'), models.CheckConstraint(condition=models.Q(('direction__in', ['in', 'out'])), name='banking_bankline_direction'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'matched', 'parked', 'not_fees', 'deposit', 'outgoing', 'refund', 'reversed', 'settled'])), name='banking_bankline_state'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='banking_bankline_positive')],
            },
        ),
        migrations.CreateModel(
            name='MatchDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('line', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='banking.bankline')),
                ('decision', models.CharField(max_length=10)),
                ('rule', models.CharField(max_length=20)),
                ('version', models.PositiveSmallIntegerField()),
                ('reason', models.JSONField()),
                ('candidates', models.JSONField(default=list)),
                ('confidence', models.PositiveSmallIntegerField(null=True)),
                ('differs', models.JSONField(default=list)),
                ('payment', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.payment')),
                ('decided_by', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'line'], name='banking_decision_line'), models.Index(fields=['school', 'payment'], name='banking_decision_payment')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_matchdecision_school_row'), truongso.kernel.constraints.SchoolKey('line', name='banking_matchdecision_line_key'), truongso.kernel.constraints.SchoolKey('payment', name='banking_matchdecision_payment_key'), models.CheckConstraint(condition=models.Q(('decision__in', ['auto', 'suggest', 'repeat', 'none', 'person', 'undone'])), name='banking_matchdecision_kind'), models.CheckConstraint(condition=models.Q(('confidence__isnull', True), ('confidence__range', (0, 100)), _connector='OR'), name='banking_matchdecision_percent')],
            },
        ),
        migrations.CreateModel(
            name='StatementImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('file_name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('layout', models.CharField(max_length=60)),
                ('state', models.CharField(default='previewed', max_length=10)),
                ('opening_balance', truongso.kernel.fields.DongField(null=True)),
                ('closing_balance', truongso.kernel.fields.DongField(null=True)),
                ('period_from', models.DateField(null=True)),
                ('period_to', models.DateField(null=True)),
                ('flagged', models.BooleanField(default=False)),
                ('problems', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('uploaded_by', models.BigIntegerField(null=True)),
                ('uploaded_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_statementimport_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_statementimport_public'), truongso.kernel.constraints.SchoolKey('bank_account', name='banking_statementimport_account_key'), models.CheckConstraint(condition=models.Q(('state__in', ['mapping', 'previewed', 'applied'])), name='banking_statementimport_state')],
            },
        ),
        migrations.CreateModel(
            name='StatementRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('statement', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='banking.statementimport')),
                ('row_number', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('state', models.CharField(max_length=8)),
                ('problem', models.JSONField(null=True)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('content_key', models.CharField(blank=True, max_length=64)),
                ('occurrence', models.PositiveIntegerField(default=0)),
                ('line', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sightings', to='banking.bankline')),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'bank_account', 'content_key'], name='banking_statementrow_content'), models.Index(fields=['school', 'line'], name='banking_statementrow_line')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_statementrow_school_row'), models.UniqueConstraint(fields=('school', 'statement', 'row_number'), name='banking_statementrow_once'), truongso.kernel.constraints.SchoolKey('statement', name='banking_statementrow_statement_key'), truongso.kernel.constraints.SchoolKey('bank_account', name='banking_statementrow_account_key'), truongso.kernel.constraints.SchoolKey('line', name='banking_statementrow_line_key'), models.CheckConstraint(condition=models.Q(('state__in', ['new', 'known', 'refused'])), name='banking_statementrow_state')],
            },
        ),
        migrations.CreateModel(
            name='FeedSighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('connection', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banking.feedconnection')),
                ('external_id', models.CharField(max_length=80)),
                ('notice', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.notice')),
                ('line', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feed_sightings', to='banking.bankline')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'line'], name='banking_feedsighting_line')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_feedsighting_school_row'), models.UniqueConstraint(fields=('school', 'connection', 'external_id'), name='banking_feedsighting_once'), truongso.kernel.constraints.SchoolKey('connection', name='banking_feedsighting_connection_key'), truongso.kernel.constraints.SchoolKey('notice', name='banking_feedsighting_notice_key'), truongso.kernel.constraints.SchoolKey('line', name='banking_feedsighting_line_key')],
            },
        ),
        migrations.CreateModel(
            name='BatchLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('line', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batch_links', to='banking.bankline')),
                ('batch', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.settlementbatch')),
                ('amount', truongso.kernel.fields.DongField()),
                ('kept', truongso.kernel.fields.DongField(default=0)),
                ('state', models.CharField(default='standing', max_length=8)),
                ('linked_at', models.DateTimeField()),
                ('linked_by', models.BigIntegerField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.BigIntegerField(null=True)),
                ('undo_reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'line'], name='banking_batchlink_line')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_batchlink_school_row'), models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('school', 'batch'), name='banking_batchlink_batch'), truongso.kernel.constraints.SchoolKey('line', name='banking_batchlink_line_key'), truongso.kernel.constraints.SchoolKey('batch', name='banking_batchlink_batch_key'), models.CheckConstraint(condition=models.Q(('state__in', ['standing', 'undone'])), name='banking_batchlink_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'standing'), ('undo_reason', ''), ('undone_at__isnull', True)), models.Q(('state', 'undone'), ('undone_at__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='banking_batchlink_undone')],
            },
        ),
        migrations.CreateModel(
            name='PaymentClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('invoice', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.invoice')),
                ('reference', models.CharField(max_length=80)),
                ('reference_key', models.CharField(max_length=80)),
                ('amount', truongso.kernel.fields.DongField()),
                ('paid_on', models.DateField()),
                ('payer_name', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(default='open', max_length=8)),
                ('line', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banking.bankline')),
                ('due_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'state', 'due_at'], name='banking_paymentclaim_list')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_paymentclaim_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_paymentclaim_public'), models.UniqueConstraint(fields=('school', 'invoice', 'reference_key', 'amount'), name='banking_paymentclaim_once'), truongso.kernel.constraints.SchoolKey('invoice', name='banking_paymentclaim_invoice_key'), truongso.kernel.constraints.SchoolKey('line', name='banking_paymentclaim_line_key'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'found', 'booked', 'answered'])), name='banking_paymentclaim_state'), models.CheckConstraint(condition=models.Q(('reference_key', ''), _negated=True), name='banking_paymentclaim_referenced'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='banking_paymentclaim_positive'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'found']), ('closed_at__isnull', True)), models.Q(models.Q(('state__in', ['open', 'found']), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='banking_paymentclaim_closed')],
            },
        ),
        migrations.CreateModel(
            name='ClaimMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('claim', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='banking.paymentclaim')),
                ('text', models.CharField(max_length=1000)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'claim'], name='banking_claimmessage_claim')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_claimmessage_school_row'), truongso.kernel.constraints.SchoolKey('claim', name='banking_claimmessage_claim_key'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='banking_claimmessage_said')],
            },
        ),
        migrations.CreateModel(
            name='DepositLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('line', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deposit_links', to='banking.bankline')),
                ('deposit', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.cashdeposit')),
                ('state', models.CharField(default='standing', max_length=8)),
                ('linked_at', models.DateTimeField()),
                ('linked_by', models.BigIntegerField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.BigIntegerField(null=True)),
                ('undo_reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_depositlink_school_row'), models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('school', 'line'), name='banking_depositlink_line'), models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('school', 'deposit'), name='banking_depositlink_deposit'), truongso.kernel.constraints.SchoolKey('line', name='banking_depositlink_line_key'), truongso.kernel.constraints.SchoolKey('deposit', name='banking_depositlink_deposit_key'), models.CheckConstraint(condition=models.Q(('state__in', ['standing', 'undone'])), name='banking_depositlink_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'standing'), ('undo_reason', ''), ('undone_at__isnull', True)), models.Q(('state', 'undone'), ('undone_at__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='banking_depositlink_undone')],
            },
        ),
        migrations.CreateModel(
            name='ForgottenPayer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('payer_account', models.CharField(blank=True, max_length=40)),
                ('payer_name', models.CharField(blank=True, max_length=120)),
                ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ('reason', models.CharField(max_length=300)),
                ('forgotten_at', models.DateTimeField()),
                ('forgotten_by', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_forgottenpayer_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_forgottenpayer_public'), truongso.kernel.constraints.SchoolKey('student', name='banking_forgottenpayer_student_key'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='banking_forgottenpayer_reason'), models.CheckConstraint(condition=models.Q(('payer_account', ''), ('payer_name', ''), _negated=True), name='banking_forgottenpayer_payer')],
            },
        ),
        migrations.CreateModel(
            name='StatementLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('name', models.CharField(max_length=80)),
                ('definition', models.JSONField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_statementlayout_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='banking_statementlayout_public'), models.UniqueConstraint(fields=('school', 'bank_account', 'name'), name='banking_statementlayout_name'), truongso.kernel.constraints.SchoolKey('bank_account', name='banking_statementlayout_account_key'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='banking_statementlayout_named')],
            },
        ),
        migrations.CreateModel(
            name='RefundLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('line', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_links', to='banking.bankline')),
                ('payout', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.refundpayout')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'line'], name='banking_refundline_line')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='banking_refundline_school_row'), models.UniqueConstraint(fields=('school', 'payout'), name='banking_refundline_once'), truongso.kernel.constraints.SchoolKey('line', name='banking_refundline_line_key'), truongso.kernel.constraints.SchoolKey('payout', name='banking_refundline_payout_key')],
            },
        ),
    ]
