"""Climbing the ladder: by the engine at a deadline, or by a coordinator at any time.

Every step writes its line to the log with the reason. A rung whose turn comes while it cannot serve
(its hours, no operator, no agreement) is passed over and marked so on the request's own copy of the
ladder; one that a human jumps over is marked as well. `open_next` works on a locked request in the
caller's transaction, `open_rung` is a verb.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.common import lock_request, log, save_and_announce, schedule
from dispatch.ladder import (
    ASKING,
    NEIGHBOUR,
    OPERATOR,
    LeftOut,
    Rung,
    plan,
    serves_field,
    within_hours,
)
from dispatch.models import Request
from dispatch.neighbours import lenders_for
from dispatch.operators import running_call, services_for
from dispatch.timing import class_of, reminder


def lay_ladder(request: Request, at: datetime) -> None:
    """Copy the rungs that fit onto a saved request and go to the first that is open."""
    rungs, left_out = plan(
        request.policy, class_of(request, at), request.mode, request.language, request.field
    )
    alone = [rung for rung in rungs if rung["kind"] == NEIGHBOUR]
    if alone and not lenders_for(request.organization_id, request.language):
        left_out += [LeftOut(NEIGHBOUR, rung["label"], "no_agreement") for rung in alone]
        rungs = [rung for rung in rungs if rung["kind"] != NEIGHBOUR]
    request.ladder = rungs
    for one in left_out:
        log(
            request,
            "rung.left_out",
            by=None,
            at=at,
            rung=one.kind,
            rung_label=one.label,
            why=one.why,
        )
    for rung in rungs:
        if rung.get("booking_only"):
            log(request, "rung.booking_only", by=None, at=at, rung_label=rung["label"])
    enter_ladder(request, at)


def enter_ladder(request: Request, at: datetime) -> None:
    """Begin at the first rung that is open now; past the last one when none is."""
    request.ladder = [
        {key: value for key, value in rung.items() if key not in {"passed", "jumped"}}
        for rung in request.ladder
    ]
    first = _first_open(request, 0, at)
    request.rung = len(request.ladder) if first is None else first
    request.rung_since = at


def open_next(request: Request, at: datetime, *, why: str, **detail: Any) -> bool:
    """Open the next rung that can serve; False when none is left, then nothing moves."""
    index = _first_open(request, request.rung + 1, at)
    if index is None:
        return False
    _enter(request, index, at)
    rung = request.current_rung
    log(
        request,
        "rung.opened",
        by=None,
        at=at,
        rung=rung["kind"],
        rung_label=rung["label"],
        why=why,
        **detail,
    )
    return True


def open_rung(
    request: Request, *, to: int, seen: int, reason: str, by: User, at: datetime
) -> Request:
    """Go to a later rung at once, or back to an earlier one, whose time starts anew.

    ``seen`` is the rung that was open when the button was shown: pressing twice changes nothing
    more. A rung chosen by a human opens whatever its hours say. Raises ActionError
    ``wrong_state``, ``unknown_rung``, ``rung_moved`` when the ladder has moved on meanwhile, and
    ``call_running`` while the desk telephones with an operator.
    """
    with transaction.atomic():
        locked = lock_request(request.pk)
        if locked.status != Request.Status.OPEN:
            raise ActionError("wrong_state", "この依頼は手配中ではありません。")
        if not 0 <= to < len(locked.ladder):
            raise ActionError("unknown_rung", "そのつなぎ段階はありません。", status=400)
        if locked.rung == to:
            return locked
        if locked.rung != seen:
            text = "つなぎ段階がすでに変わっています。いまの段階をご確認ください。"
            raise ActionError("rung_moved", text)
        if running_call(locked):
            text = "外部通訳との通話を先に記録してください。"
            raise ActionError("call_running", text)
        back = to < locked.rung
        for rung in locked.ladder[to:]:
            rung.pop("passed", None)
            rung.pop("jumped", None)
        for rung in locked.ladder[locked.rung + 1 : to]:
            rung["jumped"] = True
        _enter(locked, to, at)
        rung = locked.ladder[to]
        if rung["kind"] in ASKING:
            locked.waves_stopped = False
        log(
            locked,
            "rung.reopened" if back else "rung.chosen",
            by=by,
            at=at,
            rung=rung["kind"],
            rung_label=rung["label"],
            reason=reason,
        )
        save_and_announce(locked)
    return locked


def follow_field(request: Request, at: datetime) -> None:
    """After field or urgency of an open request changed: its ladder anew, at the same rung."""
    here = request.current_rung
    since = request.rung_since
    lay_ladder(request, at)
    same = [i for i, rung in enumerate(request.ladder) if rung["kind"] == here.get("kind")]
    if same:
        request.rung, request.rung_since = same[0], since


def closed_because(request: Request, rung: Rung, at: datetime) -> str:
    """Why a rung cannot serve the request at the time of need; empty when it can."""
    moment = max(at, request.starts_at)
    if not within_hours(rung.get("hours"), moment):
        return "hours"
    if not serves_field(rung, request.field):
        return "field"
    if rung["kind"] == NEIGHBOUR and not lenders_for(request.organization_id, request.language):
        return "no_agreement"
    if rung["kind"] == OPERATOR:
        services = services_for(request.organization_id, request.language, moment)
        if not services:
            return "no_operator"
        if not services[0].is_open:
            return "operator_closed"
    return ""


def _first_open(request: Request, start: int, at: datetime) -> int | None:
    """The first rung from ``start`` that can serve; those before it are passed over, logged."""
    for index in range(start, len(request.ladder)):
        rung = request.ladder[index]
        if rung.get("passed"):
            continue
        why = closed_because(request, rung, at)
        if not why:
            return index
        rung["passed"] = why
        log(
            request,
            "rung.passed_over",
            by=None,
            at=at,
            rung=rung["kind"],
            rung_label=rung["label"],
            why=why,
        )
    return None


def _enter(request: Request, index: int, at: datetime) -> None:
    request.rung, request.rung_since = index, at
    if request.current_rung["kind"] in ASKING:
        schedule(request, Request.NextAction.WAVE, at)
    else:
        schedule(request, Request.NextAction.DESK, reminder(request, at))
