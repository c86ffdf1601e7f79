"""A version that was used never changes: neither its rules nor how it is paid, taxed and chosen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import ActionError
from honoraria.actions import add_version, approve, change_version, update_tariff
from honoraria.charges import actions as charges
from honoraria.models import Charge, Honorarium, TariffVersion
from tests import factories
from tests.factories import NOW
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed

pytestmark = pytest.mark.usefixtures("clock")
FLAT = rules({"kind": "flat", "amount": 900, "per": "activity"})
CHARGE = rules({"kind": "flat", "amount": 5000, "per": "activity"}, role="charge")
LATER = START.date() + timedelta(days=1)


@pytest.fixture
def version(city):
    return factories.TariffVersionFactory(tariff__organization=city, rules=FLAT)


@pytest.fixture
def charging(city):
    """The tariff of charges, and nothing else."""
    return factories.TariffVersionFactory(tariff__organization=city, rules=CHARGE)


def approved(volunteer, coordinator, accountant):
    confirmed(volunteer, coordinator)
    return approve(Honorarium.objects.latest("pk"), by=accountant, at=NOW)


@pytest.mark.parametrize(
    "terms",
    [
        {"paid_by": "cash"},
        {"tax": "sign_language"},
        {"transport_to": "carrier"},
        {"modes": ["phone"]},
    ],
)
def test_ways_of_paying_and_tax_of_a_used_version_stay(
    version, hana, coordinator, accountant, terms
):
    approved(hana, coordinator, accountant)
    with pytest.raises(ActionError) as refused:
        change_version(
            version, valid_from=version.valid_from, rules=FLAT, terms=terms, by=accountant, at=NOW
        )
    assert refused.value.code == "version_in_use"
    with pytest.raises(IntegrityError, match="in use"), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(**terms)


def test_a_late_report_is_paid_as_the_version_of_its_day_says(
    city, version, hana, minh, coordinator, accountant
):
    approved(hana, coordinator, accountant)
    cash = {"paid_by": "cash", "tax": "expenses"}
    after = add_version(
        version.tariff, valid_from=LATER, rules=FLAT, terms=cash, by=accountant, at=NOW
    )
    confirmed(minh, coordinator)
    confirmed(minh, coordinator, job={"start": START + timedelta(days=1)})
    late, new = Honorarium.objects.filter(volunteer=minh).order_by("activity_date")
    assert (late.tariff_version, late.paid_by, late.tax) == (version, "bank", "withheld")
    assert (new.tariff_version, new.paid_by, new.tax) == (after, "cash", "expenses")


def test_a_successor_takes_over_what_is_not_said(version, accountant):
    TariffVersion.objects.update(paid_by="cash", modes=["phone"], transport_to="carrier")
    after = add_version(
        version.tariff,
        valid_from=LATER,
        rules=FLAT,
        terms={"tax": "sign_language"},
        by=accountant,
        at=NOW,
    )
    assert (after.paid_by, after.modes, after.transport_to) == ("cash", ["phone"], "carrier")
    assert after.tax == "sign_language"


def test_a_used_version_ends_when_the_next_begins(version, hana, coordinator, accountant):
    approved(hana, coordinator, accountant)
    add_version(version.tariff, valid_from=LATER, rules=FLAT, by=accountant, at=NOW)
    version.refresh_from_db()
    assert version.valid_to == START.date()


def test_entries_keep_the_name_under_which_they_were_priced(
    version, hana, minh, coordinator, accountant
):
    first = approved(hana, coordinator, accountant)
    confirmed(minh, coordinator)
    before = version.tariff.name
    update_tariff(version.tariff, name="新しい名称", priority=5, by=accountant, at=NOW)
    names = dict(Honorarium.objects.values_list("volunteer", "tariff_name"))
    assert names == {hana.pk: before, minh.pk: "新しい名称"}
    assert first.tariff_name == before


def test_the_tariff_of_an_issued_charge_stays(city, charging, hana, coordinator, accountant):
    body = factories.RequestingBodyFactory(organization=city)
    confirmed(hana, coordinator, job={"body": body, "payer": "body"})
    charge = Charge.objects.get()
    dearer = rules({"kind": "flat", "amount": 9000, "per": "activity"}, role="charge")
    change = {"valid_from": charging.valid_from, "rules": dearer, "by": accountant, "at": NOW}
    change_version(charging, **change)  # nothing was issued yet
    charges.issue(charge, by=accountant, at=NOW)
    with pytest.raises(ActionError) as refused:
        change_version(charging, **change | {"rules": CHARGE})
    assert refused.value.code == "version_in_use"
    with pytest.raises(ActionError) as refused:
        add_version(
            charging.tariff, valid_from=date(2026, 11, 1), rules=CHARGE, by=accountant, at=NOW
        )
    assert "料金が請求済み" in refused.value.text
    with pytest.raises(IntegrityError, match="in use"), transaction.atomic():
        TariffVersion.objects.filter(pk=charging.pk).update(rules=CHARGE)
    assert Charge.objects.get().total == 9000
