"""Charges that go out: issued, paid, taken back, on a statement, levied once a year."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from accounts.times import TOKYO
from honoraria.charges import actions
from honoraria.models import Charge
from tests import factories
from tests.factories import NOW
from tests.honoraria.charges.charging import MIC, code_of, tariff_of, visit
from tests.interpreting.reporting import START

pytestmark = pytest.mark.usefixtures("clock")


def test_a_month_is_issued_except_what_is_held_back(
    client_of, accountant, hana, minh, coordinator, hospital, charging
):
    visit(hana, coordinator, hospital)
    visit(minh, coordinator, hospital)
    first, second = Charge.objects.order_by("pk")
    data = {"month": "2026-11", "scope": "page", "shown": [first.pk, second.pk], "hold": second.pk}
    client_of(accountant).post("/charges/issue/", data)
    assert list(Charge.objects.order_by("pk").values_list("state", flat=True)) == [
        "issued",
        "draft",
    ]
    assert AuditEntry.objects.get(verb="charges.issued").detail["total"] == 7700


def test_a_charge_is_paid_and_the_note_is_taken_back(
    client_of, accountant, hana, coordinator, hospital, charging
):
    visit(hana, coordinator, hospital)
    charge = Charge.objects.get()
    client = client_of(accountant)
    page = client.get(reverse("honoraria:charge", args=[charge.pk])).content.decode()
    assert "超過 1分→1時間 × 1,100円 = 1,100円" in page
    assert "1,466円" in page
    client.post(reverse("honoraria:charge_issue", args=[charge.pk]), {"seen_total": "7700"})
    client.post(reverse("honoraria:charge_settle", args=[charge.pk]), {"on": "2026-11-20"})
    charge.refresh_from_db()
    assert (charge.state, charge.settled_on) == ("settled", date(2026, 11, 20))
    actions.unsettle(charge, by=accountant, at=NOW)
    charge.refresh_from_db()
    assert (charge.state, charge.settled_on) == ("issued", None)


def test_nothing_is_paid_in_the_future_or_at_another_amount(
    accountant, hana, coordinator, hospital, charging
):
    visit(hana, coordinator, hospital)
    charge = Charge.objects.get()
    seen = code_of(lambda: actions.issue(charge, by=accountant, at=NOW, seen_total=1))
    assert seen == "changed_meanwhile"
    actions.issue(charge, by=accountant, at=NOW)
    tomorrow = NOW.astimezone(TOKYO).date() + timedelta(days=1)
    assert code_of(lambda: actions.settle(charge, tomorrow, by=accountant, at=NOW)) == "future"
    assert code_of(lambda: actions.issue(charge, by=accountant, at=NOW)) == "wrong_state"


def test_an_issued_charge_is_taken_back_and_priced_anew(
    city, hana, coordinator, accountant, hospital, charging
):
    report = visit(hana, coordinator, hospital)
    charge = Charge.objects.get()
    assert code_of(lambda: actions.reverse(charge, "x", by=accountant, at=NOW)) == "not_issued"
    charge = actions.issue(charge, by=accountant, at=NOW)
    later = datetime(2026, 12, 3, 10, 0, tzinfo=TOKYO)
    reversal = actions.reverse(charge, "時間の誤り", by=accountant, at=later)
    assert reversal.total == -7700
    assert sum(one["amount"] for one in reversal.shares) == -7700
    assert (reversal.booked_on, reversal.activity_date) == (date(2026, 12, 3), START.date())
    assert code_of(lambda: actions.reverse(charge, "x", by=accountant, at=later)) == (
        "has_correction"
    )
    anew = actions.draft_charge(report, accountant, later)
    assert (anew.corrects, anew.total, anew.booked_on) == (reversal, 7700, date(2026, 12, 3))
    assert Charge.objects.standing().get() == anew


def test_a_statement_has_what_the_body_bears_of_what_was_issued(
    client_of, accountant, hana, minh, coordinator, hospital, charging
):
    visit(hana, coordinator, hospital)
    visit(minh, coordinator, hospital)
    actions.issue(Charge.objects.order_by("pk")[0], by=accountant, at=NOW)
    client = client_of(accountant)
    assert "6,234円" in client.get("/charges/?month=2026-11").content.decode()
    url = reverse("honoraria:charge_statement", args=[hospital.pk, "2026-11"])
    answer = client.get(url)
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert answer["Content-Type"] == "application/pdf"
    assert "中央病院" in text
    assert "6,234 円" in text
    assert text.count("6,234") == 2  # the sum and its one line; the draft is not billed
    assert AuditEntry.objects.filter(verb="charge.statement").count() == 1


def test_a_levy_is_charged_once_a_year(client_of, accountant, city, hospital):
    levied = tariff_of(city, {**MIC, "levy": {"payer": "医療機関", "amount": 30000}})
    client = client_of(accountant)
    assert "年額30,000円" in client.get("/charges/requesters/").content.decode()
    for _ in range(2):
        client.post("/charges/requesters/levies/", {"version": levied.pk, "body": hospital.pk})
    charge = Charge.objects.get()
    assert (charge.total, charge.kind, charge.fiscal_year) == (30000, "levy", 2026)


def test_another_towns_charges_are_not_there(client_of, town, accountant, city):
    stranger = factories.MembershipFactory(organization=town, role="accountant").user
    body = factories.RequestingBodyFactory(organization=city)
    client = client_of(stranger)
    assert client.get(reverse("honoraria:requester", args=[body.pk])).status_code == 404
    assert "件数" in client.get("/charges/").content.decode()
