"""What waits for a decision is counted on several pages: an index over those few rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interpreting", "0005_leg_seat")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state__in", ["submitted", "returned"])),
                fields=["started_at"],
                name="report_undecided",
            ),
        ),
    ]
