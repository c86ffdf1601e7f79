"""The engine: waves by urgency, refills on a no, rungs at their deadlines, never a dead end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Organization, User
from dispatch.actions.drafts import Draft
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.actions.requests import cancel_request, open_request, stop_waves
from dispatch.engine import advance, advance_due
from dispatch.models import Offer, Request
from realtime.models import Message
from tests.factories import OperatorServiceFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


def booked(organization: Organization, at: datetime, **changes: object) -> Request:
    """A booked request two days ahead, taken through the action."""
    start = at + timedelta(days=2, hours=4)
    values: dict[str, object] = {
        "language": "vi",
        "mode": "accompany",
        "urgency": "booked",
        "field": "medical",
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "place_name": "市立病院",
        "place_lat": 35.71,
        "place_lon": 139.57,
    }
    return open_request(organization, Draft(**(values | changes)), by=None, at=at)  # type: ignore[arg-type]


def counter(organization: Organization, at: datetime) -> Request:
    """Somebody stands at the counter now."""
    return booked(
        organization,
        at,
        mode="onsite",
        urgency="now",
        starts_at=at,
        ends_at=at + timedelta(hours=1),
    )


@pytest.fixture
def ten(city: Organization) -> list[object]:
    """Ten people who could all come."""
    return [VolunteerFactory(organization=city) for _ in range(10)]


def test_a_booked_job_never_asks_more_people_than_it_needs(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = booked(city, now)
    assert advance(request.pk, now)
    asked = request.offers.count()
    assert 1 <= asked < 10
    request.refresh_from_db()
    assert request.next_action == "wave"
    assert request.next_action_at == now + timedelta(minutes=120)


def test_the_counter_is_asked_more_broadly_than_a_booking(
    city: Organization, ten: list[object], now: datetime
) -> None:
    later, at_once = booked(city, now), counter(city, now)
    advance(at_once.pk, now)
    advance(later.pk, now)
    assert at_once.offers.count() > later.offers.count()


def test_a_no_refills_the_wave_at_once(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = booked(city, now)
    advance(request.pk, now)
    before = request.offers.count()
    decline_offer(request.offers.first(), via="web", at=now + timedelta(minutes=3))  # type: ignore[arg-type]
    assert advance(request.pk, now + timedelta(minutes=3))
    assert request.offers.count() > before
    assert request.waves.count() == 2


def test_nothing_happens_before_its_time(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = booked(city, now)
    assert advance(request.pk, now)
    assert not advance(request.pk, now + timedelta(minutes=1))
    assert request.waves.count() == 1


def test_running_twice_at_one_moment_sends_one_wave(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = booked(city, now)
    advance(request.pk, now)
    advance(request.pk, now)
    assert request.waves.count() == 1


def test_with_nobody_left_the_next_rungs_open_in_the_same_moment(
    city: Organization, now: datetime
) -> None:
    OperatorServiceFactory(operator__organization=city)
    request = counter(city, now)
    advance(request.pk, now)
    request.refresh_from_db()
    assert request.current_rung["kind"] == "operator"
    assert request.next_action == "desk"
    opened = AuditEntry.objects.filter(verb="rung.opened").values_list("detail", flat=True)
    assert [d["why"] for d in opened] == ["nobody_left", "nobody_left"]


def test_at_the_counter_video_opens_beside_after_90_seconds(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = counter(city, now)
    advance(request.pk, now)
    at = now
    while request.current_rung["kind"] == "volunteer":
        request.refresh_from_db()
        assert request.next_action_at is not None
        at = request.next_action_at
        advance(request.pk, at)
        request.refresh_from_db()
    assert at == now + timedelta(seconds=90)
    assert request.current_rung["kind"] == "video"
    assert request.offers.open().filter(remote=False).exists(), "the first ones may still answer"


def test_every_rung_is_reached_and_the_request_ends_as_unmet(
    city: Organization, now: datetime
) -> None:
    OperatorServiceFactory(operator__organization=city)
    request = counter(city, now)
    seen = []
    for _ in range(60):
        advance_due(request.next_action_at or now)
        request.refresh_from_db()
        seen.append(request.current_rung["kind"])
        if request.status != "open":
            break
        assert request.next_action_at is not None, "no open request is ever without a next action"
    assert request.status == "unmet"
    assert {"operator", "device"} <= set(seen)
    assert request.closed_at == request.ends_at


def test_a_booked_wave_waits_for_a_decent_hour(city: Organization, ten: list[object]) -> None:
    city.quiet_from, city.quiet_to = 21 * 60, 8 * 60
    city.save()
    night = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # 22:30 in Tokyo
    request = booked(city, night)
    advance(request.pk, night)
    request.refresh_from_db()
    assert request.offers.count() == 0
    assert request.next_action_at == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 8:00


def test_stopped_waves_ask_nobody_but_remind_the_desk(
    city: Organization, ten: list[object], coordinator: User, now: datetime
) -> None:
    request = booked(city, now)
    stop_waves(request, by=coordinator, at=now)
    at = now + timedelta(minutes=30)
    advance(request.pk, at)
    request.refresh_from_db()
    assert request.offers.count() == 0
    assert request.next_action == "desk"
    assert request.next_action_at is not None
    assert request.next_action_at > at


def test_after_the_end_a_report_is_asked_for_and_silence_finishes_nothing(
    city: Organization, ten: list[object], now: datetime
) -> None:
    request = counter(city, now)
    advance(request.pk, now)
    accept_offer(request.offers.first(), via="web", at=now)  # type: ignore[arg-type]
    advance(request.pk, request.ends_at)
    request.refresh_from_db()
    assert Message.objects.filter(kind="report").count() == 1
    assert request.status == "filled"
    assert request.next_action_at == request.ends_at + timedelta(days=1)


def test_cancelling_tells_everybody_asked_and_stops_the_clock(
    city: Organization, ten: list[object], coordinator: User, now: datetime
) -> None:
    request = booked(city, now)
    advance(request.pk, now)
    Message.objects.update(state="delivered")
    cancel_request(request, cancelled_by="resident", reason="回復", by=coordinator, at=now)
    assert not Offer.objects.open().exists()
    assert Message.objects.filter(kind="offer_cancelled").count() == request.offers.count()
    assert not advance(request.pk, now + timedelta(days=9))


def test_a_message_that_has_not_left_is_taken_back_instead_of_followed_by_another(
    city: Organization, ten: list[object], coordinator: User, now: datetime
) -> None:
    request = booked(city, now)
    advance(request.pk, now)
    cancel_request(request, cancelled_by="resident", reason="回復", by=coordinator, at=now)
    assert not Message.objects.filter(kind="offer_cancelled").exists()
    assert set(Message.objects.values_list("error", flat=True)) == {"taken_back"}


def test_the_database_refuses_an_open_request_without_a_next_action(
    city: Organization, now: datetime
) -> None:
    request = booked(city, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(next_action_at=None)


def test_the_policy_is_copied_when_the_request_opens(city: Organization, now: datetime) -> None:
    request = booked(city, now)
    city.policy = {"later": {"max_wave": 1}}
    city.save()
    request.refresh_from_db()
    assert request.policy["later"]["max_wave"] == 4
    assert booked(city, now).policy["later"]["max_wave"] == 1
