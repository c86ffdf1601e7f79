"""What dispatch adds to the register: history on a profile, last activity, letting people go.

Whoever withdraws or pauses is released by a job of its own: the register holds the volunteer's row
at that moment, and requests are always locked before volunteers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import local
from dispatch.actions.assignments import give_back
from dispatch.actions.offers import withdraw_offer
from dispatch.contact_panel import contact_panel
from dispatch.messages import push_address
from dispatch.models import Assignment, Offer
from realtime import push
from volunteers.models import Volunteer


def register() -> None:
    """Called by ``config.wiring``."""
    from volunteers import subscriptions

    subscriptions.profile_panels.append(contact_panel)
    subscriptions.profile_panels.append(history_panel)
    subscriptions.last_served.append(last_served)
    subscriptions.on_withdrawn.append(release_later)
    subscriptions.on_withdrawn.append(forget_browsers)
    subscriptions.on_paused.append(release_later)
    subscriptions.on_ready.append(ring_later)


def history_panel(request: HttpRequest, volunteer: Volunteer) -> SafeString:
    """Figures of a year and the latest activities, as HTML for the profile page."""
    counts = volunteer.offers.aggregate(
        asked=Count("pk"),
        accepted=Count("pk", filter=Q(state=Offer.State.ACCEPTED)),
        declined=Count("pk", filter=Q(state=Offer.State.DECLINED)),
        late=Count("pk", filter=Q(late_yes_at__isnull=False)),
    )
    jobs = volunteer.assignments.select_related("request").order_by("-request__starts_at")
    states = volunteer.assignments.aggregate(
        finished=Count("pk", filter=Q(state=Assignment.State.FINISHED)),
        no_show=Count("pk", filter=Q(state=Assignment.State.NO_SHOW)),
    )
    # what another organization asked for is not shown here
    own = jobs.filter(request__organization_id=volunteer.organization_id)
    context = {"counts": counts | states, "jobs": own[:10]}
    return render_to_string("dispatch/_history.html", context, request=request)


def last_served(ids: Sequence[int]) -> dict[int, date]:
    """The day of the last finished activity of those volunteers that have one."""
    found = (
        Assignment.objects.filter(volunteer_id__in=ids, state=Assignment.State.FINISHED)
        .values_list("volunteer_id")
        .annotate(last=Max("request__starts_at"))
    )
    return {pk: local(last).date() for pk, last in found}


def release_later(volunteer: Volunteer, by: User | None, at: datetime) -> None:
    """Have open offers taken back and, for those who leave, future bookings given back."""
    from dispatch.tasks import release_volunteer

    release_volunteer.defer(volunteer_id=volunteer.pk)


def forget_browsers(volunteer: Volunteer, by: User | None, at: datetime) -> None:
    """Who has left every register is rung no more: no browser of theirs stays known."""
    others = Volunteer.objects.filter(user=volunteer.user_id).exclude(pk=volunteer.pk)
    stays = others.exclude(status=Volunteer.Status.WITHDRAWN).exists()
    address = push_address(volunteer)
    if address and not stays:
        push.forget(address)


def ring_later(volunteer: Volunteer, at: datetime) -> None:
    """Somebody came on call: whoever waits at a counter may be served after all."""
    from dispatch.tasks import ring_for_waiting

    ring_for_waiting.defer(volunteer_id=volunteer.pk)


def leavers(at: datetime | None = None) -> list[int]:
    """People who paused or left and still hold what `release` would take back."""
    gone = Volunteer.objects.exclude(status=Volunteer.Status.ACTIVE)
    asked = Q(offers__state__in=Offer.OPEN_STATES)
    booked = Q(
        status=Volunteer.Status.WITHDRAWN,
        assignments__state__in=Assignment.ACTIVE_STATES,
        assignments__request__starts_at__gt=at or database_now(),
    )
    return list(gone.filter(asked | booked).values_list("pk", flat=True).distinct())


def release(volunteer_id: int, at: datetime | None = None) -> int:
    """Take back what a volunteer who is not active any more still holds; returns how much."""
    at = at or database_now()
    volunteer = Volunteer.objects.get(pk=volunteer_id)
    if volunteer.status == Volunteer.Status.ACTIVE:
        return 0
    done = 0
    for offer in volunteer.offers.open():
        try:
            withdraw_offer(offer, by=None, at=at)
        except ActionError:
            continue  # it has just been answered
        done += 1
    if volunteer.status == Volunteer.Status.WITHDRAWN:
        for assignment in volunteer.assignments.active().filter(request__starts_at__gt=at):
            try:
                give_back(assignment, reason="退会のため", at=at)
            except ActionError:
                continue  # it has just been finished or called off
            done += 1
    return done
