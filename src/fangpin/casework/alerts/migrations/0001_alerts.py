"""The first tables: runs, alerts, reasons and evidence."""

import django.db.models.deletion
from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0001_households"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField(unique=True)),
                ("month", models.IntegerField()),
                ("folder", models.CharField(max_length=250)),
                ("key", models.CharField(max_length=80)),
                ("registry_key", models.CharField(blank=True, max_length=80)),
                ("pack", models.CharField(max_length=60)),
                ("pack_digest", models.CharField(blank=True, max_length=80)),
                ("loaded_at", models.DateTimeField()),
                ("count_of_households", models.IntegerField()),
                ("outcomes", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "alert_no",
                    fangpin.casework.divisions.fields.ByteOrderedField(max_length=40, unique=True),
                ),
                ("division", fangpin.casework.divisions.fields.DivisionCodeField(max_length=16)),
                ("severity", models.CharField(max_length=20)),
                ("severity_rank", models.PositiveSmallIntegerField()),
                ("cause", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("ended", "Ended")],
                        default="open",
                        max_length=20,
                    ),
                ),
                ("step", models.CharField(default="to_assign", max_length=40)),
                ("suggested_category", models.CharField(blank=True, max_length=40)),
                ("raised_date", models.DateField()),
                ("raised_month", models.IntegerField()),
                ("updated_month", models.IntegerField()),
                ("due_date", models.DateField()),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="registry.household",
                    ),
                ),
                (
                    "first_run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts_raised",
                        to="alerts.run",
                    ),
                ),
                (
                    "last_run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts_updated",
                        to="alerts.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["state", "due_date", "id"], name="alerts_aler_state_069beb_idx"
                    ),
                    models.Index(
                        fields=["division", "state", "due_date", "id"],
                        name="alerts_aler_divisio_6555ed_idx",
                    ),
                    models.Index(
                        fields=["raised_month", "severity"], name="alerts_aler_raised__b42a60_idx"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("household",),
                        name="one_open_alert_a_household",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "ended"])),
                        name="alert_state_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=60)),
                ("item", models.CharField(max_length=60)),
                ("feed", models.CharField(max_length=60)),
                ("delivery", models.CharField(max_length=120)),
                ("row_no", models.IntegerField()),
                ("month", models.IntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("detail", models.JSONField(default=dict)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="alerts.alert",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="alerts.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alert", "rule", "item", "feed", "delivery", "row_no"),
                        name="one_evidence_a_source_row",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", fangpin.casework.divisions.fields.ByteOrderedField(max_length=60)),
                (
                    "code",
                    fangpin.casework.divisions.fields.ByteOrderedField(blank=True, max_length=40),
                ),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("edition", models.PositiveSmallIntegerField()),
                ("severity", models.CharField(max_length=20)),
                ("severity_rank", models.PositiveSmallIntegerField()),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("cause", models.CharField(blank=True, max_length=40)),
                ("category", models.CharField(blank=True, max_length=40)),
                ("month", models.IntegerField()),
                ("due_date", models.DateField()),
                ("sentence_zh", models.TextField()),
                ("sentence_en", models.TextField()),
                ("figures", models.JSONField(default=dict)),
                ("thresholds", models.JSONField(default=dict)),
                ("is_withdrawn", models.BooleanField(default=False)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reasons",
                        to="alerts.alert",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reasons",
                        to="alerts.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alert", "run", "rule"), name="one_reason_a_run_and_rule"
                    )
                ],
            },
        ),
    ]
