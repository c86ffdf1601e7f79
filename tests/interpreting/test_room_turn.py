"""Relay credentials against a real coturn that runs with the documented settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interpreting.models import Room, Seat
from interpreting.rooms import ice
from tests.turn import EXAMPLE, SECRET, TurnClient, TurnServer, running_turn

OWN_NETWORK = [
    "10.0.0.1",
    "172.20.1.1",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
]
OWN_NETWORK += ["0.0.0.1", "198.18.0.1", "203.0.113.9", "240.0.0.1"]


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with running_turn(tmp_path_factory.mktemp("turn")) as server:
        yield server


def client(turn: TurnServer, *, expires: timedelta, secret: str = SECRET) -> TurnClient:
    """A client with a credential of ours that expires so long from now."""
    at = datetime.now(UTC) + expires
    return TurnClient(turn.port, *ice.credentials(secret, room=1, seat=2, expires=at))


def test_a_credential_of_ours_opens_the_relay(turn: TurnServer) -> None:
    with client(turn, expires=timedelta(minutes=10)) as page:
        assert page.allocate() == 0
        assert page.permit("198.41.0.4") == 0


def test_an_expired_credential_opens_nothing(turn: TurnServer) -> None:
    with client(turn, expires=timedelta(seconds=-2)) as page:
        assert page.allocate() == 401


def test_a_forged_credential_opens_nothing(turn: TurnServer) -> None:
    with client(turn, expires=timedelta(minutes=10), secret="guessed") as page:
        assert page.allocate() == 401


def test_a_credential_cannot_be_prolonged(turn: TurnServer) -> None:
    with client(turn, expires=timedelta(seconds=-2)) as page:
        page.name = f"{int((datetime.now(UTC) + timedelta(days=1)).timestamp())}:r1s2"
        assert page.allocate() == 401


@pytest.mark.parametrize("peer", OWN_NETWORK)
def test_the_relay_leads_to_nobodys_own_network(turn: TurnServer, peer: str) -> None:
    with client(turn, expires=timedelta(minutes=10)) as page:
        assert page.allocate() == 0
        assert page.permit(peer) == 403


def test_the_example_denies_every_range_that_is_not_public() -> None:
    text = EXAMPLE.read_text()
    assert "allow-loopback-peers" not in text
    for word in ("use-auth-secret", "no-cli", "no-multicast-peers", "user-quota", "total-quota"):
        assert f"\n{word}" in text
    for start in ("10.0.0.0", "192.168.0.0", "127.0.0.0", "::1", "fc00::", "fe80::", "::ffff:0:0"):
        assert f"\ndenied-peer-ip={start}" in text


def seat() -> Seat:
    return Seat(pk=7, room=Room(pk=3), number=1, role="resident")


def test_credentials_name_room_seat_and_end(settings: Any) -> None:
    settings.STUN_URLS, settings.TURN_URLS = ["stun:a.example"], ["turn:a.example"]
    settings.TURN_SECRET, settings.TURN_TTL = "north", 600
    at = datetime(2026, 11, 24, 1, tzinfo=UTC)
    (stun, turn), expires = ice.ice_servers(seat(), at)
    assert expires == at + timedelta(seconds=600)
    assert stun == {"urls": ["stun:a.example"]}
    assert turn["username"] == f"{int(at.timestamp()) + 600}:r3s7"
    # computed by: printf '1795482600:r3s7' | openssl dgst -sha1 -hmac north -binary | base64
    assert turn["credential"] == "JNkVCq7pFfSntKivbREpxCYP7LU="


def test_without_a_secret_no_relay_is_named(settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET, settings.STUN_URLS = ["turn:a.example"], "", []
    assert ice.ice_servers(seat(), datetime.now(UTC))[0] == []


def test_another_provider_that_fails_leaves_our_own_servers(settings: Any) -> None:
    settings.ICE_PROVIDER, settings.STUN_URLS = "nonsense", ["stun:a.example"]
    assert ice.ice_servers(seat(), datetime.now(UTC))[0] == [{"urls": ["stun:a.example"]}]
