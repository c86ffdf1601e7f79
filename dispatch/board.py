"""What the board shows: a few queries over requests, offers, bookings and people on call. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.calls import Call, call_list
from dispatch.ladder import ASKING, DEVICE, OPERATOR
from dispatch.models import Assignment, Offer, Request
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

SHOWN_JOBS = 40
DESK_TEXTS = {
    OPERATOR: "外部通訳へ電話してください",
    DEVICE: "翻訳機で用件を確かめ、後日の予約を",
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder as drawn on a card."""

    label: str
    kind: str
    state: str  # done, current, waiting


@dataclass(frozen=True)
class Job:
    """A request that still looks for somebody."""

    request: Request
    language: str
    rungs: list[Rung]
    offers: list[Offer]
    taken: int
    next_text: str
    at_desk: bool

    @property
    def refusals(self) -> int:
        """How many said no."""
        return sum(offer.state == Offer.State.DECLINED for offer in self.offers)


@dataclass(frozen=True)
class Booking:
    """A request with its people, on one of the two days shown."""

    request: Request
    language: str
    people: list[Assignment]


@dataclass
class Board:
    """Everything on the board of one organization at one instant."""

    jobs: list[Job] = field(default_factory=list)
    days: list[tuple[date, list[Booking]]] = field(default_factory=list)
    on_call: list[Volunteer] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    silent: list[Assignment] = field(default_factory=list)
    unreported: int = 0


def board_of(organization: Organization, at: datetime) -> Board:
    """The board at the instant ``at`` (UTC), in a constant number of statements."""
    return Board(
        jobs=open_jobs(organization),
        days=bookings(organization, at),
        on_call=people_on_call(organization, at),
        calls=call_list(organization, at),
        silent=silent_bookings(organization, at),
        unreported=Assignment.objects.filter(
            request__organization=organization,
            request__ends_at__lt=at,
            state__in=[
                Assignment.State.CONFIRMED,
                Assignment.State.RECONFIRMED,
                Assignment.State.STARTED,
            ],
        ).count(),
    )


def open_jobs(organization: Organization) -> list[Job]:
    """Open requests, the one whose next step is nearest first; the counter before all others."""
    found = (
        Request.objects.of(organization)
        .open()
        .prefetch_related(
            Prefetch("offers", Offer.objects.select_related("volunteer").order_by("-id")),
            Prefetch("assignments", Assignment.objects.active().select_related("volunteer")),
        )
    )
    ordered = sorted(
        found[:200], key=lambda r: (r.urgency != "now", r.next_action_at or r.starts_at)
    )
    return [job_of(request) for request in ordered[:SHOWN_JOBS]]


def job_of(request: Request) -> Job:
    """One card; expects prefetched offers and active assignments."""
    at_desk = request.next_action == Request.NextAction.DESK or request.waves_stopped
    return Job(
        request=request,
        language=language_name(request.language, "ja"),
        rungs=rungs_of(request),
        offers=list(request.offers.all()),
        taken=len(request.assignments.all()),
        next_text=next_text(request),
        at_desk=at_desk,
    )


def rungs_of(request: Request) -> list[Rung]:
    """The copied ladder with the place the request has reached."""
    places = ["done"] * request.rung + ["current"] + ["waiting"] * len(request.ladder)
    return [
        Rung(str(rung["label"]), str(rung["kind"]), state)
        for rung, state in zip(request.ladder, places, strict=False)
    ]


def next_text(request: Request) -> str:
    """What happens next, in words, beside the countdown."""
    if request.status != Request.Status.OPEN:
        return str(Request.NextAction(request.next_action).label) if request.next_action else ""
    following = request.ladder[request.rung + 1 :][:1]
    if request.waves_stopped:
        return "打診を止めています"
    if request.next_action == Request.NextAction.RUNG and following:
        return f"次：{following[0]['label']}へ"
    if request.current_rung.get("kind") not in ASKING:
        return DESK_TEXTS.get(str(request.current_rung.get("kind")), "職員の対応が必要です")
    if request.next_action == Request.NextAction.DESK:
        return "職員の対応が必要です"
    return "次：返事を見て追加の打診"


def bookings(organization: Organization, at: datetime) -> list[tuple[date, list[Booking]]]:
    """Today and tomorrow in Asia/Tokyo, everything that takes place."""
    today = local(at).date()
    found = (
        Request.objects.of(organization)
        .filter(starts_at__gte=instant(today, 0), starts_at__lt=instant(today, 2 * 1440))
        .exclude(status__in=[Request.Status.CANCELLED, Request.Status.UNMET])
        .prefetch_related(
            Prefetch("assignments", Assignment.objects.active().select_related("volunteer"))
        )
        .order_by("starts_at")
    )
    days: dict[date, list[Booking]] = {today: [], today + timedelta(days=1): []}
    for request in found:
        days[local(request.starts_at).date()].append(
            Booking(request, language_name(request.language, "ja"), list(request.assignments.all()))
        )
    return list(days.items())


def people_on_call(organization: Organization, at: datetime) -> list[Volunteer]:
    """People ready for video now; their languages are prefetched."""
    found = Volunteer.objects.of(organization).on_call(at).prefetch_related("skills")
    return list(found.order_by("on_call_until", "number")[:60])


def silent_bookings(organization: Organization, at: datetime) -> list[Assignment]:
    """Booked people who were asked to reconfirm and have not answered for six hours."""
    return list(
        Assignment.objects.filter(
            request__organization=organization,
            state=Assignment.State.CONFIRMED,
            reconfirm_asked_at__lt=at - timedelta(hours=6),
            request__ends_at__gt=at,
        ).select_related("request", "volunteer")[:20]
    )
