"""Which ways a message takes to a person, in what order, and what stands in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Organization
from dispatch.messages import send_offer
from dispatch.policy import DEFAULT
from dispatch.reaching import ASKING, NEWS, REMINDER, group_of, patience_for, recipient, ways_for
from dispatch.timing import quiet_until
from realtime.models import Message, PushSubscription
from realtime.outbox import CALM, NOW, Patience
from tests.factories import OfferFactory, RequestFactory, UserFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
MOBILE, HOME, MAIL = "+819012345678", "+81312345678", "a@example.jp"


def person(**fields: object) -> Volunteer:
    values = {"mobile": MOBILE, "phone": HOME, "email": MAIL, "line_id": "U1"} | fields
    made: Volunteer = VolunteerFactory(**values)
    return made


def channels(volunteer: Volunteer, group: str = ASKING, **more: bool) -> list[str]:
    return [channel for channel, _ in ways_for(volunteer, group, **more)]


def test_the_persons_own_order_counts_and_asking_ends_at_the_desks_telephone() -> None:
    one = person(channel="line", other_channels=["voice", "sms", "email"])
    assert ways_for(one, ASKING) == [
        ("line", "U1"), ("voice", MOBILE), ("sms", MOBILE), ("email", MAIL), ("hand", ""),
    ]  # fmt: skip


def test_news_and_reminders_do_not_end_at_the_telephone_but_what_must_be_known_does() -> None:
    one = person(channel="sms", other_channels=["email"])
    assert channels(one, NEWS) == ["sms", "email"]
    assert channels(one, REMINDER) == ["sms", "email"]
    assert channels(one, NEWS, must=True) == ["sms", "email", "hand"]


def test_a_channel_is_left_out_for_the_messages_that_are_not_wanted_there() -> None:
    one = person(channel="sms", other_channels=["email"], muted={"sms": ["news", "reminder"]})
    assert channels(one, NEWS) == ["email"]
    assert channels(one, ASKING) == ["sms", "email", "hand"]


def test_nobody_is_told_what_they_want_nowhere_unless_it_has_to_be_known() -> None:
    one = person(channel="sms", muted={"sms": ["news"]})
    assert channels(one, NEWS) == []
    assert channels(one, NEWS, must=True) == ["sms", "hand"]


def test_a_landline_is_called_and_never_written_to() -> None:
    one = person(mobile="", channel="voice", other_channels=["sms"])
    assert ways_for(one, ASKING) == [("voice", HOME), ("hand", "")]


def test_without_an_address_the_other_written_way_is_taken_then_the_telephone() -> None:
    assert channels(person(channel="sms", mobile=""), NEWS) == ["email"]
    assert channels(person(channel="sms", mobile="", email=""), NEWS) == ["hand"]


def test_whoever_wants_to_be_telephoned_is_asked_by_no_machine() -> None:
    one = person(channel="hand", other_channels=["sms"])
    assert channels(one, NEWS) == ["hand"]
    assert recipient(one).channel == "hand"


def test_stop_closes_sms_alone(now: datetime) -> None:
    one = person(channel="sms", other_channels=["voice"], sms_stopped_at=now)
    assert channels(one) == ["voice", "hand"]


def test_a_number_that_is_somebody_elses_is_neither_written_to_nor_called(now: datetime) -> None:
    one = person(channel="sms", other_channels=["voice", "line"], contact_wrong_at=now)
    assert ways_for(one, ASKING) == [("voice", HOME), ("line", "U1"), ("hand", "")]


def test_push_is_a_way_only_while_a_browser_listens(now: datetime) -> None:
    one = person(channel="push", other_channels=["email"], user=UserFactory(email=None))
    assert channels(one) == ["email", "hand"]
    PushSubscription.objects.create(
        recipient=f"user:{one.user_id}", endpoint="https://fcm.googleapis.com/x",
        p256dh="k", auth="a", created_at=now,
    )  # fmt: skip
    assert ways_for(one, ASKING)[0] == ("push", f"user:{one.user_id}")


def test_kinds_fall_into_three_groups() -> None:
    assert {group_of(kind) for kind in ("offer", "offer_now_video", "ring")} == {ASKING}
    assert {group_of(kind) for kind in ("reconfirm", "reconfirm_again", "report_returned",
                                        "renewal")} == {REMINDER}  # fmt: skip
    assert {group_of(kind) for kind in ("filled", "offer_cancelled", "booking_changed",
                                        "off_call")} == {NEWS}  # fmt: skip


def test_what_cannot_wait_gets_little_patience(city: Organization, now: datetime) -> None:
    later = RequestFactory(organization=city, starts_at=now + timedelta(days=3))
    soon = RequestFactory(organization=city, starts_at=now + timedelta(hours=2))
    assert patience_for("ring", later, now) is NOW
    assert patience_for("offer_now", later, now) is NOW
    assert patience_for("offer", later, now) is CALM
    assert patience_for("booking_cancelled", later, now) is CALM
    assert patience_for("booking_cancelled", soon, now) is NOW


@pytest.mark.parametrize("urgency", ["today", "booked"])
def test_on_the_day_all_ways_are_tried_before_the_search_goes_on(
    city: Organization, now: datetime, urgency: str
) -> None:
    soon = RequestFactory(
        organization=city, urgency=urgency, starts_at=now + timedelta(hours=3), opened_at=now
    )
    one = person(channel="sms", other_channels=["voice", "email"], organization=city)
    offer = OfferFactory(request=soon, volunteer=one)
    send_offer(offer, at=now, not_before=now)
    told = Message.objects.get()
    given = timedelta(seconds=told.receipt_seconds) + (told.hand_over_by - now)
    assert told.urgent  # neither merged nor held back by the limit for one person
    assert given * len(told.further) <= timedelta(minutes=DEFAULT["today"]["horizon_minutes"] / 2)


def test_the_nearer_the_job_the_sooner_the_next_way_goes(city: Organization, now: datetime) -> None:
    def patience(days: int, kind: str = "offer") -> Patience:
        request = RequestFactory(organization=city, starts_at=now + timedelta(days=days))
        return patience_for(kind, request, now)

    seconds = [patience(days).receipt_seconds for days in (0, 1, 2)]
    assert seconds == sorted(set(seconds))
    assert patience(0, "offer_video") == patience(0)
    assert patience(2) is CALM
    assert patience(0, "booked") is CALM


EVENING = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)  # 20:30 in Tokyo
MORNING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 8:00 the next day


@pytest.mark.parametrize(
    ("own", "night", "leaves"),
    [
        ((None, None), False, EVENING),  # the desk's hours begin at 21:00
        ((20 * 60, 9 * 60), False, MORNING + timedelta(hours=1)),
        ((20 * 60, 9 * 60), True, EVENING),
        ((0, 0), False, EVENING),
    ],
)
def test_a_persons_own_quiet_hours_come_before_the_desks(
    city: Organization, own: tuple[int | None, int | None], night: bool, leaves: datetime
) -> None:
    city.quiet_from, city.quiet_to = 21 * 60, 8 * 60
    one = person(quiet_from=own[0], quiet_to=own[1], night_messages=night, organization=city)
    request = RequestFactory(organization=city)
    assert quiet_until(request, one, EVENING) == leaves
    assert quiet_until(request, one, EVENING + timedelta(hours=1)) >= leaves


def test_what_is_wanted_now_waits_for_no_morning(city: Organization) -> None:
    one = person(quiet_from=0, quiet_to=1439, organization=city)
    assert quiet_until(RequestFactory(organization=city, urgency="now"), one, EVENING) == EVENING
