"""Short ways to charges: a tariff, a visit that somebody is billed for."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.errors import ActionError
from honoraria.tariff import preset
from tests import factories
from tests.interpreting.reporting import confirmed

MIC = preset("mic-own-in-prefecture").rules


def tariff_of(city, some_rules, **more):
    """A version that charges (or pays) since 2020."""
    return factories.TariffVersionFactory(
        tariff__organization=city, valid_from=date(2020, 4, 1), rules=some_rules, **more
    )


def visit(hana, coordinator, hospital, minutes=121, **job):
    """A confirmed report of a visit that the hospital asked for."""
    job = {"body": hospital, "payer": "body", **job}
    return confirmed(hana, coordinator, job=job, minutes=minutes)


def code_of(attempt):
    """With which code an action is refused."""
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code
