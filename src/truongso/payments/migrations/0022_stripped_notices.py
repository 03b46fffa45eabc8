"""Old notices lose the people in them: when that was done is kept with each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0021_lean_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="stripped_at",
            field=models.DateTimeField(null=True),
        ),
    ]
