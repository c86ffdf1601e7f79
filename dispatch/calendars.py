"""Private calendars (iCalendar, RFC 5545): a volunteer's bookings and shifts, a desk's requests.

Feeds lie on foreign servers once somebody subscribes, so an entry says the language, the time, the
area or our own desk, the way of interpreting and a link that asks for the sign-in: no resident, no
place, no field. Instants are written in UTC, which every program shows in the reader's own time; a
time zone of our own would only be one more thing to be wrong. What was called off stays for a while
as cancelled, with a higher SEQUENCE, because a program that merely misses an entry may keep it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from accounts.models import AuditEntry
from accounts.times import local
from dispatch.models import Assignment, Desk, Mode, Request, Shift
from dispatch.phone import words
from dispatch.roster import OnSite, week_of
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

LOOK_BACK = timedelta(days=90)
CANCELLED_FOR = timedelta(days=30)
"""So long after the fact a cancelled entry is still told."""
MOST = 2000
SHIFT_DAYS = 56
"""So many days of the roster are told ahead."""
GONE = [Assignment.State.CANCELLED, Assignment.State.NO_SHOW]
OFF = [Request.Status.CANCELLED, Request.Status.UNMET]


def calendar_of_volunteer(volunteer: Volunteer, at: datetime) -> bytes:
    """The person's bookings and shifts at desks in every organization, in their own language."""
    people = [volunteer.pk]
    if volunteer.user_id:
        people = list(Volunteer.objects.filter(user=volunteer.user_id).values_list("pk", flat=True))
    recent = Q(request__ends_at__gt=at - LOOK_BACK) & ~Q(state__in=GONE)
    called_off = Q(state__in=GONE, ended_at__gt=at - CANCELLED_FOR)
    found = (
        Assignment.objects.filter(recent | called_off, volunteer__in=people)
        .select_related("request__organization", "request__desk")
        .order_by("request__starts_at", "pk")
    )
    with override(volunteer.message_language):
        events = [_booking(assignment) for assignment in found[:MOST]]
        return _calendar(_("通訳の予定"), [*events, *_sittings(people, at)])


def calendar_of_desk(desk: Desk, at: datetime) -> bytes:
    """The requests that the desk took, with how many of the seats are taken."""
    recent = Q(ends_at__gt=at - LOOK_BACK) & ~Q(status__in=OFF)
    called_off = Q(status__in=OFF, closed_at__gt=at - CANCELLED_FOR)
    found = (
        Request.objects.filter(recent | called_off, desk=desk)
        .select_related("organization", "desk")
        .prefetch_related(Prefetch("assignments", Assignment.objects.order_by("pk")))
        .order_by("starts_at", "pk")
    )
    with override("ja"):
        events = [_request(request) for request in found[:MOST]]
        return _calendar(f"通訳：{desk.name}", events)


def _calendar(name: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Tsunagi//Interpreting//JA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _booking(assignment: Assignment) -> Event:
    """One booking; the caller has chosen the language."""
    request = assignment.request
    mode = Mode.VIDEO if assignment.remote else Mode(request.mode)
    language = language_name(request.language, words.reader())
    title = _("通訳（%(language)s）") % {"language": language}
    if off := assignment.state in GONE:
        title = _("【取消】%(title)s") % {"title": title}
    event = _event(
        "assignment",
        assignment.pk,
        request,
        title=title,
        is_off=off,
        sequence=assignment.calendar_sequence,
        changed_at=assignment.calendar_changed_at or assignment.created_at,
    )
    link = settings.PUBLIC_BASE_URL + reverse("volunteer:job", args=[assignment.pk])
    details = _("くわしい内容（サインインが必要です）")
    event.add("description", f"{words.MODES[mode]}\n{details}\n{link}")
    event.add("url", link)
    if request.public_area and not (assignment.remote or mode.is_remote):
        event.add("location", request.public_area)
    return event


def _sittings(people: list[int], at: datetime) -> list[Event]:
    """The people's shifts of the next weeks, one entry a day; a day off is told as cancelled."""
    mine = Shift.objects.filter(volunteer__in=people).select_related("volunteer__organization")
    towns = {shift.volunteer.organization for shift in mine}
    days = [
        one
        for town in sorted(towns, key=lambda one: one.pk)
        for one in week_of(town, local(at).date(), days=SHIFT_DAYS)
        if one.volunteer_id in people
    ]
    changes = _changes_of(days)
    return [_sitting(one, changes[one.shift_id, one.day.isoformat()]) for one in days]


def _changes_of(days: Iterable[OnSite]) -> dict[tuple[int, str], list[datetime]]:
    """When a day of a shift was called off or taken up again, as the trail of its desk has it."""
    desks = {f"desk:{one.desk_id}" for one in days}
    found = AuditEntry.objects.about(*desks).filter(verb__in=["shift.absent", "shift.present"])
    changes: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for shift, day, at in found.values_list("detail__shift", "detail__day", "at"):
        changes[shift, day].append(at)
    return changes


def _sitting(one: OnSite, changes: list[datetime]) -> Event:
    """One day of a shift; its SEQUENCE rises with each time that it was called off or taken up."""
    title = _("当番（%(desk)s）") % {"desk": one.desk}
    event = Event()
    event.add("uid", _uid(f"shift-{one.shift_id}", f"{one.day:%Y%m%d}"))
    changed_at = max(changes, default=one.starts_at - timedelta(days=SHIFT_DAYS))
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", 2 * len(changes) + one.absent)  # away otherwise leaves no line there
    event.add("dtstart", one.starts_at)
    event.add("dtend", one.ends_at)
    event.add("summary", _("【取消】%(title)s") % {"title": title} if one.absent else title)
    event.add("status", "CANCELLED" if one.absent else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.absent else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _uid(kind: str, number: object) -> str:
    return f"{kind}-{number}@{urlsplit(settings.PUBLIC_BASE_URL).hostname}"


def _request(request: Request) -> Event:
    """One request, for the desk."""
    rows = list(request.assignments.all())
    taken = sum(one.is_active for one in rows)
    off = request.status in OFF
    state = f"決定 {taken}／{request.seats}人" if taken else str(request.get_status_display())
    title = f"{language_name(request.language, 'ja')}通訳（{state}）"
    changes = [request.opened_at, request.search_since, request.closed_at]
    changes += [when for one in rows for when in (one.created_at, one.calendar_changed_at)]
    event = _event(
        "request",
        request.pk,
        request,
        title=f"【取消】{title}" if off else title,
        is_off=off,
        sequence=request.version,
        changed_at=max(when for when in changes if when),
    )
    link = settings.PUBLIC_BASE_URL + reverse("dispatch:request", args=[request.pk])
    event.add("description", f"{request.number}　{request.get_mode_display()}\n{link}")
    event.add("url", link)
    if request.public_area:
        event.add("location", request.public_area)
    return event


def _event(
    kind: str,
    pk: int,
    request: Request,
    *,
    title: str,
    is_off: bool,
    sequence: int,
    changed_at: datetime,
) -> Event:
    """What both kinds of entry have in common; the same rows give the same bytes."""
    event = Event()
    event.add("uid", _uid(kind, pk))
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", sequence)
    event.add("dtstart", request.starts_at)
    event.add("dtend", request.ends_at)
    event.add("summary", title)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    written = request.mode == Mode.TRANSLATION
    event.add("transp", "TRANSPARENT" if is_off or written else "OPAQUE")
    event.add("class", "PRIVATE")
    return event
