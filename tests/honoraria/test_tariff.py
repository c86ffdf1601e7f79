"""The tariff engine against worked examples and the published tariffs, to the yen.

The two data files are copies of collected public sources; the adapters below translate an
example's own words into rules. The counts make sure that no example is dropped on the way.
"""

import copy
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import jpholiday
import pytest

from honoraria.tariff import (
    Activity,
    InvalidInput,
    InvalidRules,
    MissingInput,
    OutsideTable,
    TariffError,
    Version,
    VersionGap,
    VersionOverlap,
    business_day_counter,
    cancellation_charge,
    choose,
    describe,
    preset,
    presets,
    price,
    price_both,
    split,
    validate,
)

DATA = Path(__file__).resolve().parent.parent / "data"
EXAMPLES = json.loads((DATA / "money_examples.json").read_text(encoding="utf-8"))["examples"]
PROGRAMMES = json.loads((DATA / "tariffs.json").read_text(encoding="utf-8"))["programmes"]
JAPAN = ZoneInfo("Asia/Tokyo")
CEIL = {"method": "ceil"}
INCLUDED = {"kind": "included"}

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


def rules(fee, transport=INCLUDED, **more):
    return {"role": "payout", "fee": fee, "transport": transport, **more}


def brackets(rows, end="<"):
    closed = [
        {"from": low, "to": high, "amount": amount} | ({} if high is None else {"end": end})
        for low, high, amount in rows
    ]
    return {"kind": "brackets", "rows": closed}


def base_step(base_minutes, base_amount, size, amount, rounding=CEIL):
    return {
        "kind": "base_step",
        "base_minutes": base_minutes,
        "base_amount": base_amount,
        "steps": [{"size": size, "amount": amount}],
        "rounding": rounding,
    }


def per_hour(amount, step_minutes=60, rounding=CEIL, yen_rounding="floor"):
    return {
        "kind": "per_hour",
        "amount": amount,
        "step_minutes": step_minutes,
        "rounding": rounding,
        "yen_rounding": yen_rounding,
    }


def total(some_rules, **facts):
    return price(some_rules, Activity(**facts)).total


# --- the worked examples -------------------------------------------------------------------


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


def closed(day):
    return day.weekday() >= 5 or jpholiday.is_holiday(day)


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


# --- the published tariffs -----------------------------------------------------------------

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


# --- derivations ---------------------------------------------------------------------------


def texts(some_rules, **facts):
    return [line.text for line in price(some_rules, Activity(**facts)).lines]


def test_the_derivation_is_said_step_by_step():
    fee = base_step(120, 3000, 60, 1100)
    transport = {"kind": "actual_capped", "cap": 1500}
    assert texts(rules(fee, transport), minutes=181, transport_actual=1840) == [
        "2時間まで 3,000円",
        "超過 61分→2時間 × 1,100円 = 2,200円",
        "交通費 実費1,840円(上限1,500円)",
    ]


def test_each_bracket_end_says_which_side_it_is_on():
    less = rules(brackets([[0, 120, 2600], [120, None, 3900]], "<"))
    up_to = rules(brackets([[0, 120, 2600], [120, None, 3900]], "<="))
    assert texts(less, minutes=120)[0] == "2時間以上 3,900円"
    assert texts(up_to, minutes=120)[0] == "2時間以下 2,600円"
    assert texts(up_to, minutes=121)[0] == "2時間超 3,900円"


def test_a_bracket_table_may_go_on_in_steps_beyond_its_last_row():
    fee = brackets([[0, 60, 3000], [60, 120, 5000]], "<=")
    fee["beyond"] = {"size": 30, "amount": 1000, "rounding": CEIL}
    assert total(rules(fee), minutes=120) == 5000
    assert texts(rules(fee), minutes=160)[:2] == [
        "2時間まで 5,000円",
        "超過 40分→30分×2回 × 1,000円 = 2,000円",
    ]


def test_a_table_that_ends_does_not_guess_beyond_its_end():
    with pytest.raises(OutsideTable):
        total(rules(brackets([[0, 60, 3000]], "<")), minutes=60)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ({"method": "ceil"}, [1000, 1500, 1500, 1500, 1500]),
        ({"method": "floor"}, [1000, 1000, 1000, 1000, 1500]),
        ({"method": "half_up"}, [1000, 1000, 1500, 1500, 1500]),
        ({"method": "grace", "grace": 30}, [1000, 1000, 1000, 1500, 1500]),
    ],
)
def test_the_rounding_of_a_started_hour_is_a_setting(rounding, expected):
    some_rules = rules(base_step(60, 1000, 60, 500, rounding))
    assert [total(some_rules, minutes=m) for m in (60, 61, 90, 91, 120)] == expected


@pytest.mark.parametrize(
    ("fee", "minutes", "expected"),
    [
        (per_hour(1000, 1, CEIL, "floor"), 100, 1666),
        (per_hour(1000, 1, CEIL, "ceil"), 100, 1667),
        (per_hour(1000, 1, CEIL, "half_up"), 100, 1667),
        (per_hour(1000, 15), 61, 1250),
        (per_hour(1000, 30), 61, 1500),
        (per_hour(1000, 60), 61, 2000),
        (per_hour(1000, 30, {"method": "floor"}), 89, 1000),
        ({**per_hour(1000, 30), "at_least_minutes": 120}, 30, 2000),
    ],
)
def test_an_hourly_fee_is_rounded_as_stated(fee, minutes, expected):
    assert total(rules(fee), minutes=minutes) == expected


def test_characters_are_counted_in_started_blocks():
    fee = {"kind": "per_character", "size": 400, "amount": 800, "rounding": CEIL}
    assert [total(rules(fee), characters=n) for n in (0, 400, 401)] == [0, 800, 1600]


# --- what modifies a fee -------------------------------------------------------------------


def test_the_first_override_that_matches_wins():
    some_rules = rules(
        base_step(60, 1000, 60, 500),
        overrides=[
            {"when": {"language": ["fr"], "field": ["medical"]}, "fee": per_hour(5000)},
            {"when": {"language": ["fr", "zh"]}, "fee": per_hour(3000)},
            {"when": {"field": ["medical"]}, "fee": per_hour(2000)},
        ],
    )

    def fee(language, field):
        return total(some_rules, minutes=60, language=language, field=field)

    assert fee("fr", "medical") == 5000
    assert fee("fr", "school") == 3000
    assert fee("zh-Hant", "medical") == 3000
    assert fee("vi", "medical") == 2000
    assert fee("vi", "school") == 1000


def test_a_language_tag_matches_its_dialects_but_not_a_longer_language():
    some_rules = rules(per_hour(1000), overrides=[{"when": {"language": ["f"]}, "minimum": 9000}])
    assert total(some_rules, minutes=60, language="fr") == 1000


def test_an_override_asks_only_for_what_can_still_matter():
    some_rules = rules(
        per_hour(1000),
        overrides=[{"when": {"language": ["fr"], "area": ["県外"]}, "minimum": 9000}],
    )
    assert total(some_rules, minutes=60, language="vi") == 1000
    with pytest.raises(MissingInput) as caught:
        total(some_rules, minutes=60, language="fr")
    assert caught.value.field == "area"


def test_an_override_may_lift_a_minimum():
    some_rules = rules(
        per_hour(1000), minimum=3000, overrides=[{"when": {"remote": True}, "minimum": None}]
    )
    assert total(some_rules, minutes=60) == 3000
    assert total(some_rules, minutes=60, remote=True) == 1000


def test_minimum_and_maximum_show_as_their_own_lines():
    some_rules = rules(per_hour(1000), minimum=2500, maximum=5000)
    low = price(some_rules, Activity(minutes=60))
    high = price(some_rules, Activity(minutes=600))
    assert (low.total, low.amount_of("minimum")) == (2500, 1500)
    assert (high.total, high.amount_of("maximum")) == (5000, -5000)


def test_waiting_is_counted_only_where_the_tariff_says_so():
    facts = {"minutes": 60, "waiting_minutes": 30}
    assert total(rules(per_hour(1000)), **facts) == 1000
    assert total(rules(per_hour(1000), waiting="not_counted"), **facts) == 1000
    assert total(rules(per_hour(1000), waiting="counted"), **facts) == 2000


def test_the_requesters_own_standard_applies_if_higher():
    some_rules = rules(per_hour(1000), requester_standard="if_higher")
    assert total(some_rules, minutes=60, requester_amount=800) == 1000
    assert total(some_rules, minutes=60, requester_amount=4000) == 4000
    with pytest.raises(MissingInput):
        total(some_rules, minutes=60)


def test_surcharges_apply_to_the_fee_and_not_to_each_other():
    some_rules = rules(
        per_hour(1001),
        surcharges=[
            {
                "label": "休日の加算",
                "when": {"day": ["saturday", "sunday", "holiday"]},
                "rate": "10%",
                "yen_rounding": "floor",
            },
            {
                "label": "夜間の加算",
                "when": {"starts": {"from": "22:00", "to": "05:00"}},
                "rate": "25%",
                "yen_rounding": "ceil",
            },
        ],
    )
    sunday, monday = dt.date(2026, 11, 22), dt.date(2026, 11, 23)

    def fee(date, at, holiday=False):
        starts_at = dt.time.fromisoformat(at)
        return total(some_rules, minutes=60, date=date, starts_at=starts_at, holiday=holiday)

    assert fee(sunday, "10:00") == 1101
    assert fee(sunday, "23:00") == 1001 + 100 + 251
    assert fee(monday, "04:59") == 1252
    assert fee(monday, "05:00") == 1001
    assert fee(monday, "10:00", holiday=True) == 1101


def test_rush_follows_the_notice_given_or_the_coordinators_word():
    rush = {"rate": "20%", "yen_rounding": "floor", "within_days": 7}
    some_rules = rules(per_hour(1000), rush=rush)
    assert total(some_rules, minutes=60, notice_days=8) == 1000
    assert total(some_rules, minutes=60, notice_days=7) == 1200
    assert total(some_rules, minutes=60, rush=True) == 1200
    with pytest.raises(MissingInput) as caught:
        total(some_rules, minutes=60)
    assert caught.value.field == "notice_days"


def test_an_activity_over_the_limit_is_paid_with_a_remark():
    priced = price(preset("kitakyushu-administrative").rules, Activity(minutes=200, mode="onsite"))
    assert priced.total == 2500
    assert [line.text for line in priced.lines if line.code == "over_max_minutes"] == [
        "活動時間 3時間20分が1回の上限 3時間を超えています"
    ]


# --- transport -----------------------------------------------------------------------------


def per_km(**changes):
    return {
        "kind": "per_km",
        "amount": 37,
        "free_km": 2,
        "free_end": "<",
        "counted": "whole",
        "km_rounding": "floor",
        "yen_rounding": "floor",
    } | changes


@pytest.mark.parametrize(
    ("transport", "km", "expected"),
    [
        (per_km(), Decimal("1.9"), 0),
        (per_km(), 2, 74),
        (per_km(free_end="<="), 2, 0),
        (per_km(), Decimal("10.9"), 370),
        (per_km(km_rounding="ceil"), Decimal("10.1"), 407),
        (per_km(km_rounding="exact"), Decimal("10.9"), 403),
        (per_km(km_rounding="exact", yen_rounding="ceil"), Decimal("10.9"), 404),
        (per_km(counted="excess"), Decimal("10.9"), 296),
        (per_km(cap=300), Decimal("10.9"), 300),
    ],
)
def test_kilometres_are_paid_above_a_threshold(transport, km, expected):
    assert price(rules({"kind": "none"}, transport), Activity(distance_km=km)).transport == expected


@pytest.mark.parametrize(
    ("transport", "field"),
    [
        ({"kind": "actual"}, "transport_actual"),
        ({"kind": "actual_capped", "cap": 1500}, "transport_actual"),
        (per_km(), "distance_km"),
    ],
)
def test_a_missing_transport_figure_is_asked_for_by_name(transport, field):
    with pytest.raises(MissingInput) as caught:
        price(rules({"kind": "none"}, transport), Activity())
    assert caught.value.field == field


def test_nobody_travels_to_a_video_call():
    flat = rules(per_hour(1000), {"kind": "flat", "amount": 1000})
    actual = rules(per_hour(1000), {"kind": "actual"})
    assert total(flat, minutes=60, mode="video") == 1000
    assert total(actual, minutes=60, mode="phone") == 1000
    assert total(actual, minutes=60, mode="phone", transport_actual=300) == 1300


# --- who pays, and two sides ---------------------------------------------------------------


def shares(payers, amount):
    return {
        share.payer: share.amount for share in split(amount, rules({"kind": "none"}, payers=payers))
    }


def test_a_patient_bears_at_most_a_third():
    assert {s.payer: s.amount for s in split(4400, preset("mic-kanagawa-medical").rules)} == {
        "患者": 1466,
        "医療機関": 2934,
    }


@pytest.mark.parametrize(
    ("minutes", "patient"), [(60, 1100), (120, 1100), (121, 1466), (181, 1833)]
)
def test_a_patient_bears_a_third_of_the_excess_only(minutes, patient):
    some_rules = preset("mic-own-in-prefecture").rules
    amount = total(some_rules, minutes=minutes)
    assert [s.amount for s in split(amount, some_rules)] == [patient, amount - patient]


def test_a_cap_and_a_small_total_limit_what_a_payer_bears():
    ratio = {"kind": "ratio", "ratio": "50%", "yen_rounding": "ceil", "cap": 1000}
    payers = [
        {"payer": "市", "kind": "fixed", "amount": 2000},
        {"payer": "患者", **ratio},
        {"payer": "病院", "kind": "rest"},
    ]
    assert shares(payers, 5001) == {"市": 2000, "患者": 1000, "病院": 2001}
    assert shares(payers, 2500) == {"市": 2000, "患者": 500, "病院": 0}
    assert shares(payers, 1500) == {"市": 1500, "患者": 0, "病院": 0}


def test_a_total_that_is_not_yen_cannot_be_split():
    for amount in (-1, 10.0, True):
        with pytest.raises(InvalidInput):
            split(amount, preset("mic-kanagawa-medical").rules)


def test_charge_and_payout_are_two_separate_results():
    both = price_both(
        preset("hice").rules,
        preset("shiroi").rules,
        Activity(minutes=61, transport_actual=840, client="commercial", mode="onsite"),
    )
    assert (both.charge.total, both.payout.total) == (6600 + 840 + 3300, 1500)


def test_the_two_sides_cannot_be_swapped():
    with pytest.raises(TariffError):
        price_both(preset("shiroi").rules, preset("hice").rules, Activity(minutes=61))


# --- versions ------------------------------------------------------------------------------


def day(text):
    return dt.date.fromisoformat(text)


def test_an_open_version_ends_where_the_next_begins():
    old = Version(None, {"old": 1})
    new = Version(day("2024-04-01"), {"new": 1}, valid_to=day("2025-03-31"))
    assert choose([new, old], day("2024-03-31")) is old
    assert choose([new, old], day("2024-04-01")) is new
    assert choose([new, old], day("2025-03-31")) is new
    with pytest.raises(VersionGap, match="2025年4月1日"):
        choose([new, old], day("2025-04-01"))


def test_a_date_before_the_first_version_is_a_gap():
    with pytest.raises(VersionGap):
        choose([Version(day("2024-04-01"), {})], day("2024-03-31"))


def test_a_date_claimed_twice_is_an_overlap():
    first = Version(day("2024-04-01"), {}, valid_to=day("2024-12-31"))
    second = Version(day("2024-10-01"), {})
    assert choose([first, second], day("2024-09-30")) is first
    assert choose([first, second], day("2025-01-01")) is second
    with pytest.raises(VersionOverlap):
        choose([first, second], day("2024-10-01"))


# --- refusing ------------------------------------------------------------------------------


def changed(path, value):
    """Valid rules with the value at a dotted path replaced."""
    some_rules = rules(
        brackets([[0, 120, 2600], [120, 240, 3900], [240, None, 5200]]),
        {"kind": "actual_capped", "cap": 1500},
        minimum=1000,
        payers=[{"payer": "患者", "kind": "fixed", "amount": 500}, {"payer": "市", "kind": "rest"}],
    )
    some_rules = copy.deepcopy(some_rules)
    target = some_rules
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in parents:
        target = target[key]
    target[last] = value
    return some_rules


FAULTS = [
    ("fee.rows.1.from", 130, "fee.rows[1].from", "gap", "すき間"),
    ("fee.rows.1.from", 110, "fee.rows[1].from", "overlap", "重なって"),
    ("fee.rows.0.from", 10, "fee.rows[0].from", "gap", "すき間"),
    ("fee.rows.0.to", None, "fee.rows[0].end", "end_without_limit", "上限のない行"),
    ("fee.rows.1.amount", -1, "fee.rows[1].amount", "negative", "負の数"),
    ("fee.rows.1.amount", 3900.0, "fee.rows[1].amount", "float", "小数"),
    ("fee.rows.1.amount", True, "fee.rows[1].amount", "not_an_integer", "整数"),
    ("fee.rows.1.amount", "3900", "fee.rows[1].amount", "not_an_integer", "整数"),
    ("fee.rows.1.end", "≦", "fee.rows[1].end", "unknown_choice", "選んで"),
    ("fee.rows", [], "fee.rows", "empty", "1件以上"),
    ("fee.kind", "bracket", "fee.kind", "unknown_kind", "選んで"),
    ("fee", None, "fee", "not_a_record", "形"),
    ("fee", base_step(60, 1000, 60, 500, {"method": "up"}), "fee.rounding.method", "unknown_choice", ""),
    ("fee", per_hour(1000, 60, {"method": "grace", "grace": 60}), "fee.rounding.grace", "grace_too_long", "短く"),
    ("fee.rows.1.to", 120, "fee.rows[1].to", "empty_row", "下限より大きく"),
    ("notes", [" "], "notes[0]", "not_a_text", "1文字以上"),
    ("notes", ["長" * 501], "notes[0]", "not_a_text", "500文字以内"),
    ("transport.cap", -1, "transport.cap", "negative", "負の数"),
    ("transport.kind", "taxi", "transport.kind", "unknown_kind", "選んで"),
    ("role", "volunteer", "role", "unknown_choice", "選んで"),
    ("minimun", 1000, "", "unknown_key", "minimun"),
    ("maximum", 999, "maximum", "below_minimum", "最低額"),
    ("payers.1.kind", "fixed", "payers[1].amount", "missing", "定められて"),
    ("payers.0", {"payer": "県", "kind": "rest"}, "payers", "one_rest", "1人だけ"),
    ("rush", {"rate": 0.2, "yen_rounding": "floor"}, "rush.rate", "float", "小数"),
    ("rush", {"rate": "1/0", "yen_rounding": "floor"}, "rush.rate", "not_a_ratio", "0は"),
    ("rush", {"rate": "20%"}, "rush.yen_rounding", "missing", "定められて"),
    ("overrides", [{"when": {}, "minimum": 1}], "overrides[0].when", "empty", "1つ以上"),
    ("overrides", [{"when": {"remote": True}}], "overrides[0]", "empty", "変える内容"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "where", "code", "words"), FAULTS)
def test_a_fault_is_named_and_never_priced(path, value, where, code, words):
    some_rules = changed(path, value)
    problems = validate(some_rules)
    assert (where, code) in [(problem.path, problem.code) for problem in problems]
    assert words in next(p.message_ja for p in problems if (p.path, p.code) == (where, code))
    with pytest.raises(InvalidRules) as caught:
        price(some_rules, Activity(minutes=60, transport_actual=0))
    assert list(caught.value.problems) == problems


def test_a_message_says_which_row_is_meant():
    (problem,) = validate(changed("fee.rows.1.from", 130))
    assert problem.message_ja == "「下限」(区分の表 2行目)と前の行の間にすき間があります(120から)。"


def test_a_row_may_hold_a_single_value_where_both_ends_count():
    rows = [[0, 60, 1000], [60, None, 3000]]
    fee = brackets(rows)
    fee["rows"].insert(1, {"from": 60, "to": 60, "end": "<=", "amount": 2000})
    assert [total(rules(fee), minutes=m) for m in (59, 60, 61)] == [1000, 2000, 3000]


@pytest.mark.parametrize("key", ["role", "fee", "transport"])
def test_what_is_essential_cannot_be_left_out(key):
    some_rules = changed("minimum", 1000)
    del some_rules[key]
    assert [(p.path, p.code) for p in validate(some_rules)] == [(key, "missing")]


def test_rounding_cannot_be_left_unsaid():
    for fee in (base_step(60, 1000, 60, 500), per_hour(1000)):
        del fee["rounding"]
        assert [(p.path, p.code) for p in validate(rules(fee))] == [("fee.rounding", "missing")]


def test_cancellation_steps_run_from_early_to_late():
    step = {"time": "17:00", "begin": ">", "rate": "50%", "transport": False}
    steps = [{**step, "days_before": 1}, {**step, "days_before": 2}]
    cancellation = {"days": "business", "yen_rounding": "floor", "steps": steps}
    problems = validate(rules({"kind": "none"}, cancellation=cancellation))
    assert [problem.code for problem in problems] == ["wrong_order"]


def test_waiting_cannot_be_paid_twice():
    add_on = {
        "kind": "per_block",
        "code": "waiting",
        "label": "待機料",
        "input": "waiting_minutes",
        "size": 30,
        "amount": 500,
        "rounding": CEIL,
    }
    assert validate(rules(per_hour(1000), add_ons=[add_on])) == []
    problems = validate(rules(per_hour(1000), add_ons=[add_on], waiting="counted"))
    assert [problem.code for problem in problems] == ["paid_twice"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", -1),
        ("minutes", 60.0),
        ("minutes", True),
        ("distance_km", 1.5),
        ("distance_km", Decimal("NaN")),
        ("count", None),
        ("rush", 1),
        ("date", "2026-11-22"),
        ("language", 5),
    ],
)
def test_an_impossible_fact_is_refused_by_name(field, value):
    with pytest.raises(InvalidInput) as caught:
        Activity(**{field: value})
    assert caught.value.field == field


def test_missing_minutes_are_asked_for_by_name():
    with pytest.raises(MissingInput, match="活動時間が入力されていません") as caught:
        price(preset("higashiosaka-interpreting").rules, Activity())
    assert caught.value.field == "minutes"


def test_cancelling_something_free_costs_nothing():
    moment = dt.datetime(2026, 11, 30, 10, tzinfo=JAPAN)
    due = cancellation_charge(
        preset("kotosapo").rules,
        fee=0,
        transport=0,
        service_at=moment,
        cancelled_at=moment,
        business_day_before=business_day_counter(closed),
    )
    assert due.total == 0


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(InvalidInput):
        cancellation_charge(
            preset("kotosapo").rules,
            fee=1,
            transport=1,
            service_at=dt.datetime(2026, 11, 30, 10),
            cancelled_at=dt.datetime(2026, 11, 30, 10, tzinfo=JAPAN),
            business_day_before=business_day_counter(closed),
        )


# --- in words ------------------------------------------------------------------------------


def test_a_tariff_is_described_in_plain_sentences():
    assert describe(preset("higashiosaka-interpreting").rules) == [
        "ボランティアに支払う額の基準です。",
        "2時間未満 2,600円、2時間以上4時間未満 3,900円、4時間以上 5,200円です。",
        "交通費は謝礼に含みます。",
        "待ち時間は活動時間に含めません。",
    ]


def test_languages_and_modes_are_described_by_their_names():
    some_rules = rules(
        per_hour(1000),
        overrides=[{"when": {"language": ["vi", "zh-Hant"], "mode": ["video"]}, "minimum": 1}],
    )
    assert "ただし、言語がベトナム語・中国語 (繁体字)、方法が映像の場合は、" in "".join(
        describe(some_rules)
    )


def test_a_faulty_tariff_is_not_described():
    with pytest.raises(InvalidRules):
        describe(changed("role", "volunteer"))
