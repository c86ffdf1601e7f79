"""What the offer's page says a job would pay."""

from __future__ import annotations

import pytest

from dispatch.subscriptions import price_estimate
from tests import factories
from tests.honoraria.tariff_builders import rules

PAGES = rules({"kind": "per_page", "size": 1, "amount": 2000, "rounding": {"method": "ceil"}})


@pytest.fixture
def version(city):
    """3,000 yen under two hours, 5,000 from there on; transport as paid."""
    return factories.TariffVersionFactory(tariff__organization=city)


def test_the_booked_length_gives_the_amount(city, version):
    assert price_estimate(factories.RequestFactory(organization=city)) == "3,000円＋交通費"


def test_nobody_travels_to_a_video_call(city, version):
    request = factories.RequestFactory(organization=city, mode="video")
    assert price_estimate(request) == "3,000円"


def test_transport_that_is_included_is_not_said_to_come_on_top(city, version):
    version.rules = rules({"kind": "flat", "amount": 2300, "per": "activity"})
    version.save()
    assert price_estimate(factories.RequestFactory(organization=city)) == "2,300円"


def test_without_a_tariff_or_with_an_unknown_length_nothing_is_promised(city, town, version):
    assert price_estimate(factories.RequestFactory(organization=town)) == ""
    version.rules = PAGES
    version.save()
    assert price_estimate(factories.RequestFactory(organization=city, mode="translation")) == ""


def test_a_job_on_site_that_is_asked_for_by_video_is_priced_as_video(city, version):
    factories.TariffVersionFactory(
        tariff__organization=city,
        modes=["video"],
        tariff__priority=0,
        rules=rules({"kind": "flat", "amount": 1800, "per": "activity"}),
    )
    version.tariff.priority = 1
    version.tariff.save()
    request = factories.RequestFactory(organization=city, mode="onsite")
    assert price_estimate(request) == "3,000円＋交通費"
    assert price_estimate(request, remote=True) == "1,800円"
