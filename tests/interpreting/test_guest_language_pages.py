"""案内文の言語: what a coordinator sees and prints."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from interpreting import guest_texts

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


def read(client: Client, name: str, *args: str) -> str:
    response = client.get(reverse(f"interpreting:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_every_language_stands_there_in_its_own_script(
    client_of: Browser, coordinator: User
) -> None:
    page = read(client_of(coordinator), "guest_languages")
    for tag, name, _ in guest_texts.languages():
        assert f'<bdi lang="{tag}">{name}</bdi>' in page
    assert "母語話者の確認がまだです" in page
    assert "/settings/guest-languages/fa-AF/sheet/" in page


def test_the_consent_is_shown_from_right_to_left_with_the_desks_name(
    client_of: Browser, coordinator: User, city: Organization
) -> None:
    page = read(client_of(coordinator), "guest_language", "fa-AF")
    assert 'lang="fa-AF" dir="rtl"' in page
    assert f"\u2068{city.name}\u2069" in page
    assert guest_texts.texts("fa-AF")["consent_not_recorded"] in page
    assert guest_texts.texts("ja")["consent_not_recorded"] in page
    assert "{desk}" not in page


def test_the_sheet_has_every_text_beside_the_japanese(
    client_of: Browser, coordinator: User
) -> None:
    page = read(client_of(coordinator), "guest_language_sheet", "km")
    assert page.count("<code") == len(guest_texts.texts("ja"))
    assert guest_texts.texts("km")["said_slower"] in page
    assert "直し" in page


@pytest.mark.parametrize("tag", ["xx", "zh", "EN", "ja_simple", "en-US"])
def test_only_the_tag_of_a_file_is_an_address(
    client_of: Browser, coordinator: User, tag: str
) -> None:
    for name in ("guest_language", "guest_language_sheet"):
        url = reverse(f"interpreting:{name}", args=[tag])
        assert client_of(coordinator).get(url).status_code == 404
