"""Background entry points of this app; jobs are wake-ups, the rows hold the truth."""

from __future__ import annotations

from procrastinate.contrib.django import app

from realtime.tasks import background


@background(queue="requests", name="dispatch.advance_request", priority=20)
def advance_request(request_id: int) -> None:
    """Do what is due on one request."""
    from dispatch.engine import advance

    advance(request_id)


@app.periodic(cron="* * * * * */5")
@background(
    queue="sweep", name="dispatch.sweep_requests", queueing_lock="sweep_requests", priority=20
)
def sweep_requests(timestamp: int) -> None:
    """Advance what a lost wake-up left behind."""
    from dispatch.engine import advance_due

    advance_due()


@background(queue="requests", name="dispatch.release_volunteer")
def release_volunteer(volunteer_id: int) -> None:
    """Take back what somebody who paused or left still holds."""
    from dispatch.register_panels import release

    release(volunteer_id)


@app.periodic(cron="37 * * * *")
@background(queue="sweep", name="dispatch.release_leavers", queueing_lock="release_leavers")
def release_leavers(timestamp: int) -> None:
    """Release those whose own job was lost."""
    from dispatch.register_panels import leavers, release

    for volunteer_id in leavers():
        release(volunteer_id)


@background(queue="requests", name="dispatch.ring_for_waiting", priority=20)
def ring_for_waiting(volunteer_id: int) -> None:
    """Ring somebody who has just come on call for whoever waits."""
    from accounts.clock import database_now
    from dispatch.actions.rings import ring_for_waiting
    from volunteers.models import Volunteer

    ring_for_waiting(Volunteer.objects.get(pk=volunteer_id), at=database_now())


@app.periodic(cron="* * * * * */20")
@background(queue="sweep", name="dispatch.rest_the_silent", queueing_lock="rest_the_silent")
def rest_the_silent(timestamp: int) -> None:
    """Take off call whoever let several rings in a row pass."""
    from accounts.clock import database_now
    from dispatch.actions.rings import rest_the_silent

    rest_the_silent(at=database_now())
