"""Private calendars: read by two parsers that know nothing of each other, and by nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import AuditEntry
from accounts.times import TOKYO
from dispatch.actions.assignments import give_back
from dispatch.actions.drafts import COLUMNS, Draft
from dispatch.actions.feeds import close_feed, renew_feed
from dispatch.actions.requests import cancel_request, edit_request
from dispatch.actions.roster import mark_absent, mark_present
from dispatch.models import Assignment, Desk
from tests.factories import (
    NOW,
    AssignmentFactory,
    DeskFactory,
    RequestFactory,
    RequestingBodyFactory,
    ShiftFactory,
    VolunteerFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
SECRETS = ["市立病院", "本町", "内科", "グエン・ヴァン", "みなと小学校", "medical", "医療", "田中"]


@pytest.fixture
def desk(city) -> Desk:
    """The desk that takes the city's requests."""
    return DeskFactory(organization=city, name="多文化共生センター相談窓口")


@pytest.fixture
def booked(city, desk, hana) -> Assignment:
    """Thursday 14:00 to 15:30 in Tokyo."""
    request = RequestFactory(
        organization=city,
        desk=desk,
        status="filled",
        place_area="中央地区",
        contact_name="田中",
        body=RequestingBodyFactory(organization=city, name="みなと小学校"),
    )
    return AssignmentFactory(request=request, volunteer=hana)


@pytest.fixture
def reader(clock) -> Client:
    """A calendar program, which has no session."""
    return Client()


def feed_of(owner: Volunteer | Desk) -> str:
    owner.refresh_from_db()
    token = owner.feed_token or renew_feed(owner, by=None, at=NOW)
    return reverse("dispatch:feed", args=[token])


def read(reader: Client, address: str) -> tuple[bytes, list[Any], list[Any]]:
    """The bytes, and the entries as both parsers see them."""
    response = reader.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    content = response.content
    first = Calendar.from_ical(content).walk("VEVENT")
    second = list(vobject.readOne(content.decode()).contents.get("vevent", []))
    assert [str(one["UID"]) for one in first] == [one.uid.value for one in second]
    return content, first, second


def test_both_parsers_see_the_same_booking_at_the_same_instant(reader, booked, hana):
    _, [mine], [theirs] = read(reader, feed_of(hana))
    start = datetime(2026, 11, 26, 14, 0, tzinfo=TOKYO)
    for found in (mine["DTSTART"].dt, theirs.dtstart.value):
        assert found == start
        assert found.utcoffset() == timedelta(0)
    assert mine["DTEND"].dt == theirs.dtend.value == start + timedelta(minutes=90)
    assert mine["SUMMARY"] == theirs.summary.value == "通訳（ベトナム語）"
    assert mine["LOCATION"] == theirs.location.value == "中央地区"
    assert mine["STATUS"] == theirs.status.value == "CONFIRMED"
    assert f"/v/assignments/{booked.pk}/" in mine["DESCRIPTION"]
    assert theirs.url.value.endswith(f"/v/assignments/{booked.pk}/")


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_nothing_in_it_tells_whom_it_is_for(reader, booked, hana, desk, language):
    Volunteer.objects.update(message_language=language)
    for owner in (hana, desk):
        content, events, _ = read(reader, feed_of(owner))
        assert len(events) == 1
        told = content.replace(b"\r\n ", b"").decode()
        assert [one for one in (*SECRETS, "山田") if one in told] == []


def test_a_night_across_midnight_and_the_new_year_stays_one_entry(reader, city, hana):
    start = datetime(2026, 12, 31, 23, 30, tzinfo=TOKYO)
    request = RequestFactory(organization=city, status="filled", starts_at=start)
    AssignmentFactory(request=request, volunteer=hana)
    _, [mine], [theirs] = read(reader, feed_of(hana))
    assert mine["DTSTART"].dt.astimezone(TOKYO) == start
    assert theirs.dtend.value.astimezone(TOKYO) == datetime(2027, 1, 1, 1, 0, tzinfo=TOKYO)


def test_in_the_north_summer_time_changes_nothing(reader, city, hana):
    """Tokyo has no summer time: nine o'clock is midnight UTC on every day of the year."""
    days = [datetime(2026, month, 28, 9, tzinfo=TOKYO) for month in (10, 11, 12)]
    for day in days:
        request = RequestFactory(organization=city, status="filled", starts_at=day)
        AssignmentFactory(request=request, volunteer=hana)
    _, events, _ = read(reader, feed_of(hana))
    assert {one["DTSTART"].dt.astimezone(UTC).hour for one in events} == {0}
    assert len(events) == 3


def test_long_japanese_lines_are_folded_without_breaking_a_character(reader, booked, hana):
    long_name = "多言語による外国人住民のための生活相談と通訳派遣の地区" * 2
    type(booked.request).objects.update(place_area=long_name[:60])
    content, [mine], [theirs] = read(reader, feed_of(hana))
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # raises in the middle of a character
    assert mine["LOCATION"] == theirs.location.value == long_name[:60]


def version(event: Any) -> tuple[int, datetime]:
    return int(event["SEQUENCE"]), event["LAST-MODIFIED"].dt


def test_giving_back_keeps_the_entry_as_cancelled_with_a_higher_sequence(reader, booked, hana):
    _, [before], _ = read(reader, feed_of(hana))
    give_back(booked, reason="体調がよくない：高熱", at=NOW + timedelta(hours=1))
    content, [after], [theirs] = read(reader, feed_of(hana))
    assert after["UID"] == before["UID"]
    assert version(after)[0] > version(before)[0]
    assert version(after)[1] > version(before)[1]
    assert after["STATUS"] == theirs.status.value == "CANCELLED"
    assert "【取消】" in after["SUMMARY"]
    assert "高熱" not in content.decode()


def test_a_cancelled_request_and_a_moved_desk_are_told(reader, booked, hana, coordinator):
    _, [before], _ = read(reader, feed_of(hana))
    request = booked.request
    same = {name: getattr(request, name) for name in COLUMNS}
    draft = Draft(**(same | {"place_area": "北地区"}))
    edit_request(request, draft, by=coordinator, at=NOW + timedelta(hours=1))
    _, [moved], _ = read(reader, feed_of(hana))
    assert moved["LOCATION"] == "北地区"
    assert version(moved)[0] > version(before)[0]
    assert version(moved)[1] > version(before)[1]
    cancel_request(
        request, cancelled_by="body", reason="x", by=coordinator, at=NOW + timedelta(hours=2)
    )
    _, [off], _ = read(reader, feed_of(hana))
    assert off["STATUS"] == "CANCELLED"
    assert version(off)[0] > version(moved)[0]
    assert version(off)[1] > version(moved)[1]


def test_a_cancelled_entry_is_forgotten_after_a_month(reader, booked, hana, clock):
    give_back(booked, reason="x", at=NOW)
    clock.move(days=31)
    assert read(reader, feed_of(hana))[1] == []


def test_an_unchanged_calendar_is_not_sent_again(reader, booked, hana):
    address = feed_of(hana)
    first = reader.get(address)
    again = reader.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    give_back(booked, reason="x", at=NOW + timedelta(hours=1))
    changed = reader.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_unknown_renewed_and_closed_addresses_answer_404(reader, booked, hana, client_of):
    old = feed_of(hana)
    assert reader.get(reverse("dispatch:feed", args=["x" * 43])).status_code == 404
    browser = client_of(hana.user)
    browser.post("/v/calendar/", {"do": "renew"})
    new = feed_of(hana)
    assert new != old
    assert reader.get(old).status_code == 404
    assert new in browser.get("/v/calendar/").content.decode()
    browser.post("/v/calendar/", {"do": "close"})
    assert reader.get(new).status_code == 404
    assert "/feeds/" not in browser.get("/v/calendar/").content.decode()
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["calendar.renewed", "calendar.closed"]


def test_the_address_of_somebody_who_left_stops(reader, booked, hana):
    address = feed_of(hana)
    Volunteer.objects.update(status="withdrawn")
    assert reader.get(address).status_code == 404


def test_another_persons_bookings_are_not_in_it(reader, booked, minh):
    assert read(reader, feed_of(minh))[1] == []


def test_one_person_in_two_towns_has_one_calendar(reader, booked, town, hana):
    there = VolunteerFactory(organization=town, user=hana.user)
    request = RequestFactory(organization=town, status="filled", starts_at=NOW + timedelta(days=5))
    AssignmentFactory(request=request, volunteer=there)
    assert len(read(reader, feed_of(hana))[1]) == 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_shifts_stand_in_it_for_eight_weeks_and_rise_with_every_change(
    reader, desk, hana, minh, language
):
    Volunteer.objects.update(message_language=language)
    shift = ShiftFactory(desk=desk, volunteer=hana)  # Tuesdays from 10:00 to 16:00
    ShiftFactory(desk=desk, volunteer=minh, weekday=2)

    def told() -> list[tuple[str, str, int, str]]:
        found = read(reader, feed_of(hana))[1]
        return [
            (str(one["DTSTART"].dt), str(one["STATUS"]), int(one["SEQUENCE"]), str(one["UID"]))
            for one in found
        ]

    before = told()
    assert len(before) == 8
    assert before[1][:3] == ("2026-12-01 01:00:00+00:00", "CONFIRMED", 0)
    day = date(2026, 12, 1)
    mark_absent(shift, day, by=None, at=NOW)
    off = told()
    assert (off[1][1], off[1][3]) == ("CANCELLED", before[1][3])
    assert off[1][2] > before[1][2]
    mark_present(shift, day, by=None, at=NOW + timedelta(minutes=1))
    again = told()
    assert again[1][1] == "CONFIRMED"
    assert again[1][2] > off[1][2]
    assert [one for one in again if one[3] != before[1][3]] == before[:1] + before[2:]


def test_video_has_no_place(reader, booked, hana):
    Assignment.objects.update(remote=True)
    _, [mine], _ = read(reader, feed_of(hana))
    assert "LOCATION" not in mine


def test_the_desk_sees_how_many_seats_are_taken_and_no_names(reader, booked, desk, coordinator):
    RequestFactory(organization=desk.organization, desk=desk, starts_at=NOW + timedelta(days=4))
    RequestFactory(organization=desk.organization)  # another desk's
    _, events, _ = read(reader, feed_of(desk))
    assert [str(one["SUMMARY"]) for one in events] == [
        "ベトナム語通訳（決定 1／1人）",
        "ベトナム語通訳（手配中）",
    ]
    before = version(events[0])
    cancel_request(
        booked.request, cancelled_by="body", reason="x", by=coordinator, at=NOW + timedelta(hours=2)
    )
    _, [off, _other], _ = read(reader, feed_of(desk))
    assert off["STATUS"] == "CANCELLED"
    assert version(off)[0] > before[0]
    assert version(off)[1] > before[1]


def test_the_desks_page_makes_renews_and_closes(reader, desk, coordinator, client_of):
    browser = client_of(coordinator)
    page = reverse("dispatch:desk_calendar", args=[desk.pk])
    assert "/feeds/" not in browser.get(page).content.decode()
    browser.post(page, {"do": "renew"})
    address = feed_of(desk)
    assert address in browser.get(page).content.decode()
    assert reader.get(address).status_code == 200
    browser.post(page, {"do": "close"})
    assert reader.get(address).status_code == 404


def test_closing_twice_is_once(hana):
    renew_feed(hana, by=None, at=NOW)
    close_feed(hana, by=None, at=NOW)
    close_feed(hana, by=None, at=NOW)
    assert AuditEntry.objects.filter(verb="calendar.closed").count() == 1
