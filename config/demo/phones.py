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
from config.demo import cast
from config.demo.people import PERSONAS
from realtime.models import Message
from volunteers import languages
from volunteers.models import Volunteer, VolunteerQuerySet
from volunteers.search import search

READ = "demo_phones_read"
FRESH = timedelta(hours=1)
SHOWN = 30
ON_THE_WALL = 4
FOUND = 20
RINGING = 10
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
            state__in=[Message.State.SENT, Message.State.DELIVERED],
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
    newest = phone.bubbles[0].pk if phone.bubbles else 0
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
        state__in=[Message.State.SENT, Message.State.DELIVERED, Message.State.BY_HAND],
    )
    arrived = arrived.exclude(body="")  # sign-in codes that are no longer valid
    newest = sorted(arrived.order_by("-id")[:SHOWN], key=_arrival, reverse=True)
    bubbles = tuple(
        _bubble(
            message, volunteer.organization, message.pk > read_to and _arrival(message) > fresh_from
        )
        for message in newest
    )
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
    )


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
