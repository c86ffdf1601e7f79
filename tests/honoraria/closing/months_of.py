"""Short ways to a month that can be closed, and to one that is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import Organization, User
from accounts.times import TOKYO
from honoraria.closing.actions import close_month
from honoraria.closing.checklist import checklist
from honoraria.models import Closing, Honorarium
from honoraria.months import Month
from tests import factories
from volunteers.models import Volunteer

OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)
AFTER = datetime(2026, 12, 3, 10, 0, tzinfo=TOKYO)  # November is over
JANUARY = datetime(2027, 1, 5, 10, 0, tzinfo=TOKYO)


def noon(day: date) -> datetime:
    """12:00 of the day in Tokyo."""
    return datetime(day.year, day.month, day.day, 12, 0, tzinfo=TOKYO)


def entry_on(volunteer: Volunteer, day: date, **values: object) -> Honorarium:
    """An approved entry of 3,000 yen for a finished activity of the day; no transport."""
    request = factories.RequestFactory(
        organization=volunteer.organization,
        status="finished",
        starts_at=noon(day),
        ends_at=noon(day) + timedelta(minutes=90),
    )
    report = factories.ReportFactory(
        assignment__request=request,
        assignment__volunteer=volunteer,
        assignment__state="finished",
        state="confirmed",
        confirmed_at=noon(day),
        transport="none",
        transport_yen=0,
    )
    given = {"state": "approved", "transport": 0, "activity_date": day, **values}
    version = given.pop("tariff_version", None) or factories.TariffVersionFactory(
        tariff__organization=volunteer.organization
    )
    return factories.HonorariumFactory(report=report, tariff_version=version, **given)


def close(organization: Organization, month: Month, by: User, at: datetime = AFTER) -> Closing:
    """Close it with every warning accepted."""
    accept = [one.consent for one in checklist(organization, month, at) if not one.blocks]
    return close_month(organization, month, by=by, at=at, accept=accept)
