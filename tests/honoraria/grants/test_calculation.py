"""The pure rules of grants: the examples of the figures, and what holds for any numbers."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.grants.calculation import (
    Terms,
    apportion,
    grant_of,
    refund_for_tax,
    report_due,
)
from honoraria.grants.sharing import allocate, percent
from honoraria.tax.years import fiscal_year

DATA = Path(__file__).resolve().parents[2] / "data" / "money_examples.json"
EXAMPLES = [
    one
    for one in json.loads(DATA.read_text())["examples"]
    if one["fn"].startswith(("subsidy.", "joint."))
]


def rate(text: str) -> tuple[int, int]:
    found = Fraction(text)
    return found.numerator, found.denominator


def claim(given_: dict) -> dict:
    top, bottom = rate(given_["rate"])
    terms = Terms(top, bottom, given_["cap"], given_["decided"], given_["unit"])
    return {"grant": grant_of(given_["eligible"], terms).yen}


def split_claim(given_: dict) -> dict:
    total = sum(item["amount"] for item in given_["items"])
    eligible = sum(apportion(item["amount"], item["eligible"], 1) for item in given_["items"])
    top, bottom = rate(given_["rate"])
    return {
        "total": total,
        "eligible": eligible,
        "ineligible": total - eligible,
        "grant": grant_of(eligible, Terms(top, bottom, given_["cap"], None, 1000)).yen,
        "grant_unit1": grant_of(eligible, Terms(top, bottom, given_["cap"], None, 1)).yen,
    }


def due(given_: dict) -> dict:
    completed = date.fromisoformat(given_["completed_on"])
    day = report_due(completed, fiscal_year(completed)).day
    return {"due": day.isoformat(), "weekday": f"{day:%a}"}


def shared(given_: dict) -> dict:
    weights = given_["weights"]
    found = allocate(given_["total"], list(weights.values()), given_["unit"])
    shares = dict(zip(weights, found, strict=True))
    return {"shares": shares, "sum": sum(shares.values())}


def ratio(given_: dict) -> dict:
    whole = sum(given_["weights"].values())
    found = {name: percent(weight, whole) for name, weight in given_["weights"].items()}
    return {"percent": found, "total": whole}


def foreign_share(given_: dict) -> dict:
    people, foreign = given_["population"], given_["foreign"]
    return {
        "percent": {name: percent(foreign[name], people[name]) for name in people},
        "total_percent": percent(sum(foreign.values()), sum(people.values())),
    }


def tax_credit(given_: dict) -> dict:
    return {"ineligible_tax_amount": refund_for_tax(given_["deductible_tax"], Terms(1, 2)).yen}


def part(given_: dict) -> dict:
    return {"eligible": apportion(given_["amount"], given_["num"], given_["den"])}


RULES = {
    "subsidy.operating": claim,
    "subsidy.setup": claim,
    "subsidy.split": split_claim,
    "subsidy.tax_credit": tax_credit,
    "subsidy.report_due": due,
    "subsidy.apportion": part,
    "joint.allocate": shared,
    "joint.ratio": ratio,
    "joint.foreign_share": foreign_share,
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["id"])
def test_the_example_comes_out(example):
    assert RULES[example["fn"]](example["input"]) == example["expected"]


def test_there_are_examples():
    assert len(EXAMPLES) >= 20


def test_the_steps_say_how_it_was_computed():
    steps = grant_of(7_654_321, Terms(1, 2, 10_000_000, 3_500_000)).steps
    assert [one.text for one in steps] == [
        "対象経費 7,654,321円",
        "7,654,321円 × 1/2 = 3,827,160円",
        "千円未満切捨て 3,827,000円",
        "限度額 10,000,000円以内のため 3,827,000円",
        "交付決定額 3,500,000円を超えるため 3,500,000円",
    ]


def test_a_ceiling_that_is_not_known_is_said():
    texts = [one.text for one in grant_of(10_000, Terms(1, 1)).steps]
    assert "10,000円 × 10/10 = 10,000円" in texts
    assert "限度額は未入力のため、比べていません" in texts


def test_more_reversals_than_entries_give_nothing():
    assert grant_of(-5_000, Terms(1, 2)).yen == 0


def test_a_weekend_is_remarked_on_but_not_moved():
    assert report_due(date(2027, 3, 31), 2026).words == "2027年4月10日（土）"
    assert "土日" in report_due(date(2027, 3, 31), 2026).remark
    assert report_due(date(2026, 12, 20), 2026).remark == ""


def test_without_a_day_of_completion_the_year_ends_it():
    assert report_due(None, 2026).day == date(2027, 4, 10)


def test_no_report_is_due_after_the_tenth_of_april():
    assert report_due(date(2027, 4, 2), 2026).day == date(2027, 4, 10)


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2026, 10, 31), date(2026, 11, 30)),
        (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_a_month_without_the_day_ends_on_its_last(completed, expected):
    assert report_due(completed, fiscal_year(completed)).day == expected


def test_the_fiscal_year_begins_in_april():
    assert fiscal_year(date(2027, 3, 31)) == 2026
    assert fiscal_year(date(2027, 4, 1)) == 2027


@pytest.mark.parametrize("share", [(2, 1), (1, 0), (-1, 2)])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(ValueError, match="/"):
        apportion(100, *share)


yen = st.integers(min_value=0, max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(any)


@given(total=yen, weights=weights, unit=st.sampled_from([1, 10, 1000]))
def test_shares_sum_to_the_total_and_stay_within_a_unit(total, weights, unit):
    shares = allocate(total, weights, unit)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) <= unit


@given(total=yen, weights=weights, unit=st.sampled_from([1, 1000]))
def test_who_weighs_more_never_bears_less(total, weights, unit):
    shares = allocate(total - total % unit, weights, unit)
    pairs = sorted(zip(weights, shares, strict=True))
    for (lighter, less), (heavier, more) in pairwise(pairs):
        assert lighter == heavier or less <= more


@pytest.mark.parametrize("bad", [(-1, [1]), (1, [0, 0]), (1, [])])
def test_what_cannot_be_shared_is_refused(bad):
    with pytest.raises(ValueError, match="nothing to share"):
        allocate(*bad)


@given(amount=st.integers(-(10**9), 10**9), n=st.integers(0, 500), more=st.integers(0, 500))
def test_a_reversal_takes_back_exactly_what_its_entry_gave(amount, n, more):
    share = (n, n + more or 1)
    assert apportion(amount, *share) + apportion(-amount, *share) == 0
    assert abs(apportion(amount, *share)) <= abs(amount)


@given(eligible=yen, less=yen, cap=st.none() | yen, decided=st.none() | yen)
def test_a_grant_grows_with_the_costs_and_keeps_the_ceilings(eligible, less, cap, decided):
    terms = Terms(1, 2, cap, decided)
    found = grant_of(eligible, terms).yen
    assert grant_of(min(eligible, less), terms).yen <= found
    assert 0 <= found <= min(one for one in (eligible, cap, decided) if one is not None)
    assert found == grant_of(eligible, terms).steps[-1].yen
