"""What a bookkeeping calls its accounts, and how often a file was begun."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("honoraria", "0008_frozen_claims")]

    operations = [
        migrations.AddField(
            model_name="mapping",
            name="accounts",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="what this bookkeeping calls its accounts",
                verbose_name="科目名",
            ),
        ),
        migrations.AddField(
            model_name="exportrun",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="how often it was begun"),
        ),
        migrations.AlterField(
            model_name="exportrun",
            name="lease_until",
            field=models.DateTimeField(
                blank=True,
                help_text="whoever works on it says so again and again",
                null=True,
            ),
        ),
    ]
