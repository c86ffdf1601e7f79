"""Since when a request has looked for somebody under its present terms."""

from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Existing requests have looked since they opened."""
    apps.get_model("dispatch", "Request").objects.update(search_since=F("opened_at"))


class Migration(migrations.Migration):
    """Adds the column, fills it, and makes it required."""

    dependencies = [("dispatch", "0001_initial")]
    operations = [
        migrations.AddField("request", "search_since", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "request",
            "search_since",
            models.DateTimeField(
                help_text="answers from before (to another time or place) no longer count"
            ),
        ),
    ]
