"""Who pays which part, charge beside payout, and the version in force on a day."""

import datetime as dt

import pytest

from honoraria.tariff import (
    Activity,
    InvalidInput,
    TariffError,
    Version,
    VersionGap,
    VersionOverlap,
    choose,
    preset,
    price_both,
    split,
)
from tests.honoraria.tariff_builders import rules, total

# --- who pays, and two sides -------------------------------------------------------------------


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


# --- versions ----------------------------------------------------------------------------------


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
