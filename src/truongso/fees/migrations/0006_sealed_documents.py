import truongso.kernel.fields
from django.db import migrations
from truongso.kernel.school_keys import keyring_for_writing
from truongso.kernel.scope import every_school


def seal(apps, schema_editor):
    """The documents that were kept in the open, under the keys of their schools."""
    exemptions = apps.get_model("fees", "Exemption")
    with every_school("documents of exemptions are sealed"):
        for row in exemptions.objects.exclude(document="").order_by("school_id", "pk"):
            place = f"fees_exemption|document|{row.student_id}|{row.rule_code}|{row.valid_from.isoformat()}"
            sealed = keyring_for_writing(row.school_id).seal_text(row.document, place=place)
            exemptions.objects.filter(pk=row.pk).update(sealed=sealed)


class Migration(migrations.Migration):

    dependencies = [("fees", "0005_lean_rows"), ("kernel", "0004_kept_heads")]

    operations = [
        migrations.AddField("exemption", "sealed", truongso.kernel.fields.SealedField(default=b""), preserve_default=False),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField("exemption", "document"),
        migrations.RenameField("exemption", "sealed", "document"),
    ]
