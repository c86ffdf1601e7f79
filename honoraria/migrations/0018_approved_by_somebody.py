"""An entry leaves the draft only with somebody who approved it, and keeps that name.

The action sees to it; the database does for whatever else writes entries. Entries that are brought in
from elsewhere as approved are not asked, since their approver may have no account here.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION honorarium_is_approved_by_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'honorarium % was approved by nobody', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_honorarium_has_an_approver',
              TABLE = 'honoraria_honorarium';
END $$;
CREATE TRIGGER honorarium_is_approved_by_somebody BEFORE UPDATE ON honoraria_honorarium
    FOR EACH ROW WHEN (
        NEW.state <> 'draft'
        AND (NEW.approved_by_id IS NULL AND (OLD.state = 'draft' OR OLD.approved_by_id IS NOT NULL)
             OR NEW.approved_at IS NULL AND (OLD.state = 'draft' OR OLD.approved_at IS NOT NULL))
    ) EXECUTE FUNCTION honorarium_is_approved_by_somebody();
"""
BACKWARD = """
DROP TRIGGER honorarium_is_approved_by_somebody ON honoraria_honorarium;
DROP FUNCTION honorarium_is_approved_by_somebody();
"""


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [("honoraria", "0017_register_stays")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
