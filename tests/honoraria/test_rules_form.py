"""The form of a tariff's rules: every rule has a field, nothing is lost, the preview follows."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, settings

from honoraria.coverage import gaps, overlaps
from honoraria.models import Honorarium, PaidBy, Tax, TransportTo
from honoraria.rules_form import RulesForm, conditions, initial_of
from honoraria.tariff import preset, presets
from honoraria.tariff.conditions import NAMES
from interpreting.models import Report
from tests import factories
from tests.honoraria.tariff_builders import CEIL, base_step, brackets, rules
from tests.honoraria.test_tariff_pages import FLAT, data_of, tariff_data
from tests.honoraria.test_tariff_properties import whole_rules
from tests.interpreting.reporting import START, confirmed
from volunteers.models import Field

pytestmark = pytest.mark.usefixtures("clock")

EVERYTHING = {
    "role": "both",
    "fee": {
        **brackets([(0, 60, 1000), (60, 120, 2000)], end="<="),
        "beyond": {"size": 30, "amount": 500, "rounding": {"method": "grace", "grace": 10}},
    },
    "transport": {
        "kind": "per_km",
        "amount": 30,
        "free_km": 2,
        "free_end": "<=",
        "counted": "excess",
        "km_rounding": "floor",
        "yen_rounding": "half_up",
        "cap": 900,
    },
    "waiting": "not_counted",
    "minimum": 1500,
    "maximum": 20000,
    "max_minutes": 480,
    "requester_standard": "if_higher",
    "consumption_tax": "included",
    "overrides": [
        {
            "label": "夜間",
            "when": {"starts": {"from": "22:00", "to": "05:00"}, "language": ["vi", "zh-TW"]},
            "fee": base_step(60, 5000, 30, 1500),
            "minimum": None,
        },
        {
            "when": {"mode": ["video", "phone"], "field": ["medical"], "area": ["東区", "西区"]},
            "fee": {"kind": "per_word", "size": 100, "amount": 300, "rounding": CEIL},
            "transport": {"kind": "none"},
        },
        {"when": {"remote": True, "membership": ["corporate"]}, "maximum": 3000},
    ],
    "surcharges": [
        {
            "label": "休日",
            "when": {"day": ["saturday", "sunday", "holiday"]},
            "rate": "25%",
            "yen_rounding": "floor",
        },
        {"label": "手当", "when": {"client": ["commercial", "寺社"]}, "amount": 500},
    ],
    "rush": {"rate": "1/3", "yen_rounding": "ceil", "within_days": 2},
    "add_ons": [
        {
            "kind": "per_block",
            "code": "preparation",
            "label": "打合せ",
            "input": "preparation_minutes",
            "size": 30,
            "amount": 1100,
            "rounding": {"method": "grace", "grace": 5},
        },
        {
            "kind": "flat",
            "code": "add_on_2",
            "label": "調整",
            "amount": 1100,
            "when": {"grade": ["1級"], "direction": ["into_ja"]},
        },
    ],
    "cancellation": {
        "days": "business",
        "yen_rounding": "floor",
        "steps": [
            {"days_before": 2, "time": "17:00", "begin": ">", "rate": "50%", "transport": False},
            {"days_before": 0, "time": "09:00", "begin": ">=", "amount": 3000, "transport": True},
        ],
    },
    "payers": [
        {"payer": "市", "kind": "fixed", "amount": 1000, "to": "organization"},
        {"payer": "県", "kind": "ratio", "ratio": "1/4", "yen_rounding": "ceil", "cap": 2000},
        {
            "payer": "患者",
            "kind": "ratio_of_excess",
            "amount": 1100,
            "above": 6600,
            "ratio": "1/3",
            "yen_rounding": "floor",
            "to": "resident",
        },
        {"payer": "病院", "kind": "rest", "to": "requester"},
    ],
    "levy": {"payer": "病院", "amount": 30000},
    "notes": ["一つ目", "二つ目"],
}


def test_every_kind_of_rule_has_fields_and_none_needs_json():
    shown = initial_of(EVERYTHING)
    assert "extra" not in shown
    form = RulesForm(data_of(EVERYTHING))
    assert form.is_valid(), form.errors
    assert form.rules() == EVERYTHING


@pytest.mark.parametrize("one", presets(), ids=lambda one: one.id)
def test_no_published_tariff_needs_json(one):
    assert "extra" not in initial_of(one.rules)


@settings(max_examples=150, deadline=None)
@given(whole_rules())
def test_random_rules_come_out_as_they_went_in(some_rules):
    form = RulesForm(data_of(some_rules))
    assert form.is_valid(), (some_rules, form.errors)
    made = form.rules()
    assert made == {key: value for key, value in some_rules.items() if value is not None}


def test_a_mistake_in_an_exception_is_beside_its_field():
    data = data_of(EVERYTHING)
    form = RulesForm(data | {"override1_repeat_amount": "", "payer3_kind": "fixed"})
    assert not form.is_valid()
    assert "整数(円)" in form.errors["override1_repeat_amount"][0]
    form = RulesForm(data | {"surcharge0_rate": "たくさん", "cancel1_time": "夕方"})
    assert set(form.errors) == {"surcharge0_rate", "cancel1_time"}
    form = RulesForm(data | {"override0_when1_value": "宇宙語"})
    assert "宇宙語" in form.errors["override0_when1_value"][0]
    form = RulesForm(data | {"surcharge1_rate": "10%"})
    assert "どちらか一方" in form.errors["surcharge1_amount"][0]


def test_an_emptied_or_removed_row_is_gone():
    data = data_of(EVERYTHING)
    emptied = {name: "" for name in data if name.startswith("payer1_")}
    form = RulesForm(data | emptied | {"override0_remove": "on"})
    assert form.is_valid(), form.errors
    made = form.rules()
    assert [part["payer"] for part in made["payers"]] == ["市", "患者", "病院"]
    assert made["overrides"] == EVERYTHING["overrides"][1:]


def test_it_reads_what_people_type():
    typed = {
        "cancel0_days_before": "２",
        "cancel0_time": "17時",
        "cancel0_begin": ">",
        "cancel0_rate": "５０％",
        "cancel_days": "business",
        "cancel_yen_rounding": "floor",
        "surcharge0_label": "休日",
        "surcharge0_rate": "3分の1",
        "surcharge0_yen_rounding": "floor",
        "surcharge0_when0_key": "language",
        "surcharge0_when0_value": "ベトナム語、英語",
    }
    form = RulesForm(data_of(FLAT) | typed)
    assert form.is_valid(), form.errors
    step = form.rules()["cancellation"]["steps"][0]
    assert (step["days_before"], step["time"], step["rate"]) == (2, "17:00", "50%")
    surcharge = form.rules()["surcharges"][0]
    assert (surcharge["rate"], surcharge["when"]) == ("1/3", {"language": ["vi", "en"]})


@pytest.mark.parametrize(
    ("key", "text"),
    [("remote", "たぶん"), ("starts", "夜"), ("day", "火曜日"), ("mode", "徒歩"), ("area", " 、")],
)
def test_a_condition_that_cannot_be_read_is_explained(key, text):
    with pytest.raises(ValueError, match=r"入力|使えません"):
        conditions.read(key, text)


def test_the_words_of_fields_are_those_of_the_requests():
    assert NAMES["field"] == {code: str(label) for code, label in Field.choices}


# --- the pages -------------------------------------------------------------------------------------


def test_more_rows_come_without_losing_what_was_typed(client_of, accountant):
    data = tariff_data(payer0_payer="市") | {"more": "payer"}
    page = client_of(accountant).post("/tariffs/new/", data)
    form = page.context["rules_form"]
    assert page.status_code == 200
    assert len(form.payers) == 4
    assert form["payer0_payer"].value() == "市"


def test_the_preview_shows_both_sides_with_an_own_sample(client_of, accountant, city):
    factories.TariffVersionFactory(tariff__organization=city, tariff__name="通訳謝礼")
    own = {
        "sample-minutes": "121",
        "sample-mode": "onsite",
        "sample-client": "営利団体",
        "sample-transport_actual": "840",
        "sample-date": "2026-11-20",
    }
    data = data_of(preset("hice").rules) | own
    page = client_of(accountant).post("/tariffs/preview/", data)
    payout, charge = page.context["sides"]
    assert (payout.priced.total, payout.source) == (5840, "別の基準「通訳謝礼」")
    assert charge.priced.total == 5500 + 1100 + 2200 * 2 + 3300 + 840
    text = page.content.decode()
    assert "コーディネート料 3,300円" in text
    assert "<html" not in text


def test_the_preview_says_what_is_missing_and_keeps_nothing(client_of, accountant):
    page = client_of(accountant).post("/tariffs/preview/", data_of(FLAT) | {"flat_amount": ""})
    assert page.status_code == 200
    assert "まだ計算できません" in page.content.decode()


def test_the_preview_prices_cancelling_and_shares(client_of, accountant):
    some_rules = {
        **preset("kotosapo").rules,
        "payers": preset("mic-kanagawa-medical").rules["payers"],
    }
    own = {"sample-minutes": "120", "sample-date": "2026-11-30", "sample-transport_actual": "1000"}
    page = client_of(accountant).post("/tariffs/preview/", data_of(some_rules) | own)
    side = page.context["sides"][1]
    assert [line.amount for line in side.cancelling] == [5000, 11000]
    assert [share.amount for share in side.shares] == [3666, 7334]


def test_translations_have_samples_in_their_own_unit(client_of, accountant):
    data = data_of(preset("higashiosaka-translation-from-ja").rules)
    page = client_of(accountant).post("/tariffs/preview/", data)
    found = {one.label: one.priced.total for one in page.context["samples"]}
    assert (found["599字"], found["600字"]) == (1500, 3000)


def test_tax_and_payment_are_part_of_the_tariff(client_of, accountant, city, hana, coordinator):
    client = client_of(accountant)
    page = client.get("/tariffs/new/?preset=gunma-medical")
    assert page.context["terms"]["paid_by"].value() == PaidBy.REQUESTER
    data = tariff_data(preset("gunma-medical").rules) | {
        "paid_by": "requester",
        "tax": "expenses",
        "transport_to": "carrier",
    }
    client.post("/tariffs/new/", data)
    report = confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    version = entry.tariff_version
    assert (version.paid_by, version.tax) == (PaidBy.REQUESTER, Tax.EXPENSES)
    assert (entry.paid_by, entry.tax, entry.transport_to) == ("requester", "expenses", "carrier")
    text = client.get(reverse("honoraria:tariff", args=[version.tariff_id])).content.decode()
    assert "源泉徴収しない（実費の弁償のみ）" in text
    changed = data | {"paid_by": "bank", "tax": "withheld", "transport_to": "person"}
    client.post(reverse("honoraria:version_edit", args=[version.pk]), changed)
    entry.refresh_from_db()
    assert (entry.tax, entry.transport_to) == (Tax.WITHHELD, TransportTo.PERSON)
    assert report.state == Report.State.CONFIRMED


# --- overlaps, gaps, midnight ----------------------------------------------------------------------


def test_tariffs_that_claim_the_same_day_are_named(client_of, accountant, city):
    for name in ("謝礼A", "謝礼B"):
        factories.TariffVersionFactory(
            tariff__organization=city, tariff__name=name, modes=["phone"]
        )
    assert not overlaps(city, date(2026, 3, 31))[1:]
    text = client_of(accountant).get("/tariffs/").content.decode()
    assert "「謝礼A」と「謝礼B」は優先順位が同じ" in text
    assert "電話" in text


def test_different_ways_priorities_or_sides_do_not_overlap(city):
    factories.TariffVersionFactory(tariff__organization=city, modes=["phone"])
    factories.TariffVersionFactory(tariff__organization=city, modes=["video"])
    factories.TariffVersionFactory(tariff__organization=city, tariff__priority=1)
    charge = FLAT | {"role": "charge"}
    factories.TariffVersionFactory(tariff__organization=city, tariff__priority=1, rules=charge)
    assert overlaps(city, date(2026, 11, 1)) == []


def test_days_without_a_tariff_are_named(city):
    factories.TariffVersionFactory(
        tariff__organization=city, modes=["phone"], valid_to=date(2026, 12, 31)
    )
    assert gaps(city, date(2026, 11, 1)) == [
        "2027年1月1日に「電話」に使える謝礼基準がありません。"
        "版の適用期間か対象の方法をご確認ください。"
    ]


def test_an_activity_over_midnight_into_another_version_says_so(city, hana, coordinator):
    first = factories.TariffVersionFactory(
        tariff__organization=city, valid_from=date(2026, 4, 1), valid_to=date(2026, 11, 20)
    )
    dearer = rules({"kind": "flat", "amount": 9000, "per": "activity"})
    factories.TariffVersionFactory(tariff=first.tariff, valid_from=date(2026, 11, 21), rules=dearer)
    late = START.replace(hour=23)
    confirmed(hana, coordinator, job={"start": late, "minutes": 120})
    entry = Honorarium.objects.get()
    assert (entry.tariff_version, entry.activity_date) == (first, date(2026, 11, 20))
    assert entry.derivation[-1] == {
        "code": "across_versions",
        "text": "活動は2026年11月21日にかかり、その日からは別の版・基準です。"
        "開始した2026年11月20日の基準で計算しました",
        "amount": 0,
    }


def test_midnight_itself_is_still_the_same_day(city, hana, coordinator):
    factories.TariffVersionFactory(tariff__organization=city)
    confirmed(hana, coordinator, job={"start": START.replace(hour=22), "minutes": 120})
    assert "across" not in str(Honorarium.objects.get().derivation)
