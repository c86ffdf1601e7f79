"""Keeping, changing and removing an organization's own mappings (出力形式); each is recorded.

A run keeps a copy of its mapping, so that a change never reaches a file that was asked for.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.exporting.shapes import Shape
from honoraria.models import Mapping

MOST_MAPPINGS = 50
TAKEN = ActionError("name_taken", "同じ名前の出力形式があります。", field="name")


def create_mapping(
    organization: Organization, name: str, shape: Shape, *, by: User, at: datetime
) -> Mapping:
    """Keep a shape under a name. Raises ActionError: name_taken, too_many."""
    if Mapping.objects.filter(organization=organization).count() >= MOST_MAPPINGS:
        text = f"出力形式は{MOST_MAPPINGS}件までです。使わないものを削除してください。"
        raise ActionError("too_many", text)
    mapping = Mapping(organization=organization, created_at=at, created_by=by)
    return _save(mapping, name, shape, "mapping.created", by=by, at=at)


def change_mapping(mapping: Mapping, name: str, shape: Shape, *, by: User, at: datetime) -> Mapping:
    """Give a mapping another shape or name. Raises ActionError: gone, name_taken."""
    with transaction.atomic():
        locked = Mapping.objects.select_for_update().filter(pk=mapping.pk).first()
        if locked is None:
            raise ActionError("gone", "この出力形式は、ほかの担当者が削除しました。")
        return _save(locked, name, shape, "mapping.changed", by=by, at=at)


def remove_mapping(mapping: Mapping, *, by: User, at: datetime) -> None:
    """Remove a mapping; files that were made with it stay."""
    with transaction.atomic():
        removed, _ = Mapping.objects.filter(pk=mapping.pk).delete()
        if removed:
            _record(mapping, "mapping.removed", by=by, at=at)


def _save(
    mapping: Mapping, name: str, shape: Shape, verb: str, *, by: User, at: datetime
) -> Mapping:
    detail = shape.as_json()
    mapping.name = name
    for field in ("dataset", "columns", "encoding", "newline", "date_style", "header", "accounts"):
        setattr(mapping, field, detail[field])
    try:
        with transaction.atomic():
            mapping.save()
            _record(mapping, verb, by=by, at=at)
    except IntegrityError as error:
        raise TAKEN from error
    return mapping


def _record(mapping: Mapping, verb: str, *, by: User, at: datetime) -> None:
    record(
        f"mapping:{mapping.pk}",
        verb,
        organization=mapping.organization_id,
        by=by,
        at=at,
        name=mapping.name,
        dataset=mapping.dataset,
        columns=len(mapping.columns),
    )
