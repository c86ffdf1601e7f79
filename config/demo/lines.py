"""The demo's simulated lines: how each provider behaves, and what people send back from a handset.

Whoever looks at the demo may disturb a line and see what the desk sees of it. An answer from a
handset goes the way of every other: through the inbox, or as a key of a call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from realtime import breaker, inbox, voice
from realtime.models import Inbound, Message, Provider, SimulatedLine
from realtime.transports.simulated.receipts import ANSWERABLE
from volunteers.models import Volunteer

Channel, Mode = Message.Channel, SimulatedLine.Mode
CHANNELS = (Channel.SMS, Channel.PUSH, Channel.EMAIL, Channel.VOICE, Channel.LINE)
LONGEST = 300
KEY = re.compile(r"[0-9*#]")


@dataclass(frozen=True)
class Line:
    """A channel, how its provider behaves, and whether it is left alone for it."""

    channel: str
    name: str
    mode: str
    modes: tuple[tuple[str, str], ...]
    since: datetime | None  # UTC
    error: str


def lines(at: datetime) -> list[Line]:
    """Every channel with its state at the instant ``at`` (UTC)."""
    chosen = dict(SimulatedLine.objects.values_list("channel", "mode"))
    alarms = {alarm.channel: alarm for alarm in breaker.alarms(at)}
    found = []
    for channel in CHANNELS:
        alarm = alarms.get(channel)
        found.append(
            Line(
                channel,
                str(channel.label),
                chosen.get(channel, Mode.OK),
                tuple(_modes(channel)),
                alarm.since if alarm else None,
                alarm.error if alarm else "",
            )
        )
    return found


def set_mode(channel: str, mode: str) -> bool:
    """Have the provider of a channel behave so from now on; False for what does not exist.

    A line that is repaired is tried at once, so that nobody has to wait for the circuit's rest.
    """
    if channel not in CHANNELS or mode not in dict(_modes(channel)):
        return False
    SimulatedLine.objects.update_or_create(channel=channel, defaults={"mode": mode})
    if mode != Mode.AWAY:
        Provider.objects.filter(channel=channel).update(probe_at=None)
    return True


def answer(volunteer: Volunteer, text: str, at: datetime) -> bool:
    """The person sends an SMS to the desk; False without a mobile phone or without words."""
    text = text.strip()[:LONGEST]
    if not (text and volunteer.mobile):
        return False
    inbox.receive(Channel.SMS, f"demo-{token_hex(12)}", volunteer.mobile, text, at)
    return True


def press(volunteer: Volunteer, message_id: int, key: str, at: datetime) -> voice.Answer | None:
    """The person presses a key during a call; None when there is no such call."""
    calls = Message.objects.filter(recipient=volunteer.key, channel=Channel.VOICE)
    call = calls.filter(pk=message_id).first()
    if call is None or not KEY.fullmatch(key):
        return None
    return voice.answer_to(call, key, at)


def answers_of(volunteer: Volunteer, newest: int) -> list[Inbound]:
    """What the person sent from this telephone, newest first."""
    if not volunteer.mobile:
        return []
    return list(Inbound.objects.filter(channel=Channel.SMS, address=volunteer.mobile)[:newest])


def _modes(channel: str) -> list[tuple[str, str]]:
    """Nobody replies to a push or to an automatic call by text."""
    return [
        (value, str(label)) for value, label in Mode.choices
        if value != Mode.REPLY or channel in ANSWERABLE
    ]  # fmt: skip
