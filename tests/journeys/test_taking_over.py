"""A second interpreter takes over in the middle of a conversation, and the first one goes."""

# ruff: noqa: F811 - the browser of meeting.py takes the place of the conftest's
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.clock import database_now
from accounts.models import Organization, User
from dispatch.models import Assignment
from interpreting.models import Session
from tests.interpreting.calls import Call, call_in, enter, hears, seat_of
from tests.journeys.conftest import test_database_url
from tests.journeys.meeting import Patient, all_six, chromium, end_for_all, sees_or_hears_why  # noqa: F401
from tests.journeys.stack import Stack, running, until
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Stack]:
    """One web process with sockets."""
    with running(test_database_url(), workers=0) as stack:
        yield stack


@pytest.fixture
def call(
    chromium: Browser,
    site: Stack,
    city: Organization,
    coordinator: User,
    hana: Volunteer,
    client_of: Callable[[User], Client],
) -> Iterator[Call]:
    """An open room whose booked interpreter is Hana."""
    with call_in(chromium, site.url, city, coordinator, hana, client_of) as found:
        yield Patient(**vars(found))


def test_a_second_interpreter_takes_over_while_the_first_is_still_there(
    call: Call, minh: Volunteer
) -> None:
    at = database_now()
    switch_on_call(minh, at + timedelta(hours=1), by=None, at=at)
    desk, resident, first = call.everybody()
    all_six((desk, resident, first))
    hand_over(desk, minh)
    second = from_own_pages(call, minh)
    for page in (desk, resident, first):  # all four at once
        hears(page, seat_of(second))
        hears(second, seat_of(page))
        sees_or_hears_why(page, second)
    go(first)
    for page in (desk, resident, second):
        expect(page.locator(f'[data-tiles] [data-seat="{seat_of(first)}"]')).to_have_count(0)
    for page in (desk, resident):
        hears(page, seat_of(second))
        sees_or_hears_why(second, page)
    end_for_all(desk, (desk, resident, second))

    session = Session.objects.get()
    assert session.assignment == Assignment.objects.get(volunteer=call.interpreter)
    roles = sorted(one["role"] for one in session.participants)
    assert roles == ["desk", "interpreter", "interpreter", "resident"]
    assert all(one["seconds"] > 0 for one in session.participants)
    for page in (first, second):
        expect(page.get_by_role("link", name="活動報告へ")).to_be_visible()


def hand_over(desk: Page, volunteer: Volunteer) -> None:
    """The desk chooses among those on call, without leaving the conversation."""
    desk.locator("#panel-more summary").click()
    desk.locator("#hand-over").click()
    taker = desk.locator("#desk-dialog .room-person", has_text=volunteer.name)
    taker.get_by_role("button", name="この方に引き継ぐ").click()
    expect(desk.locator("#desk-dialog")).to_be_hidden()
    until(lambda: Assignment.objects.filter(volunteer=volunteer).exists())


def from_own_pages(call: Call, volunteer: Volunteer) -> Page:
    """The one who takes over comes in by the own pages, as the message says."""
    page = call.context(volunteer.user, size=(360, 740)).new_page()
    page.goto("/v/")
    page.get_by_role("link", name="詳しい内容を見る").click()
    page.get_by_role("link", name=re.compile("通訳ルーム")).click()
    enter(page)
    return page


def go(page: Page) -> None:
    """Leave, and say so."""
    page.locator('.room-bar [data-do="leave"]').click()
    page.locator('[data-do="leave-now"]').click()
    expect(page.locator("#room")).to_have_attribute("data-over", "left")
