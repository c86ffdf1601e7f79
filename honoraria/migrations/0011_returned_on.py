"""A payment that came back keeps the day on which that was recorded, for the journal of that day.

Payments that came back before get the day from the audit trail, else the day they were paid.
"""

from django.db import migrations, models

BACKFILL = """
UPDATE honoraria_payment AS p SET returned_on = COALESCE(
    (SELECT max((a.at AT TIME ZONE 'Asia/Tokyo')::date) FROM accounts_auditentry AS a
     WHERE a.organization_id = p.organization_id
       AND (a.verb = 'payment.returned' AND a.detail ->> 'payment' = p.id::text
            OR a.verb = 'gift_cards.returned' AND a.subject = 'payment:' || p.id)),
    p.paid_on, CURRENT_DATE)
WHERE p.state = 'returned'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("honoraria", "0010_cancelled_bookings"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="returned_on",
            field=models.DateField(
                blank=True,
                help_text="the journal takes the payment back that day",
                null=True,
                verbose_name="戻りの記録日",
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        # PostgreSQL does not alter a table that has waiting trigger events of the same transaction
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(state="returned", returned_on__isnull=False)
                | ~models.Q(state="returned") & models.Q(returned_on__isnull=True),
                name="payment_returned_on_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(returned_on__isnull=False),
                fields=["organization", "returned_on"],
                name="payment_returned",
            ),
        ),
    ]
