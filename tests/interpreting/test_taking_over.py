"""Asking another interpreter to take over: rung or written to, a yes comes in, silence shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.models import Assignment, Offer, Request
from interpreting.models import Seat
from interpreting.rooms.actions import rooms
from interpreting.rooms.actions.taking_over import ask_to_take_over, give_up_taking_over
from interpreting.rooms.takers import asked_people, takers
from realtime.models import Message
from tests import factories
from tests.interpreting.rooming import Scene, make_scene
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


@pytest.fixture
def at(db: None) -> datetime:
    return database_now()


@pytest.fixture
def ready(minh: Volunteer, at: datetime) -> Volunteer:
    """Minh is on call."""
    return switch_on_call(minh, at + timedelta(hours=1), by=None, at=at)


def status(scene: Scene) -> tuple[str, int]:
    request = Request.objects.get(pk=scene.request.pk)
    return request.status, request.seats


def states(scene: Scene, at: datetime) -> list[str]:
    scene.room.request.refresh_from_db()
    return [one.state for one in asked_people(scene.room, at)]


def test_who_is_on_call_rings_and_a_yes_leads_into_the_room(
    scene: Scene,
    coordinator: User,
    ready: Volunteer,
    at: datetime,
    client_of: Callable[..., Client],
) -> None:
    offer = ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    assert offer.rings_until
    assert states(scene, at) == ["rings"]
    answer = client_of(ready.user).post(f"/o/{offer.token}/accept/")
    seat = Seat.objects.get(volunteer=ready)
    assert (seat.state, seat.label) == ("admitted", ready.pseudonym)
    assert answer["Location"] == f"/v/rooms/{seat.assignment_id}/"
    assert status(scene) == ("filled", 2)
    assert states(scene, at) == []
    assert Seat.objects.get(pk=scene.interpreter.pk).state == "admitted"


def test_anybody_else_is_sent_an_offer_for_video(
    scene: Scene, coordinator: User, minh: Volunteer, at: datetime
) -> None:
    offer = ask_to_take_over(scene.room, minh, by=coordinator, at=at)
    assert offer.rings_until is None
    assert states(scene, at) == ["waits"]
    assert accept_offer(offer, via=Offer.Via.WEB, at=at).outcome == "yours"
    assert Seat.objects.filter(volunteer=minh, state="admitted").exists()


def test_silence_and_a_no_are_shown_and_giving_up_restores_the_booking(
    scene: Scene, coordinator: User, ready: Volunteer, at: datetime
) -> None:
    other = factories.VolunteerFactory(organization=scene.room.organization)
    ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    second = ask_to_take_over(scene.room, other, by=coordinator, at=at + timedelta(seconds=5))
    decline_offer(second, via=Offer.Via.WEB, at=at)
    assert states(scene, at + timedelta(seconds=41)) == ["silent", "declined"]
    assert status(scene) == ("open", 2)
    give_up_taking_over(scene.room, by=coordinator, at=at + timedelta(seconds=50))
    assert status(scene) == ("filled", 1)
    assert states(scene, at) == []
    assert not Offer.objects.open().exists()


def test_while_somebody_is_asked_the_engine_asks_nobody_else(
    scene: Scene, coordinator: User, ready: Volunteer, at: datetime
) -> None:
    from dispatch.engine import advance

    factories.VolunteerFactory(organization=scene.room.organization)
    ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    advance(scene.request.pk, at + timedelta(minutes=30))
    assert Offer.objects.count() == 1
    assert Request.objects.get(pk=scene.request.pk).next_action_at


def test_the_end_of_the_room_takes_the_question_back(
    scene: Scene, coordinator: User, ready: Volunteer, at: datetime
) -> None:
    ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    rooms.end_room(scene.room, by=coordinator, at=at + timedelta(seconds=9))
    assert status(scene) == ("filled", 1)
    assert not Offer.objects.open().exists()


def test_who_is_asked_needs_the_language_and_is_asked_once(
    scene: Scene, coordinator: User, ready: Volunteer, hana: Volunteer, at: datetime
) -> None:
    ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    stranger = factories.VolunteerFactory(organization=scene.room.organization, skills=["ne"])
    for volunteer, code in (
        (ready, "already_asked"),
        (hana, "already_here"),
        (stranger, "not_able"),
    ):
        with pytest.raises(ActionError) as refused:
            ask_to_take_over(scene.room, volunteer, by=coordinator, at=at)
        assert refused.value.code == code


def test_a_refused_question_leaves_the_booking_as_it_was(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    stranger = factories.VolunteerFactory(organization=scene.room.organization, skills=["ne"])
    with pytest.raises(ActionError):
        ask_to_take_over(scene.room, stranger, by=coordinator, at=at)
    assert status(scene) == ("filled", 1)


def test_people_on_call_come_first_and_dialects_count_as_in_matching(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    city = scene.room.organization
    Request.objects.update(language="zh")
    scene.room.request.refresh_from_db()
    spoken = factories.VolunteerFactory(organization=city, skills=["cmn"])
    other = factories.VolunteerFactory(organization=city, skills=["zh"])
    switch_on_call(spoken, at + timedelta(hours=1), by=None, at=at)
    on_call, others = takers(scene.room, at)
    assert [one.volunteer for one in on_call] == [spoken]
    assert [one.volunteer for one in others] == [other]
    assert on_call[0].reasons


def test_the_desk_asks_and_gives_up_by_buttons(
    scene: Scene, coordinator: User, ready: Volunteer, client_of: Callable[..., Client]
) -> None:
    desk, url = client_of(coordinator), f"/rooms/{scene.room.pk}/do/{{}}/"
    page = desk.post(url.format("hand_over")).content.decode()
    assert "呼び出す" in page
    assert ready.name in page
    desk.post(url.format("ask"), {"volunteer": ready.pk})
    panel = desk.get(f"/rooms/{scene.room.pk}/panel/").content.decode()
    assert "呼出中" in panel
    desk.post(url.format("give_up"))
    assert "呼出中" not in desk.get(f"/rooms/{scene.room.pk}/panel/").content.decode()


def test_whoever_may_not_be_sent_takes_nothing_over(
    scene: Scene, coordinator: User, minh: Volunteer, at: datetime
) -> None:
    Volunteer.objects.filter(pk=minh.pk).update(status=Volunteer.Status.PAUSED)
    with pytest.raises(ActionError) as refused:
        rooms.hand_over(scene.room, minh, by=coordinator, at=at)
    assert refused.value.code == "not_valid"
    assert status(scene) == ("filled", 1)


def test_handing_over_to_somebody_who_was_asked_is_the_answer(
    scene: Scene, coordinator: User, ready: Volunteer, at: datetime
) -> None:
    offer = ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    booked = rooms.hand_over(scene.room, ready, by=coordinator, at=at)
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via, booked.offer) == ("accepted", "desk", offer)
    told = Message.objects.filter(recipient=ready.key).values_list("kind", flat=True)
    assert "filled" not in told


def test_the_browser_that_said_yes_enters_and_a_link_passed_on_does_not(
    scene: Scene, coordinator: User, ready: Volunteer, at: datetime
) -> None:
    offer = ask_to_take_over(scene.room, ready, by=coordinator, at=at)
    yes, first, other = f"/o/{offer.token}/accept/", Client(), Client()
    room = first.post(yes)["Location"]
    assert room.startswith("/v/rooms/")
    assert Client().post(yes)["Location"] == room  # the same person, whose answer got lost
    Assignment.objects.filter(offer=offer).update(created_at=at - timedelta(minutes=3))
    assert other.post(yes)["Location"] == f"/o/{offer.token}/"
    assert other.get(room).status_code == 302  # to the sign-in
    assert first.post(yes)["Location"] == room
    assert first.get(room).status_code == 200
