"""How a volunteer's money is taxed: resident or not, treaty, and the name and address of form 309.

Without a row nobody has looked into it yet: the person is taken for a resident, with name and
address of the register. "Resident" is the income tax act's word (a home here, or a year's stay); it
says nothing about a residence status, which is not kept anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from honoraria.models import Payee
from volunteers.models import Volunteer

FIELDS = ("residency", "treaty", "legal_name", "address", "note")


@dataclass(frozen=True, slots=True)
class TaxStatus:
    """What counts now; ``known``: somebody of the office has looked into it."""

    residency: str
    treaty: str
    legal_name: str
    address: str
    note: str = ""
    known: bool = True


def status_of(volunteer: Volunteer) -> TaxStatus:
    """The status of one person, with the register's name and address where nothing else is kept.

    For many people at once: ``select_related("payee")`` saves the statements.
    """
    payee: Payee | None = getattr(volunteer, "payee", None)
    if payee is None:
        resident = Payee.Residency.RESIDENT
        return TaxStatus(resident, "", volunteer.name, volunteer.address, known=False)
    return TaxStatus(
        payee.residency,
        payee.treaty,
        payee.legal_name or volunteer.name,
        payee.address or volunteer.address,
        payee.note,
    )


def change_status(
    volunteer: Volunteer, status: TaxStatus, *, by: User | None, at: datetime
) -> Payee:
    """Keep it; a name or address equal to the register's goes on following the register.

    Payments keep their own copy, so what was paid does not change. Raises ActionError:
    unknown_residency, treaty_of_resident.
    """
    _check(status)
    with transaction.atomic():
        person = Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
        payee = Payee.objects.filter(volunteer=person).first() or Payee(volunteer=person)
        former = {name: getattr(payee, name) for name in FIELDS}
        payee.residency, payee.treaty = status.residency, status.treaty.strip()[:120]
        payee.legal_name = _own(status.legal_name, person.name, 120)
        payee.address = _own(status.address, person.address, 200)
        payee.note = status.note.strip()[:200]
        changed = [name for name in FIELDS if getattr(payee, name) != former[name]]
        payee.changed_at, payee.changed_by = at, by
        payee.save()
        record(
            person.key,
            "volunteer.tax_status_changed",
            organization=person.organization_id,
            by=by,
            at=at,
            changed=changed,
            residency=payee.residency,
        )
    return payee


def _check(status: TaxStatus) -> None:
    if status.residency not in Payee.Residency.values:
        text = "居住者か非居住者かを選んでください。"
        raise ActionError("unknown_residency", text, field="residency", status=400)
    if status.treaty.strip() and status.residency == Payee.Residency.RESIDENT:
        text = "租税条約の届出は、非居住者の場合だけ入力してください。"
        raise ActionError("treaty_of_resident", text, field="treaty", status=400)


def _own(text: str, registers: str, limit: int) -> str:
    kept = text.strip()
    return "" if kept == registers.strip() else kept[:limit]
