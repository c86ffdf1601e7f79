"""The audit trail refuses deletes, and updates of anything but the sealing columns."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND OLD.hash = ''
       AND (NEW.id, NEW.organization_id, NEW.at, NEW.actor_id, NEW.actor_label, NEW.verb,
            NEW.subject, NEW.detail)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.organization_id, OLD.at, OLD.actor_id, OLD.actor_label, OLD.verb,
            OLD.subject, OLD.detail)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER accounts_audit_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
"""
BACKWARD = """
DROP TRIGGER accounts_audit_append_only ON accounts_auditentry;
DROP FUNCTION accounts_audit_guard();
"""


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
