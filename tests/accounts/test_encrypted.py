"""Encrypted columns: a new key does not lock out old values, a lost one stops no page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.encrypted import decrypt, encrypt
from accounts.models import Organization, User
from dispatch.models import Operator
from dispatch.operators import services_for
from tests.factories import OperatorServiceFactory


def test_what_was_written_without_named_keys_opens_after_they_are_set(
    settings: Any,
) -> None:
    settings.FIELD_KEYS = ""
    old = encrypt("8807", "a.b")
    settings.FIELD_KEYS = "k1:something long and secret"
    assert decrypt(old, "a.b") == "8807"
    new = encrypt("8808", "a.b")
    assert new.startswith("k1:")
    assert decrypt(new, "a.b") == "8808"


@pytest.mark.django_db
@pytest.mark.parametrize("stored", ["gone:AAAA", "s:AAAA", "s:not base64", "s:" + "A" * 60])
def test_a_pin_that_does_not_open_says_so_and_is_not_overwritten(
    client_of: Callable[[User], Client], city: Organization, admin: User, now: datetime, stored: str
) -> None:
    service = OperatorServiceFactory(operator__organization=city)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispatch_operator SET pin = %s", [stored])
    client = client_of(admin)
    page = client.get("/settings/operators/")
    assert "読み取れません。入力し直してください" in page.content.decode()
    assert client.get("/board/").status_code == 200
    operator = services_for(city, "vi", now)[0].operator
    assert operator.pk == service.operator_id
    Operator.objects.get(pk=operator.pk).save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pin FROM dispatch_operator")
        assert cursor.fetchone() == (stored,)
