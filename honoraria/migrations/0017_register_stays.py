"""The register of gift cards is only added to, and its last balance is the stock.

A line never changes once it is written (a second person's check is entered once), every balance
follows on from the one before, and a kind's stock changes with its register only. A count that two
people made stays as it is.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION gift_card_balance(wanted bigint) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT balance FROM honoraria_giftcardmove WHERE kind_id = wanted
                     ORDER BY id DESC LIMIT 1), 0)
$$;

CREATE FUNCTION register_line_follows_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    there integer;
BEGIN
    SELECT stock INTO there FROM honoraria_giftcardkind WHERE id = NEW.kind_id FOR UPDATE;
    IF there <> gift_card_balance(NEW.kind_id) OR NEW.balance <> there + NEW.change THEN
        RAISE EXCEPTION 'line of gift card kind % does not follow on from %', NEW.kind_id, there
            USING ERRCODE = 'check_violation', CONSTRAINT = 'balances_follow_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER register_follows_on BEFORE INSERT ON honoraria_giftcardmove
    FOR EACH ROW EXECUTE FUNCTION register_line_follows_on();

CREATE FUNCTION register_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.checked_at IS NULL AND
           (NEW.kind_id, NEW."on", NEW.verb, NEW.change, NEW.balance, NEW.unit_cost,
            NEW.volunteer_id, NEW.payment_id, NEW.takes_back_id, NEW.reason, NEW.handled_at,
            NEW.handled_by_id)
           IS NOT DISTINCT FROM
           (OLD.kind_id, OLD."on", OLD.verb, OLD.change, OLD.balance, OLD.unit_cost,
            OLD.volunteer_id, OLD.payment_id, OLD.takes_back_id, OLD.reason, OLD.handled_at,
            OLD.handled_by_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'line % of the register of gift cards never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'register_lines_stay';
END $$;
CREATE TRIGGER register_stays BEFORE UPDATE OR DELETE ON honoraria_giftcardmove
    FOR EACH ROW EXECUTE FUNCTION register_line_stays();

CREATE FUNCTION gift_card_stock_is_the_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    same boolean := NEW.stock = gift_card_balance(NEW.id);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.face_value, NEW.organization_id) IS DISTINCT FROM
           (OLD.face_value, OLD.organization_id) THEN
            same := same AND NOT EXISTS (
                SELECT 1 FROM honoraria_giftcardmove WHERE kind_id = OLD.id);
        END IF;
    END IF;
    IF NOT same THEN
        RAISE EXCEPTION 'gift card kind % is not what its register says', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_is_the_last_balance';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gift_card_stock BEFORE INSERT OR UPDATE ON honoraria_giftcardkind
    FOR EACH ROW EXECUTE FUNCTION gift_card_stock_is_the_balance();

CREATE FUNCTION checked_count_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'count % was checked and never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'checked_counts_stay';
END $$;
CREATE TRIGGER gift_card_count_stays BEFORE UPDATE OR DELETE ON honoraria_giftcardcount
    FOR EACH ROW WHEN (OLD.checked_at IS NOT NULL) EXECUTE FUNCTION checked_count_stays();
"""
BACKWARD = """
DROP TRIGGER gift_card_count_stays ON honoraria_giftcardcount;
DROP TRIGGER gift_card_stock ON honoraria_giftcardkind;
DROP TRIGGER register_stays ON honoraria_giftcardmove;
DROP TRIGGER register_follows_on ON honoraria_giftcardmove;
DROP FUNCTION checked_count_stays();
DROP FUNCTION gift_card_stock_is_the_balance();
DROP FUNCTION register_line_stays();
DROP FUNCTION register_line_follows_on();
DROP FUNCTION gift_card_balance(bigint);
"""


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [("honoraria", "0016_charges_of_closed_months")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
