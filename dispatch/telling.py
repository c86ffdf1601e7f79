"""Queuing one message to one person on all the ways that may be needed, each in its own words.

SMS and LINE carry the link and the code of an offer, e-mail a signature, push the link in its last
line, a call what can be read out. Nothing about who needs help, where exactly or why is in any.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.models import Organization
from dispatch.answer_texts import CODES, SIGNATURE
from dispatch.models import Offer, Request
from dispatch.reaching import (
    ANSWERED,
    MUST_BE_KNOWN,
    Channel,
    group_of,
    patience_for,
    push_address,
    recipient,
    ways_for,
)
from dispatch.timing import hours_about, hours_for, quiet_until
from dispatch.wording import fill, name_for, spoken_for, text_for, values_for
from realtime import push
from realtime.models import Message
from realtime.outbox import Patience, Way, queue
from realtime.quiet import Hours
from volunteers.models import Volunteer


@dataclass(frozen=True)
class Letter:
    """One message in the forms that the channels need."""

    subject: str
    text: str  # with the link
    short: str  # without it
    spoken: str
    url: str = ""
    code: str = ""  # of the offer that is to be answered


def home_url() -> str:
    """The volunteer's own page, absolute."""
    return settings.PUBLIC_BASE_URL + reverse("volunteer:home")


def offer_url(offer: Offer) -> str:
    """The short link of an offer, absolute."""
    return settings.PUBLIC_BASE_URL + reverse("dispatch:offer", args=[offer.token])


def tell(
    volunteer: Volunteer,
    request: Request,
    kind: str,
    *,
    dedupe_key: str,
    at: datetime,
    not_before: datetime | None = None,
    subject_key: str = "",
    by_video: bool = False,
    url: str = "",
    code: str = "",
    without: frozenset[str] = frozenset(),
) -> Message | None:
    """Queue one message about a request; None when the person wants none of this kind.

    ``code``: of the offer it asks about. ``without``: channels by which the person is told besides.
    """
    values = values_for(request, volunteer, by_video=by_video)
    letter = Letter(
        subject=text_for("subject", request, volunteer),
        text=fill(request.organization, kind, volunteer, values | {"url": url}),
        short=fill(request.organization, kind, volunteer, values | {"url": ""}).strip(),
        spoken=spoken_for(kind, request, volunteer, by_video=by_video),
        url=url,
        code=code,
    )
    return send_letter(
        volunteer,
        letter,
        kind=kind,
        # whoever asks is told when it does not arrive, also about a neighbour's volunteer
        organization=request.organization,
        patience=patience_for(kind, request, at),
        dedupe_key=dedupe_key,
        subject_key=subject_key or request.key,
        at=at,
        not_before=not_before or quiet_until(request, volunteer, at),
        quiet=hours_about(request, volunteer, at),
        without=without,
    )


def tell_person(
    volunteer: Volunteer,
    *,
    kind: str,
    subject: str,
    text: str,
    dedupe_key: str,
    at: datetime,
    url: str = "",
    spoken: str = "",
    subject_key: str = "",
    not_before: datetime | None = None,
) -> Message | None:
    """Queue a message that is about no offer, by the ways of its group; ``text`` holds the link.

    None when the person wants none of this kind.
    """
    short = text.replace(url, "").strip() if url else text
    letter = Letter(subject, text, short, spoken or _readable(short), url)
    return send_letter(
        volunteer,
        letter,
        kind=kind,
        organization=volunteer.organization,
        patience=patience_for(kind, None, at),
        dedupe_key=dedupe_key,
        subject_key=subject_key,
        at=at,
        not_before=not_before,
        # what need not leave at night on its first way need not on the next ones
        quiet=hours_for(volunteer, volunteer.organization) if not_before else None,
    )


def send_letter(
    volunteer: Volunteer,
    letter: Letter,
    *,
    kind: str,
    organization: Organization,
    patience: Patience,
    dedupe_key: str,
    subject_key: str,
    at: datetime,
    not_before: datetime | None = None,
    without: frozenset[str] = frozenset(),
    quiet: Hours | None = None,
) -> Message | None:
    """Queue a message with all its ways; ``organization``: whose message it is."""
    must, asks = kind in MUST_BE_KNOWN, kind in ANSWERED
    found = ways_for(volunteer, group_of(kind), must=must, asks=asks, without=without)
    if not found:
        return None
    ways = [_way(channel, to, letter, volunteer, organization) for channel, to in found]
    first = ways[0]
    return queue(
        replace(
            recipient(volunteer),
            organization_id=organization.pk,
            channel=first.channel,
            address=first.address,
        ),
        kind=kind,
        subject=first.subject,
        body=first.body,
        dedupe_key=dedupe_key,
        subject_key=subject_key,
        at=at,
        not_before=not_before,
        further=ways[1:],
        patience=patience,
        quiet=quiet,
    )


def send_push(
    volunteer: Volunteer,
    *,
    kind: str,
    title: str,
    body: str,
    url: str,
    subject_key: str,
    dedupe_key: str,
    at: datetime,
) -> bool:
    """Queue a push notification for the person's browsers; False when there are none."""
    address = push_address(volunteer)
    if not address or not push.reaches(address):
        return False
    queue(
        replace(recipient(volunteer), channel=Message.Channel.PUSH, address=address),
        kind=kind,
        subject=title,
        body=f"{body}\n{url}",
        dedupe_key=dedupe_key,
        subject_key=subject_key,
        at=at,
        patience=patience_for(kind, None, at),
    )
    return True


def takes_answers() -> bool:
    """Whether an SMS of ours can be replied to: not when its sender is a name instead of a number."""
    sender = settings.TWILIO_FROM_NUMBER
    return not sender or sender.startswith(("+", "MG"))


def _way(
    channel: str, address: str, letter: Letter, volunteer: Volunteer, organization: Organization
) -> Way:
    language = volunteer.message_language
    body = letter.text
    if channel == Channel.EMAIL and organization.phone:
        body += SIGNATURE.get(language, SIGNATURE["ja"]).format(
            organization=name_for(organization, volunteer), phone=organization.phone
        )
    elif channel == Channel.VOICE:
        body = letter.spoken
    elif channel == Channel.PUSH:
        body = f"{letter.short}\n{letter.url or home_url()}"
    elif letter.code and (channel == Channel.LINE or (channel == Channel.SMS and takes_answers())):
        body += CODES.get(language, CODES["ja"]).format(code=letter.code)
    return Way(channel, address, body, letter.subject)


def _readable(text: str) -> str:
    return text.replace("【", "").replace("】", "です。")
