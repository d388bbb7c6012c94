"""The first tables: the audit trail."""

from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("official", models.CharField(blank=True, max_length=150)),
                ("act", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=64)),
                (
                    "division",
                    fangpin.casework.divisions.fields.DivisionCodeField(blank=True, max_length=16),
                ),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subject_kind", "subject", "at"],
                        name="audit_audit_subject_b67fa0_idx",
                    ),
                    models.Index(fields=["division", "id"], name="audit_audit_divisio_ca9573_idx"),
                ],
            },
        ),
    ]
