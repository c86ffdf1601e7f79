"""How a tariff is paid and taxed, and what it applies to, belong to its versions.

So a tariff that priced an approved entry or an issued charge never changes, it is succeeded: the
database refuses another change of such a version. Its last day may come later, when the next one
begins. The name is only a label; what was printed is copied to entry and charge. Triggers that guard
closed months look away while the names are filled in: they protect amounts and days.
"""

from django.db import migrations, models

PAID_BY = [
    ("bank", "口座振込"),
    ("cash", "現金"),
    ("gift_card", "図書カード等"),
    ("requester", "依頼者が本人に直接支払"),
    ("none", "支払なし（実費のみ）"),
]
TAX = [
    ("withheld", "源泉徴収する（通訳・翻訳の報酬）"),
    ("sign_language", "源泉徴収しない（手話通訳）"),
    ("expenses", "源泉徴収しない（実費の弁償のみ）"),
    ("gift", "図書カード等（団体の決定による）"),
]
TRANSPORT_TO = [("person", "本人に支払う"), ("carrier", "団体が交通機関に直接支払う")]
COPY = """
UPDATE honoraria_tariffversion v
SET paid_by = t.paid_by, tax = t.tax, transport_to = t.transport_to, modes = t.modes
FROM honoraria_tariff t WHERE t.id = v.tariff_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
BACK = """
UPDATE honoraria_tariff t
SET paid_by = v.paid_by, tax = v.tax, transport_to = v.transport_to, modes = v.modes
FROM (SELECT DISTINCT ON (tariff_id) * FROM honoraria_tariffversion
      ORDER BY tariff_id, valid_from DESC) v
WHERE t.id = v.tariff_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
NAME = """
ALTER TABLE honoraria_honorarium DISABLE TRIGGER USER;
UPDATE honoraria_honorarium e SET tariff_name = t.name
FROM honoraria_tariffversion v JOIN honoraria_tariff t ON t.id = v.tariff_id
WHERE v.id = e.tariff_version_id;
UPDATE honoraria_charge e SET tariff_name = t.name
FROM honoraria_tariffversion v JOIN honoraria_tariff t ON t.id = v.tariff_id
WHERE v.id = e.tariff_version_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE honoraria_honorarium ENABLE TRIGGER USER;
"""
GUARD = """
CREATE FUNCTION used_tariff_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM honoraria_honorarium
               WHERE tariff_version_id = OLD.id AND state <> 'draft')
       OR EXISTS (SELECT 1 FROM honoraria_charge
                  WHERE tariff_version_id = OLD.id AND state <> 'draft') THEN
        RAISE EXCEPTION 'version % of tariff % is in use', OLD.id, OLD.tariff_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'used_tariff_versions_stay',
                  TABLE = 'honoraria_tariffversion';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER used_tariff_version_stays BEFORE UPDATE ON honoraria_tariffversion
    FOR EACH ROW WHEN (to_jsonb(OLD) - 'valid_to' IS DISTINCT FROM to_jsonb(NEW) - 'valid_to')
    EXECUTE FUNCTION used_tariff_version_stays();
"""
UNGUARD = """
DROP TRIGGER used_tariff_version_stays ON honoraria_tariffversion;
DROP FUNCTION used_tariff_version_stays();
"""


def _terms() -> dict[str, models.Field]:
    return {
        "paid_by": models.CharField("支払方法", max_length=10, choices=PAID_BY, default="bank"),
        "tax": models.CharField(
            "源泉徴収", max_length=16, choices=TAX, default="withheld", help_text="see `Tax`"
        ),
        "transport_to": models.CharField(
            "交通費の支払先", max_length=8, choices=TRANSPORT_TO, default="person"
        ),
        "modes": models.JSONField(
            default=list, blank=True, help_text="modes it applies to; empty means every mode"
        ),
    }


def _name() -> models.CharField:
    return models.CharField(
        "基準の名称",
        max_length=120,
        blank=True,
        help_text="as it was called when the amount was computed",
    )


class Migration(migrations.Migration):
    """See the module docstring."""

    dependencies = [("honoraria", "0012_charge_consumption_tax")]

    operations = [
        *(migrations.AddField("tariffversion", name, one) for name, one in _terms().items()),
        migrations.RunSQL(COPY, BACK),
        *(migrations.RemoveField("tariff", name) for name in _terms()),
        migrations.AddField("honorarium", "tariff_name", _name()),
        migrations.AddField("charge", "tariff_name", _name()),
        migrations.RunSQL(NAME, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
