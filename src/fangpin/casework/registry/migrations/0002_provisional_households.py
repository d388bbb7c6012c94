"""Households that no registry lists, their joining to the registry's, and what it moved."""

import django.db.models.deletion
from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_households"),
    ]

    operations = [
        migrations.CreateModel(
            name="Provisional",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="provisional",
                        serialize=False,
                        to="registry.household",
                    ),
                ),
                (
                    "division",
                    fangpin.casework.divisions.fields.DivisionCodeField(
                        db_index=True, max_length=16
                    ),
                ),
                ("form", models.CharField(max_length=60)),
                ("form_version", models.PositiveSmallIntegerField()),
                ("answers", models.JSONField(default=dict)),
                ("identity_ref", models.BigIntegerField(blank=True, db_index=True, null=True)),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="HouseholdJoin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("joined_by", models.CharField(max_length=150)),
                ("note", models.TextField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, max_length=150)),
                ("undone_note", models.TextField(blank=True)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joined",
                        to="registry.household",
                    ),
                ),
                (
                    "provisional",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joins",
                        to="registry.provisional",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["joined_at"], name="registry_ho_joined__0d58db_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("provisional",),
                        name="a_provisional_household_is_joined_to_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_at__isnull", True),
                            models.Q(
                                models.Q(("undone_by", ""), _negated=True),
                                models.Q(("undone_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_joining_is_undone_by_someone_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MovedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=60)),
                ("row", models.BigIntegerField()),
                ("former_division", models.CharField(blank=True, max_length=16)),
                (
                    "join",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moved",
                        to="registry.householdjoin",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["table", "row"], name="registry_mo_table_0a9196_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("join", "table", "row"), name="a_row_moves_once_a_joining"
                    )
                ],
            },
        ),
    ]
