"""Whatever happens in whatever order: closed months keep their sums, every yen is in one month."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import ActionError
from accounts.times import local
from honoraria.actions import approve, correct, draft_honorarium, unapprove
from honoraria.closing.actions import reopen_month
from honoraria.closing.books import closed_through
from honoraria.closing.checklist import first_open
from honoraria.models import Closing, Honorarium
from honoraria.months import Month, Wanted, entries, totals
from tests import factories
from tests.honoraria.closing.months_of import close, entry_on, noon

VERBS = ["add", "add", "late", "correct", "price", "approve", "unapprove", "close", "reopen"]
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 60)), min_size=4, max_size=20)
BEGIN, END = date(2026, 9, 1), date(2027, 3, 1)


class Town:
    """The cast of one run; days go on by a week at each step."""

    def __init__(self) -> None:
        self.city = factories.OrganizationFactory()
        self.version = factories.TariffVersionFactory(
            tariff__organization=self.city, valid_from=date(2026, 4, 1)
        )
        self.hana = factories.VolunteerFactory(organization=self.city)
        self.admin = factories.MembershipFactory(organization=self.city, role="admin").user
        self.clerk = factories.MembershipFactory(organization=self.city, role="accountant").user
        self.at = noon(date(2026, 10, 1))

    def step(self, what: str, number: int) -> None:
        self.at += timedelta(days=7)
        with suppress(ActionError):  # refused in words: nothing was written
            getattr(self, what)(number)

    def some(self, number: int, **values: object) -> Honorarium:
        found = list(Honorarium.objects.filter(organization=self.city, **values).order_by("pk"))
        if not found:
            raise ActionError("nothing", "")
        return found[number % len(found)]

    def add(self, number: int) -> None:
        day = local(self.at).date() - timedelta(days=1 + number % 6)
        through = closed_through(self.city)
        if through is None or day > through:
            entry_on(self.hana, day, tariff_version=self.version, fee=1000 + number)

    def late(self, number: int) -> None:
        """A report of long ago is confirmed only now."""
        day = local(self.at).date() - timedelta(days=10 + number)
        request = factories.RequestFactory(
            organization=self.city, starts_at=noon(day), ends_at=noon(day) + timedelta(minutes=60)
        )
        report = factories.ReportFactory(
            assignment__request=request, assignment__volunteer=self.hana, state="confirmed",
            assignment__state="cancelled", transport="none", transport_yen=0,
        )  # fmt: skip
        draft_honorarium(report, None, self.at)

    def correct(self, number: int) -> None:
        correct(self.some(number, kind="priced"), "誤り", by=self.clerk, at=self.at)

    def price(self, number: int) -> None:
        draft_honorarium(self.some(number, kind="reversal").report, None, self.at)

    def approve(self, number: int) -> None:
        for entry in Honorarium.objects.filter(organization=self.city, state="draft"):
            approve(entry, by=self.admin, at=self.at)

    def unapprove(self, number: int) -> None:
        unapprove(self.some(number), by=self.admin, at=self.at)

    def close(self, number: int) -> None:
        month = first_open(self.city)
        if month is not None:
            close(self.city, month, self.admin, self.at)

    def reopen(self, number: int) -> None:
        through = closed_through(self.city)
        if through is not None:
            reopen_month(self.city, Month.of(through), "誤り", by=self.admin, at=self.at)


def sums_of(city) -> dict[Month, tuple[int, int, int]]:
    month, found = Month.of(BEGIN - timedelta(days=365)), {}
    while month.first < END + timedelta(days=365):
        sums = totals(entries(city, Wanted(month=month)))
        found[month] = (sums.count, sums.minutes, sums.total)
        month = month.after
    return found


@pytest.mark.django_db
@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_closed_months_keep_their_sums_and_every_yen_is_in_one_month(steps):
    town = Town()
    for what, number in steps:
        town.step(what, number)
        through = closed_through(town.city)
        found = sums_of(town.city)
        standing = Closing.objects.filter(organization=town.city, reopened_at=None)
        for closing in standing:
            fixed = (closing.count, closing.minutes, closing.total)
            assert found[Month.of(closing.month)] == fixed
        every = Honorarium.objects.filter(organization=town.city)
        assert sum(one[2] for one in found.values()) == sum(e.total for e in every)
        assert sum(one[0] for one in found.values()) == len(every)
        for entry in every:
            is_closed = through is not None and entry.booked_on <= through
            assert (entry.state == "closed") == is_closed
            assert entry.booked_on >= entry.activity_date
