"""Paid, receipted, sent back: no yen twice and none lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from accounts.models import AuditEntry
from honoraria.models import Honorarium, Payment, Remittance
from honoraria.payments.actions import (
    cancel_batch,
    finish_batch,
    finish_payment,
    leave_out,
    prepare_batch,
    record_cash_receipt,
    release_batch,
    return_payment,
)
from honoraria.payments.files import bank_file
from honoraria.payments.planning import plan
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    close_november,
    code_of,
    entry_of,
    reversal_of,
    states,
)


def test_a_transfer_is_paid_on_its_value_date(released, accountant):
    assert code_of(lambda: finish_batch(released, by=accountant, at=AT)) == "too_early"
    finish_batch(released, date(2026, 12, 9), by=accountant, at=ON_PAY_DAY + timedelta(days=3))
    assert set(Payment.objects.values_list("state", "paid_on")) == {("paid", PAY_DAY)}
    assert states() == ["paid"] * 4


def test_what_was_not_released_is_not_paid(prepared, accountant):
    assert code_of(lambda: finish_batch(prepared, by=accountant, at=ON_PAY_DAY)) == "wrong_state"
    assert states() == ["closed"] * 4


def test_what_the_bank_sends_back_is_paid_again_without_a_yen_lost(
    released, city, bank, hana, accountant, admin
):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    before = bank_file(released)
    one = released.payments.get(volunteer=hana)
    return_payment(one, "口座相違", by=accountant, at=ON_PAY_DAY)
    assert states() == ["closed"] * 3 + ["paid"]
    assert bank_file(released) == before, "what the bank was sent does not change"
    later = date(2026, 12, 14)
    again = prepare_batch(city, "bank", later, bank, by=accountant, at=ON_PAY_DAY)
    assert (again.count, again.total) == (1, 7004)
    detail = AuditEntry.objects.get(verb="payment.returned").detail
    assert (detail["tax_remitted"], detail["withheld"]) == (False, 796)


def test_a_return_says_when_the_tax_was_already_remitted(released, city, hana, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    Remittance.objects.create(
        organization=city, month=date(2026, 12, 1), residency="resident", amount=1353,
        remitted_on=date(2027, 1, 8), recorded_at=AT, recorded_by=accountant,
    )  # fmt: skip
    one = released.payments.get(volunteer=hana)
    return_payment(one, "口座相違", by=accountant, at=ON_PAY_DAY)
    assert AuditEntry.objects.get(verb="payment.returned").detail["tax_remitted"] is True


def test_cash_of_a_month_that_was_remitted_is_logged_with_its_tax(cash, city, hana, accountant):
    Remittance.objects.create(
        organization=city, month=date(2026, 12, 1), residency="resident", amount=1,
        remitted_on=date(2027, 1, 8), recorded_at=AT, recorded_by=accountant,
    )  # fmt: skip
    first = cash.payments.get(volunteer=hana)
    late = datetime(2027, 1, 9, 3, tzinfo=UTC)
    finish_payment(first, PAY_DAY, by=accountant, at=late)
    assert AuditEntry.objects.get(verb="payment.paid").detail["late_tax"] == first.withheld == 306
    finish_batch(cash, date(2027, 1, 8), by=accountant, at=late)
    assert AuditEntry.objects.get(verb="payment_batch.paid").detail["late_tax"] == 0


def test_only_what_was_paid_comes_back(released, accountant):
    one = released.payments.first()
    attempt = lambda: return_payment(one, "口座相違", by=accountant, at=AT)
    assert code_of(attempt) == "wrong_state"
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert code_of(lambda: return_payment(one, "", by=accountant, at=AT)) == "reason_missing"


@pytest.fixture
def cash(city, hana, minh, accountant, admin):
    """A released cash batch for two."""
    entry_of(hana, paid_by="cash"), entry_of(minh, 5000, paid_by="cash")
    close_november(city, accountant)
    batch = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    return release_batch(batch, by=admin, at=AT)


def test_cash_has_no_file(cash):
    assert (cash.sha256, cash.header) == ("", "")
    assert code_of(lambda: bank_file(cash)) == "not_released"


def test_cash_is_handed_over_one_by_one_and_the_last_one_finishes_the_batch(cash, hana, accountant):
    first, second = cash.payments.all()
    finish_payment(first, date(2026, 12, 8), by=accountant, at=ON_PAY_DAY + timedelta(days=1))
    cash.refresh_from_db()
    assert (cash.state, states()) == ("released", ["closed", "paid"])
    attempt = lambda: cancel_batch(cash, "誤り", by=accountant, at=AT)
    assert code_of(attempt) == "partly_paid"
    finish_payment(second, by=accountant, at=ON_PAY_DAY + timedelta(days=2))
    cash.refresh_from_db()
    assert (cash.state, cash.finished_by) == ("paid", accountant)
    assert [one.paid_on for one in cash.payments.all()] == [date(2026, 12, 8), date(2026, 12, 9)]


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 8)])
def test_cash_is_paid_neither_before_the_month_was_closed_nor_tomorrow(cash, accountant, day):
    assert code_of(lambda: finish_batch(cash, day, by=accountant, at=ON_PAY_DAY)) == "paid_on"


def test_whoever_did_not_come_for_the_cash_is_left_out(cash, hana, minh, accountant):
    leave_out(cash.payments.get(volunteer=minh), "受取りに来なかった", by=accountant, at=AT)
    finish_batch(cash, by=accountant, at=ON_PAY_DAY)
    assert states(Payment) == ["cancelled", "paid"]
    assert states() == ["closed", "paid"]


def test_a_transfer_is_finished_as_a_whole(released, accountant):
    one = released.payments.first()
    attempt = lambda: finish_payment(one, by=accountant, at=ON_PAY_DAY)
    assert code_of(attempt) == "whole_file"
    assert code_of(lambda: leave_out(one, "理由", by=accountant, at=AT)) == "file_is_fixed"


def test_cash_paid_after_new_year_has_the_components_of_that_day(cash, accountant):
    late = datetime(2027, 1, 6, 3, tzinfo=UTC)
    finish_batch(cash, date(2027, 1, 6), by=accountant, at=late)
    for one in cash.payments.all():
        assert len(one.components) == 3
        assert sum(one.components.values()) == one.withheld


def test_a_receipt_is_recorded_once_and_only_for_what_was_paid(cash, accountant):
    one = cash.payments.first()
    give = lambda how="paper", sign="": record_cash_receipt(
        one, how, sign, by=accountant, at=ON_PAY_DAY
    )
    assert code_of(give) == "not_paid"
    finish_batch(cash, by=accountant, at=ON_PAY_DAY)
    assert code_of(lambda: give("phone")) == "unsigned"
    assert code_of(lambda: give("stamp")) == "unsigned"
    give()
    assert code_of(give) == "already_received"
    one.refresh_from_db()
    assert (one.receipt_at, one.receipt_how) == (ON_PAY_DAY, "paper")


def test_a_transfer_is_not_signed_for(released, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    one = released.payments.first()
    give = lambda: record_cash_receipt(one, "paper", by=accountant, at=ON_PAY_DAY)
    assert code_of(give) == "not_cash"


def test_cash_that_was_taken_back_meanwhile_is_not_handed_over(cash, hana, minh, accountant):
    entry = Honorarium.objects.get(volunteer=hana)
    reversal_of(entry, state="draft", booked_on=date(2026, 12, 4))
    one = cash.payments.get(volunteer=hana)
    finish = {"by": accountant, "at": ON_PAY_DAY}
    assert code_of(lambda: finish_batch(cash, PAY_DAY, **finish)) == "being_corrected"
    assert code_of(lambda: finish_payment(one, PAY_DAY, **finish)) == "being_corrected"
    leave_out(one, "取り消したため", by=accountant, at=ON_PAY_DAY)
    finish_batch(cash, PAY_DAY, **finish)
    assert states() == ["closed", "draft", "paid"]


def test_a_transfer_that_was_sent_is_finished_although_it_was_taken_back(
    released, month, accountant
):
    reversal_of(month[0], state="draft", booked_on=date(2026, 12, 4))
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert states() == ["draft"] + ["paid"] * 4


def test_the_last_one_who_never_comes_is_left_out_and_the_batch_is_finished(cash, city, accountant):
    first, second = cash.payments.all()
    finish_payment(first, PAY_DAY, by=accountant, at=ON_PAY_DAY)
    leave_out(second, "受取りに来なかった", by=accountant, at=ON_PAY_DAY)
    cash.refresh_from_db()
    assert (cash.state, cash.finished_by, cash.count) == ("paid", accountant, 1)
    waiting = plan(city, "cash", PAY_DAY).people
    assert [one.volunteer for one in waiting] == [second.volunteer]


def test_cash_that_was_signed_for_was_handed_over(cash, hana, accountant, admin):
    one = cash.payments.get(volunteer=hana)
    finish_batch(cash, PAY_DAY, by=accountant, at=ON_PAY_DAY)
    record_cash_receipt(one, "phone", "M1 1L100 100", by=hana.user, at=ON_PAY_DAY)
    for who in (accountant, admin):
        again = partial(return_payment, one, "渡していない", by=who, at=ON_PAY_DAY)
        assert code_of(again) == "received"
    assert states(Payment) == ["paid", "paid"]


def test_a_slip_that_was_noted_by_mistake_is_undone_by_an_administrator(
    cash, hana, accountant, admin
):
    one = cash.payments.get(volunteer=hana)
    finish_batch(cash, PAY_DAY, by=accountant, at=ON_PAY_DAY)
    record_cash_receipt(one, "paper", by=accountant, at=ON_PAY_DAY)
    again = partial(return_payment, one, "押し間違い", at=ON_PAY_DAY)
    assert code_of(partial(again, by=accountant)) == "received"
    again(by=admin)
    assert AuditEntry.objects.get(verb="payment.returned").detail["receipt"] == "paper"
