"""The requester's side: drafted with the report, issued, settled, taken back, billed by statement."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.errors import ActionError
from accounts.models import AuditEntry
from accounts.times import TOKYO
from dispatch.actions.requests import cancel_request
from dispatch.models import Request
from honoraria.actions import add_version, approve
from honoraria.charges import actions
from honoraria.charges.facts import enter_facts, enter_terms
from honoraria.charges.reading import called_off
from honoraria.models import Charge, Honorarium
from honoraria.months import Month
from honoraria.tariff import preset
from interpreting.actions import return_report
from tests import factories
from tests.factories import NOW
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed, job_of

pytestmark = pytest.mark.usefixtures("clock")
NOVEMBER = Month(2026, 11)
MIC = preset("mic-own-in-prefecture").rules


def tariff_of(city, some_rules, **more):
    return factories.TariffVersionFactory(
        tariff__organization=city, valid_from=date(2020, 4, 1), rules=some_rules, **more
    )


@pytest.fixture
def hospital(city):
    return factories.RequestingBodyFactory(organization=city, name="中央病院")


@pytest.fixture
def charging(city):
    """6,600 yen for two hours; the patient 1,100 and a third of what exceeds, the hospital the rest."""
    return tariff_of(city, MIC, tariff__name="医療通訳の料金")


def visit(hana, coordinator, hospital, minutes=121, **job):
    job = {"body": hospital, "payer": "body", **job}
    return confirmed(hana, coordinator, job=job, minutes=minutes)


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


# --- drafting --------------------------------------------------------------------------------------


def test_a_confirmed_report_gives_two_results_that_differ(
    city, hana, coordinator, hospital, charging
):
    tariff_of(city, rules({"kind": "flat", "amount": 2500, "per": "activity"}))
    report = visit(hana, coordinator, hospital)
    charge, honorarium = Charge.objects.get(), Honorarium.objects.get()
    assert (charge.total, honorarium.total) == (7700, 2500)
    assert [(one["payer"], one["amount"]) for one in charge.shares] == [
        ("患者", 1466),
        ("医療機関", 6234),
    ]
    assert sum(line["amount"] for line in charge.derivation) == 7700
    assert (charge.body, charge.report, charge.state) == (hospital, report, "draft")


def test_one_tariff_for_both_sides_prices_both(city, hana, coordinator, hospital):
    tariff_of(city, preset("mic-kanagawa-medical").rules)
    visit(hana, coordinator, hospital)
    assert (Charge.objects.get().total, Honorarium.objects.get().total) == (4400, 4400)


@pytest.mark.parametrize(
    ("payer", "shares"),
    [
        ("body", [("中央病院", "requester")]),
        ("resident", [("相談者", "resident")]),
        ("organization", [("organization", "organization")]),
        ("none", None),
    ],
)
def test_without_payers_in_the_tariff_the_request_says_who_bears_it(
    city, hana, coordinator, hospital, payer, shares
):
    some_rules = rules({"kind": "flat", "amount": 900, "per": "activity"}) | {"role": "charge"}
    tariff_of(city, some_rules)
    visit(hana, coordinator, hospital, payer=payer)
    found = Charge.objects.first()
    if shares is None:
        assert found is None
        return
    names = [(one["payer"].replace(city.name, "organization"), one["to"]) for one in found.shares]
    assert names == shares


def test_a_tariff_for_volunteers_charges_nobody(city, hana, coordinator, hospital):
    tariff_of(city, preset("shiroi").rules)
    visit(hana, coordinator, hospital)
    assert not Charge.objects.exists()


def test_a_report_that_goes_back_takes_its_draft_along(hana, coordinator, hospital, charging):
    report = visit(hana, coordinator, hospital)
    return_report(report, "時間をご確認ください", by=coordinator, at=NOW)
    assert not Charge.objects.exists()


def test_what_was_issued_keeps_its_report(hana, coordinator, accountant, hospital, charging):
    report = visit(hana, coordinator, hospital)
    actions.issue(Charge.objects.get(), by=accountant, at=NOW)
    code = code_of(lambda: return_report(report, "時間", by=coordinator, at=NOW))
    assert code == "already_issued"
    report.refresh_from_db()
    assert report.state == "confirmed"


def test_drafts_follow_a_new_version_and_issued_ones_do_not(
    hana, minh, coordinator, accountant, hospital, charging
):
    visit(hana, coordinator, hospital)
    actions.issue(Charge.objects.get(), by=accountant, at=NOW)
    visit(minh, coordinator, hospital, start=START + timedelta(days=1))
    dearer = preset("mic-own-out-of-prefecture").rules
    next_day = START.date() + timedelta(days=1)
    add_version(charging.tariff, valid_from=next_day, rules=dearer, by=accountant, at=NOW)
    assert list(Charge.objects.order_by("pk").values_list("total", flat=True)) == [7700, 13200]


# --- facts ---------------------------------------------------------------------------------------


def test_what_the_tariff_asks_is_entered_and_prices_the_charge(
    client_of, accountant, city, hana, coordinator, hospital
):
    tariff_of(city, preset("hice").rules)
    report = confirmed(
        hana,
        coordinator,
        job={"body": hospital, "payer": "body"},
        minutes=120,
        transport="train_bus",
        transport_yen=840,
    )
    assert not Charge.objects.exists()
    client = client_of(accountant)
    page = client.get("/charges/?month=2026-11")
    assert "依頼者の区分が入力されていません" in page.content.decode()
    url = reverse("honoraria:charge_facts", args=[report.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"preparation_minutes": "30", "client": "非営利団体"})
    assert answer.status_code == 302
    charge = Charge.objects.get()
    assert (charge.fee, charge.transport, charge.total) == (11000, 840, 11840)  # example H20


def test_a_requesters_kind_prices_its_drafts(city, hana, coordinator, accountant, hospital):
    tariff_of(city, preset("kitakyushu-medical").rules)
    visit(hana, coordinator, hospital, minutes=240)
    assert Charge.objects.get().total == 4400
    enter_terms(hospital, client="public", membership="corporate", by=accountant, at=NOW)
    assert Charge.objects.get().total == 0


def test_a_second_department_of_the_day_is_not_charged_again(
    city, hana, coordinator, accountant, hospital
):
    tariff_of(city, preset("facil-patient-day").rules)
    report = visit(hana, coordinator, hospital)
    assert Charge.objects.get().total == 2750
    enter_facts(report, {"count": 0}, by=accountant, at=NOW)
    assert Charge.objects.get().total == 0


def test_facts_do_not_change_what_was_issued_or_approved(
    city, hana, coordinator, accountant, hospital
):
    both = rules({"kind": "flat", "amount": 900, "per": "call"}) | {"role": "both"}
    tariff_of(city, both)
    report = visit(hana, coordinator, hospital)
    approve(Honorarium.objects.get(), by=accountant, at=NOW)
    double = {"count": 2}
    code = code_of(lambda: enter_facts(report, double, by=accountant, at=NOW))
    assert code == "already_approved"
    assert Charge.objects.get().total == 900
    assert not hasattr(type(report).objects.get(pk=report.pk), "facts")


def test_the_requesters_own_standard_is_paid_if_it_is_higher(
    city, hana, coordinator, accountant, hospital
):
    standard = rules({"kind": "flat", "amount": 900, "per": "activity"})
    tariff_of(city, standard | {"requester_standard": "if_higher"})
    report = visit(hana, coordinator, hospital)
    assert not Honorarium.objects.exists()  # nobody knows the requester's standard yet
    enter_facts(report, {"requester_amount": 3000}, by=accountant, at=NOW)
    assert Honorarium.objects.get().total == 3000


# --- issuing, settling, taking back -----------------------------------------------------------------


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


# --- what was called off ---------------------------------------------------------------------------

# example H31..H35: booked two hours at 5,000 yen, on a Monday after a weekend
CANCELLED = [
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 26, 16, 0), 0, 0),
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 26, 17, 1), 0, 5000),
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 27, 17, 30), 1000, 11000),
    (datetime(2026, 11, 24, 10, 0), datetime(2026, 11, 20, 16, 0), 1000, 5000),
]


def called_off_at(hana, start, at, by="resident", **job):
    booking = job_of(hana, start=start, minutes=120, payer="body", **job)
    cancel_request(booking.request, cancelled_by=by, reason="都合により", by=None, at=at)
    return booking


@pytest.mark.parametrize(("start", "at", "transport", "expected"), CANCELLED)
def test_a_cancellation_is_charged_as_the_tariff_says(
    city, hana, accountant, hospital, start, at, transport, expected
):
    tariff_of(city, preset("kotosapo").rules)
    start, at = start.replace(tzinfo=TOKYO), at.replace(tzinfo=TOKYO)
    booking = called_off_at(hana, start, at, body=hospital)
    assert [row.assignment for row in called_off(city, NOVEMBER)] == [booking]
    do = {"transport": transport, "by": accountant, "at": at}
    if not expected:
        assert code_of(lambda: actions.charge_cancellation(booking, **do)) == "nothing_due"
        return
    charge = actions.charge_cancellation(booking, **do)
    assert (charge.total, charge.kind, charge.body) == (expected, "cancelled", hospital)
    assert code_of(lambda: actions.charge_cancellation(booking, **do)) == "charged"
    assert called_off(city, NOVEMBER)[0].charge == charge


def test_the_page_lists_cancellations_and_makes_the_charge(
    client_of, accountant, city, hana, hospital
):
    tariff_of(city, preset("kotosapo").rules)
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    booking = called_off_at(hana, start, datetime(2026, 11, 26, 17, 1, tzinfo=TOKYO), body=hospital)
    client = client_of(accountant)
    page = client.get("/charges/?month=2026-11").content.decode()
    assert "取消料 10,000円 × 50% = 5,000円" in page
    client.post(reverse("honoraria:charge_cancelled", args=[booking.pk]), {"transport": "0"})
    charge = Charge.objects.get()
    assert charge.total == 5000
    client.post(reverse("honoraria:charge_remove", args=[charge.pk]))
    assert not Charge.objects.exists()


@pytest.mark.parametrize("who", [Request.CancelledBy.ORGANIZATION, Request.CancelledBy.INTERPRETER])
def test_what_the_desk_or_the_interpreter_called_off_is_not_charged(city, hana, hospital, who):
    tariff_of(city, preset("kotosapo").rules)
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    called_off_at(hana, start, start - timedelta(hours=1), by=who, body=hospital)
    assert called_off(city, NOVEMBER) == []


# --- statements and levies -------------------------------------------------------------------------


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
