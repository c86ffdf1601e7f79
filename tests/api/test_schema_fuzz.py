"""Whatever is sent along the published description, the API answers as described and never with 5xx.

Each example runs in a transaction that is rolled back; half of them are aimed at rows that exist,
so that not everything ends at 404. Of the many boundary values of large bodies every fourth is
taken; ``API_FUZZ=full`` takes all of them.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tokens import create_token
from config.api import TokenThrottle
from config.api_docs import description
from dispatch.policy import policy_for
from tests import factories

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LARGE = {"volunteers", "requests", "assignments", "honoraria", "honoraria.csv", "honoraria.xlsx"}
STRIDE = 1 if os.environ.get("API_FUZZ") == "full" else 4
seen: Counter[str] = Counter()


@pytest.fixture
def rows(city, admin, hana, minh, monkeypatch):
    """Something of each kind, and the token of an administrator."""
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "1000000/min"})
    request = factories.RequestFactory(organization=city, policy=policy_for(city))
    offer = factories.OfferFactory(request=request, volunteer=hana)
    done = factories.RequestFactory(organization=city, status="filled", policy=policy_for(city))
    booked = factories.AssignmentFactory(request=done, volunteer=minh)
    report = factories.ReportFactory(assignment=booked)
    factories.HonorariumFactory(report=report)
    _, key = create_token(admin.memberships.get(), "fuzz", by=admin, at=factories.NOW)
    return {
        "requests": request.pk,
        "volunteers": hana.pk,
        "offers": offer.pk,
        "assignments": booked.pk,
        "key": key,
    }


@pytest.fixture
def one_connection():
    """Keep the connection beyond a request, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


api = schemathesis.openapi.from_dict(description())
api.app = get_wsgi_application()


@api.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_it_answers_as_described_whatever_is_sent(case, rows, one_connection):
    seen[case.operation.label] += 1
    kind = case.path.split("/")[3]
    if kind in LARGE and seen[case.operation.label] % STRIDE:
        return
    number = case.path_parameters.get("id") if case.path_parameters else None
    if isinstance(number, int) and number % 2 == 0:
        case.path_parameters["id"] = rows[kind]
    with transaction.atomic():
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Token {rows['key']}"})
        transaction.set_rollback(True)
