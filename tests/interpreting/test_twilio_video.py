"""A room over Twilio Video: made, entered with a token for one seat, left, ended; off without keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import Organization
from interpreting.models import Room, Seat
from interpreting.rooms import providers
from interpreting.twilio.video import TwilioVideo, is_available
from tests import factories
from tests.conftest import Clock
from tests.twilio_server import ACCOUNT, TwilioServer

pytestmark = pytest.mark.django_db
KEY, SECRET = "SK" + "1" * 32, "s" * 32


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path, twilio: TwilioServer) -> Path:
    """An API key, and a file in the place of the operator's copy of the SDK."""
    sdk = tmp_path / "twilio-video.min.js"
    sdk.write_text("/* the operator's copy */")
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = KEY, SECRET
    settings.TWILIO_VIDEO_SDK = str(sdk)
    return sdk


@pytest.fixture
def seat(city: Organization, clock: Clock) -> Seat:
    room = Room.objects.create(
        organization=city, request=factories.RequestFactory(organization=city),
        opened_at=clock.at, provider="twilio",
    )  # fmt: skip
    return Seat.objects.create(
        room=room, number=1, role="desk", state="admitted", created_at=clock.at
    )


def test_the_first_admission_makes_the_room_without_recording(
    seat: Seat, twilio: TwilioServer
) -> None:
    found = providers.admission(seat)
    (room,) = twilio.rooms.values()
    assert found["video_room"] == seat.room.provider_id == room.sid
    assert Room.objects.get(pk=seat.room_id).provider_id == room.sid
    assert room.form["Type"] == ["group"]
    assert room.form["MaxParticipants"] == ["5"]
    assert room.form["RecordParticipantsOnConnect"] == ["false"]
    providers.admission(seat)
    assert len(twilio.rooms) == 1


def test_the_token_opens_this_room_for_this_seat_and_for_five_minutes(
    seat: Seat, twilio: TwilioServer
) -> None:
    found = providers.admission(seat)
    token = jwt.decode(
        found["video_token"], SECRET, algorithms=["HS256"], options={"verify_exp": True}
    )
    assert token["iss"] == KEY
    assert token["sub"] == ACCOUNT
    assert token["grants"] == {
        "identity": f"seat-{seat.pk}",
        "video": {"room": seat.room.provider_id},
    }
    assert token["exp"] - token["nbf"] <= 300
    assert SECRET not in str(found)


def test_a_room_whose_answer_was_lost_is_found_again(seat: Seat, twilio: TwilioServer) -> None:
    twilio.fault = "dropped"
    with pytest.raises(Exception, match=r"."):
        TwilioVideo().open(seat.room)
    twilio.fault = "ok"
    assert TwilioVideo().open(seat.room) in twilio.rooms
    assert len(twilio.rooms) == 1


def second_seat(seat: Seat, clock: Clock) -> Seat:
    made = Seat.objects.create(
        room=seat.room, number=2, role="interpreter", state="admitted", created_at=clock.at
    )
    return Seat.objects.select_related("room").get(pk=made.pk)


def test_a_room_that_cannot_be_made_there_is_a_mesh_for_everybody(
    seat: Seat, clock: Clock, twilio: TwilioServer
) -> None:
    twilio.fault = "503"
    assert providers.admission(seat) == {}
    twilio.fault = "ok"
    assert providers.admission(second_seat(seat, clock)) == {}, "never one here and one there"
    assert Room.objects.get(pk=seat.room_id).provider == "mesh"


def test_somebody_who_cannot_be_let_in_for_now_is_told_so_and_goes_no_other_way(
    seat: Seat, clock: Clock, twilio: TwilioServer, settings: Any
) -> None:
    providers.admission(seat)
    late, settings.TWILIO_API_KEY_SECRET = second_seat(seat, clock), ""
    assert providers.admission(late) == {"provider": "twilio"}
    settings.TWILIO_API_KEY_SECRET = SECRET
    assert providers.admission(late)["video_room"] == seat.room.provider_id


def test_of_two_first_pages_the_slower_one_follows_the_other(
    seat: Seat, clock: Clock, twilio: TwilioServer
) -> None:
    slow = second_seat(seat, clock)  # its room was read before the other one opened it
    providers.admission(seat)
    twilio.fault = "503"
    assert providers.admission(slow)["video_room"] == seat.room.provider_id


@pytest.mark.parametrize("state", ["removed", "waiting", "left"])
def test_only_an_admitted_seat_gets_a_token(seat: Seat, state: str) -> None:
    providers.admission(seat)
    seat.state = state
    assert "video_token" not in providers.admission(seat)


def test_the_rooms_name_cannot_be_guessed_from_another_installation(
    seat: Seat, settings: Any
) -> None:
    ours = TwilioVideo.name(seat.room)
    settings.SECRET_KEY = "another installation on the same account"
    assert TwilioVideo.name(seat.room) != ours


def test_whoever_is_removed_is_put_out_there_too(seat: Seat, twilio: TwilioServer) -> None:
    providers.admission(seat)
    (room,) = twilio.rooms.values()
    room.people[f"seat-{seat.pk}"] = "connected"
    providers.remove(seat)
    assert room.people[f"seat-{seat.pk}"] == "disconnected"


def test_removing_somebody_who_never_came_is_no_error(
    seat: Seat, twilio: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    providers.admission(seat)
    providers.remove(seat)
    assert "room provider" not in caplog.text


def test_the_end_closes_the_room_there_and_a_second_end_is_no_error(
    seat: Seat, twilio: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    providers.admission(seat)
    providers.end(seat.room)
    (room,) = twilio.rooms.values()
    assert room.status == "completed"
    providers.end(seat.room)
    assert "room provider" not in caplog.text


def test_a_provider_that_is_away_never_stops_the_end(seat: Seat, twilio: TwilioServer) -> None:
    providers.admission(seat)
    twilio.fault = "503"
    providers.end(seat.room)
    providers.remove(seat)


@pytest.mark.parametrize(
    "missing", ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET",
                "TWILIO_VIDEO_SDK"],
)  # fmt: skip
def test_it_is_off_without_its_keys(
    seat: Seat, twilio: TwilioServer, settings: Any, missing: str
) -> None:
    setattr(settings, missing, "")
    assert not is_available()
    with pytest.raises(ImproperlyConfigured):
        TwilioVideo().open(seat.room)
    assert providers.admission(seat) == {}
    assert not twilio.exchanges


def test_the_demo_never_uses_it(seat: Seat, twilio: TwilioServer) -> None:
    seat.room.organization.is_demo = True
    assert providers.admission(seat) == {}
    assert not twilio.exchanges


def test_the_operators_copy_is_served_from_our_origin(keys: Path, settings: Any) -> None:
    answer = Client().get("/rooms/video-sdk.js")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == keys.read_bytes()  # type: ignore[arg-type]
    assert answer["Content-Type"].startswith("text/javascript")
    keys.unlink()
    assert Client().get("/rooms/video-sdk.js").status_code == 404
    settings.TWILIO_VIDEO_SDK = ""
    assert Client().get("/rooms/video-sdk.js").status_code == 404


def test_nothing_of_the_sdk_is_part_of_the_repository() -> None:
    root = Path(__file__).resolve().parents[2]
    for place in ("interpreting", "ui", "config"):
        assert not list((root / place).rglob("*twilio-video*"))
