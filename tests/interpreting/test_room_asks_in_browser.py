"""What people ask for from within a running room: a call to the own number, another interpreter."""

# ruff: noqa: F811 - fixtures
from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.clock import database_now
from dispatch.models import Offer
from interpreting.models import PhoneLeg
from tests.interpreting.calls import Call, admit
from tests.interpreting.test_room_in_browser import call, chromium, city, site  # noqa: F401
from tests.journeys.stack import until
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_the_own_number_can_be_given_from_the_menu_while_the_line_is_good(call: Call) -> None:
    desk, resident = call.desk(), call.resident("en", size=(360, 740))
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    form = resident.locator("[data-phone-form]")
    expect(form).to_be_hidden()
    resident.locator('.room-bar [data-do="more"]').click()
    resident.get_by_role("button", name="Take part by telephone").click()
    expect(resident.get_by_label("Telephone number")).to_be_focused()
    resident.wait_for_timeout(2500)  # looks at the good line do not take it away
    resident.get_by_label("Telephone number").fill("090-1111-2222")
    form.get_by_role("button").click()
    until(lambda: PhoneLeg.objects.filter(state="ready").exists())
    expect(form.locator("[data-phone-answer]")).not_to_be_empty()
    resident.locator('[data-do="hide-phone"]').click()
    expect(form).to_be_hidden()


def test_the_desk_rings_another_interpreter_without_leaving_the_conversation(
    call: Call, minh: Volunteer
) -> None:
    at = database_now()
    switch_on_call(minh, at + timedelta(hours=1), by=None, at=at)
    desk = call.desk()
    desk.locator("#panel-more summary").click()
    desk.locator("#hand-over").click()
    person = desk.locator("#desk-dialog .room-person", has_text=minh.name)
    person.get_by_role("button", name="呼び出す").click()
    expect(desk.locator("#desk-dialog")).to_be_hidden()
    panel = desk.locator("#room-panel")
    expect(panel.get_by_text("呼出中")).to_be_visible()
    assert Offer.objects.get().volunteer == minh
    panel.locator("#give-up").click()
    expect(panel.get_by_text("呼出中")).to_have_count(0)
    assert not Offer.objects.open().exists()
