"""Who sits at the desk: shifts with their weeks and holidays, absences, and the roster's page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from psycopg.types.range import TimestamptzRange

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from accounts.times import instant
from dispatch.actions.roster import ShiftDraft, add_shift, mark_absent, mark_present, remove_shift
from dispatch.models import Desk, Shift, ShiftAbsence
from dispatch.roster import on_site, week_of
from tests.conftest import Clock
from tests.factories import (
    AssignmentFactory,
    DeskFactory,
    RequestFactory,
    ShiftFactory,
    VolunteerFactory,
)
from volunteers.models import AvailabilityException, Volunteer

pytestmark = pytest.mark.django_db
DESKS = json.loads((Path(__file__).parent.parent / "data/desks.json").read_text())["desks"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TUESDAY, WEDNESDAY = 1, 2


@pytest.fixture
def desk(city: Organization) -> Desk:
    return DeskFactory(organization=city, name="駅前窓口")


def known_desk(key: str) -> dict[str, Any]:
    """A desk of the handbook."""
    return next(one for one in DESKS if one["id"] == key)


def mask_of(nth: list[int]) -> int:
    return sum(1 << (n - 1) for n in nth)


def names(found: list[Any]) -> list[str]:
    return [one.name for one in found]


def test_somebody_on_the_roster_is_at_the_desk_within_the_hours_only(
    desk: Desk, hana: Volunteer
) -> None:
    ShiftFactory(desk=desk, volunteer=hana)  # Tuesdays 10:00-16:00
    day = date(2026, 11, 24)
    found = {minute: names(on_site(desk.organization, instant(day, minute)))
             for minute in (599, 600, 959, 960)}  # fmt: skip
    assert found == {599: [], 600: ["山田 花"], 959: ["山田 花"], 960: []}
    assert on_site(desk.organization, instant(day + timedelta(days=1), 660)) == []


def test_a_public_holiday_counts_only_when_the_shift_says_so(desk: Desk, hana: Volunteer) -> None:
    monday = date(2026, 11, 23)  # 勤労感謝の日
    shift = ShiftFactory(desk=desk, volunteer=hana, weekday=0)
    assert on_site(desk.organization, instant(monday, 660)) == []
    Shift.objects.filter(pk=shift.pk).update(on_holidays=True)
    assert names(on_site(desk.organization, instant(monday, 660))) == ["山田 花"]


def test_hiroshimas_language_days_can_be_entered(desk: Desk) -> None:
    tagalog = VolunteerFactory(organization=desk.organization, skills=["fil"])
    weekdays = {"wed": 2, "fri": 4}
    for rule in known_desk("hiroshima")["language_days"]["fil"]:
        draft = ShiftDraft(weekdays[rule["weekday"]], 540, 960, mask_of(rule.get("nth", [])))
        add_shift(desk, tagalog, draft, by=None, at=datetime(2026, 11, 1, tzinfo=UTC))
    there = {one.day.day for one in week_of(desk.organization, date(2026, 12, 1), days=31)}
    wednesdays, fridays = {2, 16}, {4, 11, 18, 25}
    assert there == wednesdays | fridays


def test_naganos_saturdays_can_be_entered(desk: Desk, hana: Volunteer) -> None:
    weekly = known_desk("nagano")["weekly"]
    for index, key in enumerate(DAYS):
        if rule := weekly[key]:
            mask = mask_of(rule["nth"]) if isinstance(rule, dict) else 0
            add_shift(desk, hana, ShiftDraft(index, 600, 1080, mask), by=None, at=hana.created_at)
    saturdays = [
        one.day.day
        for one in week_of(desk.organization, date(2026, 12, 1), days=31)
        if one.day.weekday() == 5
    ]
    assert saturdays == [5, 19]


def test_who_is_marked_absent_is_not_there_on_that_day(
    desk: Desk, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    shift = ShiftFactory(desk=desk, volunteer=hana)
    mark_absent(shift, date(2026, 11, 24), by=coordinator, at=now)
    mark_absent(shift, date(2026, 11, 24), by=coordinator, at=now)
    assert on_site(desk.organization, now + timedelta(hours=1)) == []
    assert names(on_site(desk.organization, now + timedelta(days=7, hours=1))) == ["山田 花"]
    mark_present(shift, date(2026, 11, 24), by=coordinator, at=now)
    assert names(on_site(desk.organization, now + timedelta(hours=1))) == ["山田 花"]
    verbs = AuditEntry.objects.filter(verb__startswith="shift.").values_list("verb", flat=True)
    assert sorted(verbs) == ["shift.absent", "shift.present"]


def test_an_absence_on_another_weekday_is_refused(
    desk: Desk, hana: Volunteer, now: datetime
) -> None:
    shift = ShiftFactory(desk=desk, volunteer=hana)
    with pytest.raises(ActionError) as refused:
        mark_absent(shift, date(2026, 11, 25), by=None, at=now)
    assert refused.value.code == "not_that_day"


def test_somebody_away_paused_or_without_a_term_is_not_there(
    desk: Desk, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    at = now + timedelta(hours=1)
    unregistered = VolunteerFactory(organization=desk.organization, registration=False)
    for person in (hana, minh, unregistered):
        ShiftFactory(desk=desk, volunteer=person)
    assert len(on_site(desk.organization, at)) == 2
    AvailabilityException.objects.create(
        volunteer=hana, first_day=date(2026, 11, 20), last_day=date(2026, 11, 30)
    )
    Volunteer.objects.filter(pk=minh.pk).update(status="paused", paused_until=date(2026, 12, 1))
    assert on_site(desk.organization, at) == []


def test_somebody_sent_elsewhere_is_not_at_the_desk_meanwhile(
    desk: Desk, hana: Volunteer, now: datetime
) -> None:
    ShiftFactory(desk=desk, volunteer=hana)
    start = now + timedelta(hours=1)
    job = RequestFactory(
        organization=desk.organization, status="filled", starts_at=start,
        ends_at=start + timedelta(hours=1),
    )  # fmt: skip
    AssignmentFactory(
        request=job, volunteer=hana, period=TimestamptzRange(start, start + timedelta(hours=1))
    )
    assert on_site(desk.organization, start + timedelta(minutes=10)) == []
    assert names(on_site(desk.organization, start + timedelta(hours=2))) == ["山田 花"]


def test_a_shift_begins_and_ends_on_its_days(desk: Desk, hana: Volunteer) -> None:
    ShiftFactory(desk=desk, volunteer=hana, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 15))
    there = [one.day for one in week_of(desk.organization, date(2026, 11, 23), days=40)]
    assert there == [date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]


def test_the_same_person_cannot_sit_at_two_desks_at_once(
    desk: Desk, hana: Volunteer, now: datetime
) -> None:
    other = DeskFactory(organization=desk.organization)
    odd = ShiftDraft(WEDNESDAY, 600, 720, mask_of([1, 3]))
    add_shift(desk, hana, odd, by=None, at=now)
    add_shift(other, hana, ShiftDraft(WEDNESDAY, 600, 720, mask_of([2, 4])), by=None, at=now)
    with pytest.raises(ActionError) as refused:
        add_shift(other, hana, ShiftDraft(WEDNESDAY, 660, 780), by=None, at=now)
    assert refused.value.code == "shift_overlaps"


def test_nobody_of_another_organization_gets_onto_the_roster(
    desk: Desk, town: Organization, now: datetime
) -> None:
    stranger = VolunteerFactory(organization=town)
    with pytest.raises(ActionError) as refused:
        add_shift(desk, stranger, ShiftDraft(TUESDAY, 600, 720), by=None, at=now)
    assert refused.value.code == "other_organization"


def test_a_removed_shift_is_gone_and_a_second_press_changes_nothing(
    desk: Desk, hana: Volunteer, now: datetime
) -> None:
    shift = ShiftFactory(desk=desk, volunteer=hana)
    remove_shift(shift, by=None, at=now)
    stale = Shift(pk=shift.pk)
    remove_shift(stale, by=None, at=now)
    assert Shift.objects.count() == 0
    assert AuditEntry.objects.filter(verb="shift.removed").count() == 1


# ---- The page -----------------------------------------------------------------------------------


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(coordinator)


def entry(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {
        "shift-desk": desk.pk, "shift-volunteer": "101", "shift-weekdays": ["1", "3"],
        "shift-from_minute": "10:00", "shift-to_minute": "16時半", "shift-nth": ["1", "3"],
    } | changes  # fmt: skip


def test_one_form_enters_several_weekdays(page: Client, desk: Desk, hana: Volunteer) -> None:
    answer = page.post("/roster/add/", entry(desk))
    assert answer.status_code == 302
    rows = Shift.objects.order_by("weekday").values_list(
        "weekday", "from_minute", "to_minute", "nth_mask"
    )
    assert list(rows) == [(1, 600, 990, 5), (3, 600, 990, 5)]


def test_a_clash_on_one_weekday_enters_none_of_them(
    page: Client, desk: Desk, hana: Volunteer
) -> None:
    ShiftFactory(desk=desk, volunteer=hana, weekday=3)
    answer = page.post("/roster/add/", entry(desk))
    assert answer.status_code == 422
    assert "同じ時間に駅前窓口の当番です" in answer.content.decode()
    assert Shift.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"shift-volunteer": "999"}, "見つかりません"),
        ({"shift-to_minute": "9:00"}, "後の時刻"),
        ({"shift-weekdays": []}, "曜日を選んでください"),
        ({"shift-from_minute": "あさ"}, "時刻として読み取れません"),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(
    page: Client, desk: Desk, hana: Volunteer, changes: dict[str, Any], text: str
) -> None:
    answer = page.post("/roster/add/", entry(desk, **changes))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert text in shown
    typed = changes.get("shift-to_minute", "16時半")
    assert f'value="{typed}"' in shown


def test_the_week_shows_people_by_desk_and_day(page: Client, desk: Desk, hana: Volunteer) -> None:
    ShiftFactory(desk=desk, volunteer=hana)
    shown = page.get("/roster/").content.decode()
    assert shown.count("山田 花") >= 3  # today, in the week, in the list
    assert "10:00〜16:00" in shown
    elsewhere = page.get("/roster/?week=2026-12-08").content.decode()
    assert "2026年12月7日からの1週間" in elsewhere


def test_a_day_off_is_one_press_and_can_be_taken_back(
    page: Client, desk: Desk, hana: Volunteer
) -> None:
    shift = ShiftFactory(desk=desk, volunteer=hana)
    page.post(f"/roster/shifts/{shift.pk}/absent/", {"day": "2026-11-24"})
    assert ShiftAbsence.objects.get().day == date(2026, 11, 24)
    assert "来る予定に戻す" in page.get("/roster/").content.decode()
    page.post(f"/roster/shifts/{shift.pk}/absent/", {"day": "2026-11-24", "present": "1"})
    assert not ShiftAbsence.objects.exists()


def test_the_statements_of_the_page_do_not_grow_with_the_roster(
    page: Client, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    for weekday in range(5):
        for _ in range(4):
            person = VolunteerFactory(organization=desk.organization)
            ShiftFactory(desk=desk, volunteer=person, weekday=weekday)
    with django_assert_max_num_queries(30):
        page.get("/roster/")


# ---- The volunteer's own page -------------------------------------------------------------------


def test_a_volunteer_sees_and_calls_off_the_own_days(
    client_of: Callable[[User], Client], desk: Desk, hana: Volunteer, clock: Clock
) -> None:
    shift = ShiftFactory(desk=desk, volunteer=hana)
    assert hana.user
    phone = client_of(hana.user)
    assert "駅前窓口" in phone.get("/v/").content.decode()
    answer = phone.post(f"/v/shifts/{shift.pk}/absent/", {"day": "2026-12-01"})
    assert answer.status_code == 302
    assert ShiftAbsence.objects.get().day == date(2026, 12, 1)
    assert AuditEntry.objects.get(verb="shift.absent").actor_label == "山田 花"


def test_a_volunteer_cannot_touch_somebody_elses_shift_or_the_past(
    client_of: Callable[[User], Client], desk: Desk, hana: Volunteer, minh: Volunteer, clock: Clock
) -> None:
    theirs = ShiftFactory(desk=desk, volunteer=minh)
    own = ShiftFactory(desk=desk, volunteer=hana)
    assert hana.user
    phone = client_of(hana.user)
    assert phone.post(f"/v/shifts/{theirs.pk}/absent/", {"day": "2026-12-01"}).status_code == 404
    assert phone.post(f"/v/shifts/{own.pk}/absent/", {"day": "2026-11-17"}).status_code == 404
    assert not ShiftAbsence.objects.exists()
