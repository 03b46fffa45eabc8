import django.db.models.deletion
from django.db import migrations, models

import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0004_successors'),
        ('payments', '0012_virtual_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('kind', models.CharField(max_length=8)),
                ('subject', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=120)),
                ('contract_number', models.CharField(blank=True, max_length=60)),
                ('signed_on', models.DateField(null=True)),
                ('ends_on', models.DateField(null=True)),
                ('is_open_ended', models.BooleanField(default=False)),
                ('contact_name', models.CharField(blank=True, max_length=120)),
                ('contact_phone', models.CharField(blank=True, max_length=20)),
                ('contact_email', models.CharField(blank=True, max_length=254)),
                ('methods', models.JSONField(default=list)),
                ('fees_agreed', models.BooleanField(default=False)),
                ('fee_basis_points', models.PositiveIntegerField(default=0)),
                ('fee_fixed', truongso.kernel.fields.DongField(default=0)),
                ('started_on', models.DateField(null=True)),
                ('integrated_on', models.DateField(null=True)),
                ('live_at', models.DateTimeField(null=True)),
                ('is_carried_over', models.BooleanField(default=False)),
                ('warned_of', models.DateField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.BigIntegerField(null=True)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('test_payment', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.payment')),
            ],
            options={
                'indexes': [models.Index(fields=['ends_on'], name='payments_partnerfile_ends')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_partnerfile_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_partnerfile_public'), models.UniqueConstraint(fields=('school', 'kind', 'subject'), name='payments_partnerfile_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['gateway', 'feed', 'acquirer', 'bill'])), name='payments_partnerfile_kind'), models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='payments_partnerfile_of'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='payments_partnerfile_named'), truongso.kernel.constraints.SchoolKey('test_payment', name='payments_partnerfile_test_key'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('signed_on__isnull', True), ('ends_on__gte', models.F('signed_on')), _connector='OR'), name='payments_partnerfile_contract'), models.CheckConstraint(condition=models.Q(('fee_basis_points__lte', 10000), ('fee_fixed__gte', 0)), name='payments_partnerfile_fee'), models.CheckConstraint(condition=models.Q(('live_at__isnull', True), ('is_carried_over', True), models.Q(('fees_agreed', True), ('integrated_on__isnull', False), ('signed_on__isnull', False), ('started_on__isnull', False), ('test_payment__isnull', False), models.Q(('ends_on__isnull', False), ('is_open_ended', True), _connector='OR'), models.Q(('contract_number', ''), ('contact_name', ''), ('contact_phone', ''), ('contact_email', ''), _connector='OR', _negated=True)), _connector='OR'), name='payments_partnerfile_complete')],
            },
        ),
        migrations.CreateModel(
            name='SetupChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('kind', models.CharField(max_length=16)),
                ('subject', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=160)),
                ('detail', models.JSONField(default=dict)),
                ('sealed', models.TextField(blank=True)),
                ('reason', models.CharField(max_length=300)),
                ('state', models.CharField(default='proposed', max_length=10)),
                ('told', models.JSONField(default=dict)),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by', models.BigIntegerField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('effective_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.BigIntegerField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'approved')), fields=['effective_at'], name='payments_setupchange_due'), models.Index(fields=['school', 'state'], name='payments_setupchange_state_ix')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_setupchange_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_setupchange_public'), models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'approved'])), fields=('school', 'kind', 'subject'), name='payments_setupchange_open'), models.CheckConstraint(condition=models.Q(('kind__in', ['account_add', 'account_replace', 'channel_open', 'channel_keys', 'feed_connect', 'feed_keys', 'bill_open', 'bill_keys', 'go_live'])), name='payments_setupchange_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'approved', 'done', 'rejected', 'cancelled', 'failed'])), name='payments_setupchange_state'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='payments_setupchange_reasoned'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='payments_setupchange_another'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'done', 'failed']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('effective_at__isnull', False)), _connector='OR'), name='payments_setupchange_decided'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['proposed', 'approved'])), models.Q(models.Q(('state__in', ['proposed', 'approved']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='payments_setupchange_ended'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['cancelled', 'rejected']), _negated=True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='payments_setupchange_why'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'approved']), ('sealed', ''), _connector='OR'), name='payments_setupchange_forgets')],
            },
        ),
    ]
