from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("realtime", "0004_reaching"),
    ]

    operations = [
        migrations.AddField(
            model_name="parkedstatus",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "送信待ち"),
                    ("sending", "送信中"),
                    ("sent", "送信済み"),
                    ("delivered", "到達"),
                    ("failed", "送信失敗"),
                    ("by_hand", "電話で連絡"),
                ],
                default="sent",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="parkedstatus",
            name="status",
            field=models.CharField(help_text="the provider's word", max_length=20),
        ),
    ]
