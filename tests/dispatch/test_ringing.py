"""Ringing people on call: small fair waves, one winner, the others stop, the silent are let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import AuditEntry, Organization
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.actions.requests import cancel_request, open_request
from dispatch.actions.rings import rest_the_silent, ring_for_waiting
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request
from dispatch.ringing import on_call_now, plan
from realtime.models import Message
from tests.dispatch.drafts import draft
from tests.factories import (
    AssignmentFactory,
    OfferFactory,
    RequestFactory,
    SharingAgreementFactory,
    VolunteerFactory,
)
from volunteers.actions import switch_on_call
from volunteers.models import Registration, Volunteer

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def ready(city: Organization, now: datetime) -> Callable[..., list[Volunteer]]:
    """ready(3) → so many people on call for Vietnamese, in the order of their numbers."""

    def make(many: int, **fields: object) -> list[Volunteer]:
        made = [VolunteerFactory(organization=city, **fields) for _ in range(many)]
        for volunteer in made:
            switch_on_call(
                volunteer, now + timedelta(hours=2), by=None, at=now - timedelta(hours=1)
            )
        return made

    return make


def wanted(city: Organization, at: datetime, **changes: object) -> Request:
    """Somebody at the counter wants to talk by video now."""
    return open_request(city, draft(at, urgency="now", mode="video", **changes), by=None, at=at)


def rung(request: Request) -> list[int]:
    """The people whose telephones rang, in order."""
    rings = request.offers.filter(rings_until__isnull=False).order_by("rings_until", "rank", "pk")
    return list(rings.values_list("volunteer_id", flat=True))


def go_on(request: Request, at: datetime) -> datetime:
    """Let the engine do what is due at ``at``; returns when it looks again."""
    assert advance(request.pk, at)
    request.refresh_from_db()
    assert request.next_action_at
    return request.next_action_at


def test_the_first_two_ring_at_once_and_nobody_else_is_asked(city, ready, now):
    ready(3)
    VolunteerFactory(organization=city)
    request = wanted(city, now)
    assert go_on(request, now) == now + 15 * SECOND
    assert len(rung(request)) == 2
    assert request.offers.count() == 2
    assert {offer.rings_until for offer in request.offers.all()} == {now + 40 * SECOND}


def test_the_next_ring_after_fifteen_seconds_and_then_others_are_asked_as_well(city, ready, now):
    people = ready(3)
    other = VolunteerFactory(organization=city)
    request = wanted(city, now)
    at = go_on(request, now)
    go_on(request, at)
    assert set(rung(request)) == {one.pk for one in people}
    assert request.offers.get(volunteer=other).rings_until is None
    assert request.offers.count() == 4


def test_a_no_rings_the_next_one_at_once(city, ready, now):
    people = ready(3)
    request = wanted(city, now)
    go_on(request, now)
    decline_offer(request.offers.first(), via="web", at=now + 3 * SECOND)
    go_on(request, now + 3 * SECOND)
    assert set(rung(request)) == {one.pk for one in people}


def test_one_answers_and_the_others_stop_with_no_message(city, ready, now):
    first, second = ready(2)
    request = wanted(city, now)
    go_on(request, now)
    winner, loser = request.offers.get(volunteer=first), request.offers.get(volunteer=second)
    answer = accept_offer(winner, via="web", at=now + 5 * SECOND)
    assert answer.outcome == "yours"
    loser.refresh_from_db()
    assert loser.state == Offer.State.WITHDRAWN
    assert not Message.objects.filter(subject_key=loser.key, kind="filled").exists()
    assert Message.objects.get(subject_key=loser.key, kind="ring").error == "taken_back"
    late = accept_offer(loser, via="web", at=now + 6 * SECOND)
    assert late.outcome == "too_late"


def test_who_was_asked_by_a_message_minutes_ago_hears_that_it_is_filled(city, ready, now):
    first, second = ready(2)
    request = wanted(city, now)
    go_on(request, now)
    Message.objects.update(state=Message.State.DELIVERED, sent_at=now)
    accept_offer(request.offers.get(volunteer=first), via="web", at=now + timedelta(minutes=3))
    loser = request.offers.get(volunteer=second)
    assert Message.objects.filter(subject_key=loser.key, kind="filled").count() == 1


def test_an_on_site_request_rings_when_video_opens_and_not_before(city, ready, now):
    ready(2)
    request = open_request(city, draft(now, urgency="now"), by=None, at=now)
    go_on(request, now)
    if request.current_rung["kind"] == "volunteer":
        assert rung(request) == []
        assert request.offers.filter(remote=True).count() == 0
        Request.objects.filter(pk=request.pk).update(next_action_at=now + timedelta(seconds=90))
        go_on(request, now + timedelta(seconds=90))
    assert request.current_rung["kind"] == "video"
    assert len(rung(request)) == 2


def test_an_open_offer_to_come_makes_room_for_the_ring_and_may_still_be_accepted(city, ready, now):
    (person,) = ready(1)
    request = open_request(city, draft(now, urgency="now"), by=None, at=now - 60 * SECOND)
    onsite = OfferFactory(request=request, volunteer=person, created_at=now - 60 * SECOND)
    video = next(n for n, one in enumerate(request.ladder) if one["kind"] == "video")
    Request.objects.filter(pk=request.pk).update(rung=video, rung_since=now, next_action_at=now)
    go_on(request, now)
    ring = request.offers.get(rings_until__isnull=False)
    onsite.refresh_from_db()
    assert (onsite.state, ring.remote, ring.volunteer_id) == ("expired", True, person.pk)
    assert accept_offer(onsite, via="web", at=now + SECOND).outcome == "yours"
    ring.refresh_from_db()
    assert ring.state == Offer.State.WITHDRAWN


def test_nobody_is_rung_twice_for_the_same_unless_back_on_call(city, ready, now):
    (person,) = ready(1)
    request = wanted(city, now)
    go_on(request, now)
    later = now + timedelta(minutes=2)
    Request.objects.filter(pk=request.pk).update(rung=0, rung_since=later, next_action_at=later)
    go_on(request, later)
    assert request.offers.get(volunteer=person).rings_until == now + 40 * SECOND
    switch_on_call(person, None, by=None, at=later)
    again = later + timedelta(minutes=1)
    switch_on_call(person, again + timedelta(hours=1), by=None, at=again)
    assert ring_for_waiting(person, at=again) == 1
    assert request.offers.get(volunteer=person).rings_until == again + 40 * SECOND


def test_whoever_said_no_is_not_rung_again_even_back_on_call(city, ready, now):
    (person,) = ready(1)
    request = wanted(city, now)
    go_on(request, now)
    decline_offer(request.offers.get(), via="web", at=now + SECOND)
    switch_on_call(person, now + timedelta(hours=3), by=None, at=now + 2 * SECOND)
    Request.objects.filter(pk=request.pk).update(rung=0, next_action_at=now + 3 * SECOND)
    go_on(request, now + 3 * SECOND)
    assert request.offers.count() == 1


def test_rings_and_jobs_lately_decide_who_rings_first(city, ready, now):
    tired, worked, fresh, last = ready(4)
    for hours in (3, 5):
        OfferFactory(request=RequestFactory(organization=city, status="cancelled"), volunteer=tired,
                     state="expired", created_at=now - timedelta(hours=hours),
                     rings_until=now - timedelta(hours=hours))  # fmt: skip
    AssignmentFactory(
        volunteer=worked,
        created_at=now - timedelta(days=2),
        state="finished",
        request=RequestFactory(organization=city, status="finished",
                               starts_at=now - timedelta(days=2)),
    )  # fmt: skip
    request = wanted(city, now)
    go_on(request, now)
    assert set(rung(request)) == {fresh.pk, last.pk}


def test_one_telephone_rings_for_one_request_at_a_time(city, ready, now):
    ready(1)
    first, second = wanted(city, now), wanted(city, now)
    go_on(first, now)
    go_on(second, now + SECOND)
    assert (len(rung(first)), len(rung(second))) == (1, 0)


def test_who_is_booked_lapsed_paused_or_over_is_not_on_call(city, ready, now):
    booked, lapsed, paused, over, mute, fine = ready(6)
    AssignmentFactory(
        volunteer=booked,
        request=RequestFactory(organization=city, status="filled",
                               starts_at=now - timedelta(minutes=10)),
    )  # fmt: skip
    Registration.objects.filter(volunteer=lapsed).update(ends_on=now.date() - timedelta(days=1))
    Volunteer.objects.filter(pk=paused.pk).update(status="paused")
    Volunteer.objects.filter(pk=over.pk).update(on_call_until=now)
    Volunteer.objects.filter(pk=mute.pk).update(accepts_video=False)
    assert list(on_call_now(Volunteer.objects.of(city), now)) == [fine]
    request = wanted(city, now)
    go_on(request, now)
    assert rung(request) == [fine.pk]


def test_unanswered_rings_with_nobody_left_open_the_next_rung_without_waiting(city, ready, now):
    ready(1)
    request = wanted(city, now)
    at = go_on(request, now)
    at = go_on(request, at)
    assert at == now + 40 * SECOND
    go_on(request, at)
    assert AuditEntry.objects.filter(verb__in=["rung.opened", "request.unmet"]).exists() or (
        request.next_action == Request.NextAction.DESK
    )


def test_a_killed_worker_rings_nobody_twice(city, ready, now):
    ready(4)
    request = wanted(city, now)
    go_on(request, now)
    Request.objects.filter(pk=request.pk).update(next_action_at=now)
    go_on(request, now + SECOND)
    assert len(rung(request)) == 2
    assert Message.objects.filter(kind="ring").count() == 2


def test_an_emergency_later_today_does_not_ring(city, ready, now):
    ready(2)
    request = open_request(
        city, draft(now, urgency="today", mode="video", starts_at=now + timedelta(hours=3),
                    ends_at=now + timedelta(hours=4)), by=None, at=now,
    )  # fmt: skip
    go_on(request, now)
    assert request.offers.exists()
    assert rung(request) == []


def test_three_rings_missed_in_a_row_end_being_on_call_with_a_message(city, ready, now):
    silent, answered, quicker = ready(3)
    for n in range(3):
        ended = now - timedelta(minutes=30 - n)
        for volunteer, state, at in (
            (silent, "expired", None),
            (answered, "declined" if n == 2 else "expired", ended),
            (quicker, "withdrawn", ended - 30 * SECOND),
        ):
            OfferFactory(request=RequestFactory(organization=city, status="cancelled"),
                         volunteer=volunteer, state=state, answered_at=at,
                         created_at=ended - 40 * SECOND, rings_until=ended)  # fmt: skip
    assert rest_the_silent(at=now) == 1
    silent.refresh_from_db()
    answered.refresh_from_db()
    quicker.refresh_from_db()
    assert silent.on_call_until is None
    assert answered.on_call_until is not None
    assert quicker.on_call_until is not None
    assert Message.objects.get(kind="off_call").recipient == silent.key
    switch_on_call(silent, now + timedelta(hours=1), by=None, at=now)
    assert rest_the_silent(at=now) == 0


def test_a_call_off_stops_the_ring(city, ready, now):
    ready(1)
    request = wanted(city, now)
    go_on(request, now)
    cancel_request(
        request, by=None, at=now + SECOND, reason="相談者が帰った", cancelled_by="resident"
    )
    assert request.offers.get().state == Offer.State.WITHDRAWN
    assert not Assignment.objects.exists()
    assert not Message.objects.filter(kind="offer_cancelled").exists()


def test_a_neighbours_volunteer_on_call_rings_on_the_neighbours_rung_only(city, town, now):
    SharingAgreementFactory(borrower=city, lender=town, languages=["vi"])
    willing, unwilling = (
        VolunteerFactory(organization=town, accepts_neighbours=said) for said in (True, False)
    )
    for volunteer in (willing, unwilling):
        switch_on_call(volunteer, now + timedelta(hours=2), by=None, at=now)
    request = open_request(city, draft(now, urgency="now"), by=None, at=now)
    video, neighbour = (
        next(n for n, one in enumerate(request.ladder) if one["kind"] == kind)
        for kind in ("video", "neighbour")
    )
    Request.objects.filter(pk=request.pk).update(rung=video, rung_since=now)
    request.refresh_from_db()
    assert plan(request, now).now == ()
    request.rung = neighbour
    found = plan(request, now).now
    assert [one.volunteer_id for one in found] == [willing.pk]
    assert willing.name not in {one.name for one in found}


def test_the_desk_sees_who_is_being_rung_and_for_how_long(
    city, ready, now, clock, coordinator, client_of
):
    ready(3)
    request = wanted(city, now)
    go_on(request, now)
    url = f"/requests/{request.pk}/fragment/"
    desk = client_of(coordinator)
    assert desk.get(url).content.decode().count("呼出中（あと") == 2
    clock.move(seconds=41)
    assert "呼出中" not in desk.get(url).content.decode()


def test_a_second_ring_of_the_same_offer_sends_its_message_again(city, ready, now):
    (person,) = ready(1)
    request = wanted(city, now)
    go_on(request, now)
    Message.objects.filter(kind="ring").update(state=Message.State.DELIVERED, sent_at=now)
    again = now + timedelta(minutes=5)
    switch_on_call(person, None, by=None, at=again - SECOND)
    switch_on_call(person, again + timedelta(hours=1), by=None, at=again)
    assert ring_for_waiting(person, at=again) == 1
    assert ring_for_waiting(person, at=again) == 0
    offer = request.offers.get()
    assert Message.objects.filter(subject_key=offer.key, kind="ring").count() == 2
    cancel_request(request, cancelled_by="desk", reason="", by=None, at=again + SECOND)
    waiting = Message.objects.filter(subject_key=offer.key, kind="ring").exclude(sent_at=now)
    assert waiting.get().error == "taken_back"


def test_a_second_ring_does_not_double_a_message_that_has_not_left(city, ready, now):
    (person,) = ready(1)
    request = wanted(city, now)
    go_on(request, now)
    again = now + timedelta(minutes=1)
    switch_on_call(person, None, by=None, at=again - SECOND)
    switch_on_call(person, again + timedelta(hours=1), by=None, at=again)
    assert ring_for_waiting(person, at=again) == 1
    assert Message.objects.filter(subject_key=request.offers.get().key, kind="ring").count() == 1


def test_a_neighbours_volunteer_who_comes_on_call_is_rung_where_neighbours_are_asked(
    city, town, now
):
    SharingAgreementFactory(borrower=city, lender=town)
    lent = VolunteerFactory(organization=town, accepts_neighbours=True)
    request = wanted(city, now)
    if not any(one["kind"] == "neighbour" for one in request.ladder):
        pytest.fail("the ladder has no neighbours")
    later = now + timedelta(minutes=1)
    switch_on_call(lent, later + timedelta(hours=1), by=None, at=later)
    assert ring_for_waiting(lent, at=later) == 0, "its neighbours are not asked yet"
    index = next(n for n, one in enumerate(request.ladder) if one["kind"] == "neighbour")
    Request.objects.filter(pk=request.pk).update(rung=index, rung_since=now)
    assert ring_for_waiting(lent, at=later) == 1
    assert rung(request) == [lent.pk]
    stranger = VolunteerFactory(organization=town)
    switch_on_call(stranger, later + timedelta(hours=1), by=None, at=later)
    assert ring_for_waiting(stranger, at=later) == 0
