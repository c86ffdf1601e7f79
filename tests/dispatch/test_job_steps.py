"""The one next step of a job: on the way, arrived, started, over; seen at once at the desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.times import instant
from dispatch.actions.assignments import arrive, give_back, note_end, set_out, start
from dispatch.actions.offers import accept_offer
from dispatch.board import board_of, bookings
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request
from dispatch.phone.jobs import job_of
from realtime.models import Message
from tests.factories import (
    AssignmentFactory,
    DeskFactory,
    OfferFactory,
    RequestFactory,
    VolunteerFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
VERBS = ["job_confirm", "job_on_the_way", "job_arrived", "job_start", "job_finish"]


@pytest.fixture
def booked(city, hana, now) -> Assignment:
    """Hana goes to the hospital today at 14:00, four hours from now."""
    request = RequestFactory(
        organization=city,
        desk=DeskFactory(organization=city, phone="+81426221111"),
        status="filled",
        next_action="close",
        next_action_at=now + timedelta(hours=6),
        starts_at=now + timedelta(hours=4),
    )
    return AssignmentFactory(request=request, volunteer=hana, created_at=now - timedelta(days=9))


@pytest.fixture
def mine(client_of, hana, clock):
    """Hana's browser."""
    return client_of(hana.user)


def url(name: str, booking: Assignment) -> str:
    return reverse(f"volunteer:{name}", args=[booking.pk])


def step_at(booking: Assignment, **delta: float) -> tuple[str, str]:
    booking.refresh_from_db()
    job = job_of(booking, booking.request.starts_at + timedelta(**delta), {})
    return job.step, job.also


def test_each_moment_has_one_step_and_at_most_one_shortcut(booked):
    assert step_at(booked, days=-3) == ("", "")
    assert step_at(booked, days=-1) == ("confirm", "")
    assert step_at(booked, hours=-3) == ("confirm", "on_the_way")
    assert step_at(booked, minutes=-80) == ("on_the_way", "arrived")
    set_out(booked, at=booked.request.starts_at - timedelta(minutes=70))
    assert step_at(booked, minutes=-60) == ("arrived", "start")
    arrive(booked, at=booked.request.starts_at - timedelta(minutes=10))
    assert step_at(booked, minutes=-5) == ("start", "")
    start(booked, at=booked.request.starts_at)
    assert step_at(booked, minutes=50) == ("finish", "report")
    note_end(booked, at=booked.request.starts_at + timedelta(minutes=80))
    assert step_at(booked, minutes=81) == ("report", "")


def test_who_pressed_nothing_reports_at_the_end(booked):
    assert step_at(booked, minutes=95) == ("report", "")


def test_an_overrun_is_still_ended_by_the_button_and_long_after_by_the_report(booked):
    start(booked, at=booked.request.starts_at)
    assert step_at(booked, minutes=100) == ("finish", "report")
    assert step_at(booked, hours=4) == ("report", "")


def test_a_call_needs_no_way_there(booked):
    Assignment.objects.update(remote=True)
    assert step_at(booked, minutes=-30) == ("confirm", "start")
    assert step_at(booked, minutes=10) == ("start", "report")


def test_the_whole_way_by_thumb(mine, booked, clock):
    presses = {"job_on_the_way": 170, "job_arrived": 230, "job_start": 240, "job_finish": 325}
    began = clock.at
    for name, minutes in presses.items():
        clock.at = began + timedelta(minutes=minutes)
        assert url(name, booked) in mine.get("/v/").content.decode()
        answer = mine.post(url(name, booked) + "?back=home")
        expected = reverse("volunteer_report:report", args=[booked.pk])
        assert answer["Location"] == (expected if name == "job_finish" else "/v/")
    booked.refresh_from_db()
    assert booked.state == "started"  # until the report is there
    told = [booked.on_the_way_at, booked.arrived_at, booked.started_at, booked.finished_at]
    assert told == [began + timedelta(minutes=minutes) for minutes in presses.values()]
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {f"assignment.{v}" for v in ("set_out", "arrived", "started", "over")} <= verbs


@pytest.mark.parametrize("name", VERBS)
def test_pressing_twice_is_once(mine, booked, clock, name):
    if name == "job_finish":
        start(booked, at=clock.at)
    clock.move(minutes=245 if name == "job_finish" else 200)
    for _ in range(2):
        assert mine.post(url(name, booked)).status_code == 302
    verbs = AuditEntry.objects.filter(verb__startswith="assignment.").exclude(
        verb="assignment.started"
    )
    wanted = {"job_start": 0}.get(name, 1)
    assert verbs.count() == wanted
    assert AuditEntry.objects.filter(verb="assignment.started").count() == int(
        name in {"job_start", "job_finish"}
    )


def test_a_late_press_of_an_earlier_step_undoes_nothing(mine, booked, clock):
    clock.move(minutes=235)
    mine.post(url("job_start", booked))
    for name in ("job_arrived", "job_on_the_way", "job_confirm"):
        mine.post(url(name, booked))
    booked.refresh_from_db()
    assert (booked.state, booked.arrived_at, booked.on_the_way_at) == ("started", None, None)


def test_nothing_can_be_pressed_days_before(mine, city, hana, now):
    request = RequestFactory(organization=city, status="filled")  # the day after tomorrow
    far = AssignmentFactory(request=request, volunteer=hana)
    for name in VERBS[1:]:
        mine.post(url(name, far))
    far.refresh_from_db()
    assert (far.state, far.stages) == ("confirmed", "")


def test_the_desk_sees_every_stage_at_once(mine, booked, clock, client_of, coordinator):
    desk = client_of(coordinator)
    clock.move(minutes=170)
    mine.post(url("job_on_the_way", booked))
    clock.move(minutes=60)
    mine.post(url("job_arrived", booked))
    for page in ("/board/", reverse("dispatch:request", args=[booked.request_id])):
        assert "12:50 出発　13:50 到着" in desk.get(page).content.decode()
    assert "通訳者が到着しました" in desk.get(page).content.decode()


def test_no_word_of_arrival_is_marked_on_the_board_and_can_be_cleared(
    booked, city, clock, client_of, coordinator
):
    start_at = booked.request.starts_at
    assert board_of(city, start_at - timedelta(seconds=1)).not_arrived == []
    assert [one.assignment for one in board_of(city, start_at).not_arrived] == [booked]
    clock.at = start_at + timedelta(minutes=5)
    browser = client_of(coordinator)
    assert "到着の連絡がありません" in browser.get("/board/").content.decode()
    verb = reverse("dispatch:assignment_verb", args=[booked.pk, "arrived"])
    assert browser.post(f"{verb}?back=board")["Location"] == "/board/"
    assert "到着の連絡がありません" not in browser.get("/board/").content.decode()


@pytest.mark.parametrize("change", [{"remote": True}, {"state": "started"}, {"state": "cancelled"}])
def test_who_need_not_arrive_is_not_missed(booked, city, change):
    Assignment.objects.update(**change)
    assert board_of(city, booked.request.starts_at).not_arrived == []


def test_home_shows_today_with_map_desk_and_step(mine, booked, clock):
    clock.move(hours=2, minutes=45)
    text = mine.get("/v/").content.decode()
    order = ["今日の通訳", url("job_on_the_way", booked), "openstreetmap.org", "tel:042-622-1111",
             "次の予定", "待機（映像・電話）", "カレンダーに入れる"]  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)


def test_a_job_after_midnight_has_its_step_on_the_first_page_the_evening_before(
    mine, booked, clock
):
    begins = instant(date(2026, 11, 27), 30)
    Request.objects.filter(pk=booked.request_id).update(
        starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    clock.at = begins - timedelta(hours=2)
    text = mine.get("/v/").content.decode()
    assert text.index("もうすぐの通訳") < text.index(url("job_on_the_way", booked))


def test_what_began_before_midnight_is_todays_on_the_board(booked, city):
    begins = instant(date(2026, 11, 26), 23 * 60)
    Request.objects.filter(pk=booked.request_id).update(
        starts_at=begins, ends_at=begins + timedelta(hours=2)
    )

    def shown(minutes: int) -> list[list[int]]:
        days = bookings(city, begins + timedelta(minutes=minutes))
        return [[one.request.pk for one in found] for _, found in days]

    assert shown(59) == shown(61) == [[booked.request_id], []]
    assert shown(120) == [[], []]


def test_what_is_asked_comes_before_todays_job(mine, booked, city, hana, clock):
    OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    text = mine.get("/v/").content.decode()
    assert text.index("お返事をお待ちしています") < text.index("今日の通訳")


@pytest.fixture
def given_back(city, hana, minh, now):
    """given_back(start, at, owl=True) → minh said yes too late; hana's seat comes free at ``at``."""

    def make(start: datetime, at: datetime, *, owl: bool) -> Request:
        city.quiet_from, city.quiet_to = 21 * 60, 8 * 60
        city.save()
        Volunteer.objects.filter(pk=minh.pk).update(night_messages=owl)
        for _ in range(6):
            VolunteerFactory(organization=city)
        request = RequestFactory(organization=city, starts_at=start, opened_at=now)
        taken = accept_offer(OfferFactory(request=request, volunteer=hana), via="web", at=now)
        late = OfferFactory(request=request, volunteer=minh, state="expired")
        assert accept_offer(late, via="web", at=now).outcome == "too_late"
        assert taken.assignment is not None
        give_back(taken.assignment, reason="体調がよくない", at=at)
        request.refresh_from_db()
        return request

    return make


def asked_at(request: Request, at: datetime) -> list[Offer]:
    """Whom the engine asks at an instant, the best first."""
    advance(request.pk, at)
    return list(Offer.objects.filter(request=request, created_at=at).order_by("rank"))


def test_a_standby_is_asked_first_and_with_a_reason(given_back, hana, minh, now):
    at = now + timedelta(hours=2)
    request = given_back(now + timedelta(hours=28), at, owl=False)
    assert (request.status, request.next_action, request.next_action_at) == ("open", "wave", at)
    asked = asked_at(request, at)
    assert asked[0].volunteer == minh
    assert asked[0].reasons[0]["code"] == "standby"
    assert hana not in [one.volunteer for one in asked]


def test_at_night_with_no_time_in_the_morning_who_allows_it_is_asked_at_once(given_back, minh, now):
    night = now + timedelta(hours=12)  # 22:00, for 8:30
    request = given_back(now + timedelta(hours=22, minutes=30), night, owl=True)
    assert (request.urgency, request.next_action_at) == ("today", night)
    [asked] = asked_at(request, night)
    assert asked.volunteer == minh
    leaves = Message.objects.filter(subject_key=asked.key).order_by("id").first()
    assert leaves is not None
    assert leaves.not_before - night < timedelta(minutes=1)


def test_at_night_nobody_else_is_woken_and_the_desk_has_it(given_back, now):
    night = now + timedelta(hours=12)
    request = given_back(now + timedelta(hours=22, minutes=30), night, owl=False)
    assert asked_at(request, night) == []
    request.refresh_from_db()
    assert request.next_action == "desk"


def test_for_the_next_afternoon_the_morning_is_waited_for(given_back, minh, now):
    night, morning = now + timedelta(hours=12), now + timedelta(hours=22)
    request = given_back(now + timedelta(hours=28), night, owl=False)
    assert request.urgency == "booked"
    assert asked_at(request, night) == []
    assert asked_at(request, morning)[0].volunteer == minh
