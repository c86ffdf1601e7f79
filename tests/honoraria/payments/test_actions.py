"""Preparing, releasing, cancelling, finishing, returning: two people, and every yen once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.models import BankAccount, Honorarium, Payee, Payment, PaymentLine, Remittance
from honoraria.payments import actions
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
    account_of,
    close_november,
    entry_of,
    paying_account,
    reversal_of,
)


def code_of(attempt):
    with pytest.raises(ActionError) as refused, transaction.atomic():
        attempt()
    return refused.value.code


def states(model=Honorarium):
    return sorted(model.objects.values_list("state", flat=True))


# --- preparing -------------------------------------------------------------------------------------


def test_a_batch_takes_every_closed_entry_and_its_sums(prepared, accountant, hana):
    assert (prepared.state, prepared.count, prepared.total) == ("prepared", 2, 11907)
    one = prepared.payments.get(volunteer=hana)
    assert (one.gross, one.taxable, one.withheld, one.net) == (7800, 7800, 796, 7004)
    assert sum(one.components.values()) == 796
    assert one.decided_on == date(2026, 12, 2)
    assert PaymentLine.objects.filter(stands=True).count() == 4
    line = AuditEntry.objects.get(verb="payment_batch.prepared")
    assert (line.actor, line.detail["net"]) == (accountant, 11907)


def test_the_same_entry_is_not_prepared_twice(prepared, city, bank, admin):
    again = lambda: prepare_batch(city, "bank", PAY_DAY, bank, by=admin, at=AT)  # noqa: E731
    assert code_of(again) == "nothing_to_pay"


@pytest.mark.parametrize(
    "day",
    [date(2026, 12, 2), date(2026, 12, 5), date(2026, 12, 31), date(2027, 1, 1), date(2028, 1, 4)],
)
def test_a_transfer_needs_a_business_day_that_is_not_over(city, month, bank, accountant, day):
    attempt = lambda: prepare_batch(city, "bank", day, bank, by=accountant, at=AT)  # noqa: E731
    assert code_of(attempt) == "value_date"
    assert not Payment.objects.exists()


def test_a_transfer_needs_an_account_of_ones_own_in_use(city, town, month, accountant):
    foreign, old = paying_account(town), paying_account(city, active=False)
    for account in (None, foreign, old):
        attempt = partial(prepare_batch, city, "bank", PAY_DAY, account, by=accountant, at=AT)
        assert code_of(attempt) == "paying_account"


def test_a_plan_that_changed_since_it_was_shown_is_not_prepared(city, month, bank, accountant):
    attempt = lambda: prepare_batch(  # noqa: E731
        city, "bank", PAY_DAY, bank, by=accountant, at=AT, seen_total=11906
    )
    assert code_of(attempt) == "changed_meanwhile"


def test_only_the_chosen_people_are_paid(city, month, bank, accountant, minh):
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT, only=[minh.pk])
    assert [one.volunteer for one in batch.payments.all()] == [minh]


def test_somebody_is_left_out_and_waits_for_the_next_batch(prepared, city, bank, accountant, hana):
    one = prepared.payments.get(volunteer=hana)
    leave_out(one, "口座を確認中", by=accountant, at=AT)
    prepared.refresh_from_db()
    assert (prepared.count, prepared.total) == (1, 4903)
    again = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    assert (again.count, again.total) == (1, 7004)


def test_the_last_one_is_not_left_out(prepared, accountant):
    first, second = prepared.payments.all()
    leave_out(first, "理由", by=accountant, at=AT)
    assert code_of(lambda: leave_out(second, "理由", by=accountant, at=AT)) == "last_one"


# --- the database's own guard ----------------------------------------------------------------------


def constraint_of(attempt):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        attempt()
    return refused.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_the_database_refuses_a_line_of_an_entry_that_is_not_closed(prepared, hana, state):
    loose = entry_of(hana, state=state, booked_on=date(2026, 12, 1))
    payment = prepared.payments.get(volunteer=hana)
    attempt = lambda: payment.lines.create(honorarium=loose, fee=3000)  # noqa: E731
    assert constraint_of(attempt) == "only_closed_entries_are_paid"


def test_the_database_refuses_other_amounts_and_other_people(prepared, hana, minh):
    loose = entry_of(hana, booked_on=date(2026, 12, 1))
    mine, other = prepared.payments.get(volunteer=hana), prepared.payments.get(volunteer=minh)
    dearer = lambda: mine.lines.create(honorarium=loose, fee=3001)  # noqa: E731
    assert constraint_of(dearer) == "lines_are_the_entries"
    foreign = lambda: other.lines.create(honorarium=loose, fee=3000)  # noqa: E731
    assert constraint_of(foreign) == "entries_are_the_payees"


def test_the_database_keeps_an_entry_closed_while_a_payment_stands(city, bank, hana, accountant):
    account_of(hana)
    entry = entry_of(hana, booked_on=date(2026, 12, 1))
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    rows = Honorarium.objects.filter(pk=entry.pk)
    assert constraint_of(lambda: rows.update(state="approved")) == "entries_in_payments_stay"
    assert constraint_of(lambda: rows.update(fee=1, total=1)) == "entries_in_payments_stay"
    cancel_batch(batch, "やり直し", by=accountant, at=AT)
    rows.update(state="approved")


# --- releasing -------------------------------------------------------------------------------------


def test_a_second_person_releases_and_the_file_is_fixed(prepared, admin):
    batch = release_batch(prepared, by=admin, at=AT)
    assert (batch.state, batch.released_by) == ("released", admin)
    assert len(batch.sha256) == 64
    line = AuditEntry.objects.get(verb="payment_batch.released")
    assert (line.detail["sha256"], line.detail["total"]) == (batch.sha256, 11907)
    assert "single_handed" not in line.detail


def test_whoever_prepared_does_not_release(prepared, accountant):
    assert code_of(lambda: release_batch(prepared, by=accountant, at=AT)) == "same_person"


def test_an_organization_of_one_may_allow_it_and_the_trail_says_so(prepared, city, accountant):
    city.policy["single_handed"] = True
    city.save()
    release_batch(prepared, by=accountant, at=AT)
    assert AuditEntry.objects.get(verb="payment_batch.released").detail["single_handed"] is True


def test_releasing_twice_is_refused(released, admin):
    assert code_of(lambda: release_batch(released, by=admin, at=AT)) == "wrong_state"


def test_what_is_released_is_encrypted_and_names_nobody_in_the_trail(released):
    with connection.cursor() as cursor:
        cursor.execute("SELECT header FROM honoraria_paymentbatch")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT sent_to FROM honoraria_payment")
        stored += str(cursor.fetchall())
    trail = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    for secret in ("1234567", "7654321", "ヤマダ"):
        assert secret not in stored + trail


def _end_account(hana):
    BankAccount.objects.filter(volunteer=hana).update(state="ended")


def _change_account(hana):
    _end_account(hana)
    account_of(hana, "9999999")


def _uncheck(hana):
    BankAccount.objects.filter(volunteer=hana).update(state="entered")


def _close_branch(hana):
    BankAccount.objects.filter(volunteer=hana).update(branch_code="000")


def _move_abroad(hana):
    Payee.objects.create(volunteer=hana, residency="nonresident", changed_at=AT)


def _correct(hana):
    entry = Honorarium.objects.filter(volunteer=hana).first()
    reversal_of(entry, state="draft", booked_on=date(2026, 12, 3))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_end_account, "no_account"),
        (_change_account, "account_changed"),
        (_uncheck, "account_unchecked"),
        (_close_branch, "branch_unknown"),
        (_move_abroad, "tax_changed"),
        (_correct, "being_corrected"),
    ],
)
def test_what_changed_since_the_preparation_stops_the_release(prepared, admin, hana, change, code):
    change(hana)
    assert code_of(lambda: release_batch(prepared, by=admin, at=AT)) == code
    prepared.refresh_from_db()
    assert (prepared.state, prepared.sha256, prepared.header) == ("prepared", "", "")


def test_a_release_after_the_value_date_is_refused(prepared, admin):
    late = AT + timedelta(days=9)
    assert code_of(lambda: release_batch(prepared, by=admin, at=late)) == "value_date"


def test_two_people_with_one_account_are_a_warning_that_must_be_accepted(
    city, bank, hana, minh, accountant, admin
):
    account_of(hana), account_of(minh)
    entry_of(hana), entry_of(minh)
    close_november(city, accountant)
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    assert code_of(lambda: release_batch(batch, by=admin, at=AT)) == "same_account"
    some = ["same_account"]
    assert code_of(lambda: release_batch(batch, by=admin, at=AT, accept=some)) == "duplicate"
    both = ["same_account", "duplicate"]
    release_batch(batch, by=admin, at=AT, accept=both)
    detail = AuditEntry.objects.get(verb="payment_batch.released").detail
    assert detail["accepted"] == ["duplicate", "same_account"]


def test_the_same_sum_to_the_same_person_in_another_batch_is_a_warning(
    released, city, bank, hana, accountant, admin
):
    for _ in range(3):
        entry_of(hana, 2600, booked_on=date(2026, 12, 1))
    again = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    assert code_of(lambda: release_batch(again, by=admin, at=AT)) == "recent_same"
    release_batch(again, by=admin, at=AT, accept=["recent_same"])


# --- cancelling ------------------------------------------------------------------------------------


def test_a_cancelled_batch_frees_its_entries(prepared, city, accountant):
    cancel_batch(prepared, "口座の変更があったため", by=accountant, at=AT)
    assert states(Payment) == ["cancelled", "cancelled"]
    assert plan(city, "bank", PAY_DAY, AT).totals["net"] == 11907
    detail = AuditEntry.objects.get(verb="payment_batch.cancelled").detail
    assert detail["reason"] == "口座の変更があったため"


def test_cancelling_needs_a_reason(prepared, accountant):
    assert code_of(lambda: cancel_batch(prepared, " ", by=accountant, at=AT)) == "reason_missing"


def test_a_released_transfer_is_cancelled_only_when_the_bank_has_not_got_it(released, accountant):
    assert code_of(lambda: cancel_batch(released, "誤り", by=accountant, at=AT)) == "maybe_sent"
    cancel_batch(released, "誤り", by=accountant, at=AT, not_sent=True)
    assert code_of(lambda: bank_file(type(released).objects.get())) == "not_released"


def test_what_was_paid_is_not_cancelled(released, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    attempt = lambda: cancel_batch(released, "誤り", by=accountant, at=AT, not_sent=True)  # noqa: E731
    assert code_of(attempt) == "wrong_state"


# --- paid, returned, receipted ---------------------------------------------------------------------


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


def test_only_what_was_paid_comes_back(released, accountant):
    one = released.payments.first()
    attempt = lambda: return_payment(one, "口座相違", by=accountant, at=AT)  # noqa: E731
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
    attempt = lambda: cancel_batch(cash, "誤り", by=accountant, at=AT)  # noqa: E731
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
    attempt = lambda: finish_payment(one, by=accountant, at=ON_PAY_DAY)  # noqa: E731
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
    give = lambda how="paper", sign="": record_cash_receipt(  # noqa: E731
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
    give = lambda: record_cash_receipt(one, "paper", by=accountant, at=ON_PAY_DAY)  # noqa: E731
    assert code_of(give) == "not_cash"


# --- paying accounts -------------------------------------------------------------------------------


def particulars(**more):
    fields = {
        "name": "普通預金",
        "consignor_code": "1234567890",
        "consignor_name": "ミナトシ",
        "bank_code": "0169",
        "branch_code": "001",
        "kind": "1",
        "number": "7654321",
    }
    return actions.Particulars(**fields | more)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"consignor_name": "港市"}, "consignor_name"),
        ({"branch_code": "000"}, "branch_unknown"),
        ({"number": "12345"}, "number"),
        ({"number": ""}, "number"),
    ],
)
def test_a_paying_account_that_no_bank_would_take_is_refused(city, admin, change, code):
    attempt = partial(actions.save_account, city, None, particulars(**change), by=admin, at=AT)
    assert code_of(attempt) == code


def test_a_change_of_a_paying_account_keeps_the_number_and_is_logged_without_it(city, admin):
    account = actions.save_account(city, None, particulars(), by=admin, at=AT)
    changed = particulars(newline="none", number="")
    actions.save_account(city, account, changed, by=admin, at=AT)
    account.refresh_from_db()
    assert (account.number, account.tail, account.newline) == ("7654321", "321", "none")
    details = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "7654321" not in details
    assert "newline" in details


def test_a_paying_account_does_not_change_under_a_prepared_batch(prepared, bank, city, admin):
    attempt = lambda: actions.save_account(city, bank, particulars(), by=admin, at=AT)  # noqa: E731
    assert code_of(attempt) == "in_use"
    release_batch(prepared, by=admin, at=AT)
    before = bank_file(prepared.__class__.objects.get())
    actions.save_account(city, bank, particulars(number="0000001"), by=admin, at=AT)
    assert bank_file(prepared.__class__.objects.get()) == before
