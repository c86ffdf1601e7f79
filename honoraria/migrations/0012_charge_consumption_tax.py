"""Consumption tax on top of a charge whose tariff is without it; the total contains it."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [("honoraria", "0011_returned_on")]

    operations = [
        migrations.AddField(
            "charge",
            "consumption_tax",
            models.IntegerField(
                default=0,
                help_text="on top of amounts that are without it",
                verbose_name="消費税（円）",
            ),
        ),
        migrations.RemoveConstraint("charge", "charge_total_adds_up"),
        migrations.AddConstraint(
            "charge",
            models.CheckConstraint(
                condition=Q(total=F("fee") + F("transport") + F("consumption_tax")),
                name="charge_total_adds_up",
            ),
        ),
    ]
