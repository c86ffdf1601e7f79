"""Consultations and minutes per day: counted, entered by hand, summed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.models import AuditEntry
from honoraria.grants.consultations import by_day, by_desk_and_day, totals_of_year
from honoraria.models import Consultations
from tests import factories
from tests.honoraria.grants import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


def test_requests_count_on_their_day_in_tokyo_and_cancelled_ones_do_not(city):
    desk = factories.DeskFactory(organization=city)
    night = datetime(2026, 11, 9, 15, 30, tzinfo=UTC)  # 0:30 on the 10th in Tokyo
    for status in ("filled", "cancelled", "unmet"):
        factories.RequestFactory(
            organization=city,
            desk=desk,
            status=status,
            starts_at=night,
            ends_at=night + factories.timedelta(hours=1),
        )
    found = by_desk_and_day(city, *NOVEMBER)
    assert {key: one.counted for key, one in found.items()} == {(date(2026, 11, 10), desk.pk): 2}


def test_minutes_are_those_of_confirmed_reports(city):
    rows.entry(city)
    draft = rows.entry(city)
    type(draft.report).objects.filter(pk=draft.report_id).update(state="submitted")
    days = by_day(by_desk_and_day(city, *NOVEMBER))
    assert {on: one.minutes for on, one in days.items()} == {rows.DAY: 90}


def test_a_desk_enters_what_it_counted_and_takes_it_back(client_of, accountant, city):
    desk = factories.DeskFactory(organization=city)
    address = f"/grants/consultations/?month=2026-11&desk={desk.pk}"
    client = client_of(accountant)
    assert client.get(address).status_code == 200
    client.post(address, {"day-2026-11-04": "１２件"[:-1], "day-2026-11-05": "3"})
    client.post(address, {"day-2026-11-04": "10", "day-2026-12-05": "99"})
    assert list(Consultations.objects.values_list("desk", "on", "count")) == [
        (desk.pk, date(2026, 11, 4), 10)
    ]
    assert AuditEntry.objects.filter(verb="consultations.entered").last().detail["days"] == {
        "2026-11-04": [12, 10],
        "2026-11-05": [3, None],
    }
    assert totals_of_year(city, 2026).consultations == 10
    page = client.post(address, {"day-2026-11-04": "many"})
    assert page.status_code == 422


def test_without_a_desk_one_number_stays_one(client_of, accountant, city):
    client = client_of(accountant)
    for number in ("5", "7"):
        client.post("/grants/consultations/?month=2026-11", {"day-2026-11-04": number})
    assert Consultations.objects.get().count == 7


def test_another_towns_numbers_are_not_seen(client_of, accountant, city, town):
    rows.entry(town)
    desk = factories.DeskFactory(organization=town)
    page = client_of(accountant).get(f"/grants/consultations/?month=2026-11&desk={desk.pk}")
    assert page.context["desk"] is None
    assert page.context["sums"].total == 0
