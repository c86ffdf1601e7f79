"""What happens to a booking: reconfirmed, started, finished, given back, not kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch import subscriptions
from dispatch.actions.common import lock_request, log, move, save_and_announce, schedule
from dispatch.actions.offers import withdraw_open_offers
from dispatch.actions.requests import restart_search
from dispatch.messages import ask_for_report, tell_released
from dispatch.models import Assignment, Request
from dispatch.timing import after_filling

REPORT_REMINDERS = {0, 1, 3, 7, 14, 30}
"""Days after the end on which a missing report is asked for; the board shows it all the time."""


def reconfirm(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """«I will come»: a positive answer before the day; the same again changes nothing."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if assignment.state == Assignment.State.RECONFIRMED:
            return assignment
        move(assignment, "state", Assignment.State.RECONFIRMED)
        assignment.save(update_fields=["state"])
        waiting = request.assignments.filter(state=Assignment.State.CONFIRMED)
        if request.next_action == Request.NextAction.RECONFIRM and not waiting.exists():
            schedule(request, Request.NextAction.CLOSE, request.ends_at)
        _log(request, assignment, "assignment.reconfirmed", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def start(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """The interpretation has begun."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        move(assignment, "state", Assignment.State.STARTED)
        assignment.save(update_fields=["state"])
        _log(request, assignment, "assignment.started", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def finish(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """It is done (a report says so); the request finishes with its last assignment."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if assignment.state != Assignment.State.FINISHED:
            move(assignment, "state", Assignment.State.FINISHED)
            assignment.ended_at = at
            assignment.save(update_fields=["state", "ended_at"])
            _log(request, assignment, "assignment.finished", by=by, at=at, label=label)
        _finish_request_if_done(request, at)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def give_back(
    assignment: Assignment,
    *,
    reason: str,
    at: datetime,
    by: User | None = None,
    label: str = "",
) -> Assignment:
    """The volunteer cannot come after all: the seat is free and the search starts at once."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if request.ends_at <= at:
            raise ActionError("in_the_past", "終了した派遣は辞退できません。", status=409)
        move(assignment, "state", Assignment.State.CANCELLED)
        assignment.ended_at, assignment.end_reason = at, reason
        assignment.save(update_fields=["state", "ended_at", "end_reason"])
        if request.status == Request.Status.FILLED:
            restart_search(request, at)
        elif request.status == Request.Status.OPEN and not request.waves_stopped:
            schedule(request, Request.NextAction.WAVE, at)
        _log(request, assignment, "assignment.given_back", by=by, at=at, label=label, reason=reason)
        subscriptions.tell_released(assignment, at)
        if by is not None:
            tell_released(
                assignment.volunteer, request, reason="cancelled", at=at, assignment=assignment
            )
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def record_no_show(assignment: Assignment, *, by: User, at: datetime) -> Assignment:
    """Nobody came; before the end of the appointment the search starts again."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if at < request.starts_at:
            raise ActionError("too_early", "開始時刻の前に「不参加」とすることはできません。")
        move(assignment, "state", Assignment.State.NO_SHOW)
        assignment.ended_at = at
        assignment.save(update_fields=["state", "ended_at"])
        _log(request, assignment, "assignment.no_show", by=by, at=at, label="")
        subscriptions.tell_released(assignment, at)
        if at < request.ends_at:
            restart_search(request, at)
        elif not request.assignments.active().exists():
            request.status = Request.Status.UNMET
            request.closed_at, request.cancel_reason = at, "通訳者が来なかった"
            schedule(request, Request.NextAction.NONE, None)
            subscriptions.tell_over(request, at)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def close_if_over(request: Request, at: datetime) -> None:
    """After the end, on a locked request: ask for reports, once a day, until they are there.

    Silence is never taken as yes: the assignment stays unfinished until somebody reports.
    """
    if at < request.ends_at:
        schedule(request, *after_filling(request, at))
        return
    open_ones = request.assignments.active().exclude(state=Assignment.State.FINISHED)
    if not open_ones.exists():
        _finish_request_if_done(request, at)
        return
    if (at - request.ends_at).days in REPORT_REMINDERS:
        for assignment in open_ones.select_related("volunteer__organization"):
            ask_for_report(assignment, at=at)
    days = (at - request.ends_at).days + 1
    schedule(request, Request.NextAction.CLOSE, request.ends_at + timedelta(days=days))


def _finish_request_if_done(request: Request, at: datetime) -> None:
    active = request.assignments.active()
    if not active.exists() or active.exclude(state=Assignment.State.FINISHED).exists():
        return
    if request.status in {Request.Status.FILLED, Request.Status.OPEN}:
        withdraw_open_offers(request, at=at)
        move(request, "status", Request.Status.FINISHED)
        request.closed_at = at
        schedule(request, Request.NextAction.NONE, None)
        subscriptions.tell_over(request, at)


def _lock(assignment: Assignment) -> tuple[Request, Assignment]:
    request = lock_request(assignment.request_id)
    locked = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("volunteer__organization")
        .get(pk=assignment.pk)
    )
    return request, locked


def _log(
    request: Request,
    assignment: Assignment,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    label: str,
    **detail: str,
) -> None:
    log(
        request,
        verb,
        by=by,
        at=at,
        label=label or (str(by) if by else str(assignment.volunteer)),
        volunteer=assignment.volunteer_id,
        assignment=assignment.pk,
        **detail,
    )
