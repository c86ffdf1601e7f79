"""A small world of the demo, made once for all tests here and taken back after them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Organization
from config.demo import cast
from config.demo.seed import seed
from tests.factories import NOW


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The demo at a fraction of its size."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed(NOW, scale=0.08)
        yield SimpleNamespace(
            city=Organization.objects.get(slug=cast.CITY),
            town=Organization.objects.get(slug=cast.TOWN),
        )
        transaction.set_rollback(True)


@pytest.fixture
def world(seeded: SimpleNamespace, db: None, clock: Any, settings: Any) -> SimpleNamespace:
    """The small world in demo mode; what a test changes is taken back."""
    settings.DEMO = True
    return seeded
