"""A NUL, which PostgreSQL cannot store, is refused before any page or form sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from volunteers.models import Volunteer


@pytest.fixture
def books(client_of: Callable[[User], Client], accountant: User, clock: object) -> Client:
    """The accountant's browser."""
    return client_of(accountant)


@pytest.mark.parametrize(
    "address",
    ["/payees/?q=%00", "/honoraria/?month=2026-11%00", "/payees/?q=a&q=b%00", "/payees/?x%00y=1"],
)
def test_a_nul_in_a_query_is_a_bad_request(books: Client, address: str) -> None:
    answer = books.get(address)
    assert answer.status_code == 400
    assert "読み取れない文字" in answer.content.decode()


def test_a_nul_in_a_form_is_a_bad_request_and_nothing_is_done(
    books: Client, hana: Volunteer
) -> None:
    before = AuditEntry.objects.count()
    answer = books.post(f"/payees/{hana.pk}/account/end/", {"account": "1", "reason": "a\0b"})
    assert answer.status_code == 400
    assert AuditEntry.objects.count() == before


def test_a_stranger_is_answered_in_the_same_way(db: None) -> None:
    assert Client().get("/apply/?lang=ja%00").status_code in {400, 404}
    assert Client().post("/v/sign-in/", {"contact": "\0"}).status_code == 400


def test_an_address_with_a_nul_is_not_there(books: Client) -> None:
    assert books.get("/payees/%00/").status_code == 404


def test_the_api_says_in_its_own_words_what_it_cannot_read(
    api_of: Callable[..., Client], coordinator: User
) -> None:
    answer = api_of(coordinator).get("/api/v1/requests/", {"number": "a\0"})
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
