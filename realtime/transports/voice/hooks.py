"""What Twilio asks during a call and tells about it: signed POSTs below /hooks/voice/.

The request for the first words is the proof that somebody listens and counts as delivered, unless a
machine picked up. The text is read twice; 1 and 2 go to whoever knows the message, 9 reads again and
then puts through to the desk. Nothing is recorded. Addresses carry the message's number and how far
the call has come.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from realtime import voice
from realtime.delivery import now
from realtime.models import Message
from realtime.transports import Status
from realtime.transports.voice.spoken import Spoken, read_aloud, say, words
from realtime.transports.voice.transport import is_machine, status_of
from realtime.twilio_signatures import signed_by_twilio

CALL = re.compile(r"CA[0-9a-fA-F]{32}")
CHANNEL = str(Message.Channel.VOICE)
TIMES_READ = 2
MOST_KEYS = 5
"""After so many keys that lead nowhere the call ends."""
KEY_SECONDS = 7
OUTCOMES = ("yours", "declined", "too_late", "noted")
"""Fixed texts about what a key led to; anything else comes with a text of its own."""
DESK_RINGS_SECONDS = 40
NOTHING = 204


@signed_by_twilio
def twiml(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody or something picked up."""
    message, call = _message(pk), _call(request)
    if is_machine(request.POST.get("AnsweredBy", "")):
        failed = Status(Message.State.FAILED, "machine", "machine")
        _record(call, failed)
        return _end([])
    if message is None:
        return _end(words("goodbye", "ja"))
    _record(call, Status(Message.State.DELIVERED, "in-progress"))
    return _read(message)


@signed_by_twilio
def keys(request: HttpRequest, pk: int) -> HttpResponse:
    """A key was pressed, or none in time."""
    message = _message(pk)
    if message is None:
        return _end(words("goodbye", "ja"))
    key = request.POST.get("Digits", "")
    read, pressed = _count(request, "read"), _count(request, "pressed") + bool(key)
    wanted = {voice.YES, voice.NO} if voice.is_question(message) else {voice.YES}
    if key in wanted:
        return _answered(message, voice.answer_to(message, key, now()))
    if key == voice.AGAIN and "desk" in request.GET:
        return _put_through(message, _fixed(message, "connecting"))
    over = read >= TIMES_READ if not key else pressed >= MOST_KEYS
    if over:
        return _end(_fixed(message, "goodbye"))
    return _read(message, read=read + 1, pressed=pressed, desk=key == voice.AGAIN)


@signed_by_twilio
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The call is over, or never came about."""
    found = status_of(request.POST.get("CallStatus", ""), request.POST.get("AnsweredBy", ""))
    if found is not None:
        _record(_call(request), found)
    return HttpResponse(status=NOTHING)


def _record(call: str, found: Status) -> None:
    from realtime.receipts import record_status  # it asks transports, and so this folder

    record_status(CHANNEL, call, found, now())


def _call(request: HttpRequest) -> str:
    """Which call it is about; empty for what cannot be one."""
    given = request.POST.get("CallSid", "")
    return given if CALL.fullmatch(given) else ""


def _message(pk: int) -> Message | None:
    """The message to read; None when it is not for the telephone or has been blanked."""
    return Message.objects.filter(pk=pk, channel=CHANNEL).exclude(body="").first()


def _count(request: HttpRequest, name: str) -> int:
    """A figure of our own address, which is signed: nobody else chose it."""
    given = request.GET.get(name, "")
    return int(given[:4]) if given.isdecimal() else 0


def _fixed(message: Message, key: str) -> list[Spoken]:
    return words(key, message.language, voice.own_language(message))


def _read(message: Message, *, read: int = 1, pressed: int = 0, desk: bool = False) -> HttpResponse:
    """Read the message and the keys, and wait for one; ``desk``: 9 puts through now."""
    state = f"?read={read}&pressed={pressed}" + ("&desk=1" if desk else "")
    gather = Gather(
        num_digits=1,
        timeout=KEY_SECONDS,
        action=_address("voice_keys", message) + state,
        method="POST",
        action_on_empty_result=True,  # silence comes to `keys` as well
    )
    say(gather, [read_aloud(message.text, message.language)])
    say(gather, _fixed(message, "question" if voice.is_question(message) else "news"))
    say(gather, _fixed(message, "desk" if desk else "again"))
    said = VoiceResponse()
    said.append(gather)
    return _twiml(said)


def _answered(message: Message, answer: voice.Answer) -> HttpResponse:
    """Say what the key led to; then the desk, or the end."""
    spoken = _fixed(message, answer.outcome) if answer.outcome in OUTCOMES else []
    if answer.text:
        spoken = [read_aloud(answer.text, message.language), *spoken[1:]]
    if answer.dial:
        return _put_through(message, [*spoken, *_fixed(message, "connecting")])
    return _end([*spoken, *_fixed(message, "goodbye")])


def _put_through(message: Message, first: list[Spoken]) -> HttpResponse:
    """Connect with the desk; without a number, or when nobody answers, say so."""
    number = voice.desk_number(message)
    if not number:
        return _end(_fixed(message, "no_desk"))
    said = VoiceResponse()
    say(said, first)
    dial = Dial(
        caller_id=settings.TWILIO_VOICE_NUMBER, timeout=DESK_RINGS_SECONDS,
        action=_address("voice_dialled", message), method="POST",
    )  # fmt: skip
    dial.number(number)
    said.append(dial)
    return _twiml(said)


@signed_by_twilio
def dialled(request: HttpRequest, pk: int) -> HttpResponse:
    """The conversation with the desk is over, or there was none."""
    message = _message(pk)
    talked = request.POST.get("DialCallStatus", "") == "completed"
    if message is None or talked:
        return _end([])
    return _end(_fixed(message, "no_desk"))


def _end(spoken: list[Spoken]) -> HttpResponse:
    said = VoiceResponse()
    say(said, spoken)
    said.hangup()
    return _twiml(said)


def _address(name: str, message: Message) -> str:
    return settings.PUBLIC_BASE_URL + reverse(f"hooks:{name}", args=[message.pk])


def _twiml(said: VoiceResponse) -> HttpResponse:
    return HttpResponse(str(said), content_type="text/xml; charset=utf-8")


urlpatterns = [
    path("voice/<int:pk>/", twiml, name="voice_twiml"),
    path("voice/<int:pk>/keys/", keys, name="voice_keys"),
    path("voice/<int:pk>/dialled/", dialled, name="voice_dialled"),
    path("voice/<int:pk>/status/", status, name="voice_status"),
]
