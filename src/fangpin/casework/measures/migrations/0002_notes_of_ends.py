from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0001_measures"),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="end_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="resource",
            name="close_note",
            field=models.TextField(blank=True),
        ),
    ]
