"""Rooms and seats: opening by themselves, five places, handing over, ending, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from accounts.times import local
from dispatch import subscriptions
from dispatch.actions.assignments import give_back
from dispatch.actions.offers import accept_offer
from dispatch.models import Assignment, Offer, Request
from dispatch.phone.accepted import SALT
from interpreting.forms import ReportForm
from interpreting.models import Room, Seat, Session
from interpreting.rooms import links
from interpreting.rooms.actions import presence, rooms, seats
from interpreting.rooms.quality import summary
from interpreting.rooms.state import room_message
from interpreting.rooms.times import activity_of
from tests import factories
from tests.interpreting.rooming import Scene, agree, make_scene
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


@pytest.fixture
def at(db: None) -> datetime:
    return database_now()


def accepted(volunteer: Volunteer, **fields: Any) -> Assignment:
    """The volunteer says yes to a request of this moment."""
    at = database_now()
    fields = {"mode": "video", "urgency": "now", "starts_at": at, "opened_at": at} | fields
    fields |= {"search_since": at - timedelta(hours=1)}
    request = factories.RequestFactory(organization=volunteer.organization, **fields)
    offer = factories.OfferFactory(
        request=request, volunteer=volunteer, created_at=at, expires_at=at + timedelta(hours=1)
    )
    answer = accept_offer(offer, via=Offer.Via.WEB, at=at)
    assert answer.assignment
    return answer.assignment


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({"mode": "video", "urgency": "now"}, True),
        ({"mode": "phone", "urgency": "today"}, True),
        ({"mode": "video", "urgency": "booked"}, False),
        ({"mode": "onsite", "urgency": "now"}, False),
        ({"mode": "translation", "urgency": "now"}, False),
    ],
)
def test_a_yes_opens_the_room_now_and_today(
    hana: Volunteer, fields: dict[str, Any], opens: bool
) -> None:
    assignment = accepted(hana, **fields)
    room = Room.objects.filter(request=assignment.request).first()
    assert (room is not None) is opens
    if room:
        [seat] = room.seats.all()
        assert (seat.role, seat.state, seat.label) == ("interpreter", "admitted", hana.pseudonym)
        assert room.audio_only is (fields["mode"] == "phone")


def test_the_interpreter_is_sent_to_the_room(hana: Volunteer, at: datetime) -> None:
    now = accepted(hana)
    assert subscriptions.room_link(now) == f"/v/rooms/{now.pk}/"
    later = factories.AssignmentFactory(
        request=factories.RequestFactory(
            organization=hana.organization, mode="video", starts_at=at + timedelta(hours=3)
        ),
        volunteer=factories.VolunteerFactory(organization=hana.organization),
        remote=True,
    )
    assert subscriptions.room_link(later) == ""


def test_a_booked_room_opens_a_quarter_of_an_hour_before(hana: Volunteer, at: datetime) -> None:
    start = at + timedelta(hours=1)
    assignment = accepted(hana, urgency="booked", starts_at=start)
    assert links.open_due(start - timedelta(minutes=16)) == 0
    assert links.open_due(start - timedelta(minutes=15)) == 1
    assert links.open_due(start - timedelta(minutes=14)) == 0
    assert Room.objects.get().request_id == assignment.request_id


def test_a_request_has_one_open_room(scene: Scene, coordinator: User, at: datetime) -> None:
    assert rooms.open_room(scene.request, by=coordinator, at=at) == scene.room
    rooms.end_room(scene.room, by=coordinator, at=at)
    assert rooms.open_room(scene.request, by=coordinator, at=at) != scene.room


def test_a_request_that_is_over_gets_no_room(scene: Scene, at: datetime) -> None:
    cancelled = factories.RequestFactory(organization=scene.room.organization, status="cancelled")
    with pytest.raises(ActionError) as refused:
        rooms.open_room(cancelled, by=None, at=at)
    assert refused.value.code == "request_over"


def test_the_sixth_person_finds_no_place(scene: Scene, coordinator: User, at: datetime) -> None:
    agree(scene.link)
    for number in (4, 5):
        seat, link = seats.invite(scene.room, "observer", by=coordinator, at=at)
        assert seat.number == number
        agree(link)
    with pytest.raises(ActionError) as refused:
        seats.invite(scene.room, "observer", by=coordinator, at=at)
    assert refused.value.code == "room_full"
    presence.leave(scene.resident, at=at)
    assert seats.invite(scene.room, "observer", by=coordinator, at=at)[0].number == 3


def test_who_left_comes_back_to_whichever_place_is_free(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    agree(scene.link)
    presence.leave(scene.resident, at=at)
    agree(seats.invite(scene.room, "observer", by=coordinator, at=at)[1])
    back = presence.join(scene.resident.pk, session="page-two", connection="c", at=at)
    assert (back.state, back.number) == ("waiting", 4)


def test_an_interpreter_by_link_waits_for_the_desk_even_after_leaving(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    seat, link = seats.invite(scene.room, "interpreter", by=coordinator, at=at)
    agree(link)
    presence.leave(seat, at=at)
    assert presence.join(seat.pk, session="page", connection="c", at=at).state == "waiting"
    seats.admit(seat, by=coordinator, at=at)
    presence.leave(seat, at=at)
    assert presence.join(seat.pk, session="page", connection="c", at=at).state == "admitted"


def test_only_who_waits_can_be_admitted(scene: Scene, coordinator: User, at: datetime) -> None:
    with pytest.raises(ActionError) as refused:
        seats.admit(scene.resident, by=coordinator, at=at)
    assert refused.value.code == "not_waiting"
    agree(scene.link)
    assert seats.admit(scene.resident, by=coordinator, at=at).state == "admitted"
    lines = AuditEntry.objects.filter(verb="room.admitted")
    seats.admit(scene.resident, by=coordinator, at=at)
    assert lines.count() == 1


def test_giving_the_job_back_takes_the_seat_along(scene: Scene, at: datetime) -> None:
    links.on_released(scene.assignment, at)
    assert Seat.objects.get(pk=scene.interpreter.pk).state == "removed"
    assert subscriptions.on_released, "dispatch tells of it"
    with pytest.raises(ActionError):
        seats.seat_interpreter(scene.assignment, scene.room, at=at)
    other = accepted(factories.VolunteerFactory(organization=scene.room.organization))
    give_back(other, reason="熱", at=at)
    assert Seat.objects.get(assignment=other).state == "removed"


def test_the_end_of_the_request_ends_the_room(scene: Scene, at: datetime) -> None:
    links.on_over(scene.request, at)
    room = Room.objects.get(pk=scene.room.pk)
    assert (room.state, room.end_reason) == ("ended", "request_over")


def test_another_interpreter_takes_over(
    scene: Scene, coordinator: User, minh: Volunteer, at: datetime
) -> None:
    presence.join(scene.interpreter.pk, session="page-hana", connection="a", at=at)
    presence.join(scene.desk.pk, session="page-desk", connection="b", at=at)
    booked = rooms.hand_over(scene.room, minh, by=coordinator, at=at)
    second = Seat.objects.get(assignment=booked)
    assert (second.label, second.state) == (minh.pseudonym, "admitted")
    presence.join(second.pk, session="page-minh", connection="c", at=at + timedelta(minutes=5))
    assert Seat.objects.get(pk=scene.interpreter.pk).state == "admitted"  # stays until leaving
    still_here(at + timedelta(minutes=6))
    presence.leave(scene.interpreter, at=at + timedelta(minutes=6))
    part = activity_of(Assignment.objects.get(pk=scene.assignment.pk))  # the room goes on
    assert part
    assert timedelta(minutes=6) <= part[1] - part[0] < timedelta(minutes=8)
    assert activity_of(booked) is None
    still_here(at + timedelta(minutes=20))
    rooms.end_room(scene.room, by=coordinator, at=at + timedelta(minutes=20))
    assert Session.objects.count() == 1
    with pytest.raises(ActionError) as refused:
        rooms.hand_over(rooms.open_room(scene.request, by=None, at=at), minh, by=coordinator, at=at)
    assert refused.value.code == "already_here"
    # each reports the own part
    for assignment, minutes in ((scene.assignment, (0, 6)), (booked, (5, 20))):
        form = ReportForm(assignment=Assignment.objects.get(pk=assignment.pk))
        length = span(form)
        assert (
            timedelta(0)
            <= length - timedelta(minutes=minutes[1] - minutes[0])
            < timedelta(minutes=2)
        )


def still_here(at: datetime) -> None:
    """Every page in a room says so at this instant."""
    Seat.objects.exclude(connection="").update(last_seen_at=at)


def span(form: ReportForm) -> timedelta:
    """From start to end of a report's form, as prefilled."""
    days = form.initial["end_date"] - form.initial["start_date"]
    start, end = (
        timedelta(hours=int(time[:2]), minutes=int(time[3:]))
        for time in (form.initial["start_time"], form.initial["end_time"])
    )
    return days + end - start


def test_a_report_is_filled_in_with_the_time_in_the_room(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    begin = at.replace(second=40, microsecond=0)
    presence.join(scene.interpreter.pk, session="page-hana", connection="a", at=begin)
    presence.join(
        scene.desk.pk, session="page-desk", connection="b", at=begin + timedelta(seconds=5)
    )
    form = ReportForm(assignment=scene.assignment)
    assert form.initial["start_time"] == f"{local(scene.request.starts_at):%H:%M}"  # still running
    still_here(begin + timedelta(minutes=12))
    rooms.end_room(scene.room, by=coordinator, at=begin + timedelta(minutes=12))
    form = ReportForm(assignment=scene.assignment)
    assert form.initial["start_time"] == f"{local(begin):%H:%M}"
    assert span(form) == timedelta(minutes=13)  # outwards to whole minutes


def test_a_session_keeps_roles_and_seconds_and_no_names(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    presence.join(scene.interpreter.pk, session="page-hana", connection="b", at=at)
    network = {"levels": [0, 1, 0, 4, 0], "relayed": 5, "dropped": False}
    presence.seen(scene.interpreter.pk, connection="b", network=network, at=at)
    still_here(at + timedelta(seconds=60))
    rooms.end_room(scene.room, by=coordinator, at=at + timedelta(seconds=90))
    session = Session.objects.get()
    assert session.participants == [
        {"role": "desk", "seconds": 90},
        {"role": "interpreter", "seconds": 90},
    ]
    assert session.network == {"worst": 1, "median": 3, "relayed_share": 1.0, "drops": 0}
    assert session.rung_kind == str(scene.request.current_rung.get("kind", ""))


def test_the_summary_of_a_line_without_reports_says_so() -> None:
    assert summary([{}, {}]) == {
        "worst": None, "median": None, "relayed_share": None, "drops": 0,
    }  # fmt: skip


def test_the_log_names_roles_and_no_guest(scene: Scene, coordinator: User, at: datetime) -> None:
    agree(scene.link)
    seats.admit(scene.resident, by=coordinator, at=at)
    presence.leave(scene.resident, at=at)
    rooms.end_room(scene.room, by=coordinator, at=at)
    lines = AuditEntry.objects.filter(verb__startswith="room.", subject=scene.request.key)
    assert {line.verb for line in lines} >= {
        "room.opened", "room.invited", "room.bound", "room.admitted", "room.left", "room.ended",
    }  # fmt: skip
    assert scene.link not in str([line.detail for line in lines])
    assert {line.actor_label for line in lines.filter(actor=None)} <= {"相談者", "通訳", "自動処理"}


# pages of desk and interpreter ------------------------------------------------------------------


def test_the_desk_opens_invites_admits_and_ends(
    scene: Scene, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    desk = client_of(coordinator)
    response = desk.post(f"/requests/{scene.request.pk}/room/")
    assert response["Location"] == f"/rooms/{scene.room.pk}/"
    page = desk.get(response["Location"])
    assert page.status_code == 200
    assert page.context["seat"].pk == scene.desk.pk
    shown = desk.post(f"/rooms/{scene.room.pk}/seats/{scene.resident.pk}/invitation/")
    link = shown.context["link"]
    assert link.startswith("http")
    assert "<svg" in shown.content.decode()
    agree(link.rpartition("/r/")[2].strip("/"))
    assert "入室を許可" in desk.get(f"/rooms/{scene.room.pk}/panel/").content.decode()
    seat_url = f"/rooms/{scene.room.pk}/seats/{scene.resident.pk}/do/"
    assert desk.post(seat_url + "admit/", headers={"x-requested-with": "fetch"}).json()["ok"]
    refused = desk.post(
        seat_url + "relabel/", {"label": "x" * 31}, headers={"x-requested-with": "fetch"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "bad_label")
    assert desk.post(seat_url + "promote/").status_code == 404
    code = desk.post(f"/rooms/{scene.room.pk}/do/code/")
    assert len(code.context["code"]) == 6
    assert "このパソコンのマイクと音を切ります" in code.content.decode()
    assert code.context["expires_at"]
    ended = desk.post(f"/rooms/{scene.room.pk}/do/end/")
    assert ended["Location"] == f"/requests/{scene.request.pk}/"
    assert desk.get(f"/rooms/{scene.room.pk}/").status_code == 410


def test_a_colleague_without_a_seat_sees_a_way_in(
    scene: Scene, admin: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(admin).get(f"/rooms/{scene.room.pk}/")
    assert "入室する" in page.content.decode()
    assert b'id="room"' not in page.content


def test_the_hand_over_page_offers_people_on_call(
    scene: Scene, coordinator: User, minh: Volunteer, client_of: Callable[[User], Client],
    at: datetime,
) -> None:  # fmt: skip
    desk = client_of(coordinator)
    url = f"/rooms/{scene.room.pk}/do/hand_over/"
    assert "待機中の方は、いまいません" in desk.post(url).content.decode()
    Volunteer.objects.filter(pk=minh.pk).update(on_call_until=at + timedelta(hours=1))
    assert minh.name in desk.post(url).content.decode()
    desk.post(url, {"volunteer": minh.pk})
    assert Assignment.objects.filter(volunteer=minh, remote=True).exists()
    stranger = factories.VolunteerFactory()  # of another organization
    for bad in (stranger.pk, 0, "x", "9" * 30):
        desk.post(url, {"volunteer": bad})
    assert scene.request.assignments.active().count() == 2


def test_the_interpreter_enters_signed_in_or_in_the_browser_that_said_yes(
    scene: Scene, hana: Volunteer, minh: Volunteer, client_of: Callable[[User], Client]
) -> None:
    url = f"/v/rooms/{scene.assignment.pk}/"
    assert client_of(hana.user).get(url).context["seat"].pk == scene.interpreter.pk
    assert client_of(minh.user).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    browser = Client()
    name = f"tsunagi_accepted_{scene.assignment.pk}"
    from django.core import signing

    browser.cookies[name] = signing.get_cookie_signer(salt=name + SALT).sign(scene.assignment.pk)
    page = browser.get(url)
    assert page.context["seat"].pk == scene.interpreter.pk
    assert browser.get(f"/seat/{scene.interpreter.pk}/state/").status_code == 200
    Assignment.objects.filter(pk=scene.assignment.pk).update(state="cancelled")
    assert browser.get(url).status_code == 404
    assert browser.get(f"/seat/{scene.interpreter.pk}/state/").status_code == 410
    forged = Client()
    forged.cookies[name] = f"{scene.assignment.pk}:abc"
    assert forged.get(url).status_code == 302


def test_after_the_end_the_interpreter_is_led_to_the_report(
    scene: Scene, hana: Volunteer, coordinator: User, client_of: Callable[[User], Client],
    at: datetime,
) -> None:  # fmt: skip
    rooms.end_room(scene.room, by=coordinator, at=at)
    page = client_of(hana.user).get(f"/v/rooms/{scene.assignment.pk}/")
    assert page.status_code == 410
    assert f"/v/assignments/{scene.assignment.pk}/report/" in page.content.decode()


def test_the_interpreters_pages_lead_into_the_open_room(
    scene: Scene, hana: Volunteer, coordinator: User, client_of: Callable[[User], Client],
    at: datetime,
) -> None:  # fmt: skip
    browser, link = client_of(hana.user), f'href="/v/rooms/{scene.assignment.pk}/"'
    pages = [f"/v/assignments/{scene.assignment.pk}/", "/v/"]
    assert [link in browser.get(page).content.decode() for page in pages] == [True, True]
    rooms.end_room(scene.room, by=coordinator, at=at)
    assert [link in browser.get(page).content.decode() for page in pages] == [False, False]


def test_the_board_says_who_waits(
    scene: Scene, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    assert links.room_states([scene.request.pk])[scene.request.pk][1] == "通訳ルームを開けています"
    agree(scene.link)
    assert "1人が待合室" in client_of(coordinator).get("/board/").content.decode()


def test_the_desk_is_led_to_the_report_after_the_end(
    scene: Scene, coordinator: User, client_of: Callable[[User], Client], at: datetime
) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    presence.join(scene.interpreter.pk, session="page-hana", connection="b", at=at)
    rooms.end_room(scene.room, by=coordinator, at=at + timedelta(minutes=3))
    desk = client_of(coordinator)
    over = desk.get(f"/rooms/{scene.room.pk}/").content.decode()
    assert f"/reports/assignment/{scene.assignment.pk}/" in over
    panel = desk.get(f"/requests/{scene.request.pk}/").content.decode()
    assert "（窓口・通訳）" in panel


@pytest.fixture
def booked(hana: Volunteer, at: datetime) -> Assignment:
    """Hana's video booking of tomorrow."""
    starts = at + timedelta(days=1)
    return accepted(hana, urgency="booked", starts_at=starts, ends_at=starts + timedelta(hours=1))


def test_before_its_time_a_booked_room_says_when_it_opens_and_opens_by_itself(
    booked: Assignment, hana: Volunteer, client_of: Callable[[User], Client], at: datetime
) -> None:
    phone, url = client_of(hana.user), f"/v/rooms/{booked.pk}/"
    opens = f"{local(booked.request.starts_at - timedelta(minutes=15)):%-H:%M}"
    for page in (phone.get(url), phone.get(f"/v/assignments/{booked.pk}/")):
        assert f"{opens} に開きます" in page.content.decode()
    assert phone.get(url)["Refresh"] == "60"
    assert not Room.objects.exists()
    Request.objects.update(starts_at=at + timedelta(minutes=15, seconds=20))
    assert 1 <= int(phone.get(url)["Refresh"]) <= 20
    Request.objects.update(starts_at=at + timedelta(minutes=14))
    assert b'id="room"' in phone.get(url).content


def test_after_the_desk_ended_it_the_interpreter_is_led_on_and_back_if_it_reopens(
    scene: Scene, coordinator: User, hana: Volunteer, client_of: Callable[[User], Client],
    at: datetime,
) -> None:  # fmt: skip
    type(scene.room.organization).objects.update(phone="+81426222222")
    phone, url = client_of(hana.user), f"/v/rooms/{scene.assignment.pk}/"
    rooms.end_room(scene.room, by=coordinator, at=at)
    over = phone.get(url)
    assert over.status_code == 410
    for shown in ("活動報告へ", "窓口にお電話ください", "042-622-2222"):
        assert shown in over.content.decode()
    assert over["Refresh"]
    rooms.open_room(scene.request, by=coordinator, at=at)
    assert b'id="room"' in phone.get(url).content


def test_a_guest_hears_that_an_interpreter_is_looked_for(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    assert room_message(scene.resident, at)["interpreter"] is True
    seats.remove(scene.interpreter, by=coordinator, at=at)
    assert room_message(scene.resident, at)["interpreter"] is False
