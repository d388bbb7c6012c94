from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0003_run_coverage"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencerow",
            name="event",
            field=models.BigIntegerField(null=True),
        ),
    ]
