"""From a report to an amount, the whole way: handed in, confirmed, priced by the tariff of its day.

The figures are the worked examples of `tests/data/money_examples.json`.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry
from accounts.times import TOKYO
from honoraria.actions import draft_honorarium, draft_missing
from honoraria.models import Honorarium
from honoraria.months import Month, missing
from honoraria.tariff import preset, presets
from interpreting.actions import confirm_report, return_report, submit_report
from interpreting.models import Report
from tests import factories
from tests.factories import NOW
from tests.honoraria.tariff_builders import base_step, brackets, rules
from tests.interpreting.reporting import START, confirmed, draft_of, reported, typed

EXAMPLES = json.loads((Path(__file__).parent.parent / "data" / "money_examples.json").read_text())
EXAMPLES = {
    one["id"]: one for one in (EXAMPLES if isinstance(EXAMPLES, list) else EXAMPLES["examples"])
}
NOVEMBER = Month(2026, 11)


def tariff_of(city, some_rules, *, since=date(2020, 4, 1), until=None, **more):
    return factories.TariffVersionFactory(
        tariff__organization=city,
        valid_from=since,
        valid_to=until,
        rules=some_rules,
        **{name if name == "modes" else f"tariff__{name}": value for name, value in more.items()},
    )


def rules_of(example):
    given = example["input"]
    if "table" in given:
        return rules(brackets(given["table"]["bands"]))
    first, step = (
        (given["first_minutes"], given["first_amount"]),
        (given["step_minutes"], given["step_amount"]),
    )
    flat = given.get("transport_flat")
    transport = {"kind": "flat", "amount": flat} if flat else {"kind": "included"}
    return rules(base_step(*first, *step), transport)


# --- worked examples -------------------------------------------------------------------------------

BY_MINUTES = [
    one["id"]
    for one in EXAMPLES.values()
    if one["fn"] in {"honorarium.bands", "honorarium.first_plus_step"}
]


def test_no_example_is_left_out():
    assert len(BY_MINUTES) >= 11


@pytest.mark.parametrize("key", BY_MINUTES)
def test_a_report_through_the_pages_gives_the_published_amount(
    client_of, coordinator, accountant, city, hana, clock, key
):
    example = EXAMPLES[key]
    tariff_of(city, rules_of(example))
    job = reported_on_paper(client_of(coordinator), hana, example["input"]["minutes"])
    client_of(coordinator).post(
        reverse("reports:confirm", args=[job.pk]), {"seen": job.submitted_at.isoformat()}
    )
    page = client_of(accountant).get("/honoraria/?month=2026-11")
    assert [entry.total for entry in page.context["page"]] == [example["expected"]["amount"]]
    assert page.context["totals"].total == example["expected"]["amount"]


def reported_on_paper(client, hana, minutes):
    from tests.interpreting.reporting import job_of

    job = job_of(hana)
    client.post(reverse("reports:enter", args=[job.pk]), typed(minutes=minutes))
    return Report.objects.get(assignment=job)


@pytest.mark.parametrize("key", ["H27", "H28"])
def test_transport_is_paid_up_to_its_cap(city, hana, coordinator, key):
    given, expected = EXAMPLES[key]["input"], EXAMPLES[key]["expected"]["amount"]
    fee = {"kind": "flat", "amount": 2500, "per": "activity"}
    tariff_of(city, rules(fee, {"kind": "actual_capped", "cap": given["cap"]}))
    confirmed(hana, coordinator, transport="train_bus", transport_yen=given["actual"])
    entry = Honorarium.objects.get()
    assert (entry.fee, entry.transport, entry.total) == (2500, expected, 2500 + expected)


def test_a_translation_is_paid_by_the_page(city, hana, coordinator):
    example = EXAMPLES["H13"]
    fee = {
        "kind": "per_page",
        "size": 1,
        "amount": example["input"]["per_page"],
        "rounding": {"method": "ceil"},
    }
    tariff_of(city, rules(fee, {"kind": "none"}), modes=["translation"])
    confirmed(
        hana, coordinator, job={"mode": "translation"}, amount_units=example["input"]["pages"]
    )
    assert Honorarium.objects.get().fee == example["expected"]["amount"]


def test_the_day_of_the_activity_decides_the_version(city, hana, coordinator):
    example = EXAMPLES["H06"]["input"]
    old, new = example["versions"]
    begins = date.fromisoformat(new["from"])
    version = tariff_of(
        city,
        rules(brackets(old["table"]["bands"])),
        since=date.fromisoformat(old["from"]),
        until=begins - timedelta(days=1),
    )
    version.tariff.versions.create(valid_from=begins, rules=rules(brackets(new["table"]["bands"])))
    for day, minutes in example["activity"]:
        start = datetime.combine(date.fromisoformat(day), START.timetz())
        confirmed(hana, coordinator, job={"start": start}, minutes=minutes)
    fees = list(Honorarium.objects.order_by("activity_date").values_list("fee", flat=True))
    assert fees == EXAMPLES["H06"]["expected"]["amount"]


def test_midnight_in_tokyo_decides_month_and_version(city, hana, coordinator):
    """23:30 on 31 March is 14:30 UTC; 0:10 on 1 April is still 31 March in UTC."""
    version = tariff_of(city, rules({"kind": "flat", "amount": 1, "per": "activity"}),
                        until=date(2026, 3, 31))  # fmt: skip
    version.tariff.versions.create(
        valid_from=date(2026, 4, 1), rules=rules({"kind": "flat", "amount": 2, "per": "activity"})
    )
    for start in (
        datetime(2026, 3, 31, 23, 30, tzinfo=TOKYO),
        datetime(2026, 4, 1, 0, 40, tzinfo=TOKYO),
    ):
        confirmed(hana, coordinator, job={"start": start, "minutes": 60})
    found = Honorarium.objects.order_by("id").values_list("activity_date", "minutes", "fee")
    assert list(found) == [(date(2026, 3, 31), 60, 1), (date(2026, 4, 1), 60, 2)]


def test_every_published_tariff_for_volunteers_gives_an_amount(city, hana, coordinator):
    version = tariff_of(city, factories.BRACKETS)
    report = confirmed(hana, coordinator, transport="car", distance_km=8)
    count = 0
    for one in presets():
        if one.role == "charge":
            continue
        if one.rules["fee"]["kind"].startswith(("per_page", "char", "word")):
            continue
        version.rules = one.rules
        version.save()
        entry = draft_honorarium(report, coordinator, NOW)
        assert entry is not None, one.id
        assert sum(line["amount"] for line in entry.derivation) == entry.total, one.id
        count += 1
    assert count >= 5


def test_the_derivation_is_kept_step_by_step(city, hana, coordinator):
    tariff_of(city, preset("mic-kanagawa-medical").rules)
    confirmed(hana, coordinator, job={"minutes": 181})
    texts = [line["text"] for line in Honorarium.objects.get().derivation]
    assert texts[:2] == ["2時間まで 3,300円", "超過 61分→2時間 × 1,100円 = 2,200円"]


# --- which tariff ----------------------------------------------------------------------------------


def flat(amount):
    return rules({"kind": "flat", "amount": amount, "per": "activity"})


def test_the_smallest_priority_that_fits_is_taken(city, town, hana, coordinator):
    tariff_of(city, flat(100), priority=50, modes=["video"])
    tariff_of(city, flat(200), priority=60)
    tariff_of(city, flat(300), priority=70)
    tariff_of(city, {**flat(400), "role": "charge"}, priority=10)
    tariff_of(city, flat(500), priority=20, until=date(2026, 3, 31))
    tariff_of(town, flat(600), priority=1)
    confirmed(hana, coordinator)
    assert Honorarium.objects.get().fee == 200


def test_a_visit_that_was_done_by_video_is_paid_as_video(city, hana, coordinator):
    tariff_of(city, flat(100), modes=["video"])
    confirmed(hana, coordinator, job={"remote": True})
    assert Honorarium.objects.get().fee == 100


# --- what cannot be priced -------------------------------------------------------------------------


def why(city):
    return [(one.code, one.who, one.count) for one in missing(city, NOVEMBER, NOW)]


def test_without_a_tariff_the_report_is_listed_with_the_reason(city, hana, coordinator):
    report = confirmed(hana, coordinator)
    assert report.state == Report.State.CONFIRMED
    assert not Honorarium.objects.exists()
    assert why(city) == [("no_tariff", "経理", 1)]
    assert AuditEntry.objects.filter(verb="honorarium.unpriced").count() == 1


def test_what_the_report_lacks_is_for_the_coordinator(city, hana, coordinator):
    per_km = {
        "kind": "per_km",
        "amount": 30,
        "free_km": 5,
        "free_end": "<=",
        "counted": "excess",
        "km_rounding": "floor",
        "yen_rounding": "floor",
    }
    tariff_of(city, rules({"kind": "none"}, per_km))
    report = confirmed(hana, coordinator)
    assert why(city) == [("missing_input", "コーディネーター", 1)]
    return_report(report, "距離をお願いします。", by=coordinator, at=NOW)
    job = report.assignment
    submit_report(
        job, draft_of(job, transport="car", distance_km=12), via="desk", by=coordinator, at=NOW
    )
    confirm_report(report, by=coordinator, at=NOW)
    assert Honorarium.objects.get().transport == 210
    assert why(city) == []


def test_broken_rules_stop_nothing_but_the_price(city, hana, coordinator):
    tariff_of(city, {"role": "payout", "fee": {"kind": "guess"}, "transport": {"kind": "none"}})
    confirmed(hana, coordinator)
    assert why(city) == [("invalid_rules", "経理", 1)]


def test_a_tariff_that_comes_later_prices_what_waited(city, hana, coordinator):
    confirmed(hana, coordinator)
    confirmed(hana, coordinator, job={"start": START - timedelta(days=1), "mode": "phone"})
    tariff_of(city, flat(700), modes=["accompany"])
    assert draft_missing(city, NOVEMBER, coordinator, NOW) == (1, 1)
    assert Honorarium.objects.get().fee == 700


def test_everything_a_month_lacks_is_counted(city, town, hana, coordinator):
    from tests.interpreting.reporting import job_of

    tariff_of(city, flat(1))
    job_of(hana)
    reported(hana, job={"start": START - timedelta(days=1)})
    reported(hana, job={"start": START - timedelta(days=2)})
    back = reported(hana, job={"start": START - timedelta(days=3)})
    return_report(back, "理由", by=coordinator, at=NOW)
    confirmed(hana, coordinator, job={"start": START - timedelta(days=4)})
    job_of(factories.VolunteerFactory(organization=town))
    job_of(hana, start=START - timedelta(days=40))  # another month
    assert why(city) == [
        ("missing", "ボランティア", 1),
        ("waiting", "コーディネーター", 2),
        ("returned", "ボランティア", 1),
    ]


# --- again -----------------------------------------------------------------------------------------


def test_a_report_that_goes_back_takes_its_draft_along(city, hana, coordinator):
    tariff_of(city, flat(900))
    report = confirmed(hana, coordinator)
    assert Honorarium.objects.count() == 1
    return_report(report, "もう一度", by=coordinator, at=NOW)
    assert not Honorarium.objects.exists()
    submit_report(report.assignment, draft_of(report.assignment), via="volunteer", by=None, at=NOW)
    confirm_report(report, by=coordinator, at=NOW)
    assert Honorarium.objects.get().fee == 900


def test_pricing_a_draft_again_changes_it_in_place(city, hana, coordinator):
    version = tariff_of(city, flat(900))
    report = confirmed(hana, coordinator)
    version.rules = flat(950)
    version.save()
    draft_honorarium(report, coordinator, NOW)
    assert Honorarium.objects.get().fee == 950


@pytest.mark.parametrize("state", ["approved", "closed", "paid"])
def test_what_is_approved_is_neither_priced_again_nor_sent_back(
    city, hana, coordinator, accountant, state
):
    tariff_of(city, flat(900))
    report = confirmed(hana, coordinator)
    Honorarium.objects.update(state=state, approved_by=accountant, approved_at=NOW)
    for attempt in (
        lambda: draft_honorarium(report, coordinator, NOW),
        lambda: return_report(report, "理由", by=coordinator, at=NOW),
    ):
        with pytest.raises(ActionError) as refused:
            attempt()
        assert refused.value.code == "already_approved"
    report.refresh_from_db()
    assert report.state == Report.State.CONFIRMED


def test_only_confirmed_reports_are_priced(hana, coordinator):
    with pytest.raises(ActionError) as refused:
        draft_honorarium(reported(hana), coordinator, NOW)
    assert refused.value.code == "not_confirmed"
