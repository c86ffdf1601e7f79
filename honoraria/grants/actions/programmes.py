"""Programmes, the versions of their terms, and the municipalities of a joint desk.

Terms are never changed, a new version succeeds them; a claim names the version that it used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.grants.calculation import year_days
from honoraria.models import Municipality, Programme, ProgrammeTerms

Kind = Programme.Kind
# the ceiling depends on the year and on the population: it is shipped empty and asked for
DEFAULT_TERMS: dict[str, dict[str, Any]] = {
    Kind.OPERATING: {"rate_numerator": 1, "rate_denominator": 2},
    Kind.SETUP: {"rate_numerator": 1, "rate_denominator": 1},
    Kind.OTHER: {"rate_numerator": 1, "rate_denominator": 2},
}
TERMS = (
    "rate_numerator",
    "rate_denominator",
    "cap",
    "decided_amount",
    "decided_on",
    "rounding_unit",
    "method",
    "completed_on",
    "source",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality of a joint desk as it was typed."""

    name: str
    foreign_residents: int
    population: int | None
    reference_date: date


def create_programme(
    organization: Organization, *, fiscal_year: int, kind: str, name: str, by: User, at: datetime
) -> Programme:
    """A programme with the usual terms of its kind. Raises ActionError: exists."""
    try:
        with transaction.atomic():
            made = Programme.objects.create(
                organization=organization, fiscal_year=fiscal_year, kind=kind, name=name
            )
            ProgrammeTerms.objects.create(
                programme=made, number=1, created_at=at, created_by=by, **DEFAULT_TERMS[kind]
            )
            record(
                made.key,
                "grant.programme_created",
                organization=organization,
                by=by,
                at=at,
                fiscal_year=fiscal_year,
                name=name,
            )
    except IntegrityError as error:
        text = "同じ年度に同じ名称の事業があります。"
        raise ActionError("exists", text, field="name") from error
    return made


def add_terms(
    programme: Programme, values: dict[str, Any], *, by: User, at: datetime
) -> ProgrammeTerms:
    """The next version of the terms; ``values`` as in ``TERMS``.

    Raises ActionError: unchanged, other_year (completed outside the programme's fiscal year).
    """
    first, last = year_days(programme.fiscal_year)
    completed = values["completed_on"]
    if completed is not None and not first <= completed <= last:
        text = f"事業完了日は、{programme.fiscal_year}年度の日付を入力してください。"
        raise ActionError("other_year", text, field="completed_on", status=400)
    with transaction.atomic():
        locked = lock_programme(programme)
        before = locked.terms.first()
        if before is not None and all(getattr(before, name) == values[name] for name in TERMS):
            raise ActionError("unchanged", "変更がありません。")
        made = ProgrammeTerms.objects.create(
            programme=locked,
            number=before.number + 1 if before else 1,
            created_at=at,
            created_by=by,
            **{name: values[name] for name in TERMS},
        )
        changed = [name for name in TERMS if before and getattr(before, name) != values[name]]
        record(
            locked.key,
            "grant.terms_added",
            organization=locked.organization_id,
            by=by,
            at=at,
            number=made.number,
            changed=changed,
        )
    return made


def set_municipalities(
    programme: Programme, places: Sequence[Place], *, by: User, at: datetime
) -> list[Municipality]:
    """Who shares the desk, in this order; replaces the former list.

    Raises ActionError: double, nobody.
    """
    names = [place.name for place in places]
    if len(set(names)) < len(names):
        raise ActionError("double", "同じ市町村が二度あります。", status=400)
    if places and not any(place.foreign_residents for place in places):
        raise ActionError("nobody", "外国人住民数がすべて0では按分できません。", status=400)
    with transaction.atomic():
        locked = lock_programme(programme)
        locked.municipalities.all().delete()
        made = Municipality.objects.bulk_create(
            Municipality(programme=locked, position=position, **asdict(place))
            for position, place in enumerate(places)
        )
        record(
            locked.key,
            "grant.municipalities_set",
            organization=locked.organization_id,
            by=by,
            at=at,
            places={place.name: place.foreign_residents for place in places},
            reference_dates=sorted({str(place.reference_date) for place in places}),
        )
    return made


def lock_programme(programme: Programme) -> Programme:
    """The programme, locked until the end of the transaction."""
    return Programme.objects.select_for_update().get(pk=programme.pk)
