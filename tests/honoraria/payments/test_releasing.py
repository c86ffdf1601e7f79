"""Releasing: a second person, and everything is checked again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from accounts.models import AuditEntry
from honoraria.models import BankAccount, Books, Honorarium, Payee
from honoraria.payments.actions import (
    cancel_batch,
    leave_out,
    prepare_batch,
    release_batch,
)
from honoraria.payments.files import bank_file
from tests.honoraria.payments.paying import (
    AT,
    PAY_DAY,
    account_of,
    close_november,
    code_of,
    entry_of,
    reversal_of,
)


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


@pytest.fixture
def long_before(city, hana, minh, month, bank, accountant):
    """Transfers of November for January, prepared in December."""
    return prepare_batch(city, "bank", date(2027, 1, 12), bank, by=accountant, at=AT)


IN_JANUARY = datetime(2027, 1, 5, 3, tzinfo=UTC)


def _taken_back(entry, **more):
    return reversal_of(entry, booked_on=date(2026, 12, 3), **more)


def test_what_was_taken_back_and_closed_since_the_preparation_is_not_paid(
    long_before, city, bank, month, accountant, admin
):
    _taken_back(month[0])
    release = partial(release_batch, long_before, by=admin, at=IN_JANUARY)
    assert code_of(release) == "being_corrected"
    cancel_batch(long_before, "取り消した謝礼があるため", by=accountant, at=IN_JANUARY)
    day = date(2027, 1, 12)
    again = prepare_batch(city, "bank", day, bank, by=accountant, at=IN_JANUARY)
    assert sum(one.gross for one in again.payments.all()) == 2600 * 2 + 5460
    release_batch(again, by=admin, at=IN_JANUARY)


def test_whoever_approved_an_entry_does_not_release_it(prepared, city, month, admin):
    _approved_by(city, month[0], admin)
    release = partial(release_batch, prepared, by=admin, at=AT)
    assert code_of(release) == "own_approval"
    city.policy["single_handed"] = True
    city.save()
    release()
    detail = AuditEntry.objects.get(verb="payment_batch.released").detail
    assert (detail["single_handed"], detail["own_approvals"]) == (True, 1)


def _approved_by(city, entry, user):
    Books.objects.filter(organization=city).update(closed_through=None)
    Honorarium.objects.filter(pk=entry.pk).update(approved_by=user)
    Books.objects.filter(organization=city).update(closed_through=date(2026, 11, 30))


def test_nobody_releases_what_pays_themselves(prepared, city, hana, admin, accountant):
    hana.user = admin
    hana.save()
    release = partial(release_batch, prepared, by=admin, at=AT)
    assert code_of(release) == "own_money"
    leave_out(prepared.payments.get(volunteer=hana), "別に支払う", by=accountant, at=AT)
    release()


def test_only_warnings_that_were_there_are_written_down_as_accepted(prepared, admin):
    release_batch(prepared, by=admin, at=AT, accept=["recent_same", "anything"])
    assert AuditEntry.objects.get(verb="payment_batch.released").detail["accepted"] == []


def test_money_that_leaves_while_other_money_is_owed_back_is_a_warning(
    city, bank, hana, accountant, admin
):
    account_of(hana)
    entry_of(hana)
    reversal_of(entry_of(hana, 5000, paid_by="cash", state="paid"))
    close_november(city, accountant)
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    assert code_of(lambda: release_batch(batch, by=admin, at=AT)) == "owes"
    release_batch(batch, by=admin, at=AT, accept=["owes"])


def test_the_file_stays_the_same_when_numbers_of_the_register_change(released, hana, minh):
    before = bank_file(released)
    type(hana).objects.filter(pk=hana.pk).update(number=900)
    type(minh).objects.filter(pk=minh.pk).update(number=1)
    assert bank_file(released) == before
