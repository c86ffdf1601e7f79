from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_reaching"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signincode",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("code", "確認番号"),
                    ("link", "リンク"),
                    ("demo", "デモ用リンク"),
                    ("invite", "招待"),
                    ("tie", "連絡先の接続"),
                ],
                max_length=8,
            ),
        ),
    ]
