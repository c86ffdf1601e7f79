"""Preparing, leaving out, cancelling: every entry once, and what the database itself refuses."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from honoraria.models import Honorarium, Payment, PaymentLine
from honoraria.payments.actions import (
    cancel_batch,
    download_file,
    finish_batch,
    leave_out,
    prepare_batch,
    release_batch,
    return_payment,
)
from honoraria.payments.files import bank_file
from honoraria.payments.planning import plan
from tests import factories
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    account_of,
    code_of,
    entry_of,
    paying_account,
    states,
)


def test_a_batch_takes_every_closed_entry_and_its_sums(prepared, accountant, hana):
    assert (prepared.state, prepared.count, prepared.total) == ("prepared", 2, 11907)
    one = prepared.payments.get(volunteer=hana)
    assert (one.gross, one.taxable, one.withheld, one.net) == (7800, 7800, 796, 7004)
    assert sum(one.components.values()) == 796
    assert one.decided_on == max(line.honorarium.activity_date for line in one.lines.all())
    assert PaymentLine.objects.filter(stands=True).count() == 4
    line = AuditEntry.objects.get(verb="payment_batch.prepared")
    assert (line.actor, line.detail["net"]) == (accountant, 11907)


def test_the_same_entry_is_not_prepared_twice(prepared, city, bank, admin):
    again = lambda: prepare_batch(city, "bank", PAY_DAY, bank, by=admin, at=AT)
    assert code_of(again) == "nothing_to_pay"


@pytest.mark.parametrize(
    "day",
    [date(2026, 12, 2), date(2026, 12, 5), date(2026, 12, 31), date(2027, 1, 1), date(2028, 1, 4)],
)
def test_a_transfer_needs_a_business_day_that_is_not_over(city, month, bank, accountant, day):
    attempt = lambda: prepare_batch(city, "bank", day, bank, by=accountant, at=AT)
    assert code_of(attempt) == "value_date"
    assert not Payment.objects.exists()


def test_a_transfer_needs_an_account_of_ones_own_in_use(city, town, month, accountant):
    foreign, old = paying_account(town), paying_account(city, active=False)
    for account in (None, foreign, old):
        attempt = partial(prepare_batch, city, "bank", PAY_DAY, account, by=accountant, at=AT)
        assert code_of(attempt) == "paying_account"


def test_a_plan_that_changed_since_it_was_shown_is_not_prepared(city, month, bank, accountant):
    attempt = lambda: prepare_batch(
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


def test_a_cancelled_batch_frees_its_entries(prepared, city, accountant):
    cancel_batch(prepared, "口座の変更があったため", by=accountant, at=AT)
    assert states(Payment) == ["cancelled", "cancelled"]
    assert plan(city, "bank", PAY_DAY).totals["net"] == 11907
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
    attempt = lambda: cancel_batch(released, "誤り", by=accountant, at=AT, not_sent=True)
    assert code_of(attempt) == "wrong_state"


def constraint_of(attempt):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        attempt()
    return refused.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_the_database_refuses_a_line_of_an_entry_that_is_not_closed(prepared, hana, state):
    loose = entry_of(hana, state=state, booked_on=date(2026, 12, 1))
    payment = prepared.payments.get(volunteer=hana)
    attempt = lambda: payment.lines.create(honorarium=loose, fee=3000)
    assert constraint_of(attempt) == "only_closed_entries_are_paid"


def test_the_database_refuses_other_amounts_and_other_people(prepared, hana, minh):
    loose = entry_of(hana, booked_on=date(2026, 12, 1))
    mine, other = prepared.payments.get(volunteer=hana), prepared.payments.get(volunteer=minh)
    dearer = lambda: mine.lines.create(honorarium=loose, fee=3001)
    assert constraint_of(dearer) == "lines_are_the_entries"
    foreign = lambda: other.lines.create(honorarium=loose, fee=3000)
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


def test_what_was_released_stays_whoever_writes(released, prepared, admin, accountant):
    rows, batches = Payment.objects.all(), type(released).objects.all()
    for change in ({"net": 1, "gross": 1, "withheld": 0}, {"residency": "nonresident"}):
        assert constraint_of(partial(rows.update, **change)) == "payments_stay"
    stays = "payment_batches_stay"
    assert constraint_of(lambda: batches.update(value_date=date(2026, 12, 8))) == stays
    assert constraint_of(lambda: batches.update(sha256="1" * 64)) == stays
    assert constraint_of(lambda: batches.update(released_by=accountant)) == stays
    assert constraint_of(lambda: batches.update(state="prepared")) == stays
    lines = PaymentLine.objects.all()
    assert constraint_of(lambda: lines.update(taxable=1)) == "payment_lines_stay"
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert constraint_of(lambda: rows.update(paid_on=date(2026, 12, 8))) == "payments_stay"
    assert constraint_of(lambda: rows.update(state="planned")) == "payments_stay"
    return_payment(rows.first(), "口座相違", by=accountant, at=ON_PAY_DAY)
    assert constraint_of(lambda: lines.filter(stands=False).update(stands=True))


def test_nothing_is_released_or_paid_by_nobody(prepared):
    batches = type(prepared).objects.all()
    nobody = "payment_batch_was_released_by_somebody"
    assert constraint_of(lambda: batches.update(state="released", sha256="0" * 64)) == nobody
    release = {"released_at": AT, "released_by": prepared.created_by}
    unhashed = "released_transfers_keep_their_hash"
    assert constraint_of(lambda: batches.update(state="released", **release)) == unhashed
    batches.update(state="released", sha256="0" * 64, **release)
    unfinished = "payment_batch_was_finished_by_somebody"
    assert constraint_of(lambda: batches.update(state="paid")) == unfinished


def test_whoever_took_the_file_does_not_say_alone_that_it_was_not_sent(
    released, city, bank, accountant, admin
):
    other = factories.MembershipFactory(organization=city, role="accountant").user
    download_file(released, by=accountant, at=AT)
    download_file(released, by=other, at=AT)  # who took it before is not forgotten
    cancel = partial(cancel_batch, released, "送っていない", at=AT, not_sent=True)
    assert code_of(partial(cancel, by=accountant)) == "own_download"
    assert code_of(partial(cancel, by=other)) == "own_download"
    cancel(by=admin)
    again = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    release = partial(release_batch, again, by=admin, at=AT)
    assert code_of(release) == "cancelled_same"
    release(accept=["cancelled_same"])


def test_one_person_says_so_where_one_may_and_the_trail_tells(released, city, accountant):
    city.policy["single_handed"] = True
    city.save()
    download_file(released, by=accountant, at=AT)
    cancel_batch(released, "送っていない", by=accountant, at=AT, not_sent=True)
    detail = AuditEntry.objects.get(verb="payment_batch.cancelled").detail
    assert (detail["single_handed"], detail["downloaded"]) == (True, True)
