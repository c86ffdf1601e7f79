"""An entry belongs to a booking; one for a booking that was called off has no report.

Entries up to here take the booking of their report. The triggers that guard closed months and
payments look away meanwhile: they protect amounts and days, and neither changes here.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FILL = """
ALTER TABLE honoraria_honorarium DISABLE TRIGGER USER;
UPDATE honoraria_honorarium h SET assignment_id = r.assignment_id
FROM interpreting_report r WHERE r.id = h.report_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE honoraria_honorarium ENABLE TRIGGER USER;
"""
BOOKING = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "honoraria",
    "to": "dispatch.assignment",
    "help_text": "the booking that was held or called off",
}


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [
        ("dispatch", "0005_following_up"),
        ("honoraria", "0009_exports"),
        ("interpreting", "0006_report_undecided"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("honorarium", "reversal_names_what_it_reverses"),
        migrations.AddField("honorarium", "assignment", models.ForeignKey(null=True, **BOOKING)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("honorarium", "assignment", models.ForeignKey(**BOOKING)),
        migrations.AddField(
            "honorarium",
            "recorded_by",
            models.ForeignKey(
                blank=True,
                help_text="who entered what has no report; somebody else approves it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "honorarium",
            "kind",
            models.CharField(
                choices=[("priced", "計算"), ("cancelled", "取消料"), ("reversal", "取消し")],
                default="priced",
                max_length=10,
                verbose_name="区分",
            ),
        ),
        migrations.AlterField(
            "honorarium",
            "report",
            models.ForeignKey(
                blank=True,
                help_text="none when the booking was called off",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="honoraria",
                to="interpreting.report",
            ),
        ),
        migrations.AddConstraint(
            "honorarium",
            models.UniqueConstraint(
                condition=Q(corrects__isnull=True, kind="cancelled"),
                fields=("assignment",),
                name="one_honorarium_per_cancelled_booking",
            ),
        ),
        migrations.AddConstraint(
            "honorarium",
            models.CheckConstraint(
                condition=Q(kind__in=["priced", "cancelled"], minutes__gte=0)
                | Q(kind="reversal", corrects__isnull=False),
                name="reversal_names_what_it_reverses",
            ),
        ),
        migrations.AddConstraint(
            "honorarium",
            models.CheckConstraint(
                condition=~Q(kind="priced") | Q(report__isnull=False),
                name="priced_honorarium_has_a_report",
            ),
        ),
        migrations.AddConstraint(
            "honorarium",
            models.CheckConstraint(
                condition=~Q(kind="cancelled") | Q(report__isnull=True, minutes=0),
                name="cancelled_honorarium_has_no_report",
            ),
        ),
        migrations.AddConstraint(
            "honorarium",
            models.CheckConstraint(
                condition=Q(report__isnull=False) | Q(recorded_by__isnull=False),
                name="somebody_answers_for_an_honorarium",
            ),
        ),
    ]
