"""The first tables: divisions."""

import django.db.models.deletion
from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "code",
                    fangpin.casework.divisions.fields.DivisionCodeField(
                        max_length=16, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.CharField(max_length=32)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=100)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="divisions.division",
                    ),
                ),
            ],
        ),
    ]
