"""研修・資格: entered by the person or the desk, checked by the desk."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import TOKYO
from volunteers.actions import rows
from volunteers.models import Training, Volunteer

MOST = 50


def add_training(
    volunteer: Volunteer,
    *,
    kind: str,
    name: str,
    done_on: date | None,
    ends_on: date | None,
    by: User | None,
    at: datetime,
) -> Training | None:
    """A certificate or a training; unverified. None if it is there already.

    Raises ActionError: ends_first, future, too_many.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if done_on and ends_on and ends_on < done_on:
            text = _("有効期限は、取得・受講日より後の日にしてください。")
            raise ActionError("ends_first", text, field="ends_on", status=400)
        if done_on and done_on > at.astimezone(TOKYO).date():
            text = _("取得・受講日は、今日までの日にしてください。")
            raise ActionError("future", text, field="done_on", status=400)
        if present.trainings.filter(kind=kind, name=name, done_on=done_on).exists():
            return None
        if present.trainings.count() >= MOST:
            raise ActionError("too_many", _("登録できる数を超えました。"), status=400)
        training = Training.objects.create(
            volunteer=present, kind=kind, name=name, done_on=done_on, ends_on=ends_on
        )
        _record(present, "training_added", by, at)
    return training


def remove_training(volunteer: Volunteer, pk: int, *, by: User | None, at: datetime) -> None:
    """Take out an entry that the desk has not checked yet; ActionError ``verified`` for others."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        row = present.trainings.filter(pk=pk).first()
        if row is None:
            return
        if row.verified_by:
            text = _("窓口が確認した資格は、窓口へご連絡ください。")
            raise ActionError("verified", text)
        row.delete()
        _record(present, "training_removed", by, at)


def verify_training(volunteer: Volunteer, pk: int, *, by: User, at: datetime) -> None:
    """The desk has seen the paper; again changes nothing. Raises ActionError ``gone``."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        row = present.trainings.filter(pk=pk).first()
        if row is None:
            raise ActionError("gone", "この資格・研修は取り下げられました。", status=409)
        if row.verified_by:
            return
        row.verified_by = str(by)[:120]
        row.save(update_fields=["verified_by"])
        _record(present, "training_verified", by, at)


def _record(volunteer: Volunteer, verb: str, by: User | None, at: datetime) -> None:
    rows.save(volunteer)
    audit.record(
        volunteer.key,
        f"volunteer.{verb}",
        organization=volunteer.organization_id,
        by=by,
        at=at,
    )
