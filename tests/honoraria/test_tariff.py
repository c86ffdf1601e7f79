"""The tariff engine against worked examples and the published tariffs, to the yen.

The two data files are copies of collected public sources; the adapters below translate an
example's own words into rules. The counts make sure that no example is dropped on the way.
"""

import datetime as dt
import json
from pathlib import Path

import pytest

from honoraria.tariff import (
    Activity,
    Version,
    business_day_counter,
    cancellation_charge,
    choose,
    preset,
    presets,
    price,
    validate,
)
from tests.honoraria.tariff_builders import (
    CEIL,
    INCLUDED,
    JAPAN,
    base_step,
    brackets,
    closed,
    per_hour,
    rules,
    total,
)

DATA = Path(__file__).resolve().parent.parent / "data"
EXAMPLES = json.loads((DATA / "money_examples.json").read_text(encoding="utf-8"))["examples"]
PROGRAMMES = json.loads((DATA / "tariffs.json").read_text(encoding="utf-8"))["programmes"]
COUNTS = {
    "honorarium.bands": 4,
    "honorarium.versioned": 1,
    "honorarium.first_plus_step": 8,
    "honorarium.per_page": 1,
    "honorarium.flat": 1,
    "honorarium.hourly": 1,
    "transport.capped_actual": 2,
    "fee.hice": 6,
    "cancellation.kotosapo": 4,
}


# --- the worked examples -----------------------------------------------------------------------


def bands(data):
    assert data["table"]["unit"] == "per_case"
    assert data["table"]["transport_included"]
    return {"amount": total(rules(brackets(data["table"]["bands"])), minutes=data["minutes"])}


def versioned(data):
    versions = [
        Version(dt.date.fromisoformat(v["from"]), rules(brackets(v["table"]["bands"])))
        for v in data["versions"]
    ]
    amounts = []
    for day, minutes in data["activity"]:
        chosen = choose(versions, dt.date.fromisoformat(day))
        amounts.append(total(chosen.rules, minutes=minutes))
    return {"amount": amounts}


def first_plus_step(data):
    assert data["round"] == "up"
    fee = base_step(
        data["first_minutes"], data["first_amount"], data["step_minutes"], data["step_amount"]
    )
    flat = data.get("transport_flat")
    transport = INCLUDED if flat is None else {"kind": "flat", "amount": flat}
    priced = price(rules(fee, transport), Activity(minutes=data["minutes"]))
    return {"fee": priced.fee, "transport": priced.transport, "amount": priced.total}


def per_page(data):
    fee = {"kind": "per_page", "size": 1, "amount": data["per_page"], "rounding": CEIL}
    return {"amount": total(rules(fee), pages=data["pages"])}


def flat_per_activity(data):
    fee = {"kind": "flat", "amount": data["per_activity"], "per": "activity"}
    return {"amount": total(rules(fee), count=data["count"])}


def hourly(data):
    return {"amount": total(rules(per_hour(data["per_hour"])), minutes=data["minutes"])}


def capped_actual(data):
    transport = {"kind": "actual_capped", "cap": data["cap"]}
    priced = price(rules({"kind": "none"}, transport), Activity(transport_actual=data["actual"]))
    return {"amount": priced.transport}


def hice(data):
    activity = Activity(
        minutes=data["minutes"],
        transport_actual=data.get("transport", 0),
        preparation_minutes=data.get("prep_minutes", 0),
        client=data.get("client", ""),
    )
    priced = price(preset("hice").rules, activity)
    return {
        "interpreting": priced.amount_of("base", "step"),
        "transport": priced.transport,
        "prep": priced.amount_of("preparation"),
        "coordination": priced.amount_of("coordination"),
        "total": priced.total,
    }


def kotosapo(data):
    assert data["tz"] == "Asia/Tokyo"
    due = cancellation_charge(
        preset("kotosapo").rules,
        fee=data["fee"],
        transport=data["travel"],
        service_at=dt.datetime.fromisoformat(data["service_at"]).replace(tzinfo=JAPAN),
        cancelled_at=dt.datetime.fromisoformat(data["cancelled_at"]).replace(tzinfo=JAPAN),
        business_day_before=business_day_counter(closed),
    )
    return {"charge": due.total}


ADAPTERS = {
    "honorarium.bands": bands,
    "honorarium.versioned": versioned,
    "honorarium.first_plus_step": first_plus_step,
    "honorarium.per_page": per_page,
    "honorarium.flat": flat_per_activity,
    "honorarium.hourly": hourly,
    "transport.capped_actual": capped_actual,
    "fee.hice": hice,
    "cancellation.kotosapo": kotosapo,
}
OURS = [
    example
    for example in EXAMPLES
    if example["fn"].split(".")[0] in ("honorarium", "transport", "fee", "cancellation")
]


@pytest.mark.parametrize("example", OURS, ids=lambda example: example["id"])
def test_it_reproduces_the_worked_example(example):
    result = ADAPTERS[example["fn"]](example["input"])
    assert {key: result[key] for key in example["expected"]} == example["expected"]


def test_no_worked_example_is_dropped():
    found = {fn: sum(example["fn"] == fn for example in OURS) for fn in ADAPTERS}
    assert found == COUNTS
    assert len(OURS) == sum(COUNTS.values()) == 28


# --- the published tariffs ---------------------------------------------------------------------

# preset, facts of the activity, total. Figures are read off tariffs.json by hand.
BOUNDARIES = [
    ("higashiosaka-interpreting", {"minutes": 0}, 2600),
    ("higashiosaka-interpreting", {"minutes": 119}, 2600),
    ("higashiosaka-interpreting", {"minutes": 120}, 3900),
    ("higashiosaka-interpreting", {"minutes": 239}, 3900),
    ("higashiosaka-interpreting", {"minutes": 240}, 5200),
    ("higashiosaka-interpreting-old", {"minutes": 119}, 2000),
    ("higashiosaka-interpreting-old", {"minutes": 120}, 3000),
    ("higashiosaka-interpreting-old", {"minutes": 240}, 4000),
    ("higashiosaka-translation-from-ja", {"characters": 599}, 1500),
    ("higashiosaka-translation-from-ja", {"characters": 600}, 3000),
    ("higashiosaka-translation-into-ja", {"words": 399}, 1500),
    ("higashiosaka-translation-into-ja", {"words": 400}, 3000),
    ("mic-kanagawa-medical", {"minutes": 120}, 3300),
    ("mic-kanagawa-medical", {"minutes": 121}, 4400),
    ("mic-kanagawa-medical", {"minutes": 180}, 4400),
    ("mic-kanagawa-medical", {"minutes": 181}, 5500),
    ("mic-own-in-prefecture", {"minutes": 120}, 6600),
    ("mic-own-in-prefecture", {"minutes": 121}, 7700),
    ("mic-own-out-of-prefecture", {"minutes": 120}, 8800),
    ("mic-own-out-of-prefecture", {"minutes": 121}, 13200),
    ("kanagawa-general", {"minutes": 0}, 3000),
    ("kanagawa-general", {"minutes": 180}, 3000),
    ("kanagawa-general", {"minutes": 181}, 6000),
    ("kanagawa-general", {"minutes": 360}, 6000),
    ("kitakyushu-administrative", {"minutes": 180, "mode": "onsite"}, 2500),
    ("kitakyushu-administrative", {"minutes": 20, "mode": "phone"}, 4500),
    ("kitakyushu-medical", {"minutes": 240, "membership": "none"}, 4400),
    ("kitakyushu-medical", {"minutes": 241, "membership": "none"}, 5500),
    ("kitakyushu-medical", {"minutes": 241, "membership": "corporate"}, 0),
    ("gunma-medical", {"minutes": 300}, 2000),
    ("koshigaya", {"minutes": 60, "mode": "onsite"}, 1000),
    ("koshigaya", {"minutes": 61, "mode": "onsite"}, 2000),
    ("koshigaya", {"pages": 3, "mode": "translation"}, 3000),
    ("shiroi", {"minutes": 60, "mode": "onsite"}, 1000),
    ("shiroi", {"minutes": 61, "mode": "onsite"}, 1500),
    ("shiroi", {"minutes": 121, "mode": "onsite"}, 2000),
    ("shiroi", {"pages": 2, "mode": "translation"}, 4000),
    ("facil-patient-day", {"minutes": 400}, 2750),
    ("facil-patient-day", {"minutes": 400, "remote": True}, 1650),
    ("facil-patient-day", {"mode": "video"}, 1650),
    ("fukuoka-city", {}, 2300),
    ("gi-miaj-grade-1", {"minutes": 240, "transport_actual": 0}, 30000),
    ("gi-miaj-grade-1", {"minutes": 260, "transport_actual": 0}, 30000),
    ("gi-miaj-grade-1", {"minutes": 261, "transport_actual": 0}, 37000),
    ("gi-miaj-grade-1", {"minutes": 320, "transport_actual": 0}, 37000),
    ("gi-miaj-grade-1", {"minutes": 321, "transport_actual": 640}, 44640),
    ("gi-miaj-grade-1", {"minutes": 240, "transport_actual": 0, "rush": True}, 36000),
    ("kotosapo", {"minutes": 120, "transport_actual": 1000}, 11000),
    ("hice", {"minutes": 60, "transport_actual": 0, "client": "individual"}, 5500),
]


@pytest.mark.parametrize(("preset_id", "facts", "expected"), BOUNDARIES)
def test_a_published_tariff_gives_its_figure_at_the_boundary(preset_id, facts, expected):
    assert total(preset(preset_id).rules, **facts) == expected


def test_every_published_programme_has_a_preset_and_a_checked_figure():
    programmes = {programme["id"] for programme in PROGRAMMES}
    assert len(programmes) == 16
    assert programmes <= {candidate.programme for candidate in presets()}
    checked = {preset(preset_id).programme for preset_id, _facts, _total in BOUNDARIES}
    assert checked == {candidate.programme for candidate in presets()}


def test_a_preset_has_the_role_of_its_programme():
    for candidate in presets():
        source = next((p for p in PROGRAMMES if p["id"] == candidate.programme), None)
        if source is None or "role" not in source:
            continue
        stated = source["role"].removesuffix(" direct")
        assert candidate.role == {"payout+charge": "both"}.get(stated, stated)


def test_presets_are_valid_and_have_unique_ids():
    assert [p.id for p in presets() if validate(p.rules)] == []
    assert len({p.id for p in presets()}) == len(presets())


def test_presets_are_copies_that_may_be_edited():
    preset("shiroi").rules["fee"]["base_amount"] = 1
    assert preset("shiroi").rules["fee"]["base_amount"] == 1000


def test_calendar_days_count_holidays_and_weekends_too():
    def due(month, day, hour):
        return cancellation_charge(
            preset("gi-miaj-grade-1").rules,
            fee=30000,
            transport=2000,
            service_at=dt.datetime(2026, 11, 30, 10, tzinfo=JAPAN),
            cancelled_at=dt.datetime(2026, month, day, hour, tzinfo=JAPAN),
            business_day_before=business_day_counter(closed),
        ).total

    assert due(11, 26, 23) == 0
    assert due(11, 27, 0) == 15000
    assert due(11, 29, 23) == 15000
    assert due(11, 30, 0) == 30000
