"""Which ways a message takes to a person, in order: the person's own choice, then the desk's telephone.

A way without an address is left out, as is one that the person does not want for this group of
messages, SMS after STOP, and a number that somebody else said is theirs. Whoever asks for an answer,
or has to be known (a booking is off), ends on the desk's call list when nothing else reaches.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from dispatch.models import Request, Urgency
from dispatch.policy import urgency_class
from realtime import push
from realtime.models import Message
from realtime.outbox import CALM, NOW, Patience, Recipient
from volunteers.models import Volunteer

Channel = Message.Channel
ASKING, NEWS, REMINDER = "asking", "news", "reminder"
"""Groups of messages, as kept in ``Volunteer.muted``; news is also what is not listed here."""
GROUPS: Final = {
    "offer": ASKING,
    "offer_video": ASKING,
    "offer_now": ASKING,
    "offer_now_video": ASKING,
    "ring": ASKING,
}
REMINDERS: Final = ("reconfirm", "report", "renewal")
"""Kinds that begin so remind of something."""
MUST_BE_KNOWN: Final = frozenset(
    {"booking_cancelled", "booking_changed", "transfer_returned", "account_refused"}
)
ANSWERED: Final = frozenset({"reconfirm"})
"""Kinds beside those of the group «asking» whose answer somebody waits for."""
URGENT: Final = frozenset({"offer_now", "offer_now_video", "ring", "ring_stop"})
SOON: Final = timedelta(hours=3)
"""A booking that is off so shortly before it begins cannot wait for a slow channel."""
WRITTEN: Final = (Channel.SMS, Channel.EMAIL)
ON_THE_DAY: Final = Patience(hand_over_seconds=60, receipt_seconds=180, urgent=True)
ON_THE_EVE: Final = Patience(hand_over_seconds=120, receipt_seconds=480, urgent=False)
"""For who is asked: all ways, and then the desk, within the horizon of the request's policy."""


def group_of(kind: str) -> str:
    """asking, news or reminder."""
    return REMINDER if kind.startswith(REMINDERS) else GROUPS.get(kind, NEWS)


def addresses_of(volunteer: Volunteer) -> dict[str, str]:
    """Where each channel would reach the person; channels that cannot are left out."""
    wrong = volunteer.contact_wrong_at is not None
    mobile = "" if wrong else volunteer.mobile
    known = {
        Channel.SMS: "" if volunteer.sms_stopped_at else mobile,
        Channel.EMAIL: volunteer.email,
        Channel.VOICE: mobile or volunteer.phone,
        Channel.LINE: volunteer.line_id,
    }
    return {str(channel): address for channel, address in known.items() if address}


def push_address(volunteer: Volunteer) -> str:
    """Under what a person's browsers are kept: the sign-in, one for all towns; empty without."""
    return f"user:{volunteer.user_id}" if volunteer.user_id else ""


def ways_for(
    volunteer: Volunteer,
    group: str,
    *,
    must: bool = False,
    asks: bool = False,
    without: frozenset[str] = frozenset(),
) -> list[tuple[str, str]]:
    """(channel, address) in the order in which they are tried; empty if the person wants none.

    ``must``: has to be known, so nobody's silence about this group holds it back. ``asks``: an
    answer is waited for; who wants it on no channel, or has no way at all, is telephoned by the
    desk. ``without``: channels that are used besides.
    """
    by_hand = [(Channel.HAND.value, "")]
    if volunteer.channel == Channel.HAND:  # nothing comes after a person's telephone call
        return by_hand
    asked_for = [volunteer.channel, *_others(volunteer)]
    usable = _usable(volunteer, asked_for)
    if not usable and Channel.HAND not in asked_for:
        usable = _usable(volunteer, [*WRITTEN])
    wanted = [(c, address) for c, address in usable if group not in _muted(volunteer, c)]
    if usable and not wanted:
        if not must:
            return by_hand if asks or group == ASKING else []
        wanted = usable
    ways = [(channel, address) for channel, address in wanted if channel not in without]
    ends_by_hand = group == ASKING or must or Channel.HAND in asked_for
    return ways + by_hand if ends_by_hand or not ways else ways


def may_be_asked(volunteer: Volunteer) -> bool:
    """Some message that asks reaches the person, without anybody's telephone call."""
    return any(channel != Channel.HAND for channel, _ in ways_for(volunteer, ASKING))


def _others(volunteer: Volunteer) -> list[str]:
    kept = volunteer.other_channels
    return [str(one) for one in kept] if isinstance(kept, list) else []


def _muted(volunteer: Volunteer, channel: str) -> list[str]:
    kept = volunteer.muted.get(channel, []) if isinstance(volunteer.muted, dict) else []
    return kept if isinstance(kept, list) else []


def _usable(volunteer: Volunteer, channels: list[str]) -> list[tuple[str, str]]:
    """Each channel once, with its address, if it has one now."""
    known = addresses_of(volunteer)
    if Channel.PUSH in channels:
        address = push_address(volunteer)
        if address and push.reaches(address):
            known[Channel.PUSH.value] = address
    return [(channel, known[channel]) for channel in dict.fromkeys(channels) if channel in known]


def recipient(volunteer: Volunteer) -> Recipient:
    """The one way for something in writing, such as a code: SMS or e-mail, else by hand."""
    chosen = [volunteer.channel, *_others(volunteer), *WRITTEN]
    written = [one for one in chosen if one in WRITTEN]
    ways = [] if volunteer.channel == Channel.HAND else _usable(volunteer, written)
    channel, address = ways[0] if ways else (Channel.HAND.value, "")
    return Recipient(
        organization_id=volunteer.organization_id,
        key=volunteer.key,
        channel=channel,
        address=address,
        language=volunteer.message_language,
        simulated=volunteer.organization.is_demo,
    )


def patience_for(kind: str, request: Request | None, at: datetime) -> Patience:
    """How long each way has before the next one goes."""
    if kind in URGENT:
        return NOW
    if request is not None and group_of(kind) == ASKING:
        asked = urgency_class(request.urgency, request.starts_at, at)
        return {"now": NOW, "today": ON_THE_DAY, "tomorrow": ON_THE_EVE}.get(asked, CALM)
    if request is None or kind not in MUST_BE_KNOWN:
        return CALM
    near = request.urgency == Urgency.NOW or request.starts_at - at < SOON
    return NOW if near else CALM
