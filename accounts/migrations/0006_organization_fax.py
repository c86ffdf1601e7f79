from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_ties"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="fax",
            field=models.CharField(blank=True, max_length=20, verbose_name="FAX"),
        ),
    ]
