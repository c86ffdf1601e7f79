"""People in the register who may be the applicant: shown to the desk, which decides."""

from __future__ import annotations

from dataclasses import dataclass

from volunteers.importing.text import name_key
from volunteers.models import Application, Volunteer


@dataclass(frozen=True)
class Alike:
    """Somebody in the register, and in what the two are alike."""

    volunteer: Volunteer
    reasons: tuple[str, ...]


def alike(application: Application) -> list[Alike]:
    """Everybody of the register, also who left, with the same name, kana, contact or birth date.

    A birth date alone says nothing in a long register; it counts beside another sign only.
    """
    found = []
    people = Volunteer.objects.of(application.organization)
    if application.volunteer_id:
        people = people.exclude(pk=application.volunteer_id)
    for volunteer in people:
        reasons = _reasons(application, volunteer)
        if [reason for reason in reasons if reason != "生年月日"]:
            found.append(Alike(volunteer, reasons))
    return sorted(found, key=lambda one: -len(one.reasons))


def _reasons(application: Application, volunteer: Volunteer) -> tuple[str, ...]:
    signs = {
        "氏名": _same(application.name, volunteer.name),
        "フリガナ": _same(application.kana, volunteer.kana),
        "生年月日": bool(application.birth_date) and application.birth_date == volunteer.birth_date,
        "電話": bool(application.mobile)
        and application.mobile in (volunteer.mobile, volunteer.phone),
        "メール": bool(application.email)
        and application.email.casefold() == volunteer.email.casefold(),
    }
    return tuple(words for words, holds in signs.items() if holds)


def _same(one: str, other: str) -> bool:
    return bool(one) and name_key(one) == name_key(other)
