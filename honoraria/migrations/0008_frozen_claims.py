"""What was submitted to the ministry never changes, nor does an approved cost or its evidence.

A claim is a frozen snapshot with its hash; an approved cost is corrected by a reversal, and only
its day of payment may still be entered, once. A judgement goes with a draft that is taken back
(the audit trail keeps it): an entry whose approval was undone is priced anew.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION claim_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'claim % was submitted and never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_never_change';
END $$;
CREATE TRIGGER claim_frozen BEFORE UPDATE OR DELETE ON honoraria_claim
    FOR EACH ROW EXECUTE FUNCTION claim_is_frozen();

CREATE FUNCTION approved_cost_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.organization_id, NEW.state, NEW.category, NEW.description, NEW.vendor, NEW.used_on,
            NEW.amount, NEW.consumption_tax, NEW.corrects_id, NEW.created_by_id, NEW.approved_by_id)
           IS NOT DISTINCT FROM
           (OLD.organization_id, OLD.state, OLD.category, OLD.description, OLD.vendor, OLD.used_on,
            OLD.amount, OLD.consumption_tax, OLD.corrects_id, OLD.created_by_id, OLD.approved_by_id)
           AND (OLD.paid_on IS NULL OR NEW.paid_on = OLD.paid_on) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'cost % is approved and never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_costs_stay';
END $$;
CREATE TRIGGER cost_stays BEFORE UPDATE OR DELETE ON honoraria_cost
    FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION approved_cost_stays();

CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM honoraria_cost WHERE id = OLD.cost_id AND state = 'approved') THEN
        RAISE EXCEPTION 'document % is evidence of an approved cost', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_stays';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cost_document_stays BEFORE UPDATE OR DELETE ON honoraria_costdocument
    FOR EACH ROW EXECUTE FUNCTION evidence_stays();
"""
BACKWARD = """
DROP TRIGGER cost_document_stays ON honoraria_costdocument;
DROP TRIGGER cost_stays ON honoraria_cost;
DROP TRIGGER claim_frozen ON honoraria_claim;
DROP FUNCTION evidence_stays();
DROP FUNCTION approved_cost_stays();
DROP FUNCTION claim_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("honoraria", "0007_charge_booked_on")]

    operations = [
        migrations.AlterField(
            model_name="tag",
            name="honorarium",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tags",
                to="honoraria.honorarium",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
