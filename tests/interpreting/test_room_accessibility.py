"""Every page and stage of a room for everybody: axe in four languages on a phone, and keyboard only."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from interpreting.models import Room, Seat
from tests.interpreting.calls import Call, admit, check
from tests.interpreting.test_room_in_browser import call, chromium, city, site  # noqa: F401
from tests.journeys.stack import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = (360, 740)
LANGUAGES = ["ja-simple", "en", "vi", "fa-AF"]
FOCUSED = "(selector) => document.activeElement.matches(selector)"


def faults(page: Page, stage: str) -> list[tuple[str, str, str]]:
    """What axe complains of, and whether the page scrolls sideways."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [(stage, one["id"], one["nodes"][0]["html"][:200]) for one in found] + (
        [(stage, "scrolls sideways", str(wide))] if wide > 0 else []
    )


def step(page: Page, name: str) -> None:
    expect(page.locator("#room")).to_have_attribute("data-step", name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guest_meets_no_barrier_from_consent_to_the_end(
    call: Call,  # noqa: F811
    language: str,
) -> None:
    page = call.context(size=PHONE).new_page()
    page.goto(f"{call.link()}?language={language}")
    found = faults(page, "consent")
    page.locator(".room-languages summary").click()
    found += faults(page, "languages")
    page.locator("button[name=agree]").click()
    expect(page.locator("[data-check-start]")).to_be_visible()
    found += faults(page, "ask")
    page.locator("[data-check-start]").click()
    expect(page.locator("[data-check-ready]")).to_be_visible()
    found += faults(page, "check")
    page.locator("[data-check-ready]").click()
    step(page, "waiting")
    found += faults(page, "waiting")
    Seat.objects.filter(role="resident").update(state="admitted")
    step(page, "room")
    page.locator('.room-bar [data-do="more"]').click()
    found += faults(page, "room")
    page.keyboard.press("Escape")
    page.locator('.room-bar [data-do="chat"]').click()
    found += faults(page, "chat")
    page.locator('.room-chat [data-do="chat"]').click()
    page.locator('.room-bar [data-do="leave"]').click()
    found += faults(page, "leaving")
    page.locator('[data-do="leave-now"]').click()
    step(page, "over")
    found += faults(page, "over")
    page.goto(f"/r/{'x' * 40}/?language={language}")
    found += faults(page, "problem")
    page.goto(f"/tablet/?language={language}")
    found += faults(page, "tablet")
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("size", [(1280, 800), PHONE])
def test_the_desk_meets_no_barrier(call: Call, size: tuple[int, int]) -> None:  # noqa: F811
    desk = call.context(call.coordinator, size=size).new_page()
    desk.goto(f"/rooms/{call.room.pk}/")
    found = faults(desk, "check")
    check(desk)
    step(desk, "room")
    expect(desk.locator("#invite-resident")).to_be_visible()  # the first step lies open
    found += faults(desk, "first")
    desk.locator("#invite-resident").click()
    expect(desk.locator("#desk-dialog svg").first).to_be_visible()
    found += faults(desk, "invitation")
    guest = call.context(size=PHONE).new_page()
    guest.goto(desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or "")
    guest.locator("button[name=agree]").click()
    expect(desk.locator("[data-knock]")).to_be_visible()
    expect(desk.locator("#desk-dialog")).to_be_hidden()  # nothing lies over the button
    found += faults(desk, "knock")
    if size == PHONE:
        desk.locator('[data-do="people"]').click()
    desk.locator(".room-person__more summary").last.click()
    found += faults(desk, "panel")
    desk.locator("#make-code").evaluate("(one) => one.click()")
    expect(desk.locator("#desk-dialog .room-code")).to_be_visible()
    found += faults(desk, "code")
    desk.locator("[data-close-dialog]").click()
    desk.locator("#end-room").evaluate("(one) => one.click()")
    found += faults(desk, "sure")
    desk.locator("#sure-dialog [data-sure]").click()
    step(desk, "over")
    found += faults(desk, "over")
    desk.goto(f"/rooms/{call.room.pk}/")
    found += faults(desk, "ended")
    assert not found, "\n".join(map(str, found))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(40):
        if page.evaluate(FOCUSED, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the focus never came to {selector}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_a_guest_gets_in_and_out_with_the_keyboard_alone(call: Call) -> None:  # noqa: F811
    desk = call.desk()
    page = call.context().new_page()
    page.goto(f"{call.link()}?language=en")
    press(page, "button[name=agree]")
    expect(page.locator("[data-check-start]")).to_be_visible()
    press(page, "[data-check-start]")
    expect(page.locator("[data-check-ready]")).to_be_focused()
    page.keyboard.press("Enter")
    step(page, "waiting")
    press(desk, "[data-knock] form button")
    step(page, "room")
    expect(page.locator(".room-live")).to_be_focused()
    press(page, '[data-do="mic"]')
    expect(page.locator('[data-do="mic"]')).to_have_attribute("data-on", "false")
    press(page, '.room-bar [data-do="chat"]')
    expect(page.locator("#chat-text")).to_be_focused()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(desk.locator("[data-messages]")).to_contain_text("Hello")
    press(page, '.room-bar [data-do="leave"]')
    press(page, '[data-do="leave-now"]')
    step(page, "over")


def test_the_desk_names_a_guest_and_locks_the_room(call: Call) -> None:  # noqa: F811
    desk = call.desk()
    desk.locator("#invite-observer").click()
    desk.locator("[data-close-dialog]").click()
    observer = call.room.seats.get(role="observer")
    desk.locator(f"#person-{observer.pk} summary").click()
    desk.locator(f"#label-{observer.pk}").fill("看護師")
    desk.keyboard.press("Enter")
    expect(desk.locator(".room-people")).to_contain_text("看護師")
    observer.refresh_from_db()
    assert observer.label == "看護師"
    link = call.link()
    desk.locator("#panel-more summary").click()
    desk.locator("#lock").click()
    expect(desk.locator("#unlock")).to_be_visible()
    page = call.context().new_page()
    page.goto(f"{link}?language=en")
    if page.locator("button[name=agree]").count():
        page.locator("button[name=agree]").click()
    expect(page.locator("[data-problem]")).to_have_attribute("data-problem", "room_locked")
    desk.locator("#unlock").click()
    until(lambda: Room.objects.filter(pk=call.room.pk, locked=False).exists(), 10)
    page.goto(f"{link}?language=en")
    page.locator("button[name=agree]").click()
    step(page, "check")


def test_the_desk_makes_a_link_for_an_interpreter_who_takes_over(call: Call) -> None:  # noqa: F811
    desk = call.desk()
    desk.locator("#panel-more summary").click()
    desk.locator("#hand-over").click()
    desk.locator("#desk-dialog input[value=interpreter] + button").click()
    link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
    page = call.context().new_page()
    page.goto(f"{link}?language=ja")
    page.locator("button[name=agree]").click()
    check(page)
    step(page, "waiting")  # only who is booked comes in without being let in
    admit(desk)
    step(page, "room")
