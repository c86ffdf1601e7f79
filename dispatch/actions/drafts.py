"""What a request asks for before it is one: the draft, its days as a series, what it leaves behind.

Checked by a form or a serializer already; `dispatch.actions.requests` turns it into a request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from dispatch.actions.common import log
from dispatch.models import Desk, Mode, Place, Request, RequestingBody, RequestSeries, Requirement
from volunteers.models import Volunteer

LONGEST = timedelta(hours=24)
ALONE_REMOTE = timedelta(minutes=60)
ALONE_ON_SITE = timedelta(minutes=120)
"""Beyond these one interpreter tires and errs: a second one or breaks (ISO 13611, ISO 20228)."""


@dataclass(frozen=True)
class Wish:
    """One requirement as asked for."""

    kind: str
    hard: bool = False
    value: str = ""
    volunteer: Volunteer | None = None


@dataclass(frozen=True)
class Draft:
    """What a request asks for, checked by a form or serializer already. Instants are UTC."""

    language: str
    mode: str
    urgency: str
    field: str
    starts_at: datetime
    ends_at: datetime
    seats: int = 1
    desk: Desk | None = None
    place_name: str = ""
    place_address: str = ""
    place_area: str = ""
    place_lat: float | None = None
    place_lon: float | None = None
    sensitivity: str = Request.Sensitivity.NORMAL
    note: str = ""
    resident_name: str = ""
    body: RequestingBody | None = None
    contact_name: str = ""
    contact_phone: str = ""
    payer: str = Request.Payer.ORGANIZATION
    wishes: tuple[Wish, ...] = ()


COLUMNS = [f.name for f in fields(Draft) if f.name != "wishes"]


def occurrences(draft: Draft, every: str, count: int) -> Iterable[Draft]:
    """The draft at each date of the series; «monthly» keeps the nth weekday of the month."""
    start, length = draft.starts_at, draft.ends_at - draft.starts_at
    for day in series_days(local(start).date(), every, count):
        moved = start + timedelta(days=(day - local(start).date()).days)
        yield replace(draft, starts_at=moved, ends_at=moved + length)


def series_days(first: date, every: str, count: int) -> list[date]:
    """The days of a series; a month without a fifth weekday is passed over."""
    if every != RequestSeries.Every.MONTH:
        step = 7 if every == RequestSeries.Every.WEEK else 14
        return [first + timedelta(days=step * i) for i in range(count)]
    days: list[date] = []
    nth, month = (first.day - 1) // 7, first.replace(day=1)
    while len(days) < count:
        offset = (first.weekday() - month.weekday()) % 7 + 7 * nth
        day = month + timedelta(days=offset)
        if day.month == month.month:
            days.append(day)
        month = (month + timedelta(days=32)).replace(day=1)
    return days


def check_times(draft: Draft, at: datetime) -> None:
    """Refuse times that cannot be meant."""
    if draft.ends_at <= draft.starts_at:
        raise ActionError(
            "bad_times", "終了は開始より後の時刻にしてください。", field="ends_at", status=400
        )
    if draft.ends_at - draft.starts_at > LONGEST:
        raise ActionError("bad_times", "1件の依頼は24時間までです。", field="ends_at", status=400)
    if draft.ends_at <= at:
        raise ActionError(
            "bad_times", "終了時刻が過ぎています。日時をご確認ください。",
            field="ends_at", status=400,
        )  # fmt: skip


def too_long_alone(mode: str, starts_at: datetime, ends_at: datetime, seats: int) -> str:
    """The advice for a length that is too much for one interpreter; empty when it is not.

    It blocks nothing: a desk may have arranged breaks.
    """
    if seats > 1 or mode == Mode.TRANSLATION:
        return ""
    remote = Mode(mode).is_remote
    if ends_at - starts_at <= (ALONE_REMOTE if remote else ALONE_ON_SITE):
        return ""
    kind = "映像・電話で60分" if remote else "現地で120分"
    return f"{kind}を超える通訳です。2人にするか、休憩を入れることをお勧めします"


def log_length(request: Request, *, by: User | None, at: datetime) -> None:
    """Keep in the request's log that the desk was advised of the length."""
    advice = too_long_alone(request.mode, request.starts_at, request.ends_at, request.seats)
    if advice:
        log(request, "request.long", by=by, at=at, advice=advice)


def save_wishes(request: Request, wishes: Iterable[Wish]) -> None:
    """Write the requirements of a new or changed request."""
    Requirement.objects.bulk_create(
        Requirement(request=request, kind=w.kind, hard=w.hard, value=w.value, volunteer=w.volunteer)
        for w in wishes
    )


def remember_place(organization: Organization, draft: Draft) -> Place | None:
    """Remember the named place, and count its use."""
    if not draft.place_name:
        return None
    place, _ = Place.objects.get_or_create(
        organization=organization,
        name=draft.place_name,
        defaults={
            "address": draft.place_address,
            "area": draft.place_area,
            "lat": draft.place_lat,
            "lon": draft.place_lon,
        },
    )
    place.used_count += 1
    place.save(update_fields=["used_count"])
    return place
