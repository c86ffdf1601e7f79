"""Calls of the desk to a contracted interpreting company, from dialling to the bill.

While a call runs nothing climbs past it and nobody accepts unawares: dialling leaves offers open,
being connected takes them back. A request that an operator served ends as finished. Prices are
copied when it is dialled. Locks: request, then call.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from dispatch import subscriptions
from dispatch.actions.common import lock_request, log, move, save_and_announce, schedule
from dispatch.actions.offers import withdraw_open_offers
from dispatch.models import Operator, OperatorCall, OperatorService, Request
from dispatch.operators import minutes_of, price_of, prices_of, running_call
from dispatch.timing import after_filling, reminder

ON_THE_PHONE = timedelta(minutes=5)
State = OperatorCall.State


def dial(request: Request, service: OperatorService, *, by: User, at: datetime) -> OperatorCall:
    """The desk calls an operator; the same press again gives the same call.

    Raises ActionError ``wrong_state`` unless the request is open, ``call_running`` while another
    operator is on the line, ``unknown_service`` for another organization's.
    """
    with transaction.atomic():
        locked = lock_request(request.pk)
        operator = service.operator
        if operator.organization_id != locked.organization_id or not operator.active:
            raise ActionError("unknown_service", "この外部通訳は利用できません。", status=400)
        if locked.status != Request.Status.OPEN:
            raise ActionError("wrong_state", "この依頼は手配中ではありません。")
        running = running_call(locked)
        if running and running.service_id == service.pk:
            return running
        if running:
            text = f"{running.operator}との通話を先に記録してください。"
            raise ActionError("call_running", text)
        call = OperatorCall.objects.create(
            request=locked,
            operator=operator,
            service=service,
            by=by,
            dialled_at=at,
            price=prices_of(service),
        )
        schedule(locked, Request.NextAction.DESK, at + ON_THE_PHONE)
        log(locked, "operator.dialled", by=by, at=at, operator=operator.name, call=call.pk)
        save_and_announce(locked)
    return call


def record_connected(call: OperatorCall, *, by: User, at: datetime) -> OperatorCall:
    """An interpreter of the operator is on the line: whoever is still asked hears it is settled."""
    with transaction.atomic():
        request, call = _lock(call)
        if call.state == State.CONNECTED:
            return call
        _move(call, State.CONNECTED)
        call.connected_at = at
        call.save(update_fields=["state", "connected_at"])
        told: list[int] = []
        if request.status == Request.Status.OPEN:
            told = withdraw_open_offers(request, at=at)
            schedule(
                request, Request.NextAction.DESK, max(reminder(request, at), at + ON_THE_PHONE)
            )
        for tell in subscriptions.on_operator_call:
            tell(call, at)
        log(request, "operator.connected", by=by, at=at, operator=call.operator.name, call=call.pk)
        save_and_announce(request, volunteers=told)
    return call


def record_failed(call: OperatorCall, *, reason: str, by: User, at: datetime) -> OperatorCall:
    """Nobody was reached, or the desk hung up before: the ladder goes on from where it is."""
    with transaction.atomic():
        request, call = _lock(call)
        if call.state == State.FAILED:
            return call
        fail(request, call, reason=reason, by=by, at=at)
        if request.status == Request.Status.OPEN:
            schedule(request, Request.NextAction.DESK, reminder(request, at))
        save_and_announce(request)
    return call


def fail(
    request: Request, call: OperatorCall, *, reason: str, by: User | None, at: datetime
) -> None:
    """On a locked request: a call that was never answered is over, with a line in the log."""
    _move(call, State.FAILED)
    call.ended_at, call.failure = at, reason[:120]
    call.save(update_fields=["state", "ended_at", "failure"])
    log(
        request,
        "operator.failed",
        by=by,
        at=at,
        operator=call.operator.name,
        call=call.pk,
        reason=call.failure,
    )


def record_ended(call: OperatorCall, *, by: User, at: datetime) -> OperatorCall:
    """The call is over: minutes and yen are kept, and an open request ends as finished."""
    with transaction.atomic():
        request, call = _lock(call)
        if call.state == State.ENDED:
            return call
        _move(call, State.ENDED)
        seconds = (at - (call.connected_at or at)).total_seconds()
        call.ended_at, call.yen = at, price_of(call.price, seconds)
        call.save(update_fields=["state", "ended_at", "yen"])
        for tell in subscriptions.on_operator_call:
            tell(call, at)
        log(
            request,
            "operator.ended",
            by=by,
            at=at,
            operator=call.operator.name,
            call=call.pk,
            minutes=minutes_of(call.price, seconds),
            yen=call.yen,
        )
        _end_request(request, at)
        save_and_announce(request)
    return call


def reveal_pin(operator: Operator, *, request: Request | None, by: User, at: datetime) -> str:
    """The operator's PIN, for somebody about to call; who read it is in the log."""
    with transaction.atomic():
        subject = request.key if request else f"operator:{operator.pk}"
        organization = operator.organization_id
        record(
            subject,
            "operator.pin_shown",
            organization=organization,
            by=by,
            at=at,
            operator=operator.name,
        )
    return operator.pin


def _end_request(request: Request, at: datetime) -> None:
    if request.status != Request.Status.OPEN:
        return
    if request.assignments.active().exists():
        # some of several seats are taken by volunteers: their part goes on
        move(request, "status", Request.Status.FILLED)
        schedule(request, *after_filling(request, at))
        return
    move(request, "status", Request.Status.FINISHED)
    request.closed_at = at
    schedule(request, Request.NextAction.NONE, None)
    subscriptions.tell_over(request, at)


def _lock(call: OperatorCall) -> tuple[Request, OperatorCall]:
    request = lock_request(call.request_id)
    locked = OperatorCall.objects.select_for_update(of=("self",)).select_related("operator")
    found = locked.get(pk=call.pk)
    found.request = request
    return request, found


def _move(call: OperatorCall, to: str) -> None:
    if to not in OperatorCall.MOVES[call.state]:
        raise ActionError(
            "wrong_state", "通話の状態が変わったため、この操作はできません。画面をご確認ください。"
        )
    call.state = to
