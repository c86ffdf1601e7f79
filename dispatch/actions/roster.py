"""Changing the roster: shifts at a desk, and the days on which somebody does not come.

The one invariant: nobody sits at two desks at once; two shifts of one person that could fall on the
same day and hour are refused under a lock on the person. Whoever is on the roster must be of the
same organization as the desk.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import WORDS, record
from accounts.errors import ActionError
from accounts.models import User
from dispatch.models import Desk, Shift, ShiftAbsence
from dispatch.roster import holds_on, rule_of
from volunteers.availability import describe
from volunteers.models import Volunteer

WORDS.update(
    {
        "shift.added": "当番を登録",
        "shift.removed": "当番を取りやめ",
        "shift.absent": "当番の休みを登録",
        "shift.present": "当番の休みを取消し",
    }
)
EVERY_WEEK = 31


@dataclass(frozen=True)
class ShiftDraft:
    """A shift to be entered; minutes after 0:00 in Tokyo, ``nth_mask`` as in the model."""

    weekday: int
    from_minute: int
    to_minute: int
    nth_mask: int = 0
    on_holidays: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


def add_shift(
    desk: Desk, volunteer: Volunteer, draft: ShiftDraft, *, by: User | None, at: datetime
) -> Shift:
    """Put somebody on the roster of a desk.

    Raises ``other_organization``, ``hours_reversed``, ``days_reversed``, ``not_active`` and, with a
    shift of the same person in the way, ``shift_overlaps``.
    """
    _check(draft)
    with transaction.atomic():
        person = Volunteer.objects.select_for_update().get(pk=volunteer.pk)
        if person.organization_id != desk.organization_id:
            raise ActionError("other_organization", "この団体の方ではありません。", status=404)
        if person.status == Volunteer.Status.WITHDRAWN:
            text = "退会した方は当番にできません。"
            raise ActionError("not_active", text, field="volunteer")
        shift = Shift(desk=desk, volunteer=person, **asdict(draft))
        _refuse_overlap(shift)
        shift.save()
        _record(shift, "shift.added", by=by, at=at, words=describe([rule_of(shift)]))
    return shift


def remove_shift(shift: Shift, *, by: User | None, at: datetime) -> None:
    """Take somebody off the roster; absences entered for the shift go with it."""
    with transaction.atomic():
        locked = Shift.objects.select_for_update().filter(pk=shift.pk).first()
        if locked is None:
            return
        _record(locked, "shift.removed", by=by, at=at, words=describe([rule_of(locked)]))
        locked.delete()


def mark_absent(shift: Shift, day: date, *, by: User | None, at: datetime, label: str = "") -> None:
    """The person does not come on that day; saying so twice changes nothing.

    Raises ``not_that_day`` when the shift does not hold on the day.
    """
    with transaction.atomic():
        locked = Shift.objects.select_for_update().get(pk=shift.pk)
        if not holds_on(locked, day):
            raise ActionError("not_that_day", "その日は当番の日ではありません。", field="day")
        _, made = ShiftAbsence.objects.get_or_create(shift=locked, day=day)
        if made:
            _record(locked, "shift.absent", by=by, at=at, label=label, day=day.isoformat())


def mark_present(shift: Shift, day: date, *, by: User | None, at: datetime) -> None:
    """The person comes after all."""
    with transaction.atomic():
        locked = Shift.objects.select_for_update().get(pk=shift.pk)
        gone, _ = ShiftAbsence.objects.filter(shift=locked, day=day).delete()
        if gone:
            _record(locked, "shift.present", by=by, at=at, day=day.isoformat())


def _check(draft: ShiftDraft) -> None:
    if draft.to_minute <= draft.from_minute:
        text = "終わりは始まりより後の時刻にしてください。"
        raise ActionError("hours_reversed", text, field="to_minute", status=422)
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        text = "終了日は開始日以降の日にしてください。"
        raise ActionError("days_reversed", text, field="ends_on", status=422)


def _refuse_overlap(shift: Shift) -> None:
    others = Shift.objects.filter(
        volunteer=shift.volunteer_id,
        weekday=shift.weekday,
        from_minute__lt=shift.to_minute,
        to_minute__gt=shift.from_minute,
    )
    for other in others.select_related("desk"):
        weeks = (other.nth_mask or EVERY_WEEK) & (shift.nth_mask or EVERY_WEEK)
        if weeks and _days_meet(other, shift):
            words = "、".join(describe([rule_of(other)]))
            text = f"この方は同じ時間に{other.desk.name}の当番です（{words}）。"
            raise ActionError("shift_overlaps", text, field="volunteer")


def _days_meet(one: Shift, other: Shift) -> bool:
    starts = max(one.starts_on or date.min, other.starts_on or date.min)
    return starts <= min(one.ends_on or date.max, other.ends_on or date.max)


def _record(
    shift: Shift, verb: str, *, by: User | None, at: datetime, label: str = "", **detail: Any
) -> None:
    record(
        f"desk:{shift.desk_id}",
        verb,
        organization=shift.desk.organization_id,
        by=by,
        at=at,
        label=label,
        volunteer=shift.volunteer_id,
        shift=shift.pk,  # which entry of a calendar it changed
        **detail,
    )
