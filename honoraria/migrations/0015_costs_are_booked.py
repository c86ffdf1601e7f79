"""A cost belongs to a month of the books; evidence numbers and tax reports get tables.

The day of use decides the year of a grant and stays; the day of booking decides the month, and lies
in an open one when the cost is approved. The database refuses to approve a cost into closed books,
as it refuses it for entries, and keeps the numbers that were submitted.
"""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
UPDATE honoraria_cost SET booked_on = used_on;

INSERT INTO honoraria_evidencenumber (programme_id, kind, key, number)
SELECT DISTINCT ON (c.programme_id, line->>'kind', (line->>'key')::bigint)
    c.programme_id, line->>'kind', (line->>'key')::bigint, line->>'number'
FROM honoraria_claim c, jsonb_array_elements(c.snapshot->'lines') line
WHERE line->>'number' <> ''
ORDER BY c.programme_id, line->>'kind', (line->>'key')::bigint, c.number DESC;

CREATE TRIGGER evidence_number_frozen BEFORE UPDATE OR DELETE ON honoraria_evidencenumber
    FOR EACH ROW EXECUTE FUNCTION claim_is_frozen();

CREATE OR REPLACE FUNCTION approved_cost_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'paid_on' = to_jsonb(OLD) - 'paid_on'
           AND (OLD.paid_on IS NULL OR NEW.paid_on = OLD.paid_on) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'cost % is approved and never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_costs_stay';
END $$;

CREATE FUNCTION cost_is_approved_in_open_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- shared lock: who forgot that of the books waits for a closing under way
    IF EXISTS (SELECT 1 FROM (SELECT closed_through FROM honoraria_books
                              WHERE organization_id = NEW.organization_id FOR SHARE) b
               WHERE NEW.booked_on <= b.closed_through) THEN
        RAISE EXCEPTION 'cost % on % lies in a closed month', NEW.id, NEW.booked_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_months_take_no_costs';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cost_enters_open_books BEFORE INSERT ON honoraria_cost
    FOR EACH ROW WHEN (NEW.state = 'approved')
    EXECUTE FUNCTION cost_is_approved_in_open_books();
CREATE TRIGGER cost_is_approved BEFORE UPDATE ON honoraria_cost
    FOR EACH ROW WHEN (NEW.state = 'approved' AND OLD.state <> 'approved')
    EXECUTE FUNCTION cost_is_approved_in_open_books();
"""
BACKWARD = """
DROP TRIGGER cost_is_approved ON honoraria_cost;
DROP TRIGGER cost_enters_open_books ON honoraria_cost;
DROP FUNCTION cost_is_approved_in_open_books();
DROP TRIGGER evidence_number_frozen ON honoraria_evidencenumber;
"""
USER = settings.AUTH_USER_MODEL
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("honoraria", "0014_released_payments_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="cost",
            name="booked_on",
            field=models.DateField(
                default=datetime.date(2026, 4, 1),
                help_text="decides the month of the books",
                verbose_name="計上日",
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="EvidenceNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10, verbose_name="種類")),
                (
                    "key",
                    models.BigIntegerField(
                        help_text="of the entry or the cost, which may be gone", verbose_name="行"
                    ),
                ),
                ("number", models.CharField(max_length=12, verbose_name="証拠番号")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=PROTECT,
                        related_name="evidence_numbers",
                        to="honoraria.programme",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "kind", "key"), name="one_number_per_line"
                    ),
                    models.UniqueConstraint(
                        fields=("programme", "number"), name="one_line_per_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deductible", models.PositiveBigIntegerField(verbose_name="仕入控除税額（円）")),
                (
                    "refund",
                    models.PositiveBigIntegerField(
                        help_text="the share of the grant in it", verbose_name="返還額（円）"
                    ),
                ),
                ("filed_on", models.DateField(verbose_name="消費税の申告日")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="計算の根拠"),
                ),
                ("reported_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=PROTECT, related_name="tax_reports", to="honoraria.claim"
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to=USER),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
