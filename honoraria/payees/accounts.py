"""Bank accounts of volunteers: entering, checking by a second person, ending, reading.

A new account ends the former one; neither happens while a released batch pays to it. Numbers are
encrypted, no log line and no error carries one, and every reading is recorded. Whoever locks a
volunteer's account locks the volunteer first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import User
from honoraria.actions import single_handed
from honoraria.models import BankAccount, Payment, PaymentBatch
from honoraria.payees.entry import AccountEntry, check_place, written
from honoraria.payees.telling import tell_of_change, tell_of_refusal
from volunteers.models import Volunteer

State = BankAccount.State
SAME_PERSON = "口座を入力した人（ご本人を含む）とは別の人が確認してください。"


def present_account(volunteer: Volunteer) -> BankAccount | None:
    """The account in use or waiting for its check."""
    return BankAccount.objects.filter(volunteer=volunteer).exclude(state=State.ENDED).first()


def usable_account(volunteer: Volunteer) -> BankAccount | None:
    """The account that may be paid to: checked, and not ended."""
    return BankAccount.objects.filter(volunteer=volunteer, state=State.CHECKED).first()


def enter_account(
    volunteer: Volunteer, entry: AccountEntry, *, by: User | None, at: datetime
) -> BankAccount:
    """Keep a new account, end the former one, and tell the person that it changed.

    The same account once more (a second press) changes nothing. Raises ActionError: those of
    `entry.written`, in_transfer.
    """
    entry = written(entry)
    with transaction.atomic():
        person, former = _locked(volunteer)
        if former is not None:
            if _is_same(former, entry):
                return former
            _refuse_in_transfer(former)
            _end(former, "新しい口座の登録", at)
        account = BankAccount.objects.create(
            volunteer=person,
            bank_code=entry.bank_code,
            branch_code=entry.branch_code,
            kind=entry.kind,
            number=entry.number,
            tail=entry.number[-3:],
            holder=entry.holder,
            post_symbol=entry.post_symbol,
            entered_at=at,
            entered_by=by,
        )
        tell_of_change(person, account.pk, at)
        more = {"ended": former.pk} if former else {}
        _log(account, "volunteer.account_entered", by=by, at=at, place=_place(account), **more)
    return account


def check_account(account: BankAccount, *, by: User, at: datetime) -> BankAccount:
    """Somebody else compared it with the book: it may be paid to.

    Raises ActionError: wrong_state, same_person, unknown_bank, unknown_branch.
    """
    with transaction.atomic():
        present = _current(account)
        _move(present, State.CHECKED)
        alone = by.pk in {present.entered_by_id, present.volunteer.user_id}
        if alone and not single_handed(present.volunteer.organization):
            raise ActionError("same_person", SAME_PERSON)
        check_place(present.bank_code, present.branch_code)
        present.checked_at, present.checked_by = at, by
        present.save(update_fields=["state", "checked_at", "checked_by"])
        more = {"single_handed": True} if alone else {}
        _log(present, "volunteer.account_checked", by=by, at=at, **more)
    return present


def end_account(
    account: BankAccount, reason: str, *, by: User | None, at: datetime, tell: bool = True
) -> BankAccount:
    """Pay to it no more; unless ``tell`` is off, an active person is asked for another account.

    Raises ActionError: reason_missing, wrong_state, in_transfer.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        present = _current(account)
        _refuse_in_transfer(present)
        _end(present, reason.strip()[:200], at)
        if tell and present.volunteer.status == Volunteer.Status.ACTIVE:
            tell_of_refusal(present.volunteer, present.pk, at)
        _log(present, "volunteer.account_ended", by=by, at=at, reason=present.end_reason)
    return present


def reveal_account(account: BankAccount, *, by: User, at: datetime, reason: str = "") -> str:
    """The whole number, seven digits; that it was read, and why, is recorded first."""
    with transaction.atomic():
        detail = {"reason": reason.strip()[:200]} if reason.strip() else {}
        _log(account, "volunteer.account_read", by=by, at=at, **detail)
    return account.number


def _locked(volunteer: Volunteer) -> tuple[Volunteer, BankAccount | None]:
    person = (
        Volunteer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organization")
        .get(pk=volunteer.pk)
    )
    found = BankAccount.objects.select_for_update(of=("self",)).filter(volunteer=person)
    return person, found.exclude(state=State.ENDED).first()


def _current(account: BankAccount) -> BankAccount:
    person, present = _locked(account.volunteer)
    if present is None or present.pk != account.pk:
        raise ActionError("wrong_state", MOVED)
    present.volunteer = person
    return present


def _refuse_in_transfer(account: BankAccount) -> None:
    waiting = Payment.objects.filter(
        account=account, state=Payment.State.PLANNED, batch__state=PaymentBatch.State.RELEASED
    )
    if waiting.exists():
        text = "この口座への振込が進んでいます。支払が終わってから、もう一度お試しください。"
        raise ActionError("in_transfer", text)


def _end(account: BankAccount, reason: str, at: datetime) -> None:
    _move(account, State.ENDED)
    account.ended_at, account.end_reason = at, reason
    account.save(update_fields=["state", "ended_at", "end_reason"])


def _move(account: BankAccount, to: str) -> None:
    if to not in account.MOVES[State(account.state)]:
        raise ActionError("wrong_state", MOVED)
    account.state = to


def _is_same(account: BankAccount, entry: AccountEntry) -> bool:
    kept = (account.bank_code, account.branch_code, account.kind, account.number)
    return (*kept, account.holder, account.post_symbol) == (
        entry.bank_code,
        entry.branch_code,
        entry.kind,
        entry.number,
        entry.holder,
        entry.post_symbol,
    )


def _place(account: BankAccount) -> str:
    return f"{account.bank_code}-{account.branch_code}"


def _log(account: BankAccount, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    person = account.volunteer
    organization = person.organization_id
    record(person.key, verb, organization=organization, by=by, at=at, account=account.pk, **detail)
