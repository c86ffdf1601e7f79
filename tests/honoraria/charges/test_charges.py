"""The requester's side: drafted with the report, priced by facts, taken along when it goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from honoraria.actions import add_version, approve
from honoraria.charges import actions
from honoraria.charges.facts import enter_facts, enter_terms
from honoraria.models import Charge, Honorarium
from honoraria.tariff import preset
from interpreting.actions import return_report
from tests.factories import NOW
from tests.honoraria.charges.charging import code_of, tariff_of, visit
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed

pytestmark = pytest.mark.usefixtures("clock")


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
