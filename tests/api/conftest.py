"""API clients of the cast; the clock of the pages stands at ``now``."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def desk(api_of, coordinator, clock):
    """The coordinator's client."""
    return api_of(coordinator)


@pytest.fixture
def teacher(api_of, requester, clock):
    """The client of the school, which asks for interpreters."""
    return api_of(requester)


@pytest.fixture
def books(api_of, accountant, clock):
    """The accountant's client."""
    return api_of(accountant)


@pytest.fixture
def stranger(api_of, outsider, clock):
    """The client of the other town's coordinator."""
    return api_of(outsider)


@pytest.fixture
def need():
    """A body that opens a booked request for the day after tomorrow."""
    return {
        "language": "vi",
        "mode": "accompany",
        "urgency": "booked",
        "field": "medical",
        "starts_at": "2026-11-26T14:00:00+09:00",
        "ends_at": "2026-11-26T15:30:00+09:00",
        "place": {"name": "市立病院", "address": "本町1-2-3", "lat": 35.71, "lon": 139.57},
        "note": "内科の初診。",
    }


@pytest.fixture
def send():
    """Post anything that JSON can say, also what REST framework's own encoder refuses."""

    def post(client, address, body):
        return client.post(address, json.dumps(body), content_type="application/json")

    return post
