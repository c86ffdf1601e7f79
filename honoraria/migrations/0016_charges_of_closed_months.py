"""Charges belong to the books as entries do, and what was issued never changes.

A charge booked on a day of a closed month is neither added, changed nor removed; money that comes in
for it is still noted. Drafts of closed months move into the first open one, as closing a month does
from now on. What was issued is only settled; it is taken back by a reversal. The triggers take the
row of the books FOR SHARE, as those of entries do. Who recorded an entry may now be known of a
reversal, too.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

MOVE = """
UPDATE honoraria_charge c SET booked_on = b.closed_through + 1
FROM honoraria_books b
WHERE b.organization_id = c.organization_id AND c.state = 'draft'
  AND c.booked_on <= b.closed_through;
SET CONSTRAINTS ALL IMMEDIATE;
"""
GUARD = """
CREATE FUNCTION refuse_charge_in_closed_books() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    refused text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT format('%s on %s', r.id, r.booked_on) INTO refused FROM becoming r
        JOIN (SELECT * FROM honoraria_books WHERE organization_id IN
                (SELECT organization_id FROM becoming) FOR SHARE) b USING (organization_id)
        WHERE r.booked_on <= b.closed_through LIMIT 1;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT format('%s on %s', r.id, r.booked_on) INTO refused FROM been r
        JOIN (SELECT * FROM honoraria_books WHERE organization_id IN
                (SELECT organization_id FROM been) FOR SHARE) b USING (organization_id)
        WHERE r.booked_on <= b.closed_through LIMIT 1;
    ELSE
        SELECT format('%s on %s', o.id, o.booked_on) INTO refused
        FROM been o JOIN becoming n USING (id)
        JOIN (SELECT * FROM honoraria_books WHERE organization_id IN
                (SELECT organization_id FROM been UNION SELECT organization_id FROM becoming)
              FOR SHARE) b ON b.organization_id IN (o.organization_id, n.organization_id)
        WHERE (o.booked_on <= b.closed_through OR n.booked_on <= b.closed_through)
          AND (o.state <> n.state
                 AND (o.state, n.state) NOT IN (('issued', 'settled'), ('settled', 'issued'))
               OR to_jsonb(o) - '{state,settled_on}'::text[]
                  IS DISTINCT FROM to_jsonb(n) - '{state,settled_on}'::text[])
        LIMIT 1;
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'charge % lies in a closed month', refused
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_months_keep_their_charges',
                  TABLE = 'honoraria_charge';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER closed_months_take_no_charge AFTER INSERT ON honoraria_charge
    REFERENCING NEW TABLE AS becoming
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_charge_in_closed_books();
CREATE TRIGGER closed_months_keep_every_charge AFTER DELETE ON honoraria_charge
    REFERENCING OLD TABLE AS been
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_charge_in_closed_books();
CREATE TRIGGER closed_months_never_charge_otherwise AFTER UPDATE ON honoraria_charge
    REFERENCING OLD TABLE AS been NEW TABLE AS becoming
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_charge_in_closed_books();

CREATE FUNCTION issued_charge_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state <> 'draft'
       AND to_jsonb(OLD) - '{state,settled_on}'::text[]
           = to_jsonb(NEW) - '{state,settled_on}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'charge % was issued', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'issued_charges_stay',
              TABLE = 'honoraria_charge';
END $$;
CREATE TRIGGER issued_charge_stays BEFORE UPDATE OR DELETE ON honoraria_charge
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION issued_charge_stays();
"""
UNGUARD = """
DROP TRIGGER issued_charge_stays ON honoraria_charge;
DROP FUNCTION issued_charge_stays();
DROP TRIGGER closed_months_take_no_charge ON honoraria_charge;
DROP TRIGGER closed_months_keep_every_charge ON honoraria_charge;
DROP TRIGGER closed_months_never_charge_otherwise ON honoraria_charge;
DROP FUNCTION refuse_charge_in_closed_books();
"""


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("honoraria", "0015_costs_are_booked"),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.AlterField(
            "charge",
            "booked_on",
            models.DateField(
                "計上日",
                help_text="decides month and statement: the activity's day while its month is open",
            ),
        ),
        migrations.AlterField(
            "honorarium",
            "recorded_by",
            models.ForeignKey(
                blank=True,
                help_text="who entered a reversal or what has no report; somebody else approves it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "charge",
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="issued_charge_has_an_issuer",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
