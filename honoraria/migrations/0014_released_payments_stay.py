"""What was released is fixed, whoever writes: amounts, days, and who answers for them.

The actions never change a payment's amounts after it was made; a console or a new room might. So
the database refuses it, and any move that is not in the tables of moves. A released batch names who
released it, a paid one who finished it, and a transfer keeps the hash of its file. Who took the file
last is kept, too: somebody else says that the bank has not got it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

GUARD = """
CREATE FUNCTION payments_stay_as_they_are() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % of % does not change like that', TG_TABLE_NAME, OLD.id, TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER payment_stays BEFORE UPDATE ON honoraria_payment FOR EACH ROW WHEN (
    (OLD.organization_id, OLD.batch_id, OLD.volunteer_id, OLD.gross, OLD.taxable, OLD.withheld,
     OLD.net, OLD.residency) IS DISTINCT FROM
    (NEW.organization_id, NEW.batch_id, NEW.volunteer_id, NEW.gross, NEW.taxable, NEW.withheld,
     NEW.net, NEW.residency)
    OR OLD.state <> 'planned' AND (OLD.paid_on, OLD.components) IS DISTINCT FROM
        (NEW.paid_on, NEW.components)
    OR OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
        (('planned', 'paid'), ('planned', 'cancelled'), ('paid', 'returned'))
) EXECUTE FUNCTION payments_stay_as_they_are('payments_stay');
CREATE TRIGGER payment_is_kept BEFORE DELETE ON honoraria_payment FOR EACH ROW
    WHEN (OLD.state <> 'planned') EXECUTE FUNCTION payments_stay_as_they_are('payments_stay');
CREATE TRIGGER payment_line_stays BEFORE UPDATE ON honoraria_paymentline FOR EACH ROW WHEN (
    (OLD.payment_id, OLD.honorarium_id, OLD.fee, OLD.transport, OLD.taxable) IS DISTINCT FROM
    (NEW.payment_id, NEW.honorarium_id, NEW.fee, NEW.transport, NEW.taxable)
    OR NEW.stands AND NOT OLD.stands
) EXECUTE FUNCTION payments_stay_as_they_are('payment_lines_stay');
CREATE TRIGGER payment_batch_stays BEFORE UPDATE ON honoraria_paymentbatch FOR EACH ROW WHEN (
    (OLD.organization_id, OLD.method, OLD.value_date, OLD.created_at, OLD.created_by_id)
    IS DISTINCT FROM
    (NEW.organization_id, NEW.method, NEW.value_date, NEW.created_at, NEW.created_by_id)
    OR OLD.state <> 'prepared' AND
        (OLD.sha256, OLD.released_at, OLD.released_by_id, OLD.paying_account_id) IS DISTINCT FROM
        (NEW.sha256, NEW.released_at, NEW.released_by_id, NEW.paying_account_id)
    OR OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
        (('prepared', 'released'), ('prepared', 'cancelled'),
         ('released', 'paid'), ('released', 'cancelled'))
) EXECUTE FUNCTION payments_stay_as_they_are('payment_batches_stay');
"""
UNGUARD = """
DROP TRIGGER payment_batch_stays ON honoraria_paymentbatch;
DROP TRIGGER payment_line_stays ON honoraria_paymentline;
DROP TRIGGER payment_is_kept ON honoraria_payment;
DROP TRIGGER payment_stays ON honoraria_payment;
DROP FUNCTION payments_stay_as_they_are();
"""


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [
        ("honoraria", "0013_terms_of_a_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "paymentbatch", "downloaded_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField(
            "paymentbatch",
            "downloaded_by",
            models.ForeignKey(
                blank=True,
                help_text="who took the bank's file last: somebody else says that it was not sent",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "paymentbatch",
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "cancelled"])
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="payment_batch_was_released_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            "paymentbatch",
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="payment_batch_was_finished_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            "paymentbatch",
            models.CheckConstraint(
                condition=~Q(method="bank", state__in=["released", "paid"]) | ~Q(sha256=""),
                name="released_transfers_keep_their_hash",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
