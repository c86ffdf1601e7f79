"""Applying, renewing and answering in Chromium: accessible in three languages, also without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.clock import database_now
from accounts.models import Organization
from accounts.times import local
from tests import factories
from tests.volunteers.applying import PDF, code_for, waiting
from volunteers.actions import applications as actions
from volunteers.applications.staying_links import stay_token
from volunteers.models import Application, ApplicationDocument, Registration, Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Open = Callable[..., BrowserContext]


@pytest.fixture
def window(chromium: Browser, live_server) -> Open:
    """window(width=360, session="…", script=True) → a browser of that width."""

    def make(width: int = 360, session: str = "", script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": 760}, java_script_enabled=script
        )
        context.set_default_timeout(8000)
        if session:
            cookie = {"name": "tsunagi_session", "value": session, "url": live_server.url}
            context.add_cookies([cookie])
        return context

    return make


@pytest.fixture
def scene(city: Organization, hana: Volunteer, minh: Volunteer) -> dict[str, Application]:
    """A city in which every page has something on it, as of the clock of the machine."""
    city.takes_applications, city.minimum_age, city.name_en = True, 16, "Minato Association"
    city.application_note = "毎月第2土曜日に説明会があります。"
    city.phone = "042-622-2222"
    city.save()
    at = database_now()
    today = local(at).date()
    Registration.objects.update(
        starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=30), pledged_on=today
    )
    new = waiting(city, at - timedelta(days=2))
    ApplicationDocument.objects.create(
        application=new, title="証明書", file_name="日本語能力試験_合格証.pdf",
        content_type="application/pdf", content=PDF, created_at=at,
    )  # fmt: skip
    factories.VolunteerFactory(organization=city, name="ファムティラン", kana="")
    invited = waiting(
        city, at - timedelta(days=5), name="Maria Santos", kana="", message_language="ja"
    )
    actions.invite_to_interview(
        invited, when=at + timedelta(days=3), place="市役所2階 相談室", by=None, at=at
    )
    renewal = waiting(
        city, at, kind="renewal", volunteer=minh, name=minh.name, kana=minh.kana, pledged_on=today,
        signed_name=minh.name, pledge_version="2026-04", mobile=minh.mobile,
        term_starts_on=date(today.year + 1, 4, 1),
    )  # fmt: skip
    Volunteer.objects.filter(pk=hana.pk).update(stay_asked_at=at - timedelta(days=3))
    old = factories.VolunteerFactory(organization=city, number=77, name="岡田 静")
    Volunteer.objects.filter(pk=old.pk).update(created_at=datetime(2019, 4, 1, tzinfo=UTC))
    return {"new": new, "invited": invited, "renewal": renewal}


def look(page: Page, address: str, language: str = "") -> list[tuple[str, str]]:
    """What axe finds on the page, and whether it scrolls sideways."""
    page.goto(f"{address}?lang={language}" if language else address)
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found] + [("wide", address)] * wide


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_the_pages_of_applicants_and_volunteers_are_accessible(
    live_server, window, scene, city, hana, client_of, language
):
    session = client_of(hana.user).session.session_key
    hana.refresh_from_db()
    names = {
        "": [
            reverse("volunteers:apply", args=[city.slug]),
            reverse("volunteers:application_status", args=[scene["new"].reference]),
            reverse("volunteers:application_status", args=[scene["invited"].reference]),
            reverse("volunteers:stay", args=[stay_token(hana)]),
        ],
        session: [reverse("volunteer:term")],
    }
    wrong = {}
    for kept, paths in names.items():
        page = window(320, kept).new_page()
        for path in paths:
            if found := look(page, live_server.url + path, language):
                wrong[path] = found
    assert not wrong


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_the_desk_are_accessible(live_server, window, scene, admin, client_of, width):
    session = client_of(admin).session.session_key
    page = window(width, session).new_page()
    paths = [
        reverse("volunteers:applications"),
        reverse("volunteers:application", args=[scene["new"].pk]),
        reverse("volunteers:application", args=[scene["invited"].pk]),
        reverse("volunteers:renewals"),
        reverse("volunteers:renewal", args=[scene["renewal"].pk]),
        reverse("volunteers:staying"),
        reverse("volunteers:application_settings"),
    ]
    wrong = {path: found for path in paths if (found := look(page, live_server.url + path))}
    assert not wrong


def test_somebody_applies_without_javascript(live_server, window, scene, city):
    page = window(360, script=False).new_page()
    page.goto(live_server.url + reverse("volunteers:apply", args=[city.slug]) + "?lang=ja")
    page.get_by_label("氏名", exact=False).first.fill("阮 文 安")
    page.get_by_role("button", name="確認へ進む").click()
    assert page.get_by_label("氏名", exact=False).first.input_value() == "阮 文 安"
    page.get_by_label("生年月日").fill("平成2年4月1日")
    page.get_by_label("住所").fill("みなと市本町1-2-3")
    page.get_by_label("携帯電話").fill("08011112222")
    row = page.get_by_role("group", name="ことば 1")
    row.get_by_label("ことば", exact=False).first.select_option("vi")
    row.get_by_label("このことばを聞いて").select_option("3")
    row.get_by_label("日本語を聞いて").select_option("2")
    page.get_by_label("応募の理由").fill("助けたいから")
    upload = {"name": "n1.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("ファイルを選ぶ").set_input_files([upload])
    page.get_by_role("button", name="確認へ進む").click()
    page.get_by_role("button", name="に送る").first.click()
    draft = Application.objects.get(state="draft")
    page.get_by_label("確認番号").fill(code_for(draft))
    page.get_by_role("button", name="応募を送る").click()
    assert page.get_by_role("heading", name="応募の状況").is_visible()
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert draft.documents.count() == 1
