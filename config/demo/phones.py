"""The simulated phones: a volunteer of a demo organization and the messages that have arrived.

Read from the outbox (`realtime.models.Message`), newest first. What was not opened in this browser
yet is unread for an hour; the browser's session remembers up to where each phone was read.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404

from accounts.clock import database_now
from accounts.models import Organization
from config.demo import cast, lines
from config.demo.people import PERSONAS
from realtime import voice
from realtime.models import Inbound, Message
from volunteers import languages
from volunteers.models import Volunteer, VolunteerQuerySet
from volunteers.search import search

READ = "demo_phones_read"
FRESH = timedelta(hours=1)
SHOWN = 30
ON_THE_WALL = 4
FOUND = 20
RINGING = 10
CALL_LASTS = timedelta(minutes=10)
ARRIVED = (Message.State.SENT, Message.State.DELIVERED)
OWN_PATHS = ("/o/", "/v/", "/sign-in/")
ADDRESS = re.compile(r"https?://[^\s、。]+")
Session = MutableMapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A piece of a message: text, or a link if ``href`` is not empty."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Bubble:
    """One message as the handset shows it."""

    pk: int
    parts: tuple[Part, ...]
    at: datetime
    sender: str
    lang: str
    by_hand: bool
    unread: bool
    channel: str = ""
    own: bool = False  # sent from this telephone
    keys: tuple[str, ...] = ()  # of a call that asks for one


@dataclass(frozen=True)
class Phone:
    """A handset: whose it is, and what arrived."""

    volunteer: Volunteer
    languages: tuple[str, ...]
    bubbles: tuple[Bubble, ...]
    unread: int

    @property
    def latest(self) -> tuple[Bubble, ...]:
        """What fits on the wall."""
        return self.bubbles[:ON_THE_WALL]


def named() -> list[Volunteer]:
    """The ten of the hand-over file, in the order of their numbers."""
    numbers = [persona.number for persona in PERSONAS]
    return list(_demo_people().filter(organization__slug=cast.CITY, number__in=numbers))


def wall(session: Session, wanted: str = "") -> list[Phone]:
    """The ten and whoever else has something new, or whom a search finds."""
    if wanted:
        return _phones(find(wanted), session)
    ten = named()
    others = _phones(_heard_lately(without=ten), session)
    return [*_phones(ten, session), *(phone for phone in others if phone.unread)]


def _heard_lately(without: list[Volunteer]) -> list[Volunteer]:
    """Other people of the first association to whom a message came within the hour."""
    recipients = (
        Message.objects.filter(
            state__in=ARRIVED,
            sent_at__gt=database_now() - FRESH,
            recipient__startswith="volunteer:",
        )
        .exclude(recipient__in=[volunteer.key for volunteer in without])
        .order_by("-sent_at")
        .values_list("recipient", flat=True)[:FOUND]
    )
    keys = {int(recipient.partition(":")[2]) for recipient in recipients}
    return list(_demo_people().filter(organization__slug=cast.CITY, pk__in=keys)[:RINGING])


def find(wanted: str) -> list[Volunteer]:
    """People of the demo organizations, looked for as in the register."""
    return list(search(_demo_people(), wanted)[:FOUND])


def phone(pk: int, session: Session) -> Phone:
    """One handset; Http404 for people of real organizations."""
    volunteer = _demo_people().filter(pk=pk).first()
    if volunteer is None:
        raise Http404
    return _phones([volunteer], session)[0]


def mark_read(phone: Phone, session: Session) -> None:
    """Remember that everything on the handset was seen in this browser."""
    newest = max((bubble.pk for bubble in phone.bubbles), default=0)
    read = dict(session.get(READ, {}))
    if newest > read.get(str(phone.volunteer.pk), 0):
        session[READ] = read | {str(phone.volunteer.pk): newest}


def _demo_people() -> VolunteerQuerySet:
    return (
        Volunteer.objects.filter(organization__is_demo=True)
        .select_related("organization")
        .prefetch_related("skills")
        .order_by("organization_id", "number")
    )


def _phones(volunteers: list[Volunteer], session: Session) -> list[Phone]:
    read, now = session.get(READ, {}), database_now()
    return [
        _phone(volunteer, int(read.get(str(volunteer.pk), 0)), now - FRESH)
        for volunteer in volunteers
    ]


def _phone(volunteer: Volunteer, read_to: int, fresh_from: datetime) -> Phone:
    arrived = Message.objects.of_organization(volunteer.organization_id).filter(
        recipient=volunteer.key,
        state__in=[*ARRIVED, Message.State.BY_HAND],
    )
    arrived = arrived.exclude(body="")  # sign-in codes that are no longer valid
    received = [
        _bubble(
            message, volunteer.organization, message.pk > read_to and _arrival(message) > fresh_from
        )
        for message in arrived.order_by("-id")[:SHOWN]
    ]
    answers = [_own_bubble(inbound) for inbound in lines.answers_of(volunteer, SHOWN)]
    newest = sorted([*answers, *received], key=lambda bubble: bubble.at, reverse=True)
    bubbles = tuple(newest[:SHOWN])
    return Phone(
        volunteer=volunteer,
        languages=tuple(languages.name(skill.language, "ja") for skill in volunteer.skills.all()),
        bubbles=bubbles,
        unread=sum(bubble.unread for bubble in bubbles),
    )


def _arrival(message: Message) -> datetime:
    return message.sent_at or message.created_at


def _bubble(message: Message, organization: Organization, unread: bool) -> Bubble:
    english = message.language == "en"
    return Bubble(
        pk=message.pk,
        parts=tuple(parts_of(message.body)),
        at=_arrival(message),
        sender=(organization.name_en if english else "") or organization.name,
        lang="en" if english else "ja",
        by_hand=message.state == Message.State.BY_HAND,
        unread=unread,
        channel=message.get_channel_display(),
        keys=_keys(message),
    )


def _own_bubble(inbound: Inbound) -> Bubble:
    """What the person answered; never the newest that was read, whatever its number."""
    parts = (Part(inbound.body),)
    return Bubble(0, parts, inbound.received_at, "", "ja", by_hand=False, unread=False, own=True)


def _keys(message: Message) -> tuple[str, ...]:
    """What can be pressed during a call that is new enough to be going on."""
    is_call = message.channel == Message.Channel.VOICE and message.state in ARRIVED
    if not is_call or _arrival(message) < database_now() - CALL_LASTS:
        return ()
    return (voice.YES, voice.NO) if voice.is_question(message) else (voice.YES,)


def parts_of(body: str) -> list[Part]:
    """Text and links; a link into the site loses its host, so that it works by any address.

    Also one of an earlier start on another port, which would lead nowhere.
    """
    parts: list[Part] = []
    end = 0
    for found in ADDRESS.finditer(body):
        parts.append(Part(body[end : found.start()]))
        address = urlsplit(found.group())
        own = found.group().startswith(settings.PUBLIC_BASE_URL + "/")
        own = own or address.path.startswith(OWN_PATHS)
        parts.append(Part(found.group(), address.path if own else found.group()))
        end = found.end()
    return [part for part in (*parts, Part(body[end:])) if part.text]
