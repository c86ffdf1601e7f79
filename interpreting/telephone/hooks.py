"""What the provider asks and tells us about calls: signed POSTs under /hooks/twilio/voice/.

Each address names a leg or a conference by a random token. What is unknown is answered 204 and
logged, so that the provider does not repeat it for ever. Whoever picks up hears who calls and
presses 1; only then they are put through. Nothing is ever recorded.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from accounts.clock import database_now
from interpreting.models import PhoneConference, PhoneLeg
from interpreting.telephone.legs import STATES, hear, hear_conference
from interpreting.telephone.spoken import words
from realtime.twilio_signatures import signed_by_twilio

AGREE = "1"
CALL = re.compile(r"CA[0-9a-fA-F]{32}")
KEY_SECONDS = 8
PEOPLE = 5
NOTHING = 204


@signed_by_twilio
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody picked up: say who calls, twice, and wait for the 1."""
    leg = _open_leg(token)
    if leg is None:
        return _goodbye()
    hear(token, _call(request), PhoneLeg.State.ANSWERED, at=database_now())
    said = VoiceResponse()
    for _ in range(2):
        gather = Gather(
            num_digits=1,
            timeout=KEY_SECONDS,
            action=_address("agree", token),
            method="POST",
            action_on_empty_result=False,
        )
        _say(gather, "intro", leg)
        said.append(gather)
    _say(said, "goodbye", leg)
    said.hangup()
    return _twiml(said)


@signed_by_twilio
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """A key was pressed: 1 puts through, anything else asks once more."""
    leg = _open_leg(token)
    if leg is None:
        return _goodbye()
    if request.POST.get("Digits", "") != AGREE:
        said = VoiceResponse()
        said.redirect(_address("answer", token), method="POST")
        return _twiml(said)
    said = VoiceResponse()
    _say(said, "wait", leg)
    dial = Dial()
    dial.conference(
        leg.conference.name,
        beep=False,
        record="do-not-record",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        max_participants=PEOPLE,
        participant_label=f"leg-{leg.pk}",
        wait_url=_address("wait", token),
        wait_method="POST",
        status_callback=_address("conference", leg.conference.name),
        status_callback_method="POST",
        status_callback_event="start end join leave",
    )
    said.append(dial)
    return _twiml(said)


@signed_by_twilio
def wait(request: HttpRequest, token: str) -> HttpResponse:
    """What the first one hears until the others are there; fetched again and again."""
    leg = _open_leg(token)
    said = VoiceResponse()
    if leg is not None:
        _say(said, "wait", leg)
    said.pause(length=10)
    return _twiml(said)


@signed_by_twilio
def status(request: HttpRequest, token: str) -> HttpResponse:
    """A call has come to another state."""
    to = STATES.get(request.POST.get("CallStatus", ""))
    if to is not None:
        hear(
            token,
            _call(request),
            to,
            at=database_now(),
            said_at=_said_at(request),
        )
    return HttpResponse(status=NOTHING)


@signed_by_twilio
def conference(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody joined or left a conference."""
    event = request.POST.get("StatusCallbackEvent", "")
    if event in {"participant-join", "participant-leave"}:
        hear_conference(
            name,
            _call(request),
            joined=event == "participant-join",
            at=database_now(),
            said_at=_said_at(request),
        )
    return HttpResponse(status=NOTHING)


def _call(request: HttpRequest) -> str:
    """Which call it is about; empty for what cannot be one."""
    given = request.POST.get("CallSid", "")
    return given if CALL.fullmatch(given) else ""


def _open_leg(token: str) -> PhoneLeg | None:
    """The leg, while it and its conference go on."""
    found = PhoneLeg.objects.select_related("conference__organization").filter(
        token=token,
        hang_up_at=None,
        state__in=PhoneLeg.LIVE,
        conference__state=PhoneConference.State.OPEN,
    )
    return found.first()


def _say(into: VoiceResponse | Gather, key: str, leg: PhoneLeg) -> None:
    for one in words(key, leg.language, desk=leg.conference.organization.name):
        into.say(one.text, language=one.voice)


def _goodbye() -> HttpResponse:
    said = VoiceResponse()
    said.hangup()
    return _twiml(said)


def _twiml(said: VoiceResponse) -> HttpResponse:
    return HttpResponse(str(said), content_type="text/xml; charset=utf-8")


def _said_at(request: HttpRequest) -> datetime | None:
    """The instant in the callback, such as «Tue, 24 Nov 2026 01:00:03 +0000»."""
    try:
        found = parsedate_to_datetime(request.POST.get("Timestamp", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _address(what: str, key: str) -> str:
    return settings.PUBLIC_BASE_URL + reverse(f"telephone:{what}", args=[key])
