"""The cast and the factories make rows that the database accepts."""

from accounts.clock import database_now
from tests import factories


def test_every_factory_makes_a_valid_row(city):
    tariff = factories.TariffVersionFactory(tariff__organization=city)
    honorarium = factories.HonorariumFactory(
        report__assignment__request__organization=city, tariff_version=tariff
    )
    assert honorarium.organization == honorarium.volunteer.organization == city
    assert factories.HonorariumFactory().tariff_version.tariff.organization_id
    assert factories.OfferFactory(request__organization=city).volunteer.organization == city
    factories.RequirementFactory(request__organization=city).full_clean()
    factories.WaveFactory(request__organization=city)
    factories.DeskFactory(organization=city)
    factories.PlaceFactory(organization=city)
    factories.AreaFactory(organization=city)


def test_the_volunteers_of_the_cast_may_be_offered_something(hana, minh, now):
    found = type(hana).objects.of(hana.organization).offerable(now.date())
    assert set(found) == {hana, minh}


def test_client_of_and_api_of_work(coordinator, hana, client_of, api_of):
    assert client_of(coordinator).session["_auth_user_id"] == str(coordinator.pk)
    assert client_of(hana.user).session["_auth_user_id"] == str(hana.user.pk)
    assert api_of(coordinator)._credentials["HTTP_AUTHORIZATION"].startswith("Token ")


def test_the_clock_of_the_pages_stands_still_until_it_is_moved(clock, now):
    assert database_now() == now
    clock.move(minutes=5)
    assert (database_now() - now).total_seconds() == 300
