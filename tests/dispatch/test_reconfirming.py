"""「行けます」: who is asked when, again when, and when the desk hears that nothing was heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.times import instant, local
from dispatch.actions.assignments import give_back, reconfirm, set_out
from dispatch.board import board_of
from dispatch.engine import advance
from dispatch.models import Assignment, Request
from dispatch.reconfirming import again_at, alarm_at, question_at
from dispatch.timing import after_filling
from realtime.models import Message
from tests.factories import AssignmentFactory, RequestFactory, VolunteerFactory

LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tokyo(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant of November 2026 (or another month) by the clock of Tokyo."""
    return instant(datetime(2026, month, day).date(), hour * 60 + minute)


@pytest.mark.parametrize(
    ("job", "asked"),
    [
        (tokyo(26, 14), tokyo(25, 10)),  # Thursday afternoon: on Wednesday
        (tokyo(26, 8), tokyo(25, 10)),  # at eight in the morning: a whole day before
        (tokyo(26, 0, 30), tokyo(25, 10)),
        (tokyo(30, 8), tokyo(27, 10)),  # Monday: on Friday, while somebody is at the desk
        (tokyo(28, 9), tokyo(27, 10)),  # Saturday
        (tokyo(29, 9), tokyo(27, 10)),  # Sunday
        (tokyo(24, 9), tokyo(20, 10)),  # Tuesday after a public holiday on Monday
    ],
)
def test_the_question_goes_on_the_last_working_day_before(job, asked):
    assert question_at(job, LONG_AGO) == asked


def test_it_waits_for_the_end_of_quiet_hours():
    assert question_at(tokyo(26, 14), LONG_AGO, 21 * 60, 11 * 60) == tokyo(25, 11)


def test_over_a_week_of_holidays_the_eve_is_better_than_a_week_ahead():
    # 1-6 May 2026: holidays from Sunday to Wednesday after a weekend
    assert question_at(tokyo(7, 10, month=5), LONG_AGO.replace(month=4)) == tokyo(6, 10, month=5)


@pytest.mark.parametrize(
    ("booked", "is_asked"),
    [(tokyo(24, 21, 59), True), (tokyo(24, 22, 1), False), (tokyo(25, 12), False)],
)
def test_who_has_just_said_yes_is_not_asked_at_all(booked, is_asked):
    assert (question_at(tokyo(26, 14), booked) is not None) is is_asked


def test_a_near_job_leaves_less_time_before_the_alarm():
    asked = tokyo(25, 10)
    assert again_at(asked, tokyo(26, 14)) == asked + 3 * HOUR
    assert alarm_at(asked, tokyo(26, 14)) == asked + 6 * HOUR
    # asked late, after an interruption: two hours before the job the desk knows
    assert again_at(asked, asked + 4 * HOUR) == asked + 1 * HOUR
    assert alarm_at(asked, asked + 4 * HOUR) == asked + 2 * HOUR


@pytest.mark.parametrize("job", [tokyo(26, 8), tokyo(26, 14), tokyo(30, 8), tokyo(30, 17)])
def test_the_alarm_comes_in_office_hours_with_half_a_day_left(job):
    asked = question_at(job, LONG_AGO, 21 * 60, 8 * 60)
    assert asked is not None
    heard = alarm_at(asked, job)
    assert 9 <= local(heard).hour <= 16
    assert local(heard).weekday() < 5
    assert job - heard >= 12 * HOUR


@pytest.fixture
def booking(city, hana, db) -> Assignment:
    """Hana goes on Thursday at 14:00, as agreed long ago."""
    request = RequestFactory(organization=city, status="filled", starts_at=tokyo(26, 14))
    return plan(AssignmentFactory(request=request, volunteer=hana, created_at=LONG_AGO))


def plan(booking: Assignment) -> Assignment:
    """Let the engine know what comes next, as filling does."""
    request = booking.request
    request.next_action, request.next_action_at = after_filling(request, LONG_AGO)
    request.save()
    return booking


def asked_times() -> int:
    return Message.objects.filter(kind="reconfirm").count()


def steps(request: Request, most: int = 6) -> list[datetime]:
    """Let the engine do everything up to the job; the instants at which it did something."""
    seen: list[datetime] = []
    for _ in range(most):
        request.refresh_from_db()
        if request.next_action != "reconfirm" or request.next_action_at is None:
            break
        seen.append(request.next_action_at)
        advance(request.pk, request.next_action_at)
    return seen


def test_silence_is_asked_again_and_then_alarms_the_desk(city, booking):
    assert steps(booking.request) == [tokyo(25, 10), tokyo(25, 13), tokyo(25, 16)]
    assert asked_times() == 2
    assert AuditEntry.objects.filter(verb="reconfirm.silent").count() == 1
    assert [one.assignment.pk for one in board_of(city, tokyo(25, 16)).silent] == [booking.pk]
    assert booking.request.next_action == "close"


def test_a_yes_ends_the_questions_at_once(city, booking):
    advance(booking.request.pk, tokyo(25, 10))
    reconfirm(booking, at=tokyo(25, 11))
    booking.request.refresh_from_db()
    assert booking.request.next_action == "close"
    assert steps(booking.request) == []
    assert asked_times() == 1
    assert board_of(city, tokyo(25, 17)).silent == []


def test_setting_out_counts_as_an_answer(city, booking):
    steps(booking.request)
    set_out(booking, at=tokyo(26, 13))
    assert board_of(city, tokyo(26, 13)).silent == []


def test_the_board_alarms_even_if_the_worker_stopped_after_asking(city, booking):
    advance(booking.request.pk, tokyo(25, 10))
    assert board_of(city, tokyo(25, 15)).silent == []
    assert len(board_of(city, tokyo(25, 16)).silent) == 1


def test_an_engine_that_comes_back_late_alarms_instead_of_asking_twice(booking):
    advance(booking.request.pk, tokyo(25, 10))
    advance(booking.request.pk, tokyo(25, 18))
    assert asked_times() == 1
    booking.refresh_from_db()
    assert booking.reconfirm_silent_at == tokyo(25, 18)


def test_an_engine_that_was_off_all_day_still_asks_in_the_evening(booking):
    advance(booking.request.pk, tokyo(25, 20))
    booking.refresh_from_db()
    assert booking.reconfirm_asked_at == tokyo(25, 20)
    booking.request.refresh_from_db()
    assert booking.request.next_action_at == tokyo(25, 23)


def test_who_took_the_seat_yesterday_evening_is_not_asked_but_the_other_is(city, booking):
    Request.objects.update(seats=2)
    fresh = AssignmentFactory(
        request=booking.request,
        volunteer=VolunteerFactory(organization=city),
        seat=2,
        created_at=tokyo(25, 9),
    )
    steps(booking.request)
    fresh.refresh_from_db()
    assert fresh.reconfirm_asked_at is None
    assert asked_times() == 2


def test_while_another_seat_is_searched_for_the_first_is_still_asked(city, booking):
    Request.objects.update(seats=2)
    other = AssignmentFactory(
        request=booking.request,
        volunteer=VolunteerFactory(organization=city),
        seat=2,
        created_at=LONG_AGO,
    )
    give_back(other, reason="予定がある", at=tokyo(25, 9))
    booking.request.refresh_from_db()
    assert booking.request.status == "open"
    advance(booking.request.pk, tokyo(25, 10))
    assert asked_times() == 1


def test_todays_requests_ask_nobody_again(city, hana):
    request = RequestFactory(
        organization=city, status="filled", urgency="today", starts_at=tokyo(26, 14)
    )
    AssignmentFactory(request=request, volunteer=hana, created_at=LONG_AGO)
    assert after_filling(request, LONG_AGO)[0] == "close"


def test_the_alarm_has_the_number_and_both_buttons(city, booking, coordinator, client_of, clock):
    steps(booking.request)
    clock.at = tokyo(25, 16)
    browser = client_of(coordinator)
    text = browser.get("/board/").content.decode()
    assert "前日の確認に返事がない方" in text
    assert booking.volunteer.mobile.replace("+81", "0") in text.replace("-", "")
    for verb in ("reconfirm", "release"):
        assert reverse("dispatch:assignment_verb", args=[booking.pk, verb]) in text
    address = reverse("dispatch:assignment_verb", args=[booking.pk, "reconfirm"])
    assert browser.post(f"{address}?back=board")["Location"] == "/board/"
    assert "前日の確認に返事がない方" not in browser.get("/board/").content.decode()


def test_replacing_the_silent_one_searches_at_once(booking, coordinator, client_of, clock):
    steps(booking.request)
    clock.at = tokyo(25, 16)
    address = reverse("dispatch:assignment_verb", args=[booking.pk, "release"])
    client_of(coordinator).post(f"{address}?back=board", {"reason": "前日の確認に返事がないため"})
    booking.request.refresh_from_db()
    assert (booking.request.status, booking.request.next_action) == ("open", "wave")
    assert booking.request.next_action_at == tokyo(25, 16)
