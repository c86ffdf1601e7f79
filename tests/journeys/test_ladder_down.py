"""Nobody comes and nobody answers: the desk is led down to an operator, and to a device.

The coordinator watches the request's page while the worker climbs by itself, minutes shortened by
the organization's own policy. Every step leaves its line in the request's record.
"""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from accounts.models import AuditEntry, Organization, User
from dispatch.models import OperatorCall, Request
from dispatch.policy import DEFAULT
from interpreting.models import Session
from tests import factories
from tests.journeys.conftest import Browse
from tests.journeys.meeting import take_request
from tests.journeys.searches import volunteer_of
from tests.journeys.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PATIENCE = 30_000.0
SHORT = 0.03  # minutes a rung is given here


@pytest.fixture
def hurried(city: Organization) -> Organization:
    """A city whose rungs wait two seconds, with one volunteer, who is not looking."""
    ladder = copy.deepcopy(DEFAULT["ladder"])
    for rung in ladder:
        if rung["kind"] in {"volunteer", "video", "neighbour"}:
            rung["minutes"]["now"] = SHORT
    city.policy = {"ladder": ladder}
    city.save()
    volunteer_of(city, number=101, name="山田 花")
    return city


@pytest.fixture
def office(embedded: Stack, hurried: Organization, coordinator: User, browse: Browse) -> Page:
    """The coordinator's window."""
    context = browse(embedded.url, coordinator)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def test_an_operator_is_called_when_nobody_answers(hurried: Organization, office: Page) -> None:
    operator = factories.OperatorFactory(organization=hurried, name="多言語コール", pin="4711-02")
    factories.OperatorServiceFactory(operator=operator, yen_per_call=200, minimum_minutes=5)
    request = take_request(office, "onsite")
    press(office, "電話した")  # appears by itself, two rungs further down
    expect(office.locator("body")).to_contain_text("03-1234-5678")
    press(office, "つながった")
    expect(office.get_by_text("通話開始")).to_be_visible(timeout=PATIENCE)
    assert Session.objects.get().kind == "operator"
    talk_for(minutes=7)
    press(office, "通話が終わった")
    expect(office.locator("#head-calls ~ ul")).to_contain_text("8分・840円", timeout=PATIENCE)

    call = OperatorCall.objects.get()
    assert (call.state, call.yen) == ("ended", 200 + 8 * 80)
    request.refresh_from_db()
    assert (request.status, request.cancel_reason) == ("finished", "")
    assert steps(request) == ["video", "operator"]
    verbs = set(AuditEntry.objects.about(request.key).values_list("verb", flat=True))
    assert {"wave.sent", "operator.dialled", "operator.connected", "operator.ended"} <= verbs
    read = office.locator(".timeline").inner_text()
    for words in ("ボランティア（映像）", "外部通訳", "多言語コール", "840円"):
        assert words in read


def test_a_device_helps_for_the_moment_and_a_human_is_booked(
    hurried: Organization, office: Page
) -> None:
    request = take_request(office, "onsite")  # no operator is under contract
    expect(office.get_by_text("次の内容には翻訳機を使わないでください")).to_be_visible(
        timeout=PATIENCE
    )
    office.locator("#device-form [name=start]").fill("10:30")
    press(office, "翻訳機で対応し、後日の通訳を手配する")
    expect(office.locator("body")).to_contain_text("翻訳機で対応した", timeout=PATIENCE)

    request.refresh_from_db()
    assert request.status == "finished"
    assert request.device_used_at
    follow_up = Request.objects.get(follow_up_of=request)
    assert (follow_up.status, follow_up.urgency, follow_up.language) == ("open", "booked", "vi")
    assert follow_up.starts_at > request.ends_at
    assert steps(request) == ["video", "device"]
    entries = AuditEntry.objects.about(request.key)
    passed = entries.filter(verb__in=["rung.passed_over", "rung.left_out"])
    assert {one.detail["rung"] for one in passed} == {"neighbour", "operator"}
    assert Session.objects.get().kind == "device"
    office.get_by_role("link", name=request.number).click()
    expect(office.locator("body")).to_contain_text("翻訳機で対応しました", timeout=PATIENCE)
    expect(office.get_by_role("link", name=follow_up.number)).to_be_visible()


def press(page: Page, name: str) -> None:
    """Press a button of the page as soon as it is there."""
    page.get_by_role("button", name=name).click()


def talk_for(*, minutes: float) -> None:
    """The call has been going on for so long: what nobody can wait for in a test."""
    began = database_now() - timedelta(minutes=minutes, seconds=5)
    OperatorCall.objects.update(connected_at=began, dialled_at=began)
    Session.objects.update(started_at=began)


def steps(request: Request) -> list[str]:
    """The rungs that opened, in order, as the record tells."""
    opened = AuditEntry.objects.about(request.key).filter(verb="rung.opened")
    return [one.detail["rung"] for one in opened.order_by("at", "id")]
