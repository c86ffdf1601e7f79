"""Charges belong to the books: what was issued in a closed month stays, drafts move on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from honoraria.charges import actions
from honoraria.closing.checklist import checklist
from honoraria.models import Charge
from interpreting.actions import confirm_report
from tests import factories
from tests.factories import NOW
from tests.honoraria.closing.months_of import AFTER, NOVEMBER, close
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed, reported

pytestmark = pytest.mark.usefixtures("clock")
FLAT = rules({"kind": "flat", "amount": 5000, "per": "activity"}, role="charge")


@pytest.fixture
def hospital(city):
    factories.TariffVersionFactory(tariff__organization=city, rules=FLAT)
    return factories.RequestingBodyFactory(organization=city, name="中央病院")


def job(hospital, **more):
    return {"body": hospital, "payer": "body", **more}


@pytest.fixture
def issued(city, hana, hospital, coordinator, accountant):
    """A charge of November; nothing was paid to the volunteer for it."""
    confirmed(hana, coordinator, job=job(hospital))
    return actions.issue(Charge.objects.get(), by=accountant, at=NOW)


def shut(city, accountant):
    """November is closed, as if there were no honoraria to price."""
    from honoraria.closing.books import lock_books

    with transaction.atomic():
        books = lock_books(city)
        books.closed_through = NOVEMBER.last
        books.save()


def refused(attempt, words):
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        attempt()


def test_a_charge_of_a_closed_month_is_booked_into_the_open_one(city, hana, hospital, accountant):
    report = reported(hana, job=job(hospital))
    shut(city, accountant)
    confirm_report(report, by=None, at=AFTER)
    charge = Charge.objects.get()
    assert (charge.activity_date, charge.booked_on) == (START.date(), date(2026, 12, 1))
    actions.draft_charge(report, None, AFTER + timedelta(days=40))
    assert Charge.objects.get().booked_on == date(2026, 12, 1)


def test_a_month_is_closed_with_its_charges_issued_and_the_drafts_move_on(
    city, hana, minh, hospital, issued, coordinator, accountant
):
    both = rules({"kind": "flat", "amount": 900, "per": "activity"})
    factories.TariffVersionFactory(tariff__organization=city, rules=both)
    from honoraria.actions import approve_all, draft_missing

    confirmed(minh, coordinator, job=job(hospital))
    draft_missing(city, NOVEMBER, None, NOW)
    approve_all(city, NOVEMBER, by=accountant, at=NOW)
    found = {one.code: one for one in checklist(city, NOVEMBER, AFTER)}
    assert (found["charges"].count, found["charges"].blocks) == (1, False)
    close(city, NOVEMBER, accountant)
    assert dict(Charge.objects.values_list("state", "booked_on")) == {
        "issued": START.date(),
        "draft": date(2026, 12, 1),
    }


@pytest.mark.parametrize(
    "values",
    [
        {"fee": F("fee") + 1, "total": F("total") + 1},
        {"booked_on": date(2026, 12, 1)},
        {"state": "draft"},
        {"reason": "あとから"},
    ],
)
def test_what_was_issued_never_changes(issued, values):
    refused(lambda: Charge.objects.filter(pk=issued.pk).update(**values), "was issued")
    refused(issued.delete, "was issued")


def test_a_closed_month_takes_no_charge_and_keeps_every_one(city, issued, accountant):
    shut(city, accountant)
    issued.pk, issued.state, issued.corrects = None, "draft", Charge.objects.get()
    issued._state.adding = True
    refused(issued.save, "lies in a closed month")


def test_money_for_a_closed_month_is_still_noted_and_a_reversal_is_booked_later(
    city, issued, accountant
):
    shut(city, accountant)
    actions.settle(issued, AFTER.date(), by=accountant, at=AFTER)
    actions.unsettle(issued, by=accountant, at=AFTER)
    reversal = actions.reverse(issued, "誤り", by=accountant, at=AFTER)
    assert reversal.booked_on == AFTER.date()


@pytest.mark.parametrize("seen", [None, "abc", "4999"])
def test_only_the_amount_that_was_shown_is_issued(
    client_of, hana, hospital, coordinator, accountant, seen
):
    confirmed(hana, coordinator, job=job(hospital))
    charge = Charge.objects.get()
    data = {} if seen is None else {"seen_total": seen}
    page = client_of(accountant).post(
        reverse("honoraria:charge_issue", args=[charge.pk]), data, follow=True
    )
    assert "状態が変わったため" in page.content.decode()
    charge.refresh_from_db()
    assert charge.state == "draft"
