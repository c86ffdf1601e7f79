"""What can be paid now, and who is held back for what."""

from __future__ import annotations

from datetime import date

import pytest

from honoraria.models import BankAccount, Payee
from honoraria.payments.planning import plan
from honoraria.payments.selecting import not_yet_closed
from tests.honoraria.payments.paying import (
    AT,
    PAY_DAY,
    account_of,
    close_november,
    entry_of,
    next_price,
    reversal_of,
)


def planned(city, method="bank", **more):
    return plan(city, method, PAY_DAY, **more)


def held(city, method="bank", **more):
    return {one.volunteer.name: (one.code, one.amount) for one in planned(city, method).held}


def test_tax_is_computed_once_per_person_after_summing(city, month, hana, minh):
    one, other = planned(city).people
    assert (one.volunteer, one.gross, one.withheld.tax, one.net) == (hana, 7800, 796, 7004)
    assert (other.volunteer, other.gross, other.withheld.tax, other.net) == (minh, 5460, 557, 4903)
    assert planned(city).totals == {
        "people": 2, "entries": 4, "gross": 13260, "taxable": 13260, "withheld": 1353, "net": 11907,
    }  # fmt: skip


def test_the_calculation_is_told_in_words_and_ends_with_what_is_paid(city, month):
    steps = planned(city).people[1].calculation
    assert steps[0]["text"] == "支払額（1件）：謝礼 5,000円 + 交通費 460円"
    assert (steps[0]["amount"], steps[-1]["amount"]) == (5460, 4903)
    assert steps[-1]["text"] == "差引支払額：5,460円 − 557円"
    assert any("5,460円 × 10.21%" in step["text"] for step in steps)


@pytest.mark.parametrize("state", ["draft", "approved", "paid"])
def test_only_closed_entries_are_planned(city, hana, state):
    account_of(hana)
    entry_of(hana, state=state)
    assert planned(city).people == []
    assert not_yet_closed(city, "bank") == (3000 if state == "approved" else 0)


def test_tickets_bought_by_the_organization_are_not_paid_to_the_person(city, hana):
    account_of(hana)
    entry_of(hana, 6000, 1240, transport_to="carrier")
    [one] = planned(city).people
    assert (one.gross, one.withheld.taxable, one.net) == (6000, 6000, 5388)


def test_sign_language_is_paid_whole(city, hana):
    account_of(hana)
    entry_of(hana, 10000, tax="sign_language")
    [one] = planned(city).people
    assert (one.withheld.tax, one.net) == (0, 10000)
    assert one.calculation[1]["text"] == "源泉徴収の対象：支払額 10,000円のうち 0円"


def test_somebody_who_lives_abroad_is_withheld_from_at_the_flat_rate(city, hana):
    account_of(hana)
    entry_of(hana, 10000)
    payee = Payee.objects.create(volunteer=hana, residency="nonresident", changed_at=AT)
    assert planned(city).people[0].withheld.tax == 2042
    payee.treaty = "日越租税条約"
    payee.save()
    assert planned(city).people[0].net == 10000


def test_a_reversal_is_netted_with_what_is_new(city, hana):
    account_of(hana)
    entry = entry_of(hana, 5000, state="paid")
    reversal_of(entry)
    entry_of(hana, 8000)
    [one] = planned(city).people
    assert (one.gross, one.withheld.tax, len(one.lines)) == (3000, 306, 2)


def test_a_reversal_larger_than_what_is_new_is_carried_and_shown(city, hana, minh):
    account_of(hana), account_of(minh)
    reversal_of(entry_of(hana, 5000, state="paid"))
    entry_of(hana, 3000)
    reversal_of(entry_of(minh, 3000, state="paid"))
    entry_of(minh, 3000)
    assert planned(city).people == []
    assert held(city) == {"山田 花": ("negative", -2000), "グエン・ミン": ("zero", 0)}


def test_what_was_taken_back_before_it_was_paid_waits_for_nothing(city, hana):
    account_of(hana)
    reversal_of(entry_of(hana, 3000))
    entry_of(hana, 0)
    entry_of(hana, 0, 1240, transport_to="carrier")
    assert planned(city).people == planned(city).held == []
    entry_of(hana, 2000)
    [one] = planned(city).people
    assert (one.gross, len(one.lines)) == (2000, 1)


def test_what_was_taken_back_is_not_paid_while_its_new_price_waits(city, hana):
    account_of(hana)
    reversal = reversal_of(entry_of(hana, 5000))
    next_price(reversal, 6000, state="draft", booked_on=date(2026, 12, 1))
    assert planned(city).people == []


def test_a_correction_to_another_way_of_paying_pays_the_difference(city, hana):
    account_of(hana)
    reversal = reversal_of(entry_of(hana, 5000, state="paid"))
    assert held(city) == {"山田 花": ("negative", -5000)}
    next_price(reversal, 6000, paid_by="cash")
    assert planned(city).people == planned(city).held == []
    [one] = planned(city, "cash").people
    assert (one.gross, one.withheld.taxable, one.withheld.tax) == (1000, 1000, 102)


def test_a_correction_to_a_lower_amount_in_cash_leaves_nothing_to_hand_over(city, hana):
    account_of(hana)
    next_price(reversal_of(entry_of(hana, 5000, state="paid")), 4000, paid_by="cash")
    assert planned(city).people == planned(city, "cash").people == []
    assert held(city, "cash") == {"山田 花": ("negative", -1000)}


def test_what_the_requester_pays_is_never_deducted_from_what_we_pay(city, hana):
    account_of(hana)
    reversal = reversal_of(entry_of(hana, 5000, paid_by="requester"))
    next_price(reversal, 6000)
    assert [one.gross for one in planned(city).people] == [6000]


def test_a_base_below_zero_waits_even_when_the_sum_is_positive(city, hana):
    account_of(hana)
    reversal_of(entry_of(hana, 5000, state="paid"))
    entry_of(hana, 8000, tax="sign_language")
    assert held(city) == {"山田 花": ("negative_base", 3000)}


def test_what_is_being_corrected_waits_for_its_reversal(city, hana):
    account_of(hana)
    entry = entry_of(hana, 5000)
    entry_of(hana, 2000)
    reversal_of(entry, state="approved", booked_on=date(2026, 12, 1))
    assert [one.gross for one in planned(city).people] == [2000]
    assert held(city) == {"山田 花": ("being_corrected", 5000)}


def test_nobody_is_paid_without_a_checked_account(city, hana, minh):
    entry_of(hana), entry_of(minh)
    account_of(minh, state="entered")
    assert held(city) == {
        "山田 花": ("no_account", 3000),
        "グエン・ミン": ("account_unchecked", 3000),
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"branch_code": "000"}, "branch_unknown"),
        ({"bank_code": "9998"}, "branch_unknown"),
        ({"holder": "山田 花"}, "name_unwritable"),
        ({"holder": "ア" * 31}, "name_unwritable"),
        ({"state": "ended"}, "no_account"),
    ],
)
def test_an_account_that_cannot_be_paid_to_is_held_back(city, hana, change, code):
    entry_of(hana)
    account_of(hana, **change)
    assert held(city) == {"山田 花": (code, 3000)}


def test_an_ended_account_gives_way_to_the_new_one(city, hana):
    entry_of(hana)
    account_of(hana, state="ended")
    new = account_of(hana, "7777777")
    assert planned(city).people[0].account == new
    assert BankAccount.objects.count() == 2


def test_each_method_has_its_own_entries(city, hana):
    entry_of(hana, paid_by="cash"), entry_of(hana, 1000, paid_by="gift_card", tax="gift")
    entry_of(hana, 2000, paid_by="requester")
    assert [one.gross for one in planned(city, "cash").people] == [3000]
    assert [(one.gross, one.net) for one in planned(city, "gift_card").people] == [(1000, 1000)]
    assert planned(city).people == planned(city).held == []


def test_taxed_cards_arrive_in_full_and_the_tax_comes_on_top(city, hana):
    city.policy["gift_cards_taxed"] = True
    city.save()
    entry_of(hana, 2000, paid_by="gift_card", tax="gift")
    entry_of(hana, 1000, 500, paid_by="gift_card", tax="gift")
    entry_of(hana, 500, paid_by="gift_card", tax="expenses")
    [one] = planned(city, "gift_card").people
    assert (one.gross, one.withheld.taxable, one.withheld.tax, one.net) == (4397, 3897, 397, 4000)
    assert one.on_top == 397
    assert sum(line.taxable for line in one.lines) == 3500
    steps = {step["code"]: step["text"] for step in one.calculation}
    assert "団体が負担する源泉徴収税額 397円" in steps["gross"]


def test_a_treaty_leaves_taxed_cards_as_they_are(city, hana):
    city.policy["gift_cards_taxed"] = True
    city.save()
    Payee.objects.create(volunteer=hana, residency="nonresident", treaty="日越", changed_at=AT)
    entry_of(hana, 2000, paid_by="gift_card", tax="gift")
    [one] = planned(city, "gift_card").people
    assert (one.gross, one.withheld.tax, one.net) == (2000, 0, 2000)


def test_what_is_left_of_unpaid_work_is_transferred_with_the_rest(city, hana):
    account_of(hana)
    entry_of(hana, 0, 620, paid_by="none", tax="expenses")
    [one] = planned(city).people
    assert (one.gross, one.withheld.tax) == (620, 0)


def test_somebody_without_an_account_can_be_paid_in_cash(city, hana, minh):
    entry_of(hana), entry_of(minh, paid_by="cash")
    assert [one.volunteer for one in planned(city, "cash").people] == [minh]
    assert [one.volunteer for one in planned(city, "cash", also=[hana.pk]).people] == [hana, minh]


def test_a_payment_became_fixed_with_the_last_of_its_activities(city, hana, accountant):
    account_of(hana)
    last = entry_of(hana, activity_date=date(2026, 11, 28))
    entry_of(hana, activity_date=date(2026, 10, 5), booked_on=date(2026, 11, 1))
    close_november(city, accountant)
    assert planned(city).people[0].decided_on == last.activity_date


def test_another_towns_entries_are_never_planned(city, town, hana):
    account_of(hana)
    entry_of(hana)
    assert plan(town, "bank", PAY_DAY).people == []


def test_a_plan_costs_the_same_statements_for_two_people_as_for_twenty(
    city, hana, minh, django_assert_num_queries
):
    from tests import factories

    for one in [hana, minh, *(factories.VolunteerFactory(organization=city) for _ in range(10))]:
        account_of(one)
        entry_of(one)
    with django_assert_num_queries(3):
        assert planned(city).totals["people"] == 12
