from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0004_event_of_evidence"),
        ("registry", "0002_provisional_households"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="case_date",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="is_visited",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="alert",
            name="pressing_date",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(case_date__isnull=True, then=models.F("due_date")),
                    models.When(
                        due_date__lte=models.F("case_date"),
                        is_visited=False,
                        then=models.F("due_date"),
                    ),
                    default=models.F("case_date"),
                ),
                output_field=models.DateField(),
            ),
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="alerts_aler_state_069beb_idx",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="alerts_aler_divisio_6555ed_idx",
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["state", "pressing_date", "id"], name="alerts_aler_state_6d6174_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["division", "state", "pressing_date", "id"],
                name="alerts_aler_divisio_8a9e71_idx",
            ),
        ),
    ]
