"""A room whose picture and sound go through Twilio Video instead of from browser to browser.

Seats, links, consent, waiting room and log stay ours: only an admitted seat gets an access token,
for one room and five minutes; it is needed to enter, not to stay, and pages get new ones with
``ice``. Whoever was removed gets none and could enter with the last one until it ends; a new
invitation is a new seat and so a new identity. Nothing is recorded there either. Chosen by
``ROOM_PROVIDER=twilio``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.urls import reverse
from django.utils.crypto import salted_hmac
from twilio.base.exceptions import TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VideoGrant

from interpreting.models import Room, Seat
from realtime.twilio_client import is_configured, twilio_client

HOSTS = ("wss://global.vss.twilio.com", "wss://*.vss.twilio.com", "https://ecs.us1.twilio.com")
PATIENCE = 5.0
TOKEN_SECONDS = 300
PEOPLE = 5
GONE = {404}
ALREADY_ENDED = {53112, 53118}
NAME_TAKEN = 53113


def is_available() -> bool:
    """Account, API key and the operator's copy of the SDK are all there."""
    keys = settings.TWILIO_API_KEY_SID and settings.TWILIO_API_KEY_SECRET
    return bool(is_configured() and keys and settings.TWILIO_VIDEO_SDK and not settings.DEMO)


def hosts() -> list[str]:
    """What pages of rooms may connect to beside us: nothing unless this provider is chosen."""
    chosen = settings.ROOM_PROVIDER == Room.Provider.TWILIO and is_available()
    return [*HOSTS] if chosen else []


class TwilioVideo:
    """A `interpreting.rooms.providers.RoomProvider`."""

    def open(self, room: Room) -> str:
        """Make the room there, or find it again after an answer that was lost; returns its id."""
        self._must_be_available(room)
        rooms = twilio_client(PATIENCE).video.v1.rooms
        try:
            made = rooms.create(
                unique_name=self.name(room),
                type="group",
                max_participants=PEOPLE,
                record_participants_on_connect=False,
                audio_only=room.audio_only,
            )
        except TwilioRestException as error:
            if error.code != NAME_TAKEN:
                raise
            made = rooms(self.name(room)).fetch()
        return str(made.sid)

    def admission(self, seat: Seat) -> dict[str, Any]:
        """The room's id and a token for one seat, as the page's `twilio_room.js` wants them.

        Raises PermissionDenied for a seat that is not admitted.
        """
        self._must_be_available(seat.room)
        if seat.state != Seat.State.ADMITTED:
            raise PermissionDenied("only an admitted seat gets a token")
        token = AccessToken(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_API_KEY_SID,
            settings.TWILIO_API_KEY_SECRET,
            identity=self.identity(seat),
            ttl=TOKEN_SECONDS,
        )
        token.add_grant(VideoGrant(room=seat.room.provider_id))
        return {
            "video_room": seat.room.provider_id,
            "video_token": token.to_jwt(),
            "video_sdk": reverse("twilio:video_sdk"),
        }

    def remove(self, seat: Seat) -> None:
        """Throw one person out."""
        if not seat.room.provider_id:
            return
        people = twilio_client(PATIENCE).video.v1.rooms(seat.room.provider_id).participants
        try:
            people(self.identity(seat)).update(status="disconnected")
        except TwilioRestException as error:
            if error.status not in GONE:
                raise

    def end(self, room: Room) -> None:
        """Close the room there and put everybody out."""
        if not room.provider_id:
            return
        try:
            twilio_client(PATIENCE).video.v1.rooms(room.provider_id).update(status="completed")
        except TwilioRestException as error:
            if error.status not in GONE and error.code not in ALREADY_ENDED:
                raise

    @staticmethod
    def identity(seat: Seat) -> str:
        """How a seat is called there: no name, no role."""
        return f"seat-{seat.pk}"

    @staticmethod
    def name(room: Room) -> str:
        """How a room is called there; another installation on the same account never meets it."""
        return f"room-{room.pk}-{salted_hmac(__name__, str(room.pk)).hexdigest()[:16]}"

    @staticmethod
    def _must_be_available(room: Room) -> None:
        if not is_available() or room.organization.is_demo:
            raise ImproperlyConfigured("Twilio Video is not set up (docs/telephone.md)")
