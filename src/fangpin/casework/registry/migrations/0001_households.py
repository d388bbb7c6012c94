"""The first tables: households, members and their months."""

import django.db.models.deletion
from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DivisionCount",
            fields=[
                (
                    "division",
                    fangpin.casework.divisions.fields.DivisionCodeField(
                        max_length=16, primary_key=True, serialize=False
                    ),
                ),
                ("count_of_households", models.IntegerField()),
                ("count_of_members", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("household_ref", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "household_no",
                    fangpin.casework.divisions.fields.ByteOrderedField(max_length=40, unique=True),
                ),
                ("division", fangpin.casework.divisions.fields.DivisionCodeField(max_length=16)),
                ("head_name", fangpin.casework.divisions.fields.ByteOrderedField(max_length=80)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("masked_phone", models.CharField(blank=True, max_length=30)),
                ("count_of_members", models.PositiveSmallIntegerField()),
                ("attributes", models.JSONField(default=dict)),
                ("is_listed", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["head_name"], name="registry_ho_head_na_e31cc2_idx"),
                    models.Index(
                        fields=["division", "household_no"], name="registry_ho_divisio_ad2ab4_idx"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("person_ref", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("relation", models.CharField(max_length=40)),
                ("is_head", models.BooleanField(default=False)),
                ("sex", models.CharField(blank=True, max_length=20)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("masked_id", models.CharField(blank=True, max_length=30)),
                ("attributes", models.JSONField(default=dict)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="registry.household",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HouseholdMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField()),
                ("amounts", models.JSONField(default=dict)),
                (
                    "household",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="registry.household",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("household", "month"), name="one_row_a_household_month"
                    )
                ],
            },
        ),
    ]
