"""What holds for every amount: withholding, its parts, and the way back from net to gross."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.models import Payee, Tax, TransportTo
from honoraria.tax.rates import NoRates, component_names, percent, rates_on, table
from honoraria.tax.withholding import TaxLine, base_of, gross_up, taxable_of, withhold

YEN = st.integers(min_value=0, max_value=5_000_000)
SOME_DAY = st.dates(date(2013, 1, 1), date(2050, 12, 31))
RESIDENCY = st.sampled_from(["resident", "nonresident"])
ON = date(2026, 11, 20)


@given(YEN, SOME_DAY, RESIDENCY)
def test_net_and_tax_are_the_gross_and_components_are_the_tax(amount, on, residency):
    found = withhold(amount, on, residency=residency)
    assert 0 <= found.tax <= amount
    assert found.rest + found.tax == amount
    assert sum(found.components.values()) == found.tax
    assert all(yen >= 0 for yen in found.components.values())
    assert sum(step.amount for step in found.steps) == found.tax


@given(YEN, SOME_DAY, RESIDENCY)
def test_it_is_the_exact_share_rounded_down(amount, on, residency):
    found = withhold(amount, on, residency=residency)
    if residency == "nonresident":
        assert found.tax == amount * 2042 // 10_000
    elif amount <= 1_000_000:
        assert found.tax == amount * 1021 // 10_000
    else:
        assert found.tax == 102_100 + (amount - 1_000_000) * 2042 // 10_000


@given(YEN, YEN, RESIDENCY)
def test_more_pay_never_means_less_tax_nor_less_net(one, other, residency):
    low, high = sorted([one, other])
    first, second = (withhold(x, ON, residency=residency) for x in (low, high))
    assert first.tax <= second.tax
    assert first.rest <= second.rest


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=12), RESIDENCY)
def test_the_tax_of_a_sum_is_never_less_than_that_of_its_parts(fees, residency):
    whole = withhold(sum(fees), ON, residency=residency).tax
    apart = sum(withhold(fee, ON, residency=residency).tax for fee in fees)
    assert apart <= whole
    if sum(fees) <= 1_000_000:
        assert whole - apart < len(fees)  # less than one yen is lost for each part


@given(YEN, SOME_DAY, RESIDENCY)
def test_gross_up_finds_the_smallest_gross(net, on, residency):
    found = gross_up(net, on, residency)
    assert found.net == net
    if found.gross:
        below = found.gross - 1
        assert below - withhold(below, on, residency=residency).tax < net


@given(YEN, RESIDENCY)
def test_the_first_of_january_2027_changes_the_parts_and_not_the_tax(amount, residency):
    old = withhold(amount, date(2026, 12, 31), residency=residency)
    new = withhold(amount, date(2027, 1, 1), residency=residency)
    assert old.tax == new.tax
    assert set(old.components) == {"income_tax", "reconstruction"}
    assert set(new.components) == {"income_tax", "reconstruction", "defence"}
    assert new.components["reconstruction"] <= old.components["reconstruction"]


def test_components_follow_their_rates():
    assert withhold(100_000, date(2026, 12, 31), residency="resident").components == {
        "income_tax": 10_000,
        "reconstruction": 210,
    }
    assert withhold(1_500_000, date(2027, 1, 1), residency="resident").components == {
        "income_tax": 200_000,
        "reconstruction": 2_200,
        "defence": 2_000,
    }


def test_the_steps_say_how():
    assert [one.text for one in withhold(7_800, ON, residency="resident").steps] == [
        "対象 7,800円 × 10.21% = 796円（1円未満切捨て）"
    ]
    assert [one.text for one in withhold(1_234_567, ON, residency="resident").steps] == [
        "対象のうち100万円まで 1,000,000円 × 10.21%",
        "100万円を超える部分 234,567円 × 20.42%",
        "合計 149,998円（1円未満切捨て）",
    ]
    assert [one.text for one in withhold(10_000, ON, residency="nonresident").steps] == [
        "対象（非居住者） 10,000円 × 20.42% = 2,042円（1円未満切捨て）"
    ]


@pytest.mark.parametrize(("amount", "tax"), [(1_000_000, 102_100), (1_000_004, 102_100),
                                             (1_000_005, 102_101), (0, 0), (10, 1)])  # fmt: skip
def test_the_step_at_a_million(amount, tax):
    assert withhold(amount, ON, residency="resident").tax == tax


def test_a_treaty_leaves_everything_and_says_so():
    found = withhold(300_000, ON, residency="nonresident", treaty=True)
    assert (found.taxable, found.tax) == (300_000, 0)
    assert "租税条約" in found.steps[0].text
    assert sum(found.components.values()) == 0


@pytest.mark.parametrize("amount", [-1, 3.5, True])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="taxable"):
        withhold(amount, ON, residency="resident")


def test_an_unknown_residency_and_a_day_before_the_table_are_refused():
    with pytest.raises(ValueError, match="residency"):
        withhold(1, ON, residency="somewhere")
    with pytest.raises(NoRates):
        rates_on(date(2012, 12, 31))


@pytest.mark.parametrize(
    ("line", "gift_taxed", "base"),
    [
        (TaxLine(6000, 1240), False, 7240),
        (TaxLine(6000, 1240, transport_to="carrier"), False, 6000),
        (TaxLine(6000, 1240, tax="sign_language"), False, 0),
        (TaxLine(0, 1240, tax="expenses"), True, 0),
        (TaxLine(3000, tax="gift"), False, 0),
        (TaxLine(3000, tax="gift"), True, 3000),
        (TaxLine(10_000, consumption_tax=1000), False, 11_000),
        (TaxLine(10_000, consumption_tax=1000, separated=True), False, 10_000),
        (TaxLine(-6000, -1240), False, -7240),
    ],
)
def test_what_belongs_to_the_base(line, gift_taxed, base):
    assert base_of([line], gift_taxed) == taxable_of(line, gift_taxed=gift_taxed) == base


def test_sign_language_of_a_non_resident_is_work_done_in_japan():
    line = TaxLine(6000, 1240, tax="sign_language")
    assert taxable_of(line, gift_taxed=False, residency="nonresident") == 7240
    assert base_of([line, TaxLine(500, tax="expenses")], False, residency="nonresident") == 7240


def test_the_words_of_the_rules_are_those_of_the_models():
    known = {"withheld", "sign_language", "expenses", "gift"}
    assert {str(one) for one in Tax} == known
    assert {str(one) for one in TransportTo} == {"person", "carrier"}
    assert {str(one) for one in Payee.Residency} == {"resident", "nonresident"}
    for tax in Tax:
        taxed = taxable_of(TaxLine(100, tax=tax), gift_taxed=False)
        assert taxed == (100 if tax == Tax.WITHHELD else 0)


def test_every_row_of_the_table_is_whole():
    days = [row.valid_from for row in table()]
    assert days == sorted(set(days))
    for row in table():
        assert (row.lower, row.upper, row.nonresident) == (10_210, 20_420, 20_420)
        assert row.source
    assert component_names()["defence"] == "防衛特別所得税"


@pytest.mark.parametrize(("rate", "text"), [(10_210, "10.21%"), (20_420, "20.42%"),
                                            (10_000, "10.00%"), (10_215, "10.215%")])  # fmt: skip
def test_rates_are_written_with_two_digits(rate, text):
    assert percent(rate) == text
