"""Paying is guarded by the database: no yen of an entry that is not closed is ever in a payment.

A line belongs to a closed (or already paid) entry of the same person and organization, with the
entry's own amounts; the books let an entry go from closed to paid and back, and nothing else while
a standing line pays it. Whatever the program does wrong, an unapproved yen stops here.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION payment_line_pays_a_closed_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry honoraria_honorarium%ROWTYPE;
    payment honoraria_payment%ROWTYPE;
BEGIN
    -- shared lock: the entry keeps its state until this transaction has ended
    SELECT * INTO entry FROM honoraria_honorarium WHERE id = NEW.honorarium_id FOR SHARE;
    SELECT * INTO payment FROM honoraria_payment WHERE id = NEW.payment_id;
    IF NEW.stands AND entry.state NOT IN ('closed', 'paid') THEN
        RAISE EXCEPTION 'honorarium % is % and cannot be paid', entry.id, entry.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_closed_entries_are_paid';
    END IF;
    IF entry.volunteer_id <> payment.volunteer_id
        OR entry.organization_id <> payment.organization_id THEN
        RAISE EXCEPTION 'honorarium % is not of the payee of payment %', entry.id, payment.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_are_the_payees';
    END IF;
    IF NEW.fee <> entry.fee OR NEW.transport <>
        (CASE WHEN entry.transport_to = 'person' THEN entry.transport ELSE 0 END) THEN
        RAISE EXCEPTION 'line of payment % differs from honorarium %', payment.id, entry.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lines_are_the_entries';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_line_guard BEFORE INSERT OR UPDATE ON honoraria_paymentline
    FOR EACH ROW EXECUTE FUNCTION payment_line_pays_a_closed_entry();

CREATE FUNCTION honorarium_in_a_payment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM honoraria_paymentline
               WHERE honorarium_id = OLD.id AND stands) THEN
        RAISE EXCEPTION 'honorarium % is in a payment', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_in_payments_stay';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER honorarium_in_a_payment BEFORE UPDATE ON honoraria_honorarium
    FOR EACH ROW WHEN (
        (NEW.state NOT IN ('closed', 'paid') AND NEW.state <> OLD.state)
        OR NEW.fee <> OLD.fee OR NEW.transport <> OLD.transport
        OR NEW.transport_to <> OLD.transport_to OR NEW.volunteer_id <> OLD.volunteer_id
        OR NEW.organization_id <> OLD.organization_id
    ) EXECUTE FUNCTION honorarium_in_a_payment_stays();
"""
BACKWARD = """
DROP TRIGGER honorarium_in_a_payment ON honoraria_honorarium;
DROP TRIGGER payment_line_guard ON honoraria_paymentline;
DROP FUNCTION honorarium_in_a_payment_stays();
DROP FUNCTION payment_line_pays_a_closed_entry();
"""


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [("honoraria", "0005_charges_of_three_kinds")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
