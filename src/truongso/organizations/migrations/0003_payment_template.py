import django.db.models.deletion
from django.db import migrations, models

import truongso.kernel.fields
import truongso.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0002_public_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                ('state', models.CharField(default='draft', max_length=9)),
                ('number', models.PositiveSmallIntegerField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('basis', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('published_by', models.BigIntegerField(null=True)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_templates', to='organizations.orgunit')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentTemplateField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('source', models.CharField(max_length=16)),
                ('label', models.CharField(max_length=24)),
                ('note', models.CharField(blank=True, max_length=80)),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fields', to='organizations.paymenttemplate')),
            ],
        ),
        migrations.AddConstraint(
            model_name='paymenttemplate',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published'])), name='organizations_paymenttemplate_state'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplate',
            constraint=models.UniqueConstraint(fields=('unit', 'number'), name='organizations_paymenttemplate_number'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplate',
            constraint=models.UniqueConstraint(fields=('unit', 'valid_from'), name='organizations_paymenttemplate_day'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplate',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('unit',), name='organizations_paymenttemplate_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('published_at__isnull', True), ('state', 'draft'), ('valid_from__isnull', True)), models.Q(('number__isnull', False), ('published_at__isnull', False), ('state', 'published'), ('valid_from__isnull', False)), _connector='OR'), name='organizations_paymenttemplate_dated'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplatefield',
            constraint=models.UniqueConstraint(fields=('template', 'position'), name='organizations_templatefield_place'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplatefield',
            constraint=models.UniqueConstraint(fields=('template', 'source'), name='organizations_templatefield_once'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplatefield',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['payer', 'beneficiary', 'reason', 'invoice_code', 'pupil', 'pupil_code', 'class', 'school_year', 'round', 'due_day', 'school', 'support_phone', 'support_hours'])), name='organizations_templatefield_source'),
        ),
        migrations.AddConstraint(
            model_name='paymenttemplatefield',
            constraint=models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='organizations_templatefield_named'),
        ),
    ]
