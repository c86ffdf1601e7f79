"""Taking, changing, cancelling and reopening requests."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from dispatch.actions.common import (
    lock_request,
    log,
    move,
    note_for_calendars,
    save_and_announce,
    schedule,
)
from dispatch.actions.drafts import (
    COLUMNS,
    Draft,
    check_times,
    log_length,
    occurrences,
    remember_place,
    save_wishes,
)
from dispatch.actions.rungs import enter_ladder, follow_field, lay_ladder
from dispatch.models import (
    Assignment,
    Offer,
    Request,
    RequestSeries,
)
from dispatch.policy import policy_for
from dispatch.subscriptions import tell_over, tell_released


def open_request(
    organization: Organization,
    draft: Draft,
    *,
    by: User | None,
    at: datetime,
    series: RequestSeries | None = None,
    follow_up_of: Request | None = None,
) -> Request:
    """Take a request: number it, copy policy and ladder onto it, and plan its first wave.

    ``follow_up_of``: the request that a device served until this one. Raises ActionError
    ``bad_times`` when it ends before it starts, lasts over 24 hours or lies in the past.
    """
    check_times(draft, at)
    with transaction.atomic():
        request = Request(
            organization=organization,
            number=next_number(organization, local(at).date()),
            status=Request.Status.OPEN,
            policy=policy_for(organization),
            opened_at=at,
            search_since=at,
            rung_since=at,
            next_action=Request.NextAction.WAVE,
            next_action_at=at,
            created_by=by,
            series=series,
            follow_up_of=follow_up_of,
            place=remember_place(organization, draft),
            **{name: getattr(draft, name) for name in COLUMNS},
        )
        request.save()
        save_wishes(request, draft.wishes)
        log(request, "request.opened", by=by, at=at, urgency=draft.urgency)
        log_length(request, by=by, at=at)
        lay_ladder(request, at)
        save_and_announce(request)
    return request


def open_series(
    organization: Organization, draft: Draft, *, every: str, count: int, by: User, at: datetime
) -> list[Request]:
    """Take a series: the same need every week, every two weeks, or on the nth weekday."""
    with transaction.atomic():
        series = RequestSeries.objects.create(
            organization=organization, every=every, count=count, created_at=at
        )
        return [
            open_request(organization, shifted, by=by, at=at, series=series)
            for shifted in occurrences(draft, every, count)
        ]


def edit_request(request: Request, draft: Draft, *, by: User, at: datetime) -> Request:
    """Change what is asked for; people already asked or booked hear about it when it matters.

    The consequences are the ones `consequences_of` lists: a change of time, place, language or
    mode withdraws open offers and releases people booked; other changes keep them.
    """
    check_times(draft, at)
    with transaction.atomic():
        locked = lock_request(request.pk)
        if locked.status not in {Request.Status.OPEN, Request.Status.FILLED}:
            raise ActionError("wrong_state", "終了した依頼は変更できません。")
        restart = bool(decisive_changes(locked, draft))
        changed = [n for n in COLUMNS if getattr(locked, n) != getattr(draft, n)]
        for name in COLUMNS:
            setattr(locked, name, getattr(draft, name))
        locked.place = remember_place(locked.organization, draft)
        locked.requirements.all().delete()
        save_wishes(locked, draft.wishes)
        told: list[int] = []
        if restart:
            told = release_everybody(locked, reason="changed", at=at)
            locked.search_since = at
            lay_ladder(locked, at)
            restart_search(locked, at)
        else:
            if locked.status == Request.Status.OPEN and {"field", "urgency"} & set(changed):
                follow_field(locked, at)
            told = _fit_seats(locked, at)
            if {"desk", "place_area"} & set(changed):
                _note_move(locked, at)
        log(locked, "request.edited", by=by, at=at, changed=changed, restarted=restart)
        if {"mode", "starts_at", "ends_at", "seats"} & set(changed):
            log_length(locked, by=by, at=at)
        save_and_announce(locked, volunteers=told)
    return locked


def _note_move(request: Request, at: datetime) -> None:
    """What calendars say of the place has changed for everybody booked."""
    for assignment in request.assignments.active().select_for_update(of=("self",)):
        assignment.save(update_fields=note_for_calendars(assignment, at))


def _fit_seats(request: Request, at: datetime) -> list[int]:
    """After a change of the number of people: look for more, or stop looking; returns who is told.

    Raises ``too_few_seats`` when more people are booked already than are wanted now.
    """
    from dispatch.actions.offers import fill_if_complete

    booked = request.assignments.active().count()
    if booked > request.seats:
        raise ActionError(
            "too_few_seats",
            f"すでに{booked}人決まっています。先に派遣を取り消してから人数を減らしてください。",
            field="seats",
        )
    if request.status == Request.Status.FILLED and booked < request.seats:
        restart_search(request, at)
    elif request.status == Request.Status.OPEN:
        return fill_if_complete(request, at=at)
    return []


def decisive_changes(request: Request, draft: Draft) -> list[str]:
    """Names of changed columns that make earlier answers worthless."""
    decisive = ["language", "mode", "starts_at", "ends_at", "place_name", "place_address"]
    return [n for n in decisive if getattr(request, n) != getattr(draft, n)]


def consequences_of(request: Request, draft: Draft) -> list[str]:
    """What saving the draft would do, in words for the coordinator."""
    if not decisive_changes(request, draft):
        return []
    lines = []
    if asked := request.offers.open().count():
        lines.append(f"打診中の{asked}人に取下げを知らせ、条件に合う人へ改めて打診します。")
    if booked := request.assignments.active().count():
        lines.append(f"決定していた{booked}人の派遣を取り消し、本人に知らせます。")
    return lines


def cancel_request(
    request: Request, *, cancelled_by: str, reason: str, by: User | None, at: datetime
) -> Request:
    """Call a request off; everybody asked or booked is told. Raises ``wrong_state``."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        move(locked, "status", Request.Status.CANCELLED)
        told = release_everybody(locked, reason="cancelled", at=at)
        locked.cancelled_by, locked.cancel_reason, locked.closed_at = cancelled_by, reason, at
        schedule(locked, Request.NextAction.NONE, None)
        log(locked, "request.cancelled", by=by, at=at, cancelled_by=cancelled_by, reason=reason)
        tell_over(locked, at)
        save_and_announce(locked, volunteers=told)
    return locked


def close_unmet(request: Request, *, reason: str, by: User | None, at: datetime) -> Request:
    """End a request that nobody could serve; it counts as such. Raises ``wrong_state``."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        move(locked, "status", Request.Status.UNMET)
        told = release_everybody(locked, reason="cancelled", at=at)
        locked.cancel_reason, locked.closed_at = reason, at
        schedule(locked, Request.NextAction.NONE, None)
        log(locked, "request.unmet", by=by, at=at, reason=reason)
        tell_over(locked, at)
        save_and_announce(locked, volunteers=told)
    return locked


def reopen_request(request: Request, *, by: User, at: datetime) -> Request:
    """Look for somebody again after a cancellation or an unmet end, while it still lies ahead."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        if locked.ends_at <= at:
            raise ActionError("in_the_past", "終了時刻を過ぎた依頼は再開できません。")
        if locked.status not in {Request.Status.CANCELLED, Request.Status.UNMET}:
            raise ActionError("wrong_state", "取消・終了した依頼だけを再開できます。")
        move(locked, "status", Request.Status.OPEN)
        locked.cancelled_by, locked.cancel_reason, locked.closed_at = "", "", None
        locked.search_since = at
        restart_search(locked, at)
        log(locked, "request.reopened", by=by, at=at)
        save_and_announce(locked)
    return locked


def stop_waves(request: Request, *, by: User, at: datetime) -> Request:
    """Send no further waves by itself; open offers stay answerable, the desk is reminded."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        _must_be_open(locked)
        if locked.waves_stopped:
            return locked
        locked.waves_stopped = True
        remind_at = min(at + timedelta(minutes=30), max(locked.ends_at, at))
        schedule(locked, Request.NextAction.DESK, remind_at)
        log(locked, "waves.stopped", by=by, at=at)
        save_and_announce(locked)
    return locked


def resume_waves(request: Request, *, by: User, at: datetime) -> Request:
    """Let the engine go on."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        _must_be_open(locked)
        if not locked.waves_stopped:
            return locked
        locked.waves_stopped = False
        schedule(locked, Request.NextAction.WAVE, at)
        log(locked, "waves.resumed", by=by, at=at)
        save_and_announce(locked)
    return locked


def _must_be_open(request: Request) -> None:
    if request.status != Request.Status.OPEN:
        raise ActionError("wrong_state", "この依頼は手配中ではありません。")


def restart_search(request: Request, at: datetime) -> None:
    """Put a locked request back on the first rung that is open."""
    request.status, request.waves_stopped = Request.Status.OPEN, False
    enter_ladder(request, at)
    schedule(request, Request.NextAction.WAVE, at)


def release_everybody(request: Request, *, reason: str, at: datetime) -> list[int]:
    """Withdraw open offers and cancel active assignments of a locked request; returns who."""
    from dispatch import messages

    told: list[int] = []
    for offer in request.offers.open().select_for_update().select_related("volunteer"):
        offer.state, offer.answered_at = Offer.State.WITHDRAWN, at
        offer.save(update_fields=["state", "answered_at"])
        messages.tell_released(offer.volunteer, request, reason=reason, at=at, offer=offer)
        told.append(offer.volunteer_id)
    held = request.assignments.active().exclude(state=Assignment.State.FINISHED)
    for assignment in held.select_for_update(of=("self",)).select_related("volunteer"):
        move(assignment, "state", Assignment.State.CANCELLED)
        assignment.ended_at, assignment.end_reason = at, reason
        calendar = note_for_calendars(assignment, at)
        assignment.save(update_fields=["state", "ended_at", "end_reason", *calendar])
        messages.tell_released(
            assignment.volunteer, request, reason=reason, at=at, assignment=assignment
        )
        tell_released(assignment, at)
        told.append(assignment.volunteer_id)
    return told


def next_number(organization: Organization, day: date) -> str:
    """The next number of the fiscal year of ``day``, such as ``R8-00123`` (令和8年度)."""
    fiscal_year = day.year if day.month >= 4 else day.year - 1
    name = f"R{fiscal_year - 2018}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dispatch_counter (organization_id, name, value) VALUES (%s, %s, 1) "
            "ON CONFLICT (organization_id, name) DO UPDATE SET value = dispatch_counter.value + 1 "
            "RETURNING value",
            [organization.pk, name],
        )
        return f"{name}-{cursor.fetchone()[0]:05d}"
