"""Contracts with interpreting companies: entering, changing, ordering, ending.

The invariant: a PIN never leaves the database through here. It is written or left as it is, and the
trail says that it changed, never what it is. Calls already made keep the prices they had.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.audit import WORDS, record
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.models import Operator, OperatorService

WORDS.update(
    {
        "operator.added": "外部通訳を登録",
        "operator.changed": "外部通訳を変更",
        "operator.moved": "外部通訳の順番を変更",
        "operator.switched": "外部通訳の利用を変更",
        "operator_calls.exported": "外部通訳の通話を書き出し",
    }
)


@dataclass(frozen=True)
class ServiceDraft:
    """Languages (BCP 47; none: all), weekdays (0-6, 7 holiday; none: every day), minutes after 0:00
    in Tokyo, prices in yen, the shortest time that is charged in minutes."""

    languages: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_minute: int = 0
    to_minute: int = 1440
    yen_per_call: int = 0
    yen_per_minute: int = 0
    minimum_minutes: int = 0


@dataclass(frozen=True)
class OperatorDraft:
    """A company with its services; ``pin`` None leaves the stored one, an empty text removes it."""

    name: str
    phone: str
    pin: str | None = None
    instructions: str = ""
    active: bool = True
    services: tuple[ServiceDraft, ...] = ()


def save_operator(
    organization: Organization,
    draft: OperatorDraft,
    *,
    operator: Operator | None = None,
    by: User | None,
    at: datetime,
) -> Operator:
    """Enter a company, or change ``operator``. Raises ``name_taken`` and ``no_service``."""
    if not draft.services:
        raise ActionError("no_service", "言語・時間・料金を1行以上入力してください。", status=422)
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        row = _locked(organization, operator) if operator else Operator(organization=organization)
        _refuse_same_name(row, draft.name)
        before = _told(row) if row.pk else {}
        if not row.pk:
            row.position = _next_position(organization)
        for name in ("name", "phone", "instructions", "active"):
            setattr(row, name, getattr(draft, name))
        new_pin = draft.pin is not None and draft.pin != row.pin
        if draft.pin is not None:
            row.pin = draft.pin
        row.save()
        _write_services(row, draft.services)
        after = _told(row)
        if before != after or new_pin:
            verb = "operator.changed" if operator else "operator.added"
            _record(row, verb, by=by, at=at, before=before, after=after, pin_changed=new_pin)
    return row


def switch_operator(operator: Operator, active: bool, *, by: User | None, at: datetime) -> None:
    """Use the company or leave it aside; what is entered stays."""
    with transaction.atomic():
        row = Operator.objects.select_for_update().get(pk=operator.pk)
        if row.active == active:
            return
        row.active = active
        row.save(update_fields=["active"])
        _record(row, "operator.switched", by=by, at=at, active=active)


def move_operator(operator: Operator, steps: int, *, by: User | None, at: datetime) -> None:
    """Call it earlier (``steps`` −1) or later (1)."""
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=operator.organization_id)
        rows = list(
            Operator.objects.select_for_update().filter(organization=operator.organization_id)
        )
        place = next(index for index, row in enumerate(rows) if row.pk == operator.pk)
        target = min(max(place + steps, 0), len(rows) - 1)
        if target == place:
            return
        rows.insert(target, rows.pop(place))
        for index, row in enumerate(rows):
            row.position = index
        Operator.objects.bulk_update(rows, ["position"])
        _record(rows[target], "operator.moved", by=by, at=at, position=target)


def _locked(organization: Organization, operator: Operator) -> Operator:
    return Operator.objects.select_for_update().get(pk=operator.pk, organization=organization)


def _refuse_same_name(row: Operator, name: str) -> None:
    same = Operator.objects.filter(organization=row.organization_id, name=name).exclude(pk=row.pk)
    if same.exists():
        raise ActionError("name_taken", "同じ名称の外部通訳があります。", field="name")


def _next_position(organization: Organization) -> int:
    last = Operator.objects.filter(organization=organization).aggregate(last=Max("position"))
    return 0 if last["last"] is None else int(last["last"]) + 1


def _write_services(row: Operator, drafts: tuple[ServiceDraft, ...]) -> None:
    """Rows that stay the same stay the same rows: calls refer to them."""
    wanted = Counter(drafts)
    for service in row.services.all():
        same = draft_of(service)
        if wanted[same]:
            wanted[same] -= 1
        else:
            service.delete()
    OperatorService.objects.bulk_create(_service(row, draft) for draft in wanted.elements())


def _service(row: Operator, draft: ServiceDraft) -> OperatorService:
    languages, weekdays, *numbers = astuple(draft)
    names = ("from_minute", "to_minute", "yen_per_call", "yen_per_minute", "minimum_minutes")
    values = dict(zip(names, numbers, strict=True))
    return OperatorService(
        operator=row, languages=list(languages), weekdays=list(weekdays), **values
    )


def draft_of(service: OperatorService) -> ServiceDraft:
    """A stored service as a value."""
    return ServiceDraft(
        languages=tuple(service.languages),
        weekdays=tuple(service.weekdays),
        from_minute=service.from_minute,
        to_minute=service.to_minute,
        yen_per_call=service.yen_per_call,
        yen_per_minute=service.yen_per_minute,
        minimum_minutes=service.minimum_minutes,
    )


def _told(row: Operator) -> dict[str, Any]:
    """What the trail keeps of a company: everything but the PIN."""
    return {
        "name": row.name,
        "phone": row.phone,
        "instructions": row.instructions,
        "active": row.active,
        "services": [
            [list(part) if isinstance(part, tuple) else part for part in astuple(draft_of(service))]
            for service in OperatorService.objects.filter(operator=row)
        ],
    }


def _record(row: Operator, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    record(
        f"operator:{row.pk}",
        verb,
        organization=row.organization_id,
        by=by,
        at=at,
        name=row.name,
        **{key: value for key, value in detail.items() if key != "name"},
    )
