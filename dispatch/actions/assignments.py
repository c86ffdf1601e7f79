"""What happens to a booking: reconfirmed, on the way, arrived, started, over, given back, not kept.

Every press may come twice, late or out of order (a telephone without a net sends it afterwards):
what is known already stays as it is, and a later stage is never undone by an earlier one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch import subscriptions
from dispatch.actions.common import (
    lock_request,
    log,
    move,
    note_for_calendars,
    save_and_announce,
    schedule,
)
from dispatch.actions.offers import withdraw_open_offers
from dispatch.actions.requests import restart_search
from dispatch.actions.rungs import lay_ladder
from dispatch.messages import ask_for_report, tell_released
from dispatch.models import Assignment, Request, Urgency
from dispatch.timing import after_filling, is_pressing

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
        _will_come(request, assignment, at)
        assignment.save(update_fields=["state"])
        _log(request, assignment, "assignment.reconfirmed", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def set_out(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """On the way to the place, which is also the answer to «will you come». Raises wrong_state."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if _is_beyond(assignment, assignment.on_the_way_at or assignment.arrived_at):
            return assignment
        _will_come(request, assignment, at)
        assignment.on_the_way_at = at
        assignment.save(update_fields=["state", "on_the_way_at"])
        _log(request, assignment, "assignment.set_out", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def arrive(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """At the place; the interpretation has not begun yet. Raises wrong_state."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if _is_beyond(assignment, assignment.arrived_at):
            return assignment
        _will_come(request, assignment, at)
        assignment.arrived_at = at
        assignment.save(update_fields=["state", "arrived_at"])
        _log(request, assignment, "assignment.arrived", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def start(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """The interpretation has begun."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if assignment.state == Assignment.State.STARTED:
            return assignment
        move(assignment, "state", Assignment.State.STARTED)
        assignment.started_at = at
        assignment.save(update_fields=["state", "started_at"])
        _log(request, assignment, "assignment.started", by=by, at=at, label=label)
        save_and_announce(request, volunteers=[assignment.volunteer_id])
    return assignment


def note_end(
    assignment: Assignment, *, at: datetime, by: User | None = None, label: str = ""
) -> Assignment:
    """The interpretation is over; the booking stays open until the report is there.

    Raises wrong_state when it was never started.
    """
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if assignment.finished_at or assignment.state == Assignment.State.FINISHED:
            return assignment
        if assignment.state != Assignment.State.STARTED:
            raise ActionError("wrong_state", "開始が記録されていません。")
        assignment.finished_at = at
        assignment.save(update_fields=["finished_at"])
        _log(request, assignment, "assignment.over", by=by, at=at, label=label)
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
        told = note_for_calendars(assignment, at)
        assignment.save(update_fields=["state", "ended_at", "end_reason", *told])
        _search_again(request, at)
        _log(request, assignment, "assignment.given_back", by=by, at=at, label=label, reason=reason)
        subscriptions.tell_released(assignment, at)
        if by is not None:
            tell_released(
                assignment.volunteer, request, reason="cancelled", at=at, assignment=assignment
            )
        event = "request.changed" if by else "request.needs_desk"
        save_and_announce(request, event=event, volunteers=[assignment.volunteer_id])
    return assignment


def _search_again(request: Request, at: datetime) -> None:
    """A seat of a locked request came free: ask at once, by the urgency that it has now."""
    if is_pressing(request, at):
        request.urgency = Urgency.TODAY
        lay_ladder(request, at)
    if request.status == Request.Status.FILLED:
        restart_search(request, at)
    elif request.status == Request.Status.OPEN and not request.waves_stopped:
        schedule(request, Request.NextAction.WAVE, at)


def record_no_show(assignment: Assignment, *, by: User, at: datetime) -> Assignment:
    """Nobody came; before the end of the appointment the search starts again."""
    with transaction.atomic():
        request, assignment = _lock(assignment)
        if at < request.starts_at:
            raise ActionError("too_early", "開始時刻の前に「不参加」とすることはできません。")
        move(assignment, "state", Assignment.State.NO_SHOW)
        assignment.ended_at = at
        told = note_for_calendars(assignment, at)
        assignment.save(update_fields=["state", "ended_at", *told])
        _log(request, assignment, "assignment.no_show", by=by, at=at, label="")
        subscriptions.tell_released(assignment, at)
        if at < request.ends_at:
            _search_again(request, at)
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


def _will_come(request: Request, assignment: Assignment, at: datetime) -> None:
    """A positive answer, however it was given; the next reminder is for those who are silent."""
    if assignment.state == Assignment.State.RECONFIRMED:
        return
    move(assignment, "state", Assignment.State.RECONFIRMED)
    if request.next_action == Request.NextAction.RECONFIRM:
        Assignment.objects.filter(pk=assignment.pk).update(state=assignment.state)
        schedule(request, *after_filling(request, at))


def _is_beyond(assignment: Assignment, said_at: datetime | None) -> bool:
    """This stage was recorded, or a later one was."""
    over = {Assignment.State.STARTED, Assignment.State.FINISHED}
    return said_at is not None or assignment.state in over


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
