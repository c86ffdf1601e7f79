"""TURN servers of the provider: asked for once per room and half-life, never a reason to fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Organization
from interpreting.models import Room, Seat
from interpreting.rooms.ice import ice_servers
from tests import factories
from tests.conftest import Clock
from tests.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db
OURS = [{"urls": ["stun:stun.example.jp:3478"]}]


@pytest.fixture(autouse=True)
def chosen(settings: Any) -> None:
    """The provider is chosen, and we have a server of our own."""
    settings.ICE_PROVIDER, settings.TURN_TTL = "twilio", 600
    settings.STUN_URLS, settings.TURN_URLS, settings.TURN_SECRET = OURS[0]["urls"], [], ""


def seat_of(city: Organization, clock: Clock) -> Seat:
    room = Room.objects.create(
        organization=city,
        request=factories.RequestFactory(organization=city),
        opened_at=clock.at,
    )
    return Seat.objects.create(
        room=room, number=1, role="desk", state="admitted", created_at=clock.at
    )


@pytest.fixture
def seat(city: Organization, clock: Clock) -> Seat:
    return seat_of(city, clock)


def test_the_browser_gets_servers_with_credentials(
    seat: Seat, clock: Clock, twilio: TwilioServer
) -> None:
    (stun, turn), _ = ice_servers(seat, clock.at)
    assert stun == {"urls": "stun:global.stun.twilio.com:3478"}
    assert turn["urls"].startswith("turn:")
    assert (turn["username"], turn["credential"]) == ("u1", "c1")
    assert twilio.exchanges[0].form == "Ttl=600"


def test_a_room_asks_once_and_another_room_for_itself(
    seat: Seat, clock: Clock, twilio: TwilioServer, city: Organization
) -> None:
    assert ice_servers(seat, clock.at) == ice_servers(seat, clock.at)
    assert twilio.tokens_made == 1
    other = seat_of(city, clock)
    assert ice_servers(other, clock.at)[0] != ice_servers(seat, clock.at)[0]
    assert twilio.tokens_made == 2


def test_credentials_are_renewed_when_half_their_life_is_over(
    seat: Seat, clock: Clock, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[float] = []
    real = cache.set
    monkeypatch.setattr(
        cache, "set", lambda key, value, seconds: (kept.append(seconds), real(key, value, seconds))
    )
    ice_servers(seat, clock.at)
    assert kept == [300]


@pytest.mark.parametrize("fault", ["503", "500", "dropped", "refused"])
def test_when_the_provider_fails_our_own_servers_are_used_and_it_is_left_alone_for_a_while(
    seat: Seat, clock: Clock, twilio: TwilioServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    twilio.fault = fault
    assert ice_servers(seat, clock.at)[0] == OURS
    asked = len(twilio.exchanges)
    assert ice_servers(seat, clock.at)[0] == OURS
    assert len(twilio.exchanges) == asked, "nobody waits for it again"
    assert "no TURN servers from the provider" in caplog.text


def test_a_slow_provider_does_not_hold_up_the_room(
    seat: Seat, clock: Clock, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interpreting.twilio.traversal.PATIENCE", 0.2)
    twilio.slow = 2.0
    assert ice_servers(seat, clock.at)[0] == OURS


def test_without_keys_and_in_the_demo_nobody_is_asked(
    seat: Seat, clock: Clock, twilio: TwilioServer, settings: Any
) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    assert ice_servers(seat, clock.at)[0] == OURS
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    seat.room.organization.is_demo = True
    assert ice_servers(seat, clock.at)[0] == OURS
    assert not twilio.exchanges


def test_a_page_that_gets_older_credentials_is_told_when_they_really_end(
    seat: Seat, clock: Clock, twilio: TwilioServer
) -> None:
    made_at = clock.at
    ice_servers(seat, made_at)
    _, expires = ice_servers(seat, made_at + timedelta(seconds=250))
    assert expires == made_at + timedelta(seconds=600)
    assert twilio.tokens_made == 1
