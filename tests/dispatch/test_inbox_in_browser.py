"""The page of texts in Chromium: accessible, fits a telephone, and works by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.clock import database_now
from accounts.models import Organization, User
from realtime.models import Inbound
from tests.dispatch.answers import ask, text
from tests.factories import AssignmentFactory, InboundFactory, RequestFactory
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def texts(city: Organization, hana: Volunteer, minh: Volunteer) -> list[Inbound]:
    """Of everything that the page can show, one."""
    at = database_now()
    starts_at = at + timedelta(days=3)
    for days in (0, 1):
        start = starts_at + timedelta(days=days)
        request = RequestFactory(organization=city, starts_at=start)
        ask(request, hana, at=at)
    AssignmentFactory(
        request__organization=city, volunteer=minh, request__starts_at=starts_at,
        request__ends_at=starts_at + timedelta(hours=1),
    )  # fmt: skip
    return [
        text("2つ目は行けますが、1つ目は午後からなら大丈夫です。よろしくお願いします。", hana, at),
        text("すみません、明日は熱があって行けないかもしれません", minh, at),
        InboundFactory(
            organization_id=city.pk, state="unclear", understood_as="stranger", received_at=at
        ),
        text("A2", hana, at),
    ]


def open_page(
    chromium: Browser, live_server: LiveServer, client: Client, width: int, path: str = "/inbox/"
) -> Page:
    """The coordinator's browser on a page, at a width in CSS pixels."""
    context = chromium.new_context(viewport={"width": width, "height": 800})
    context.set_default_timeout(8000)
    session = client.session.session_key or ""
    context.add_cookies([{"name": "tsunagi_session", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + path)
    return page


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_it_is_accessible_and_fits(
    chromium: Browser,
    live_server: LiveServer,
    client_of: Callable[[User], Client],
    coordinator: User,
    texts: list[Inbound],
    width: int,
) -> None:
    page = open_page(chromium, live_server, client_of(coordinator), width)
    page.locator(f"#text-{texts[0].pk} summary").click()
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_text_is_answered_from_the_board_by_keyboard(
    chromium: Browser,
    live_server: LiveServer,
    client_of: Callable[[User], Client],
    coordinator: User,
    texts: list[Inbound],
) -> None:
    page = open_page(chromium, live_server, client_of(coordinator), 1280, "/board/")
    page.get_by_role("link", name="読んで対応する").press("Enter")
    card = page.locator(f"#text-{texts[0].pk}")
    card.get_by_text("文章で返信する").press("Enter")
    card.get_by_label("返信の文章（300文字まで）").fill("では午後からお願いします。")
    card.get_by_role("button", name="返信して対応済みにする").press("Enter")
    expect(page.get_by_text("返信しました。")).to_be_visible()
    expect(card).to_have_count(0)
