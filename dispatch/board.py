"""What the board shows: a few queries over requests, offers, bookings and people on call. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.awaited import Awaited, not_arrived, silent
from dispatch.calls import Call, call_list
from dispatch.desk_help import DeskHelp, help_for
from dispatch.inbox import unclear
from dispatch.ladder import ASKING, DEVICE, OPERATOR, next_index
from dispatch.log_texts import WHY
from dispatch.models import Assignment, Offer, OperatorCall, OperatorService, Request
from dispatch.operators import active_services
from dispatch.outage import Outage, outage_of
from dispatch.ringing import on_call_now
from dispatch.roster import OnSite, on_site
from dispatch.subscriptions import rooms_of
from realtime.costs import Budget, budget_of
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
    state: str  # done, current, waiting, skipped
    index: int = 0
    why: str = ""  # it was skipped, in words


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
    help: DeskHelp | None = None
    room: tuple[str, str] | None = None  # address, what is going on there

    @property
    def next_rung(self) -> Rung | None:
        """The step that opens next."""
        return next((rung for rung in self.rungs if rung.state == "waiting"), None)

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
    room: tuple[str, str] | None = None


@dataclass
class Board:
    """Everything on the board of one organization at one instant."""

    jobs: list[Job] = field(default_factory=list)
    days: list[tuple[date, list[Booking]]] = field(default_factory=list)
    on_call: list[Volunteer] = field(default_factory=list)
    on_site: list[OnSite] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    silent: list[Awaited] = field(default_factory=list)
    not_arrived: list[Awaited] = field(default_factory=list)
    unreported: int = 0
    texts: int = 0  # that came in and wait for somebody to read them
    outage: Outage = field(default_factory=Outage)
    budget: Budget | None = None  # when most of what messages may cost today is spent


def board_of(organization: Organization, at: datetime) -> Board:
    """The board at the instant ``at`` (UTC), in a constant number of statements."""
    outage = outage_of(organization, at)
    calls = call_list(organization, at)
    return Board(
        jobs=open_jobs(organization, at),
        days=bookings(organization, at),
        on_call=people_on_call(organization, at),
        on_site=on_site(organization, at),
        calls=[call for call in calls if call.message.pk not in outage.keys],
        outage=outage,
        budget=strained_budget(organization, at),
        texts=unclear(organization),
        silent=silent(organization, at),
        not_arrived=not_arrived(organization, at),
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


def strained_budget(organization: Organization, at: datetime) -> Budget | None:
    """What today's messages cost, when that comes near the organization's cap."""
    if organization.daily_cost_cap is None:
        return None
    budget = budget_of(organization.pk, at)
    return budget if budget.warns or budget.is_over else None


def open_jobs(organization: Organization, at: datetime) -> list[Job]:
    """Open requests, the one whose next step is nearest first; the counter before all others."""
    found = (
        Request.objects.of(organization)
        .open()
        .prefetch_related(
            Prefetch(
                "offers", Offer.objects.select_related("volunteer__organization").order_by("-id")
            ),
            Prefetch("assignments", Assignment.objects.active().select_related("volunteer")),
            Prefetch("operator_calls", OperatorCall.objects.select_related("operator")),
        )
    )
    ordered = sorted(
        found[:200], key=lambda r: (r.urgency != "now", r.next_action_at or r.starts_at)
    )
    shown = ordered[:SHOWN_JOBS]
    services = active_services(organization) if shown else []
    rooms = rooms_of([request.pk for request in shown]) if shown else {}
    return [job_of(request, services, at, rooms.get(request.pk)) for request in shown]


def job_of(
    request: Request,
    services: list[OperatorService],
    at: datetime,
    room: tuple[str, str] | None = None,
) -> Job:
    """One card; expects prefetched offers, calls to operators and active assignments."""
    at_desk = request.next_action == Request.NextAction.DESK or request.waves_stopped
    return Job(
        request=request,
        language=language_name(request.language, "ja"),
        rungs=rungs_of(request),
        offers=list(request.offers.all()),
        taken=len(request.assignments.all()),
        next_text=next_text(request),
        at_desk=at_desk,
        help=help_for(request, services, at),
        room=room,
    )


def rungs_of(request: Request) -> list[Rung]:
    """The copied ladder with the place the request has reached."""
    return [
        Rung(
            label=str(rung["label"]),
            kind=str(rung["kind"]),
            state=(state := _state(rung, index, request.rung)),
            index=index,
            why=_why(rung) if state == "skipped" else "",
        )
        for index, rung in enumerate(request.ladder)
    ]


def _state(rung: dict[str, object], index: int, present: int) -> str:
    if index == present:
        return "current"
    if rung.get("passed") or rung.get("jumped"):
        return "skipped"
    return "done" if index < present else "waiting"


def _why(rung: dict[str, object]) -> str:
    """Why a rung was passed over."""
    if rung.get("jumped"):
        return "職員が先の段階に進めたため"
    return WHY.get(str(rung.get("passed")), "")


def next_text(request: Request) -> str:
    """What happens next, in words, beside the countdown."""
    if request.status != Request.Status.OPEN:
        return str(Request.NextAction(request.next_action).label) if request.next_action else ""
    following = next_index(request.ladder, request.rung)
    if request.waves_stopped:
        return "打診を止めています"
    if request.next_action == Request.NextAction.RUNG and following is not None:
        return f"次：{request.ladder[following]['label']}へ"
    if request.current_rung.get("kind") not in ASKING:
        return DESK_TEXTS.get(str(request.current_rung.get("kind")), "職員の対応が必要です")
    if request.next_action == Request.NextAction.DESK:
        return "職員の対応が必要です"
    return "次：返事を見て追加の打診"


def bookings(organization: Organization, at: datetime) -> list[tuple[date, list[Booking]]]:
    """Today (with what still runs from yesterday) and tomorrow in Asia/Tokyo."""
    today = local(at).date()
    found = (
        Request.objects.of(organization)
        .filter(starts_at__lt=instant(today, 2 * 1440))
        # what began before midnight and has not ended belongs to today
        .filter(Q(starts_at__gte=instant(today, 0)) | Q(ends_at__gt=at))
        .exclude(status__in=[Request.Status.CANCELLED, Request.Status.UNMET])
        .prefetch_related(
            Prefetch("assignments", Assignment.objects.active().select_related("volunteer"))
        )
        .order_by("starts_at")
    )
    days: dict[date, list[Booking]] = {today: [], today + timedelta(days=1): []}
    rooms = rooms_of([request.pk for request in found])
    for request in found:
        days[max(today, local(request.starts_at).date())].append(
            Booking(
                request,
                language_name(request.language, "ja"),
                list(request.assignments.all()),
                rooms.get(request.pk),
            )
        )
    return list(days.items())


def people_on_call(organization: Organization, at: datetime) -> list[Volunteer]:
    """People ready for video now; their languages are prefetched."""
    found = on_call_now(Volunteer.objects.of(organization), at).prefetch_related("skills")
    return list(found.order_by("on_call_until", "number")[:60])
