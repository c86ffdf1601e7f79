"""A volunteer's life on the phone: from the SMS to the honorarium, and what else may come between.

Every test runs the product as a process that sends through the simulated Twilio; pages are opened in
Chromium at the size of a phone, what the provider says comes as signed requests, and only time,
which nobody can wait for, is moved in the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from accounts.models import Organization, User
from accounts.times import local
from dispatch.models import Assignment, Offer, Request
from dispatch.policy import policy_for
from honoraria.models import Honorarium
from realtime.models import Inbound, Message
from tests import factories
from tests.journeys.conftest import Browse, test_database_url
from tests.journeys.load import allowed_delay
from tests.journeys.provider import Town, town
from tests.journeys.stack import until
from volunteers.models import Application, Registration, Volunteer
from volunteers.terms import fiscal_year_end

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = {"width": 360, "height": 740}
DESK = "+81426221111"


@pytest.fixture
def city(city: Organization) -> Organization:
    """The city, whose messages do leave the house here."""
    city.is_demo, city.phone = False, DESK
    city.save()
    return city


@pytest.fixture
def live(transactional_db: None) -> Iterator[Town]:
    """The running product with telephones."""
    with town(test_database_url()) as running_one:
        yield running_one


@pytest.fixture
def registered(hana: Volunteer, minh: Volunteer) -> None:
    """Their terms hold today, in whatever year the test runs."""
    today = local(database_now()).date()
    Registration.objects.update(
        starts_on=today - timedelta(days=99), ends_on=today + timedelta(days=200)
    )


@pytest.fixture
def need(city: Organization, registered: None) -> Callable[..., Request]:
    """need(hours=72) → a job in Vietnamese so far away, which the worker asks people for."""

    def make(hours: float = 72, **fields: object) -> Request:
        at = database_now().replace(second=0, microsecond=0)
        given: dict[str, object] = {"place_area": "中央地区", "next_action_at": at, "opened_at": at}
        given |= {"starts_at": at + timedelta(hours=hours), "policy": policy_for(city)}
        return factories.RequestFactory(organization=city, **given | fields)

    return make


Need = Callable[..., Request]


def leave_out(volunteer: Volunteer) -> None:
    """Somebody speaks another language today."""
    volunteer.skills.update(language="th")


def move_to(assignment: Assignment, begins: datetime, minutes: int = 90) -> None:
    """The job is at another time: what nobody can wait for in a test."""
    ends = begins + timedelta(minutes=minutes)
    Request.objects.filter(pk=assignment.request_id).update(starts_at=begins, ends_at=ends)
    Assignment.objects.filter(pk=assignment.pk).update(period=DateTimeTZRange(begins, ends))


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def press(page: Page, name: str, says: str) -> None:
    """One big button, and the words that answer it."""
    fits(page)
    page.get_by_role("button", name=name).click()
    expect(page.locator("main")).to_contain_text(says)


def test_from_the_sms_to_the_honorarium(
    live: Town, need: Need, hana: Volunteer, minh: Volunteer, coordinator: User, browse: Browse
) -> None:
    factories.TariffVersionFactory(
        tariff__organization=hana.organization, valid_from=datetime(2020, 4, 1).date()
    )
    leave_out(minh)
    request = need()
    phone = browse(live.url, **PHONE).new_page()
    phone.goto(live.link(hana.mobile))
    until(lambda: Message.objects.get(kind="offer").state == "delivered")
    expect(phone.locator("main")).not_to_contain_text(request.place_name)
    press(phone, "引き受けます", "あなたに決まりました")
    assignment = Assignment.objects.get(request=request)
    sign_in_by_code(phone, live, hana)
    expect(phone.locator("main")).to_contain_text(request.place_name)
    expect(phone.get_by_role("link", name="地図を開く")).to_be_visible()
    expect(phone.get_by_role("link", name="行けなくなりました")).to_be_visible()

    move_to(assignment, database_now() + timedelta(minutes=40))
    phone.goto("/v/")
    expect(
        phone.get_by_role("heading", name=re.compile("今日の通訳|もうすぐの通訳"))
    ).to_be_visible()
    press(phone, "出発しました", "出発を窓口に知らせました")
    board = browse(live.url, coordinator).new_page()
    board.goto("/board/")
    expect(board.locator("main")).to_contain_text("出発")
    phone.goto(f"/v/assignments/{assignment.pk}/")
    press(phone, "到着しました", "到着を窓口に知らせました")
    press(phone, "通訳を始めます", "開始を記録しました")
    expect(phone.get_by_role("link", name="行けなくなりました")).to_have_count(0)
    begins = database_now() - timedelta(minutes=80)
    move_to(assignment, begins)
    Assignment.objects.filter(pk=assignment.pk).update(started_at=begins)
    phone.reload()
    press(phone, "通訳が終わりました", "続けて、活動報告をお願いします")
    hand_in_report(phone)

    confirm_report(browse(live.url, coordinator).new_page())
    entry = Honorarium.objects.get()
    assert (entry.volunteer_id, entry.total) == (hana.pk, 3460)
    phone.goto("/v/")
    phone.get_by_role("link", name="活動時間と謝礼").click()
    expect(phone.locator(".money-lines")).to_contain_text("3,460円")
    fits(phone)


def sign_in_by_code(phone: Page, live: Town, volunteer: Volunteer) -> None:
    """The details are shown to the telephone in the register only."""
    phone.get_by_role("button", name="詳しい内容を見る").click()
    expect(phone.locator("main")).not_to_contain_text(volunteer.mobile[-8:])
    (code,) = re.findall(r"\b\d{6}\b", live.text(volunteer.mobile, "確認番号"))
    phone.locator("[name=code]").fill(code)
    fits(phone)
    phone.get_by_role("button", name="確認する").click()


def hand_in_report(phone: Page) -> None:
    """In three taps, and the fare."""
    phone.wait_for_url("**/report/")
    fits(phone)
    phone.locator("[name=transport][value=train_bus]").check(force=True)
    phone.locator("[name=transport_yen]").fill("４６０")
    phone.locator("[name=outcome][value=done]").check(force=True)
    press(phone, "報告を送る", "報告を受け取りました")


def confirm_report(office: Page) -> None:
    """The coordinator agrees with it."""
    office.goto("/reports/?tab=waiting")
    office.locator("table a[href^='/reports/']").first.click()
    office.get_by_role("button", name="確認する").click()
    expect(office.locator("body")).to_contain_text("活動報告を確認しました")


def test_a_text_back_is_an_answer_and_is_answered(
    live: Town, need: Need, hana: Volunteer, minh: Volunteer, browse: Browse
) -> None:
    leave_out(minh)
    request = need()
    asked = live.text(hana.mobile, "/o/")
    (code,) = re.findall(r"はい→([A-Z])1", asked)
    wide = chr(ord(code) - ord("A") + ord("Ａ")) + "１"
    assert live.handsets.write(hana.mobile, wide).status_code == 200
    back = live.text(hana.mobile, "決まりました")
    assert Assignment.objects.get(request=request).volunteer_id == hana.pk
    assert Offer.objects.get().answered_via == "sms"
    phone = browse(live.url, **PHONE).new_page()
    (link,) = re.findall(r"http://\S+/o/[\w-]+/", back)
    phone.goto(link)
    expect(phone.locator("main")).to_contain_text("あなたに決まりました")

    live.handsets.token = "somebody else's"
    assert live.handsets.write(hana.mobile, "行けなくなりました").status_code == 403
    assert Inbound.objects.count() == 1


def test_without_a_receipt_mail_and_then_a_call_go_and_a_key_accepts(
    live: Town, need: Need, hana: Volunteer, minh: Volunteer
) -> None:
    leave_out(minh)
    hana.email, hana.other_channels = "hana@example.jp", ["email", "voice"]
    hana.save()
    request = need(hours=0.5, urgency="now")
    until(lambda: live.texts_to(hana.mobile))
    sms = tried("sms")
    assert sms.urgent, "so that no way waits for an hour"
    nothing_was_heard(sms)  # the telephone is off, and the provider does not know
    nothing_was_heard(tried("email"))
    until(lambda: tried("voice").provider_id)
    call = live.telephones.answer(hana.mobile)
    assert "ベトナム語" in " ".join(words for _, words in call.spoken)
    live.telephones.press(hana.mobile, "1")
    assert Assignment.objects.get(request=request).volunteer_id == hana.pk
    assert Offer.objects.get().answered_via == "voice"
    assert len(live.texts_to(hana.mobile)) == 1, "asked once"
    chain = list(Message.objects.filter(kind="offer_now").order_by("pk"))
    assert [one.channel for one in chain] == ["sms", "email", "voice"]
    assert [one.state for one in chain] == ["sent", "sent", "delivered"]


def tried(channel: str) -> Message:
    """The try on a channel, once it has been handed over."""
    found = Message.objects.filter(
        kind="offer_now", channel=channel, state__in=["sent", "delivered"]
    )
    until(found.exists)
    return found.get()


def nothing_was_heard(message: Message) -> None:
    """The time for a receipt is over."""
    changed = Message.objects.filter(pk=message.pk, receipt_by__isnull=False)
    assert changed.update(receipt_by=database_now()) == 1


def test_who_gives_a_job_back_is_replaced_at_once(
    live: Town, need: Need, hana: Volunteer, minh: Volunteer, coordinator: User, browse: Browse
) -> None:
    request = need(next_action_at=database_now() + timedelta(hours=2))
    first = factories.OfferFactory(
        request=request, volunteer=hana, created_at=database_now(),
        expires_at=database_now() + timedelta(hours=2),
    )  # fmt: skip
    phone = browse(live.url, hana.user, **PHONE).new_page()
    phone.goto(f"/o/{first.token}/")
    press(phone, "引き受けます", "あなたに決まりました")
    board = browse(live.url, coordinator).new_page()
    board.goto("/board/")
    expect(board.locator("[data-live-state=live]")).to_be_visible()
    board.evaluate("window.neverReloaded = true")

    phone.get_by_role("button", name="詳しい内容を見る").click()
    phone.get_by_role("link", name="行けなくなりました").click()
    fits(phone)
    phone.locator("[name=reason]").first.check(force=True)
    press(phone, "行けません。ほかの方をさがしてください", "ほかの方をさがします")
    given_back = database_now()
    link = live.link(minh.mobile)
    asked_at = Offer.objects.get(volunteer=minh).created_at
    assert asked_at - given_back < timedelta(seconds=5 * allowed_delay())
    expect(board.locator(f"#job-{request.pk}")).to_be_visible()
    assert not live.texts_to(hana.mobile), "nobody asks again who has just given it back"
    other = browse(live.url, **PHONE).new_page()
    other.goto(link)
    press(other, "引き受けます", "あなたに決まりました")
    expect(board.locator(f"#job-{request.pk}")).to_have_count(0)
    assert board.evaluate("window.neverReloaded")
    holder = Assignment.objects.active().get(request=request)
    assert holder.volunteer_id == minh.pk


def test_silence_before_a_job_alarms_the_board(
    live: Town, need: Need, hana: Volunteer, coordinator: User, browse: Browse
) -> None:
    at = database_now()
    request = need(hours=30, status="filled", next_action="close")
    booking = factories.AssignmentFactory(
        request=request, volunteer=hana, created_at=at - timedelta(days=5)
    )
    board = browse(live.url, coordinator).new_page()
    board.goto("/board/")
    expect(board.locator("[data-live-state=live]")).to_be_visible()
    expect(board.locator("#head-silent")).to_have_count(0)
    Assignment.objects.filter(pk=booking.pk).update(
        reconfirm_asked_at=at - timedelta(hours=7), reconfirm_again_at=at - timedelta(hours=4)
    )
    Request.objects.filter(pk=request.pk).update(next_action_at=at)
    row = board.locator(f"#silent-{booking.pk}")
    expect(row).to_contain_text(hana.name, timeout=30_000)
    # the board says so by the rows; the worker notes it at its next look
    noted = Assignment.objects.filter(pk=booking.pk, reconfirm_silent_at__isnull=False)
    until(noted.exists)

    phone = browse(live.url, hana.user, **PHONE).new_page()
    phone.goto("/v/")
    phone.get_by_role("button", name="行けます").click()
    expect(phone.locator("main")).to_contain_text("「行けます」とお返事しました")
    expect(row).to_have_count(0, timeout=20_000)


def test_a_term_is_renewed_by_reading_and_signing_the_pledge(
    live: Town, registered: None, hana: Volunteer, coordinator: User, browse: Browse
) -> None:
    today = local(database_now()).date()
    ends = today + timedelta(days=30)
    Registration.objects.filter(volunteer=hana).update(ends_on=ends)
    phone = browse(live.url, hana.user, **PHONE).new_page()
    phone.goto("/v/term/")
    expect(phone.get_by_role("heading", name="誓約書", exact=True)).to_be_visible()
    fits(phone)
    phone.locator("[name=hours]").check(force=True)
    phone.get_by_role("button", name="署名して更新を申し込む").click()
    expect(phone.locator("[role=alert], .error-summary").first).to_be_visible()
    assert not Application.objects.exists(), "nothing is renewed without a signature"
    phone.locator("[name=agreed]").check(force=True)
    phone.locator("[name=signed_name]").fill(hana.name)
    press(phone, "署名して更新を申し込む", "更新の手続きを受け付けました")

    office = browse(live.url, coordinator).new_page()
    office.goto("/volunteers/renewals/")
    row = office.locator("tr", has_text=hana.name)
    expect(row).to_contain_text("届いています")
    row.get_by_role("link", name="内容を見る").click()
    office.locator("main form button.button--primary").click()
    office.wait_for_load_state()
    begins = ends + timedelta(days=1)
    term = hana.registrations.order_by("-starts_on")[0]
    assert (term.starts_on, term.ends_on) == (begins, fiscal_year_end(begins))
    phone.goto("/v/term/")
    expect(phone.locator("main")).to_contain_text(f"{term.ends_on.year}年{term.ends_on.month}月")
    assert "更新" in live.text(hana.mobile, "更新")
