"""A channel is out of order: whom the desk has to telephone about what, until it works again.

Whoever was to be told on that channel, and has not been reached on any way, is listed: with an
offer that is still open, or with news of a booking of the next day. Follows from the rows and the
time alone, so that it goes away by itself. Reads only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Func, Q, TextField, Value

from accounts.models import Organization
from accounts.times import local
from dispatch.calls import ASKING, LISTED_FOR, key_of, keys_of, to_say
from dispatch.delivery_words import why
from dispatch.models import Assignment, Offer, Request
from realtime import breaker
from realtime.chain import RECEIPTS
from realtime.models import Message
from volunteers.models import Volunteer

ABOUT_BOOKINGS = frozenset({"booked", "reconfirm", "booking_cancelled", "booking_changed"})
AHEAD = timedelta(hours=24)
"""Bookings that begin so soon cannot wait until the channel works again."""
BEFORE = timedelta(minutes=2)
"""What left so shortly before the outage was noticed is doubtful, too."""
MOST = 60
ROOT = Func(F("dedupe_key"), Value("~"), Value(1), function="SPLIT_PART", output_field=TextField())
"""The key of the first try of a chain."""


@dataclass(frozen=True)
class Down:
    """A channel that cannot be relied on."""

    label: str
    since: datetime  # UTC
    why: str
    is_old: bool  # not since today


@dataclass(frozen=True)
class Unreached:
    """One person to telephone; ``offer`` and ``booking`` say what can be recorded at once."""

    message: Message  # the last try
    volunteer: Volunteer
    request: Request
    offer: Offer | None
    booking: Assignment | None

    @property
    def to_say(self) -> str:
        """What the message would have said, in a few words."""
        return to_say(self.message.kind)


@dataclass(frozen=True)
class Outage:
    """What is out of order, and who is to be telephoned; ``keys`` are the messages listed."""

    down: list[Down] = field(default_factory=list)
    people: list[Unreached] = field(default_factory=list)
    keys: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Rows:
    """What the messages speak of."""

    people: dict[int, Volunteer]
    offers: dict[int, Offer]
    requests: dict[int, Request]
    bookings: dict[tuple[int, int], Assignment]  # by request and volunteer


def outage_of(organization: Organization, at: datetime) -> Outage:
    """The outage at the instant ``at`` (UTC); one statement while all is well."""
    alarms = breaker.alarms(at)
    if not alarms:
        return Outage()
    down = [_down(one, at) for one in alarms]
    chains = _unreached_chains(organization, alarms, at)
    rows = _rows(organization, [tries[-1] for tries in chains], at)
    found = [(tries, _person(tries[-1], rows)) for tries in chains]
    listed = [(tries, person) for tries, person in found if person]
    people = sorted((person for _, person in listed), key=lambda one: one.request.starts_at)
    keys = frozenset(one.pk for tries, _ in listed for one in tries)
    return Outage(down, people[:MOST], keys)


def out_of_order(channel: str, at: datetime) -> bool:
    """Whether messages on a channel do not arrive at the moment."""
    return any(alarm.channel == channel for alarm in breaker.alarms(at))


def _down(alarm: breaker.Alarm, at: datetime) -> Down:
    is_old = local(alarm.since).date() != local(at).date()
    return Down(str(Message.Channel(alarm.channel).label), alarm.since, why(alarm.error), is_old)


def _unreached_chains(
    organization: Organization, alarms: Sequence[breaker.Alarm], at: datetime
) -> list[list[Message]]:
    """Every chain that met the outage and reached nobody, its tries in order."""
    recent = (
        Message.objects.of_organization(organization.pk)
        .filter(created_at__gt=at - LISTED_FOR, recipient__startswith="volunteer:")
        .filter(kind__in=ASKING | ABOUT_BOOKINGS)
        .annotate(root=ROOT)
    )
    met = Q(pk__in=[])
    for alarm in alarms:
        doubtful = Q(sent_at=None) | Q(sent_at__gte=alarm.since - BEFORE)
        met |= Q(channel=alarm.channel) & doubtful
    # between two tries it waits, too; what has not been tried may still be held back for the night
    due = Q(not_before__lte=at) | Q(attempts__gt=0) | ~Q(error="")
    hit = recent.filter(met, due).exclude(state=Message.State.DELIVERED)
    roots = set(hit.exclude(error=Message.TAKEN_BACK).values_list("root", flat=True))
    chains: dict[str, list[Message]] = defaultdict(list)
    for one in recent.filter(root__in=roots).order_by("pk") if roots else ():
        chains[str(one.root)].append(one)
    channels = {alarm.channel for alarm in alarms}
    return [tries for tries in chains.values() if not any(_reached(one, channels) for one in tries)]


def _reached(message: Message, down: set[str]) -> bool:
    """The person has it, as far as the channel can tell, or was told."""
    if message.state == Message.State.DELIVERED or message.handled_at:
        return True
    tells = message.channel in RECEIPTS or message.channel in down
    return message.state == Message.State.SENT and not tells


def _rows(organization: Organization, messages: list[Message], at: datetime) -> _Rows:
    """Everything that the messages are about, in four statements."""
    mine = Q(organization=organization)
    booked_with_us = Q(assignments__request__organization=organization)
    people = keys_of(messages, "recipient", "volunteer")
    offers = Offer.objects.filter(request__organization=organization, seen_at=None).open()
    soon = Request.objects.of(organization).filter(starts_at__lt=at + AHEAD, ends_at__gt=at)
    requests = soon.in_bulk(keys_of(messages, "subject_key", "request"))
    booked = Assignment.objects.active().filter(request__in=requests, volunteer__in=people)
    return _Rows(
        Volunteer.objects.filter(mine | booked_with_us).distinct().in_bulk(people),
        offers.select_related("request").in_bulk(keys_of(messages, "subject_key", "offer")),
        requests,
        {(one.request_id, one.volunteer_id): one for one in booked},
    )


def _person(message: Message, rows: _Rows) -> Unreached | None:
    """One line of the list; None when nobody has to telephone any more."""
    volunteer = rows.people.get(key_of(message.recipient, "volunteer"))
    if volunteer is None:
        return None
    if message.kind in ASKING:
        offer = rows.offers.get(key_of(message.subject_key, "offer"))
        return Unreached(message, volunteer, offer.request, offer, None) if offer else None
    request = rows.requests.get(key_of(message.subject_key, "request"))
    if request is None:
        return None
    booking = rows.bookings.get((request.pk, volunteer.pk))
    asked = message.kind == "reconfirm"
    if asked and (booking is None or booking.state != Assignment.State.CONFIRMED):
        return None
    return Unreached(message, volunteer, request, None, booking if asked else None)
