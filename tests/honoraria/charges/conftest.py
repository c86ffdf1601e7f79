"""A hospital, and a tariff by which it is charged."""

from __future__ import annotations

import pytest

from tests import factories
from tests.honoraria.charges.charging import MIC, tariff_of


@pytest.fixture
def hospital(city):
    """Who asks for interpreters, and is billed."""
    return factories.RequestingBodyFactory(organization=city, name="中央病院")


@pytest.fixture
def charging(city):
    """6,600 yen for two hours; the patient 1,100 and a third of what exceeds, the hospital the rest."""
    return tariff_of(city, MIC, tariff__name="医療通訳の料金")
