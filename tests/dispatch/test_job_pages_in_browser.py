"""A job by thumb in Chromium: today's job, the report in three taps, hours, calendar; three languages."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.clock import database_now
from dispatch.actions.feeds import renew_feed
from dispatch.models import Assignment
from interpreting.models import Report
from tests.factories import (
    AssignmentFactory,
    DeskFactory,
    HonorariumFactory,
    ReportFactory,
    RequestFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("JOB_PICTURES", "")  # a folder: keep what every page looks like


@pytest.fixture
def handset(chromium: Browser, live_server, client_of, hana) -> Callable[..., BrowserContext]:
    """handset(width=360, script=True) → Hana's browser, signed in."""
    session = client_of(hana.user).cookies["tsunagi_session"].value

    def make(width: int = 360, script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=script
        )
        context.set_default_timeout(8000)
        context.add_cookies([{"name": "tsunagi_session", "value": session, "url": live_server.url}])
        return context

    return make


@pytest.fixture
def today(city, hana) -> Assignment:
    """A job at the hospital that began ten minutes ago and takes another twenty."""
    city.phone, city.name_en = "+81426222222", "Minato International Association"
    city.save()
    at = database_now()
    request = RequestFactory(
        organization=city,
        desk=DeskFactory(organization=city, phone="+81426221111"),
        status="filled",
        starts_at=at - timedelta(minutes=10),
        ends_at=at + timedelta(minutes=20),
        next_action="close",
        next_action_at=at + timedelta(minutes=20),
    )
    return AssignmentFactory(request=request, volunteer=hana, created_at=at - timedelta(days=5))


def with_history(hana) -> None:
    """Paid, agreed and expected money of some months."""
    states = ["paid", "paid", "closed", "approved", "draft"]
    for number, state in enumerate(states):
        day = date(2026, 7 + number % 4, 3 + number)
        request = RequestFactory(organization=hana.organization, status="finished",
                                 starts_at=database_now() - timedelta(days=40 + number))  # fmt: skip
        booking = AssignmentFactory(request=request, volunteer=hana, state="finished")
        report = ReportFactory(assignment=booking, state="confirmed")
        HonorariumFactory(report=report, state=state, activity_date=day)


def look(page: Page, address: str, language: str, name: str) -> list[tuple[str, str]]:
    """What axe finds on the page, and whether it scrolls sideways."""
    page.goto(f"{address}?lang={language}")
    width = page.viewport_size["width"]
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{language}-{width}.png"), full_page=True)
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [(one["id"], one["nodes"][0]["html"]) for one in found] + [("wide", address)] * wide


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_every_page_is_accessible_and_fits(handset, live_server, today, hana, language):
    renew_feed(hana, by=None, at=database_now())
    with_history(hana)
    year = 2026
    pages = {
        "home": reverse("volunteer:home"),
        "job": reverse("volunteer:job", args=[today.pk]),
        "give-back": reverse("volunteer:job_give_back", args=[today.pk]),
        "report": reverse("volunteer_report:report", args=[today.pk]),
        "calendar": reverse("volunteer:calendar"),
        "money": reverse("volunteer_money:money"),
        "statement": reverse("volunteer_money:statement", args=[year]),
        "history": reverse("volunteer:history"),
    }
    for width in (360, 320):
        page = handset(width).new_page()
        faults = {name: look(page, live_server.url + path, language, name)
                  for name, path in pages.items()}  # fmt: skip
        assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("script", [True, False])
def test_from_arrival_to_the_report_by_thumb(handset, live_server, today, script):
    page = handset(script=script).new_page()
    page.goto(live_server.url + "/v/")
    for words in ("到着しました", "通訳を始めます", "通訳が終わりました"):
        button = page.get_by_role("button", name=words)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 72
        button.click()
    expect(page.get_by_role("heading", name="活動報告")).to_be_visible()
    page.get_by_text("電車・バス").click()
    page.get_by_label("交通費（往復・円）").fill("460")
    page.get_by_role("button", name="報告を送る").click()
    expect(page.get_by_text("報告を受け取りました")).to_be_visible()
    report = Report.objects.get()
    assert (report.outcome, report.transport_yen) == ("done", 460)
    today.refresh_from_db()
    assert today.state == "finished"
    assert today.arrived_at
    assert report.started_at <= today.started_at < today.finished_at <= report.ended_at


def test_what_is_wrong_in_a_folded_part_opens_it(handset, live_server, today):
    page = handset().new_page()
    page.goto(live_server.url + reverse("volunteer_report:report", args=[today.pk]))
    expect(page.get_by_label("終了時刻")).to_be_hidden()
    page.get_by_text("時間を直す").click()
    page.get_by_label("終了時刻").fill("xx")
    page.get_by_role("button", name="報告を送る").click()
    expect(page.get_by_label("終了時刻")).to_be_visible()
    expect(page.get_by_label("終了時刻")).to_have_value("xx")
