"""Entries of a fiscal year for tests: any month, desk, language, tariff, way of payment."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import Organization
from dispatch.models import Request
from honoraria.models import Honorarium
from tests import factories
from tests.honoraria.closing.months_of import entry_on
from tests.honoraria.grants.rows import reversal


def spent(organization: Organization, on: date, fee: int = 3000, **more: Any) -> Honorarium:
    """An approved entry of somebody; ``desk``, ``language``, ``field`` are those of the request."""
    about = {name: more.pop(name) for name in ("desk", "language", "field") if name in more}
    person = factories.VolunteerFactory(organization=organization)
    made = entry_on(person, on, fee=fee, **more)
    Request.objects.filter(pk=made.report.assignment.request_id).update(**about or {"desk": None})
    return made


def taken_back(entry: Honorarium, on: date, **more: Any) -> Honorarium:
    """The reversal of an entry, booked on another day."""
    found = reversal(entry, transport_to=entry.transport_to, **more)
    Honorarium.objects.filter(pk=found.pk).update(booked_on=on)
    return found
