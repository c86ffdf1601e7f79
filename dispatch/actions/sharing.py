"""応援協定: proposing, agreeing and ending, each seen in the trail of both organizations.

The invariant: nothing holds before the lender has agreed, and either side ends it at once. The
other organization is named by its exact code, so that nobody can leaf through the tenants; in its
trail stands our organization, never our member's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.audit import WORDS, record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from dispatch.actions.common import lock_request, log, save_and_announce, schedule
from dispatch.ladder import NEIGHBOUR
from dispatch.messages import tell_released
from dispatch.models import Offer, Request, SharingAgreement

State = SharingAgreement.State
WORDS.update(
    {
        "sharing.proposed": "応援協定を申し込み",
        "sharing.agreed": "応援協定を承諾",
        "sharing.declined": "応援協定を断り",
        "sharing.ended": "応援協定を終了",
    }
)


def propose(
    borrower: Organization, code: str, languages: Sequence[str], *, by: User | None, at: datetime
) -> SharingAgreement:
    """Ask the organization with the code to lend volunteers by video, in the languages or in all.

    Raises ``no_such_organization``, ``own_organization`` and ``already_there``.
    """
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=borrower.pk)
        lender = Organization.objects.filter(slug=code.strip().lower()).first()
        if lender is None or lender.is_demo != borrower.is_demo:
            text = "このコードの団体はありません。相手の団体にコードをご確認ください。"
            raise ActionError("no_such_organization", text, field="code", status=422)
        if lender.pk == borrower.pk:
            text = "自分の団体のコードです。"
            raise ActionError("own_organization", text, field="code", status=422)
        running = ~Q(state=State.ENDED)
        if SharingAgreement.objects.filter(running, borrower=borrower, lender=lender).exists():
            text = "この団体には申し込み中か、協定がすでにあります。"
            raise ActionError("already_there", text, field="code")
        agreement = SharingAgreement.objects.create(
            borrower=borrower, lender=lender, languages=list(languages), proposed_at=at
        )
        _record(agreement, "sharing.proposed", side=borrower, by=by, at=at)
    return agreement


def agree(
    agreement: SharingAgreement, *, organization: Organization, by: User | None, at: datetime
) -> SharingAgreement:
    """The lender says yes. Raises ``not_the_lender`` and ``wrong_state``."""
    with transaction.atomic():
        locked = _lock(agreement)
        if locked.lender_id != organization.pk:
            raise ActionError("not_the_lender", "承諾できるのは、相手の団体です。", status=404)
        _move(locked, State.AGREED)
        locked.agreed_at = at
        locked.save(update_fields=["state", "agreed_at"])
        _record(locked, "sharing.agreed", side=organization, by=by, at=at)
    return locked


def end(
    agreement: SharingAgreement, *, organization: Organization, by: User | None, at: datetime
) -> SharingAgreement:
    """Either side ends it; before it was agreed the lender declines and the borrower takes it back.

    Requests for which a neighbour has already said yes go on; who was asked and has not answered
    is told that it is off. Raises ``wrong_state``.
    """
    with transaction.atomic():
        locked = _lock(agreement)
        if organization.pk not in {locked.lender_id, locked.borrower_id}:
            raise ActionError("not_a_side", "この協定の当事者ではありません。", status=404)
        declined = locked.state == State.PROPOSED and locked.lender_id == organization.pk
        _move(locked, State.ENDED)
        locked.ended_at = at
        locked.save(update_fields=["state", "ended_at"])
        verb = "sharing.declined" if declined else "sharing.ended"
        _record(locked, verb, side=organization, by=by, at=at)
        _take_back_offers(locked, by=by if organization.pk == locked.borrower_id else None, at=at)
    return locked


def _take_back_offers(agreement: SharingAgreement, *, by: User | None, at: datetime) -> None:
    """What the lender's people were still asked under an agreement that has just ended.

    ``by``: who stands in the requests' log; a member of the lender never does.
    """
    lent = Offer.objects.open().filter(
        request__organization=agreement.borrower, volunteer__organization=agreement.lender
    )
    label = "" if by else agreement.lender.name
    for pk in sorted(set(lent.values_list("request_id", flat=True))):
        request = lock_request(pk)
        rows = lent.filter(request=request).select_for_update(of=("self",))
        told = []
        for offer in rows.select_related("volunteer__organization"):
            offer.state, offer.answered_at = Offer.State.WITHDRAWN, at
            offer.save(update_fields=["state", "answered_at"])
            tell_released(offer.volunteer, request, reason="cancelled", at=at, offer=offer)
            told.append(offer.volunteer_id)
        asking = request.current_rung.get("kind") == NEIGHBOUR and not request.waves_stopped
        if request.status == Request.Status.OPEN and asking:
            schedule(request, Request.NextAction.WAVE, at)  # the next rung need not wait
        log(request, "neighbours.ended", by=by, at=at, label=label, asked=len(told))
        save_and_announce(request, volunteers=told)


def _lock(agreement: SharingAgreement) -> SharingAgreement:
    rows = SharingAgreement.objects.select_for_update(of=("self",))
    return rows.select_related("borrower", "lender").get(pk=agreement.pk)


def _move(agreement: SharingAgreement, to: str) -> None:
    if to not in SharingAgreement.MOVES[agreement.state]:
        raise ActionError("wrong_state", MOVED)
    agreement.state = to


def _record(
    agreement: SharingAgreement, verb: str, *, side: Organization, by: User | None, at: datetime
) -> None:
    """A line in each trail; in the other one the organization acted, not its member."""
    detail: dict[str, Any] = {
        "borrower": agreement.borrower.name,
        "lender": agreement.lender.name,
        "languages": agreement.languages,
    }
    for organization in (agreement.borrower, agreement.lender):
        own = organization.pk == side.pk
        record(
            f"sharing:{agreement.pk}",
            verb,
            organization=organization,
            by=by if own else None,
            at=at,
            label="" if own else side.name,
            **detail,
        )
