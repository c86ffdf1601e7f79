"""The day that decides the statement of a charge; no charge existed before this version."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("honoraria", "0006_paid_when_closed")]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="booked_on",
            field=models.DateField(
                default=datetime.date(2026, 4, 1),
                help_text="decides the statement: the activity's day, or that of a correction",
                verbose_name="計上日",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="charge",
            name="activity_date",
            field=models.DateField(
                help_text="in Asia/Tokyo; decides the tariff", verbose_name="活動日"
            ),
        ),
        migrations.AlterModelOptions(name="charge", options={"ordering": ["booked_on", "id"]}),
        migrations.RemoveIndex(model_name="charge", name="charge_month"),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["organization", "booked_on"], name="charge_month"),
        ),
    ]
