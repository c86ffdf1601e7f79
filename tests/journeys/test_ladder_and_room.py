"""From somebody at the counter to the interpreter's honorarium, through a three-way room.

Over the pages alone: the request, the ring, the room with three real pages, the end, the report and
its price. Once on two web processes and two workers with Redis, once shorter on a single process.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, Organization, User
from accounts.times import local
from dispatch.models import Assignment
from honoraria.models import Honorarium
from interpreting.models import Report, Seat, Session
from tests import factories
from tests.interpreting.calls import seat_of
from tests.interpreting.test_room_in_browser import photo
from tests.journeys.conftest import Browse
from tests.journeys.meeting import (
    Meeting,
    all_six,
    answer_ring,
    chromium,  # noqa: F401
    end_for_all,
    enter_from_request,
    invitation,
    kept_in,
    let_in,
    take_request,
    tile,
    wait_outside,
)
from tests.journeys.searches import volunteer_of
from tests.journeys.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SCREEN = "() => document.querySelector('video[data-screen]').videoWidth > 0"
SECRET = "kagami-to-tsuki-8841"


def meeting_on(stack: Stack, city: Organization, coordinator: User, browse: Browse) -> Meeting:
    """A city with a tariff and one interpreter; nothing else is made by hand."""
    factories.TariffVersionFactory(tariff__organization=city, valid_from=date(2020, 4, 1))
    person = factories.UserFactory(email=None, name="山田 花", password=None)
    hana = volunteer_of(city, number=101, name="山田 花", user=person)
    return Meeting(stack, browse, coordinator, hana)


@pytest.mark.redis
def test_from_the_counter_to_the_honorarium(
    spread: Stack, city: Organization, coordinator: User, browse: Browse, tmp_path: Path
) -> None:
    meeting = meeting_on(spread, city, coordinator, browse)
    interpreter = meeting.on_call()
    desk = meeting.office()
    request = take_request(desk, "onsite")  # video opens beside it: nobody would come in time
    assignment = answer_ring(interpreter)
    assert assignment.remote
    enter_from_request(desk)
    resident = meeting.window(phone=True).new_page()
    wait_outside(resident, invitation(desk))
    assert resident.locator("html").get_attribute("lang") == "vi"
    assert Seat.objects.get(role="resident").consented_at
    let_in(desk, resident)
    pages = (desk, resident, interpreter)
    all_six(pages)

    mute_and_chat(desk, resident)
    show_papers(desk, resident, interpreter, tmp_path)
    lose_the_network(resident, others=(desk, interpreter))
    all_six(pages)
    end_for_all(desk, pages)

    check_what_is_kept(assignment, spread)
    report_and_confirm(interpreter, desk, assignment)
    assert Honorarium.objects.get().report.assignment == assignment
    request.refresh_from_db()
    assert request.status == "finished"


def test_a_video_request_on_a_single_process(
    embedded: Stack, city: Organization, coordinator: User, browse: Browse
) -> None:
    meeting = meeting_on(embedded, city, coordinator, browse)
    interpreter = meeting.on_call()
    desk = meeting.office()
    take_request(desk, "video")
    assignment = answer_ring(interpreter)
    enter_from_request(desk)
    resident = meeting.window(phone=True).new_page()
    wait_outside(resident, invitation(desk))
    let_in(desk, resident)
    pages = (desk, resident, interpreter)
    all_six(pages)
    end_for_all(desk, pages)
    report_and_confirm(interpreter, desk, assignment)
    assert Honorarium.objects.count() == 1


def mute_and_chat(desk: Page, resident: Page) -> None:
    """The desk is not heard for a moment, and types."""
    desk.locator('[data-do="mic"]').click()
    expect(tile(resident, desk)).to_have_attribute("data-mic", "false")
    desk.locator('[data-do="mic"]').click()
    expect(tile(resident, desk)).to_have_attribute("data-mic", "true")
    desk.locator('.room-bar [data-do="chat"]').click()
    desk.fill("#chat-text", SECRET)
    desk.keyboard.press("Enter")
    resident.locator('.room-bar [data-do="chat"]').click()
    expect(resident.locator("[data-messages]")).to_contain_text(SECRET)
    for page in (desk, resident):
        page.locator('.room-chat [data-do="chat"]').click()


def show_papers(desk: Page, resident: Page, interpreter: Page, folder: Path) -> None:
    """The resident's photo, then the desk's screen, large on every page and gone afterwards."""
    resident.locator("[data-photo]").set_input_files(photo(resident, folder))
    for page in (desk, interpreter):
        expect(page.locator("[data-paper]")).to_be_visible()
    desk.locator('.room-bar [data-do="more"]').click()
    desk.locator('[data-do="screen"]').click()
    for page in (resident, interpreter):
        expect(page.locator("video[data-screen]")).to_be_visible()
        page.wait_for_function(SCREEN)
    desk.locator('[data-do="close-document"]').click()
    for page in (resident, interpreter):
        expect(page.locator("[data-documents]")).to_be_hidden()


def lose_the_network(page: Page, *, others: tuple[Page, ...]) -> None:
    """Cut off, and back in the same seat; nobody opens the door again."""
    seat = Seat.objects.get(pk=seat_of(page))
    page.context.set_offline(True)
    expect(page.locator("[data-reconnecting]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-reconnecting]")).to_be_hidden()
    expect(page.locator("#room")).to_have_attribute("data-step", "room")
    again = Seat.objects.get(role="resident")
    assert (again.pk, again.state) == (seat.pk, "admitted")
    assert again.admitted_at == seat.admitted_at
    for other in others:
        assert tile(other, page).count() == 1


def check_what_is_kept(assignment: Assignment, stack: Stack) -> None:
    """Roles and seconds and how the line was; no name, no word."""
    session = Session.objects.get(request=assignment.request)
    assert (session.kind, session.rung_kind, session.end_reason) == ("room", "video", "ended")
    assert session.assignment == assignment
    assert session.ended_at
    roles = [one["role"] for one in session.participants]
    assert sorted(roles) == ["desk", "interpreter", "resident"]
    assert all(set(one) == {"role", "seconds"} for one in session.participants)
    assert all(one["seconds"] > 0 for one in session.participants)
    assert session.network["worst"] in range(5)
    assert session.network["relayed_share"] == 0
    assert session.network["drops"] >= 1
    verbs = AuditEntry.objects.about(assignment.request.key).values_list("verb", flat=True)
    assert {"request.opened", "ring.sent", "room.opened", "room.ended"} <= set(verbs)
    assert kept_in("市役所 1階窓口"), "the search finds what is kept"
    assert kept_in(SECRET) == []
    assert SECRET not in stack.logs()


def report_and_confirm(interpreter: Page, desk: Page, assignment: Assignment) -> None:
    """The form knows when it was; the interpreter sends it as it is, and the coordinator agrees."""
    session = Session.objects.get(request=assignment.request)
    assert session.ended_at
    interpreter.get_by_role("link", name="活動報告へ").click()
    begun = local(session.started_at)
    shown = interpreter.locator("[name=start_time]").input_value()
    assert shown.lstrip("0") == f"{begun:%H:%M}".lstrip("0")
    interpreter.locator("[name=outcome][value=done]").check(force=True)
    interpreter.get_by_role("button", name="報告を送る").click()
    expect(interpreter.locator("body")).to_contain_text("報告を受け取りました")
    report = Report.objects.get(assignment=assignment)
    assert abs(report.ended_at - session.ended_at) <= timedelta(minutes=1)
    desk.goto("/reports/?tab=waiting")
    desk.locator("table a[href^='/reports/']").first.click()
    desk.get_by_role("button", name="確認する").click()
    expect(desk.locator("body")).to_contain_text("活動報告を確認しました")
