"""Sending a volunteer the number that signs in, and finding whom it signs in.

Whoever types a telephone number or an e-mail address learns nothing about the register: a code is
counted for unknown contacts as for known ones, and only the known ones get it.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from accounts.codes import issue_code
from dispatch.messages import recipient
from realtime.models import Message
from realtime.outbox import CODE, Recipient, queue
from volunteers.models import Volunteer
from volunteers.phones import to_e164
from volunteers.same_person import identity

BODIES = {
    "ja": "【{organization}】確認番号: {code}（10分間有効）。ほかの人に教えないでください。",
    "ja-simple": "【{organization}】番号は {code} です。10分 つかえます。ほかの人に おしえないでください。",
    "en": "{organization}: your code is {code} (valid for 10 minutes). Do not tell anybody.",
}
SUBJECTS = {"ja": "確認番号", "ja-simple": "番号の おしらせ", "en": "Your code"}


def read_contact(typed: str) -> str:
    """A telephone number as E.164 or an e-mail address in lower case, however it was typed.

    Raises ValueError for anything else.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if "@" not in text:
        return to_e164(text)
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(typed) from error
    return text.lower()


def people_with(contact: str) -> list[Volunteer]:
    """Volunteers who can be reached at the contact, in any organization.

    Nobody of whom it was said, in whatever register, that the number is not theirs.
    """
    by_phone = Q(mobile=contact) | Q(phone=contact)
    wanted = Q(email__iexact=contact) if "@" in contact else by_phone
    found = Volunteer.objects.filter(wanted).select_related("organization", "user")
    people = list(found.order_by("organization__is_demo", "pk")[:20])
    wrong = {identity(one) for one in people if one.mobile == contact and one.contact_wrong_at}
    return [one for one in people if identity(one) not in wrong]


def subject_of(contact: str) -> str:
    """Under which name codes for a contact are kept; does not show the contact."""
    return f"contact:{hashlib.sha256(contact.encode()).hexdigest()[:40]}"


def send_to_contact(contact: str, *, at: datetime) -> None:
    """Issue a code for a typed contact; only somebody in the register gets a message.

    Raises ActionError ``too_many_codes``, also for contacts that nobody knows.
    """
    with transaction.atomic():
        code = issue_code(subject_of(contact), at=at)
        people = [one for one in people_with(contact) if "@" in contact or one.mobile == contact]
        if people:
            channel = Message.Channel.EMAIL if "@" in contact else Message.Channel.SMS
            to = replace(recipient(people[0]), channel=channel, address=contact)
            _queue(to, people[0], subject_of(contact), code, at)


def send_to_volunteer(volunteer: Volunteer, *, at: datetime) -> str:
    """Issue a code for the volunteer of an offer's link; returns the address it goes to, or "".

    Raises ActionError ``too_many_codes``.
    """
    to = recipient(volunteer)
    if to.channel == Message.Channel.HAND or not to.address:
        return ""
    with transaction.atomic():
        _queue(to, volunteer, volunteer.key, issue_code(volunteer.key, at=at), at)
    return to.address


def masked(address: str) -> str:
    """Enough of an address to know it by: «…5678», «h…@example.jp»."""
    if "@" in address:
        name, _, host = address.partition("@")
        return f"{name[:1]}…@{host}"
    return f"…{address[-4:]}"


def _queue(to: Recipient, volunteer: Volunteer, subject: str, code: str, at: datetime) -> None:
    language = volunteer.message_language if volunteer.message_language in BODIES else "ja"
    organization = volunteer.organization
    name = organization.name_en if language == "en" and organization.name_en else organization.name
    queue(
        to,
        kind="code",
        subject=SUBJECTS[language],
        body=BODIES[language].format(organization=name, code=code),
        dedupe_key=f"code:{subject}:{secrets.token_hex(8)}",
        subject_key=volunteer.key,
        patience=CODE,
        at=at,
    )
