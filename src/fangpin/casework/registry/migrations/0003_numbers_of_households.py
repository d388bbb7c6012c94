"""The numbers of households that have had several; a number is of one listed household."""

import django.db.models.deletion
from django.db import migrations, models

import fangpin.casework.divisions.fields


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_provisional_households"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "household_no",
                    fangpin.casework.divisions.fields.ByteOrderedField(
                        db_index=True, max_length=40
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name="household",
            name="household_no",
            field=fangpin.casework.divisions.fields.ByteOrderedField(db_index=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_listed", True)),
                fields=("household_no",),
                name="a_number_is_of_one_listed_household",
            ),
        ),
        migrations.AddField(
            model_name="listednumber",
            name="household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="numbers",
                to="registry.household",
            ),
        ),
        migrations.AddConstraint(
            model_name="listednumber",
            constraint=models.UniqueConstraint(
                fields=("household", "turn"), name="a_household_has_one_number_a_turn"
            ),
        ),
    ]
