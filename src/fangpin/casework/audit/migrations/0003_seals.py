"""Seals over batches of entries; the database refuses to change or remove them as well."""

from typing import Any

from django.db import migrations, models

from fangpin.casework.audit import triggers


def install(_: Any, schema_editor: Any) -> None:
    triggers.install(schema_editor.connection, triggers.SEALS)


def remove(_: Any, schema_editor: Any) -> None:
    triggers.remove(schema_editor.connection, triggers.SEALS)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("body", models.TextField()),
                ("signature", models.CharField(max_length=128)),
                ("leaves", models.BinaryField()),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(install, remove),
    ]
