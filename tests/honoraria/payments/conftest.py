"""A month to pay: two people with accounts, the paying account, November closed."""

from __future__ import annotations

import pytest

from honoraria.payments.actions import prepare_batch, release_batch
from tests.honoraria.payments.paying import (
    AT,
    PAY_DAY,
    account_of,
    close_november,
    entry_of,
    paying_account,
)


@pytest.fixture
def bank(city):
    """The city's paying account."""
    return paying_account(city)


@pytest.fixture
def month(city, hana, minh, accountant):
    """Hana: three entries of 2,600 yen; Minh: 5,000 and 460 yen for the train."""
    account_of(hana)
    account_of(minh, "0000012")
    entries = [entry_of(hana, 2600) for _ in range(3)] + [entry_of(minh, 5000, 460)]
    close_november(city, accountant)
    return entries


@pytest.fixture
def prepared(city, month, bank, accountant):
    """The transfers of the month, which the accountant prepared."""
    return prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)


@pytest.fixture
def released(prepared, admin):
    """The same, released by the administrator."""
    return release_batch(prepared, by=admin, at=AT)


@pytest.fixture
def today(clock):
    """The clock of the pages on the day the batch is prepared."""
    clock.at = AT
    return clock


@pytest.fixture
def desk(client_of, accountant, today):
    """The accountant's browser."""
    return client_of(accountant)


@pytest.fixture
def second(client_of, admin, today):
    """The administrator's browser."""
    return client_of(admin)
