import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fees', '0003_fewer_indexes'),
        ('organizations', '0003_payment_template'),
    ]

    operations = [
        migrations.AddField(
            model_name='collectionround',
            name='payment_template',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.paymenttemplate'),
        ),
    ]
