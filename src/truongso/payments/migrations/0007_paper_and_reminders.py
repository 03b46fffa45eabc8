import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fees', '0002_parts'),
        ('messaging', '0001_initial'),
        ('organizations', '0002_public_pages'),
        ('payments', '0006_bills'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('rows', models.PositiveIntegerField()),
                ('amount', truongso.kernel.fields.DongField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_handoff_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_handoff_public'), models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='payments_handoff_days')],
            },
        ),
        migrations.CreateModel(
            name='HandOffRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=12)),
                ('document', models.CharField(max_length=16)),
                ('amount', truongso.kernel.fields.DongField()),
                ('content', models.JSONField()),
                ('created_at', models.DateTimeField()),
                ('adjusts', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='payments.handoffrow')),
                ('handoff', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='payments.handoff')),
                ('receipt', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.receipt')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_handoffrow_school_row'), models.UniqueConstraint(fields=('school', 'receipt', 'document', 'kind'), name='payments_handoffrow_once'), models.UniqueConstraint(fields=('school', 'code'), name='payments_handoffrow_code'), models.UniqueConstraint(fields=('school', 'adjusts'), name='payments_handoffrow_adjusted_once'), truongso.kernel.constraints.SchoolKey('handoff', name='payments_handoffrow_handoff_key'), truongso.kernel.constraints.SchoolKey('receipt', name='payments_handoffrow_receipt_key'), truongso.kernel.constraints.SchoolKey('adjusts', name='payments_handoffrow_adjusts_key'), models.CheckConstraint(condition=models.Q(('kind__in', ['original', 'adjustment'])), name='payments_handoffrow_kind'), models.CheckConstraint(condition=models.Q(('document__in', ['none', 'receipt', 'cash_voucher', 'sales_invoice', 'vat_invoice'])), name='payments_handoffrow_document'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payments_handoffrow_positive'), models.CheckConstraint(condition=models.Q(models.Q(('adjusts__isnull', False), ('kind', 'adjustment')), models.Q(('adjusts__isnull', True), ('kind', 'original')), _connector='OR'), name='payments_handoffrow_adjustment')],
                'indexes': [models.Index(fields=['school', 'handoff'], name='payments_handoffrow_handoff')],
            },
        ),
        migrations.CreateModel(
            name='DocumentNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=20)),
                ('number', models.CharField(max_length=20)),
                ('issued_on', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('row', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='payments.handoffrow')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_documentnumber_school_row'), models.UniqueConstraint(fields=('school', 'row'), name='payments_documentnumber_once'), models.UniqueConstraint(fields=('school', 'series', 'number'), name='payments_documentnumber_number'), truongso.kernel.constraints.SchoolKey('row', name='payments_documentnumber_row_key'), models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='payments_documentnumber_numbered')],
            },
        ),
        migrations.CreateModel(
            name='ItemDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.CharField(max_length=16)),
                ('tax_category', models.CharField(max_length=16)),
                ('legal_basis', models.CharField(max_length=300)),
                ('valid_from', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('fee_item', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.feeitem')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_itemdocument_school_row'), models.UniqueConstraint(fields=('school', 'fee_item', 'valid_from'), name='payments_itemdocument_once'), truongso.kernel.constraints.SchoolKey('fee_item', name='payments_itemdocument_item_key'), models.CheckConstraint(condition=models.Q(('document__in', ['none', 'receipt', 'cash_voucher', 'sales_invoice', 'vat_invoice'])), name='payments_itemdocument_document'), models.CheckConstraint(condition=models.Q(('tax_category__in', ['not_subject', 'not_declared', 'rate_0', 'rate_5', 'rate_8', 'rate_10'])), name='payments_itemdocument_tax'), models.CheckConstraint(condition=models.Q(('legal_basis', ''), _negated=True), name='payments_itemdocument_basis')],
            },
        ),
        migrations.CreateModel(
            name='PrintRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('kind', models.CharField(max_length=12)),
                ('title', models.CharField(max_length=200)),
                ('params', models.JSONField(default=dict)),
                ('papers', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('kept_until', models.DateTimeField()),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_printrun_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_printrun_public'), models.CheckConstraint(condition=models.Q(('kind__in', ['fee_notices', 'receipts'])), name='payments_printrun_kind')],
            },
        ),
        migrations.CreateModel(
            name='PrintPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('label', models.CharField(max_length=120)),
                ('papers', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('run', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='payments.printrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_printpart_school_row'), models.UniqueConstraint(fields=('school', 'run', 'number'), name='payments_printpart_once'), truongso.kernel.constraints.SchoolKey('run', name='payments_printpart_run_key')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('class_names', models.JSONField(default=list)),
                ('channels', models.JSONField(default=list)),
                ('template', models.CharField(max_length=40)),
                ('send_at', models.DateTimeField()),
                ('state', models.CharField(max_length=10)),
                ('recipients', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('round', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.collectionround')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_reminder_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_reminder_public'), truongso.kernel.constraints.SchoolKey('round', name='payments_reminder_round_key'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'sent', 'cancelled'])), name='payments_reminder_state'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='payments_reminder_sent'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('created_by__isnull', True), models.Q(('decided_by', models.F('created_by')), _negated=True), ('recipients__lte', 50), ('state', 'cancelled'), _connector='OR'), name='payments_reminder_two_people')],
                'indexes': [models.Index(condition=models.Q(('state', 'approved')), fields=['send_at'], name='payments_reminder_due')],
            },
        ),
        migrations.CreateModel(
            name='ReminderTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(max_length=8)),
                ('owed', truongso.kernel.fields.DongField()),
                ('created_at', models.DateTimeField()),
                ('delivery', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.delivery')),
                ('family', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.family')),
                ('invoice', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fees.invoice')),
                ('reminder', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='payments.reminder')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_remindertarget_school_row'), models.UniqueConstraint(fields=('school', 'reminder', 'invoice'), name='payments_remindertarget_once'), truongso.kernel.constraints.SchoolKey('reminder', name='payments_remindertarget_reminder_key'), truongso.kernel.constraints.SchoolKey('invoice', name='payments_remindertarget_invoice_key'), truongso.kernel.constraints.SchoolKey('family', name='payments_remindertarget_family_key'), truongso.kernel.constraints.SchoolKey('delivery', name='payments_remindertarget_delivery_key'), models.CheckConstraint(condition=models.Q(('way__in', ['email', 'zalo', 'sms', 'file', 'paper'])), name='payments_remindertarget_way'), models.CheckConstraint(condition=models.Q(('owed__gt', 0)), name='payments_remindertarget_owed'), models.CheckConstraint(condition=models.Q(models.Q(('delivery__isnull', True), ('way', 'paper')), models.Q(models.Q(('way', 'paper'), _negated=True), ('delivery__isnull', False)), _connector='OR'), name='payments_remindertarget_delivered')],
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('public_key', models.CharField(max_length=44)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('public_key', ''), _negated=True), name='payments_signingkey_key')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=88)),
                ('signed_at', models.DateTimeField()),
                ('receipt', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='payments.receipt')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.signingkey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_receiptsignature_school_row'), models.UniqueConstraint(fields=('school', 'receipt'), name='payments_receiptsignature_once'), truongso.kernel.constraints.SchoolKey('receipt', name='payments_receiptsignature_receipt_key')],
            },
        ),
    ]
