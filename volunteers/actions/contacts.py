"""The number and address of a volunteer: proved, changed, or said to be somebody else's.

A new contact counts only after the code sent to it came back; the caller has seen to that. A
number that changed hands is written to no more, until the desk has talked to the person.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from realtime.models import Message
from realtime.outbox import Recipient, queue
from volunteers.actions import rows
from volunteers.actions.entries import update_volunteer
from volunteers.models import Volunteer
from volunteers.record import Record

CONTACTS = ("mobile", "email")


def confirm_contact(volunteer: Volunteer, *, by: User | None, at: datetime) -> Volunteer:
    """The desk has talked to the person: the contact is theirs."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        present.contact_confirmed_at, present.contact_wrong_at = at, None
        present.save(update_fields=["contact_confirmed_at", "contact_wrong_at"])
    return present


def prove_contact(volunteer: Volunteer, *, by: User | None, at: datetime) -> Volunteer:
    """The person has shown who it is, by a code or the registration number.

    What was said about the mobile stays: no code goes to a number that is said to be another's, so
    this proves something else. A code to it (`change_contact`) or the desk ends it.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        _note_proof(present, at, of_mobile=False)
    return present


def change_contact(
    volunteer: Volunteer, kind: str, value: str, *, by: User | None, at: datetime
) -> Volunteer:
    """Write a proved ``mobile`` (E.164) or ``email``; STOP was said about the former number only.

    Raises ActionError ``invalid``.
    """
    if kind not in CONTACTS:
        raise ActionError("invalid", "この連絡先は変更できません。", status=400)
    with transaction.atomic():
        changed = update_volunteer(volunteer, Record(fields={kind: value}), by=by, at=at)
        _note_proof(changed, at, of_mobile=kind == "mobile")
        if kind == "mobile":
            changed.sms_stopped_at = None
            changed.save(update_fields=["sms_stopped_at"])
    return changed


def _note_proof(present: Volunteer, at: datetime, *, of_mobile: bool) -> None:
    """On a locked row; whoever has no mobile was reported at what is proved now."""
    if of_mobile or not present.mobile:
        present.contact_wrong_at = None
    if present.contact_wrong_at is None:
        present.contact_confirmed_at = at
    present.save(update_fields=["contact_confirmed_at", "contact_wrong_at"])


def report_wrong_contact(volunteer: Volunteer, *, at: datetime) -> bool:
    """Whoever got a message says that the number is not this person's; False if known already.

    The desk is to call the person some other way.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.contact_wrong_at is not None:
            return False
        present.contact_wrong_at, present.contact_confirmed_at = at, None
        rows.save(present, "contact_wrong_at", "contact_confirmed_at")
        audit.record(
            present.key,
            "volunteer.contact_wrong",
            organization=present.organization_id,
            by=None,
            at=at,
        )
        _have_the_desk_call(present, at)
    return True


def _have_the_desk_call(volunteer: Volunteer, at: datetime) -> None:
    to = Recipient(
        organization_id=volunteer.organization_id,
        key=volunteer.key,
        channel=Message.Channel.HAND,
        address="",
        language="ja",
        simulated=volunteer.organization.is_demo,
    )
    queue(
        to,
        kind="contact_wrong",
        body="連絡先が本人のものではないとの連絡がありました。別の方法で本人に確かめてください。",
        dedupe_key=f"{volunteer.key}:contact_wrong:{at:%Y%m%d%H%M%S}",
        subject_key=volunteer.key,
        at=at,
    )
