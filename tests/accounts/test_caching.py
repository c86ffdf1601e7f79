"""What a browser or a proxy may keep of the pages of somebody who signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_no_cache_keeps_what_a_signed_in_person_sees(
    coordinator: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(coordinator)
    for address in ("/requests/", "/volunteers/", "/board/"):
        assert "no-store" in page.get(address).headers["Cache-Control"]
    assert page.get("/board/fragment/").headers["Cache-Control"] == "no-cache, private"
