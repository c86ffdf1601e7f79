"""The last rung: a translation device, never alone. A human allows it where words weigh, and either
a follow-up by a human is booked in the same press or somebody says why none is needed.

The request ends as finished, with ``device_used_at``; statistics do not count it as fulfilled.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch import subscriptions
from dispatch.actions.common import lock_request, log, move, save_and_announce, schedule
from dispatch.actions.drafts import COLUMNS, Draft, Wish
from dispatch.actions.offers import withdraw_open_offers
from dispatch.actions.requests import open_request
from dispatch.ladder import DEVICE
from dispatch.models import Request, Urgency
from dispatch.operators import running_call
from dispatch.policy import DEFAULT, with_never_unasked

NOT_SPOKEN = "翻訳機はこの言語に対応していません"


def needs_yes(request: Request) -> bool:
    """Whether a human has to allow a device for this matter and has not yet."""
    kept = [rung for rung in request.ladder if rung["kind"] == DEVICE]
    default = [rung for rung in DEFAULT["ladder"] if rung["kind"] == DEVICE]
    rung = (kept or default)[0]
    if rung.get("booking_only"):
        return False
    fields = with_never_unasked(rung.get("needs_yes_fields") or [])
    return request.field in fields and request.device_allowed_at is None


def is_booking_only(request: Request) -> bool:
    """The device does not know the language: on its rung only a human can be booked."""
    return any(rung["kind"] == DEVICE and rung.get("booking_only") for rung in request.ladder)


def allow_device(request: Request, *, by: User, at: datetime) -> Request:
    """A human says yes to a device for a delicate matter; who it was is in the log."""
    with transaction.atomic():
        locked = _lock(request)
        if locked.device_allowed_at:
            return locked
        locked.device_allowed_at = at
        log(locked, "device.allowed", by=by, at=at, field=locked.field)
        save_and_announce(locked)
    return locked


def use_device(
    request: Request,
    *,
    follow_up: Draft | None,
    no_follow_up: str,
    by: User,
    at: datetime,
) -> tuple[Request, Request | None]:
    """A device has served the request, which ends; a human's appointment follows.

    Where the device does not know the language the request ends as unmet, and only the appointment
    is made. Returns the request and its follow-up; the same press again returns the same. Raises ActionError
    ``wrong_state``, ``needs_yes``, ``follow_up_missing`` when there is neither a follow-up nor
    a reason why none is needed, ``call_running``, and what `open_request` raises.
    """
    with transaction.atomic():
        locked = lock_request(request.pk)
        if locked.device_used_at and locked.status == Request.Status.FINISHED:
            return locked, locked.follow_ups.first()
        booking = is_booking_only(locked)
        if booking and locked.status == Request.Status.UNMET:
            return locked, locked.follow_ups.first()
        locked = _lock(request)
        _check(locked, follow_up, no_follow_up)
        begun = max(locked.opened_at, min(locked.rung_since or at, at))
        told = withdraw_open_offers(locked, at=at)
        move(locked, "status", Request.Status.UNMET if booking else Request.Status.FINISHED)
        locked.device_used_at, locked.closed_at = None if booking else at, at
        locked.cancel_reason = NOT_SPOKEN if booking else ""
        schedule(locked, Request.NextAction.NONE, None)
        after = None
        if follow_up is not None:
            after = open_request(locked.organization, follow_up, by=by, at=at, follow_up_of=locked)
        for tell in [] if booking else subscriptions.on_device_used:
            tell(locked, begun, at)
        subscriptions.tell_over(locked, at)
        log(
            locked,
            "device.booked" if booking else "device.used",
            by=by,
            at=at,
            follow_up=after.number if after else "",
            reason=no_follow_up,
        )
        save_and_announce(locked, volunteers=told)
    return locked, after


def follow_up_draft(request: Request, *, starts_at: datetime, ends_at: datetime) -> Draft:
    """The same need as a booking for a human (UTC)."""
    same = {name: getattr(request, name) for name in COLUMNS}
    wishes = tuple(
        Wish(one.kind, one.hard, one.value, one.volunteer) for one in request.requirements.all()
    )
    same |= {"urgency": Urgency.BOOKED, "starts_at": starts_at, "ends_at": ends_at}
    return Draft(**same, wishes=wishes)


def _check(request: Request, follow_up: Draft | None, no_follow_up: str) -> None:
    if request.assignments.active().exists():
        raise ActionError("wrong_state", "すでに通訳者が決まっています。")
    if running_call(request):
        raise ActionError("call_running", "外部通訳との通話を先に記録してください。")
    if request.current_rung and request.current_rung["kind"] != DEVICE:
        text = "翻訳機の段階ではありません。先に翻訳機の段階へ進んでください。"
        raise ActionError("wrong_rung", text)
    if needs_yes(request):
        text = "医療・法律などの内容です。翻訳機を使ってよいか、職員の判断を記録してください。"
        raise ActionError("needs_yes", text)
    if follow_up is None and not no_follow_up.strip():
        text = "後日の予約の日時を入れるか、予約が要らない理由を書いてください。"
        raise ActionError("follow_up_missing", text, field="no_follow_up", status=400)


def _lock(request: Request) -> Request:
    locked = lock_request(request.pk)
    if locked.status != Request.Status.OPEN:
        raise ActionError("wrong_state", "この依頼は手配中ではありません。")
    return locked
