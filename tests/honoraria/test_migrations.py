"""Rows from before there was money: entries keep the way they are paid, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from honoraria.models import Honorarium, TariffVersion
from tests import factories

# all tables go back to that time and forward again, which a busy machine takes its time for
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
BEFORE = ("honoraria", "0002_reversals")
DAY = date(2026, 11, 26)
# the way of paying of a tariff → how it is taxed from now on
WAYS = {"bank": "withheld", "cash": "withheld", "gift_card": "gift", "none": "expenses"}


@pytest.fixture
def old() -> Iterator[Any]:
    """The models of that time, in a database of that time; the newest one is there again after."""
    executor = MigrationExecutor(connection)
    executor.migrate([BEFORE])
    others = [one for one in executor.loader.graph.leaf_nodes() if one[0] != BEFORE[0]]
    try:
        yield executor.loader.project_state([BEFORE, *others]).apps
    finally:
        _forward()


def _forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def chair() -> User:
    """Somebody who approved."""
    return factories.UserFactory()


def test_entries_keep_their_way_of_paying_and_its_tax(old, chair):
    entries = {way: _three_entries(old, way, chair) for way in WAYS}
    _forward()

    for way, tax in WAYS.items():
        assert list(
            TariffVersion.objects.filter(tariff__code=way).values_list("paid_by", "tax")
        ) == [(way, tax)]
        found = Honorarium.objects.filter(pk__in=entries[way]).order_by("pk")
        assert [(one.paid_by, one.tax, one.state) for one in found] == [
            (way, tax, "approved"),
            (way, tax, "draft"),
            (way, tax, "draft"),
        ]
        assert {(one.tariff_name, one.booked_on, one.transport_to) for one in found} == {
            (f"謝礼（{way}）", DAY, "person")
        }
        assert [one.total for one in found] == [3460, -3460, 3460]
        assert all(one.assignment_id == one.report.assignment_id for one in found)


def _three_entries(old: Any, way: str, chair: User) -> list[int]:
    """An approved entry, a reversal of it that waits, and a draft of another report."""
    first, second = (factories.ReportFactory(state="confirmed") for _ in range(2))
    request = first.assignment.request
    tariff = old.get_model("honoraria", "Tariff").objects.create(
        organization_id=request.organization_id, code=way, name=f"謝礼（{way}）", paid_by=way
    )
    version = old.get_model("honoraria", "TariffVersion").objects.create(
        tariff=tariff, valid_from=date(2026, 4, 1), rules={}
    )
    make = old.get_model("honoraria", "Honorarium").objects.create

    def entry(report: Any, sign: int, **more: Any) -> int:
        made = make(
            organization_id=request.organization_id,
            volunteer_id=report.assignment.volunteer_id,
            report_id=report.pk,
            tariff_version=version,
            activity_date=DAY,
            minutes=sign * 90,
            fee=sign * 3000,
            transport=sign * 460,
            total=sign * 3460,
            created_at=factories.NOW,
            **more,
        )
        return int(made.pk)

    by = {"approved_by_id": chair.pk, "approved_at": factories.NOW}
    approved = entry(first, 1, state="approved", **by)
    return [approved, entry(first, -1, kind="reversal", corrects_id=approved), entry(second, 1)]
