"""Asking, and what people answer: exactly one winner per seat, and everybody hears how it ended.

Every answer first locks the request, so that thirty people pressing at once are taken one after
the other; the unique and exclusion constraints of `Assignment` stand behind that. The same tap
again gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import User
from accounts.times import local, when_text
from dispatch import subscriptions
from dispatch.actions.common import lock_request, log, move, save_and_announce, schedule
from dispatch.ladder import ASKING, REMOTE
from dispatch.matching import Candidate
from dispatch.messages import (
    send_offer,
    stop_asking,
    tell_accepted,
    tell_filled,
    tell_released,
)
from dispatch.models import Assignment, Mode, Offer, Request, Wave
from dispatch.neighbours import is_lent, may_serve, name_on
from dispatch.offer_codes import codes_for
from dispatch.timing import after_filling, is_watching, offer_expiry, send_not_before
from dispatch.travel import LONGEST_MINUTES, Point, Site, minutes_between_jobs
from realtime.events import organization_group, publish
from volunteers.models import Volunteer
from volunteers.same_person import rows_of_person

FARTHEST = timedelta(minutes=LONGEST_MINUTES)
"""No estimate of travel between two places is longer."""


@dataclass(frozen=True)
class Answer:
    """What became of an answer: ``yours``, ``too_late``, ``declined`` or ``closed``."""

    outcome: str
    offer: Offer
    assignment: Assignment | None = None


def send_wave(
    request: Request,
    candidates: Iterable[Candidate],
    *,
    at: datetime,
    reason: str,
    by: User | None = None,
    pool_size: int = 0,
    chance: float = 0.0,
    remote: bool | None = None,
) -> list[Offer]:
    """Ask the candidates, on a locked request, in the transaction of the caller.

    ``remote``: ask for video (None: as the present rung says). People who have an open offer or a
    seat already are passed over. Returns the new offers.
    """
    if remote is None:
        remote = request.current_rung.get("kind") in REMOTE
    wave = new_wave(request, at=at, reason=reason, pool_size=pool_size, chance=chance)
    busy = set(request.offers.open().values_list("volunteer_id", flat=True))
    busy |= set(request.assignments.active().values_list("volunteer_id", flat=True))
    wanted = {c.volunteer_id: c for c in candidates if c.volunteer_id not in busy}
    people = list(Volunteer.objects.filter(pk__in=wanted).select_related("organization"))
    codes = codes_for(people, at=at)
    head_start = any(is_watching(volunteer, at) for volunteer in people)
    offers = []
    for volunteer in people:
        offer = _make_offer(
            wave, volunteer, wanted[volunteer.pk], code=codes[volunteer.pk], remote=remote
        )
        not_before = send_not_before(request, volunteer, at, head_start=head_start)
        send_offer(offer, at=at, not_before=not_before)
        offers.append(offer)
    log(
        request,
        "wave.sent",
        by=by,
        at=at,
        number=wave.number,
        asked=len(offers),
        reason=reason,
        rung=wave.rung_kind,
    )
    return offers


def new_wave(request: Request, *, at: datetime, reason: str, pool_size: int, chance: float) -> Wave:
    """The next wave of a locked request, on its present rung."""
    return Wave.objects.create(
        request=request,
        number=request.waves.count() + 1,
        at=at,
        rung_kind=str(request.current_rung.get("kind", "volunteer")),
        reason=reason,
        pool_size=pool_size,
        chance=chance,
    )


def _make_offer(
    wave: Wave, volunteer: Volunteer, candidate: Candidate, *, code: str, remote: bool
) -> Offer:
    request, at = wave.request, wave.at
    return Offer.objects.create(
        request=request,
        volunteer=volunteer,
        wave=wave,
        remote=remote and not Mode(request.mode).is_remote,
        code=code,
        rank=candidate.rank,
        chance=candidate.chance,
        reasons=[{"code": r.code, "text": r.text, "for": r.in_favour} for r in candidate.reasons],
        created_at=at,
        expires_at=offer_expiry(request, at),
    )


def offer_to(
    request: Request,
    candidates: Iterable[Candidate],
    *,
    by: User,
    at: datetime,
    remote: bool = False,
) -> list[Offer]:
    """Ask chosen people at once, besides the waves; ``remote``: for video.

    Raises ``wrong_state`` unless the request is open.
    """
    with transaction.atomic():
        locked = lock_request(request.pk)
        if locked.status != Request.Status.OPEN:
            raise ActionError("wrong_state", "この依頼は手配中ではありません。")
        offers = send_wave(
            locked, candidates, at=at, by=by, reason="職員が選んで打診", remote=remote
        )
        save_and_announce(locked, volunteers=[o.volunteer_id for o in offers])
    return offers


def mark_sent(offer_id: int, *, at: datetime) -> None:
    """The provider has taken the message; answers that were quicker are left alone.

    An offer that somebody holds is being answered or taken back at this moment. It is not waited
    for: whoever holds it may be waiting for the message that the caller holds.
    """
    free = Offer.objects.select_for_update(skip_locked=True, no_key=True).order_by()
    prepared = free.filter(pk=offer_id, state=Offer.State.PREPARED)
    with transaction.atomic():
        found = Offer.objects.filter(pk__in=prepared.values("pk"))
        found.update(state=Offer.State.SENT, sent_at=at)


def mark_seen(offer: Offer, *, at: datetime) -> None:
    """The volunteer's page was opened, perhaps by a scanner of mails; only ever moves forward.

    So it stops no further way: `realtime.outbox.reached` is for when a person surely looks.
    """
    moved = Offer.objects.filter(
        pk=offer.pk, state__in=[Offer.State.PREPARED, Offer.State.SENT]
    ).update(state=Offer.State.SEEN, seen_at=at)
    Volunteer.objects.filter(pk=offer.volunteer_id).update(last_seen_at=at)
    if moved:
        with transaction.atomic():
            save_and_announce(lock_request(offer.request_id))


def accept_offer(
    offer: Offer, *, via: str, at: datetime, by: User | None = None, label: str = ""
) -> Answer:
    """Take a seat for the volunteer who was asked.

    Returns ``yours`` with the assignment (also when it was theirs already), or ``too_late`` when
    every seat is taken or the request is over: a late yes is kept as standby. Raises ActionError
    ``overlap`` when the volunteer is booked elsewhere at that time, ``not_valid`` when term or
    status no longer allow it.
    """
    with transaction.atomic():
        # a crowd that comes after the last seat was taken does not queue for the request's lock
        if Request.objects.filter(pk=offer.request_id, status=Request.Status.FILLED).exists():
            request = Request.objects.get(pk=offer.request_id)
            if not (held := _held(request, offer.volunteer_id)):
                return _too_late(request, offer, at=at, label=label)
            return Answer("yours", Offer.objects.get(pk=offer.pk), held)
        request = lock_request(offer.request_id)
        # not the volunteer: all rows of one person are locked together, in order, in `take_seat`
        alone = Offer.objects.select_for_update(of=("self",))
        offer = alone.select_related("volunteer").get(pk=offer.pk)
        if held := _held(request, offer.volunteer_id):
            return Answer("yours", offer, held)
        over = request.status != Request.Status.OPEN or request.ends_at <= at
        # an old page shows the time and place from before a change
        stale = offer.created_at < request.search_since
        if over or stale or offer.state == Offer.State.WITHDRAWN:
            return _too_late(request, offer, at=at, label=label)
        _must_be_valid(offer.volunteer, request)
        move(offer, "state", Offer.State.ACCEPTED)
        offer.answered_at, offer.answered_via, offer.answered_by = at, via, label
        offer.save()
        stop_asking(offer, at=at)
        assignment = take_seat(request, offer.volunteer, at=at, offer=offer, remote=offer.remote)
        log(
            request,
            "offer.accepted",
            by=by,
            at=at,
            label=label or str(offer.volunteer),
            offer=offer.pk,
            volunteer=offer.volunteer_id,
            via=via,
        )
        finish_seating(request, at=at, volunteer_id=offer.volunteer_id)
    return Answer("yours", offer, assignment)


def decline_offer(
    offer: Offer,
    *,
    via: str,
    at: datetime,
    by: User | None = None,
    label: str = "",
    reason: str = "",
) -> Answer:
    """Note a no; the wave is refilled at once. A seat already taken is not given up by this."""
    with transaction.atomic():
        request = lock_request(offer.request_id)
        offer = Offer.objects.select_for_update().select_related("volunteer").get(pk=offer.pk)
        if offer.state == Offer.State.DECLINED:
            return Answer("declined", offer)
        if held := _held(request, offer.volunteer_id):
            return Answer("yours", offer, held)
        if not offer.is_open:
            return Answer("closed", offer)
        move(offer, "state", Offer.State.DECLINED)
        offer.answered_at, offer.answered_via, offer.answered_by = at, via, label
        offer.decline_reason = reason
        offer.save()
        stop_asking(offer, at=at)
        asking = request.current_rung.get("kind") in ASKING
        if request.status == Request.Status.OPEN and asking and not request.waves_stopped:
            schedule(request, Request.NextAction.WAVE, at)
        log(
            request,
            "offer.declined",
            by=by,
            at=at,
            label=label or name_on(offer),
            offer=offer.pk,
            volunteer=offer.volunteer_id,
            via=via,
            reason=reason,
        )
        save_and_announce(request, volunteers=[offer.volunteer_id])
    return Answer("declined", offer)


def withdraw_offer(offer: Offer, *, by: User | None, at: datetime) -> Offer:
    """Take back one open offer; the person is told."""
    with transaction.atomic():
        request = lock_request(offer.request_id)
        offer = Offer.objects.select_for_update().select_related("volunteer").get(pk=offer.pk)
        move(offer, "state", Offer.State.WITHDRAWN)
        # «desk» says that this person is not to be asked again for the same thing
        offer.answered_at, offer.answered_via = at, Offer.Via.DESK
        offer.save()
        tell_released(offer.volunteer, request, reason="cancelled", at=at, offer=offer)
        log(request, "offer.withdrawn", by=by, at=at, offer=offer.pk, volunteer=offer.volunteer_id)
        save_and_announce(request, volunteers=[offer.volunteer_id])
    return offer


def assign_directly(
    request: Request, volunteer: Volunteer, *, by: User, at: datetime, remote: bool = False
) -> Assignment:
    """Give a seat to somebody who agreed by telephone or in person, asked before or not.

    Raises ``wrong_state`` unless the request is open, ``overlap`` and ``not_valid`` as accepting.
    """
    with transaction.atomic():
        locked = lock_request(request.pk)
        if held := _held(locked, volunteer.pk):
            return held
        if locked.status != Request.Status.OPEN:
            raise ActionError("wrong_state", "この依頼は手配中ではありません。")
        own = take_yes(locked, volunteer, by=by, at=at)
        assignment = take_seat(locked, volunteer, at=at, offer=own, remote=remote)
        log(locked, "assignment.made", by=by, at=at, volunteer=volunteer.pk)
        finish_seating(locked, at=at, volunteer_id=volunteer.pk)
        tell_accepted(assignment, at=at)
    return assignment


def take_yes(request: Request, volunteer: Volunteer, *, by: User, at: datetime) -> Offer | None:
    """A yes by telephone or in person, on a locked request: the person's open offer is accepted.

    Returns that offer, None for somebody who was not asked; raises ``not_valid``.
    """
    _must_be_valid(volunteer, request)
    own = request.offers.open().select_for_update().filter(volunteer=volunteer).first()
    if own:
        move(own, "state", Offer.State.ACCEPTED)
        own.answered_at, own.answered_via, own.answered_by = at, Offer.Via.DESK, str(by)
        own.save(update_fields=["state", "answered_at", "answered_via", "answered_by"])
        stop_asking(own, at=at)
    return own


def take_seat(
    request: Request,
    volunteer: Volunteer,
    *,
    at: datetime,
    offer: Offer | None = None,
    remote: bool = False,
) -> Assignment:
    """Book the lowest free seat of a locked request; raises ``overlap`` or ``no_seat``."""
    taken = set(request.assignments.active().values_list("seat", flat=True))
    seat = next((n for n in range(1, request.seats + 1) if n not in taken), 0)
    if not seat:
        raise ActionError("no_seat", _("すでに人数がそろっています。"))
    # two requests may be accepted by one person at once, in two registers: they meet at this lock
    rows = rows_of_person(volunteer)
    locked = Volunteer.objects.select_for_update(no_key=True).filter(pk__in=rows).order_by("pk")
    volunteer = {row.pk: row for row in locked}[volunteer.pk]
    if clash := find_clash(request, volunteer, rows, remote=remote):
        # whose other job it is stays with the organization of the booked row
        lent = clash.volunteer_id != volunteer.pk or is_lent(volunteer, request.organization_id)
        raise overlap(None if lent else clash)
    try:
        with transaction.atomic():
            assignment = Assignment.objects.create(
                request=request,
                volunteer=volunteer,
                offer=offer,
                seat=seat,
                remote=remote,
                period=_period(request),
                created_at=at,
            )
    except IntegrityError as error:
        if "no_overlapping_assignments" not in str(error):
            raise
        raise overlap(None) from error
    for tell in subscriptions.on_seated:
        tell(assignment, at)
    return assignment


def find_clash(
    request: Request, volunteer: Volunteer, rows: list[int], *, remote: bool
) -> Assignment | None:
    """The person's booking that leaves too little time to travel, if there is one.

    ``rows``: the person's rows in all registers. A translation in writing fits beside anything.
    """
    if request.mode == Mode.TRANSLATION:
        return None
    near = (request.starts_at - FARTHEST, request.ends_at + FARTHEST)
    booked = Assignment.objects.active().filter(volunteer__in=rows, period__overlap=near)
    home = _point(volunteer.lat, volunteer.lon)
    written = Q(request__mode=Mode.TRANSLATION) | Q(request=request)
    for other in booked.exclude(written).select_related("request"):
        gap = max(
            request.starts_at - other.request.ends_at, other.request.starts_at - request.ends_at
        )
        needed = minutes_between_jobs(
            site_of(request, remote=remote),
            site_of(other.request, remote=other.remote),
            home=home,
            travel_by="car" if volunteer.by_car else "transit",
        )
        if gap < timedelta(minutes=needed):
            return other
    return None


def _period(request: Request) -> DateTimeTZRange:
    """What the constraint keeps free of other bookings; empty for a translation in writing."""
    if request.mode == Mode.TRANSLATION:
        return DateTimeTZRange(empty=True)
    return DateTimeTZRange(request.starts_at, request.ends_at)


def site_of(request: Request, *, remote: bool) -> Site:
    """Where the volunteer is while the request is served."""
    if remote or Mode(request.mode).is_remote:
        return Site(remote=True)
    where = _point(request.place_lat, request.place_lon)
    return Site(False, request.place_name, where, request.place_area)


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat, lon)


def overlap(other: Assignment | None) -> ActionError:
    """The error for a person who is booked elsewhere at that time."""
    text = _("同じ時間帯に別の派遣が決まっているため、引き受けられません。")
    if other:
        reader = "ja" if (get_language() or "ja").startswith("ja") else "en"
        when = when_text(other.request.starts_at, other.request.ends_at, reader)
        text += f" ({when})" if reader == "en" else f"（{when}）"
    return ActionError("overlap", text)


def finish_seating(request: Request, *, at: datetime, volunteer_id: int) -> None:
    """After a seat was taken: when it was the last one, fill the request and tell the others."""
    told = fill_if_complete(request, at=at)
    event = "request.filled" if request.status == Request.Status.FILLED else "request.changed"
    save_and_announce(request, event=event, volunteers=[volunteer_id, *told])


def fill_if_complete(request: Request, *, at: datetime) -> list[int]:
    """Fill a locked open request when every seat is taken; returns who else was told."""
    if request.assignments.active().count() < request.seats:
        return []
    move(request, "status", Request.Status.FILLED)
    schedule(request, *after_filling(request, at))
    return withdraw_open_offers(request, at=at)


def withdraw_open_offers(request: Request, *, at: datetime) -> list[int]:
    """Tell everybody who was still asked that somebody else goes; returns who."""
    told = []
    asked = request.offers.open().select_for_update(of=("self",)).select_related("volunteer")
    for other in asked:  # locking the people, too, would meet somebody else's `take_seat`
        other.state, other.answered_at = Offer.State.WITHDRAWN, at
        other.save(update_fields=["state", "answered_at"])
        tell_filled(other, at=at)
        told.append(other.volunteer_id)
    return told


def _held(request: Request, volunteer_id: int) -> Assignment | None:
    held = Assignment.objects.active().filter(request=request, volunteer_id=volunteer_id)
    return held.first()


def _too_late(request: Request, offer: Offer, *, at: datetime, label: str) -> Answer:
    """Keep the yes as standby, once; needs no lock because nothing else is decided by it."""
    kept = Offer.objects.filter(pk=offer.pk, late_yes_at__isnull=True).update(late_yes_at=at)
    if kept:
        log(
            request,
            "offer.late_yes",
            by=None,
            at=at,
            label=label or name_on(offer),
            offer=offer.pk,
            volunteer=offer.volunteer_id,
        )
        group = organization_group(request.organization_id)
        publish("request.changed", request.pk, request.version, group)
    offer.refresh_from_db()
    return Answer("too_late", offer)


def _must_be_valid(volunteer: Volunteer, request: Request) -> None:
    on = local(request.starts_at).date()
    offerable = Volunteer.objects.offerable(on).filter(pk=volunteer.pk).exists()
    if not offerable or not may_serve(volunteer, request):
        raise ActionError(
            "not_valid",
            _("登録期間または誓約の手続きが必要です。窓口にご連絡ください。"),
        )
