from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="handled_at",
            field=models.DateTimeField(
                blank=True,
                help_text="the desk told the person by telephone instead",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="handled_by",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
    ]
