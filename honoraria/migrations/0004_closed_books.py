"""Closed months change no more, whoever tries.

The actions check it under the lock of the books, but entries outlive the code: a console, a data
migration or a new room that forgets the lock must not change what an accountant has closed and
perhaps paid. So the database refuses to add, change or remove an entry booked on or before
``closed_through``. Two moves are let through, because they happen to an entry after its month was
closed and say nothing about the amount: closed → paid when the money left, and paid → closed when
the bank sent it back. Closing and reopening pass by their order: entries are closed before the
books say so, and opened after the books do.

The triggers look at a statement as a whole, since a month may have a hundred thousand entries. They
take the row of the books FOR SHARE: who forgot the lock waits for a closing under way instead of
slipping past it. Deleting whole tables (TRUNCATE, as tests do) stays possible.
"""

import django.db.models.functions.datetime
import django.db.models.lookups
from django.db import migrations, models

GUARD = """
CREATE FUNCTION refuse_in_closed_books() RETURNS trigger LANGUAGE plpgsql AS $$
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
                 AND (o.state, n.state) NOT IN (('closed', 'paid'), ('paid', 'closed'))
               OR to_jsonb(o) - 'state' IS DISTINCT FROM to_jsonb(n) - 'state')
        LIMIT 1;
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'honorarium % lies in a closed month', refused
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_months_never_change',
                  TABLE = 'honoraria_honorarium';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER closed_months_take_nothing AFTER INSERT ON honoraria_honorarium
    REFERENCING NEW TABLE AS becoming
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_in_closed_books();
CREATE TRIGGER closed_months_keep_everything AFTER DELETE ON honoraria_honorarium
    REFERENCING OLD TABLE AS been
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_in_closed_books();
CREATE TRIGGER closed_months_never_change AFTER UPDATE ON honoraria_honorarium
    REFERENCING OLD TABLE AS been NEW TABLE AS becoming
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_in_closed_books();
"""
UNGUARD = """
DROP TRIGGER closed_months_take_nothing ON honoraria_honorarium;
DROP TRIGGER closed_months_keep_everything ON honoraria_honorarium;
DROP TRIGGER closed_months_never_change ON honoraria_honorarium;
DROP FUNCTION refuse_in_closed_books();
"""


class Migration(migrations.Migration):
    dependencies = [("honoraria", "0003_money")]

    operations = [
        migrations.AddField(
            model_name="closing",
            name="minutes",
            field=models.BigIntegerField(default=0, verbose_name="活動時間（分）"),
        ),
        migrations.AddIndex(
            model_name="honorarium",
            index=models.Index(
                condition=models.Q(("booked_on", models.F("activity_date")), _negated=True),
                fields=["organization", "booked_on"],
                name="honorarium_booked_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="books",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_through__isnull", True),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.datetime.ExtractDay(
                            models.Func(
                                models.F("closed_through"),
                                output_field=models.DateField(),
                                template="(%(expressions)s + 1)",
                            )
                        ),
                        1,
                    ),
                    _connector="OR",
                ),
                name="closed_through_ends_a_month",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
