"""What each rule of a tariff does to the amount, and how the derivation says it."""

import datetime as dt
from decimal import Decimal

import pytest

from honoraria.tariff import (
    Activity,
    MissingInput,
    OutsideTable,
    preset,
    price,
)
from tests.honoraria.tariff_builders import CEIL, base_step, brackets, per_hour, rules, total

# --- derivations -------------------------------------------------------------------------------


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


# --- what modifies a fee -----------------------------------------------------------------------


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


# --- transport ---------------------------------------------------------------------------------


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
