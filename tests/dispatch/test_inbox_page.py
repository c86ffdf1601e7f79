"""The page of texts that a person has to read: what is shown, and what one press does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client, override_settings

from accounts.models import AuditEntry, Organization, User
from dispatch.models import Offer, Request
from realtime.inbox import receive, unsubscribe
from realtime.models import Inbound, Message
from tests.conftest import Clock
from tests.dispatch.answers import ask, replies, request_on, text
from tests.factories import InboundFactory, SharingAgreementFactory, VolunteerFactory
from tests.twilio_calls import PUBLIC, signed_post
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
LATER = "2時間後なら行けます"


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


@pytest.fixture
def request_(city: Organization) -> Request:
    """A job that is asked for."""
    return request_on(city, 0)


@pytest.fixture
def offer(request_: Request, hana: Volunteer, now: datetime) -> Offer:
    """What hana is asked."""
    return ask(request_, hana, at=now)[0]


def shown(page: Client) -> str:
    return page.get("/inbox/").content.decode()


def press(page: Client, inbound: Inbound, verb: str, **data: object) -> str:
    """What the page says after a press."""
    answer = page.post(f"/inbox/{inbound.pk}/do/{verb}/", data, follow=True)
    return answer.content.decode()


def test_the_board_counts_and_the_page_shows_words_person_and_what_is_asked(
    page: Client, offer: Offer, hana: Volunteer, now: datetime
) -> None:
    assert "自動で判断できない返信" not in page.get("/board/").content.decode()
    text(LATER, hana, now)
    board = page.get("/board/").content.decode()
    assert "自動で判断できない返信" in board
    assert 'href="/inbox/"' in board
    html = shown(page)
    for words in (LATER, "山田 花", "ベトナム語", "11月26日", "番号 A", "自動では判断できない"):
        assert words in html


def test_one_press_records_a_yes_and_tells_the_person(
    page: Client, offer: Offer, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    inbound = text(LATER, hana, now)
    assert "記録し" in press(page, inbound, "yes", offer=offer.pk)
    offer.refresh_from_db()
    inbound.refresh_from_db()
    assert (offer.state, offer.answered_via, offer.answered_by) == ("accepted", "sms", "佐藤 恵")
    assert (inbound.state, inbound.handled_by) == ("handled", "佐藤 恵")
    assert "あなたに決まりました" in replies(inbound)[-1]
    assert AuditEntry.objects.filter(verb="inbound.handled", actor=coordinator).count() == 1
    assert "対応が必要な返信はありません" in shown(page)


def test_one_press_records_a_no(page: Client, offer: Offer, hana: Volunteer, now: datetime) -> None:
    inbound = text(LATER, hana, now)
    press(page, inbound, "no", offer=offer.pk)
    offer.refresh_from_db()
    assert offer.state == "declined"


def test_a_second_press_changes_nothing_and_says_who_was_quicker(
    page: Client, offer: Offer, hana: Volunteer, now: datetime
) -> None:
    inbound = text(LATER, hana, now)
    press(page, inbound, "done")
    assert "佐藤 恵さんが対応済み" in press(page, inbound, "reply", text="はい")
    assert "佐藤 恵さんが対応済み" in press(page, inbound, "yes", offer=offer.pk)
    offer.refresh_from_db()
    assert offer.state == "sent", "the answer is taken back with the press"
    assert len(replies(inbound)) == 1, "only what the person was told at first"


def test_the_desk_writes_back_on_the_same_channel(
    page: Client, offer: Offer, hana: Volunteer, now: datetime
) -> None:
    inbound = text(LATER, hana, now)
    assert "返信しました" in press(page, inbound, "reply", text="16時からでお願いできますか。")
    message = Message.objects.get(dedupe_key=f"inbound:{inbound.pk}:desk")
    assert (message.channel, message.address) == ("sms", hana.mobile)
    assert message.body == "【みなと市国際交流協会】16時からでお願いできますか。"
    inbound.refresh_from_db()
    assert inbound.state == "handled"


@pytest.mark.parametrize("words", ["", "   "])
def test_an_empty_reply_is_refused(
    page: Client, hana: Volunteer, now: datetime, words: str
) -> None:
    inbound = text(LATER, hana, now)
    assert "入力してください" in press(page, inbound, "reply", text=words)
    inbound.refresh_from_db()
    assert inbound.state == "unclear"


def test_an_offer_to_somebody_else_cannot_be_answered_by_this_text(
    page: Client, hana: Volunteer, minh: Volunteer, request_: Request, now: datetime
) -> None:
    [_, other] = ask(request_, hana, minh, at=now)
    inbound = text(LATER, hana, now)
    assert page.post(f"/inbox/{inbound.pk}/do/yes/", {"offer": other.pk}).status_code == 404
    assert page.post(f"/inbox/{inbound.pk}/do/yes/", {"offer": "x"}).status_code == 404
    assert page.post(f"/inbox/{inbound.pk}/do/dance/").status_code == 404


def test_texts_of_another_organization_are_not_shown(
    page: Client, town: Organization, hana: Volunteer
) -> None:
    foreign = VolunteerFactory(organization=town, name="山手 町子")
    inbound = InboundFactory(organization_id=town.pk, recipient=foreign.key, state="unclear")
    assert "山手 町子" not in shown(page)
    assert page.post(f"/inbox/{inbound.pk}/do/done/").status_code == 404


def test_a_neighbours_volunteer_stays_unnamed_until_booked(
    page: Client, city: Organization, town: Organization, request_: Request, now: datetime
) -> None:
    SharingAgreementFactory(borrower=city, lender=town)
    lent = VolunteerFactory(organization=town, name="山手 町子", number=12)
    [asked] = ask(request_, lent, at=now)
    inbound = text(LATER, lent, now)
    assert inbound.organization_id == city.pk
    html = shown(page)
    assert "山手 町子" not in html
    assert "通訳 12番" in html
    assert lent.mobile not in html
    assert f"番号 {asked.code}" in html


def test_a_strangers_code_can_be_recorded_for_one_of_those_it_was_given_to(
    page: Client, offer: Offer, hana: Volunteer, minh: Volunteer, request_: Request, now: datetime
) -> None:
    [other] = ask(request_on(request_.organization, 3), minh, at=now)
    Offer.objects.filter(pk=other.pk).update(code="Z")
    inbound = text(f"{offer.code}1", "+819099990000", now)
    html = shown(page)
    assert "山田 花さんへの打診です" in html
    assert minh.name not in html
    address = f"/inbox/{inbound.pk}/do/yes/"
    assert page.post(address, {"offer": other.pk}).status_code == 404
    assert "記録し" in press(page, inbound, "yes", offer=offer.pk)
    offer.refresh_from_db()
    assert offer.state == "accepted"


def test_a_stranger_is_shown_with_the_number_and_cannot_be_written_to(
    page: Client, city: Organization
) -> None:
    inbound = InboundFactory(
        organization_id=city.pk, state="unclear", address="+819012345678",
        understood_as="stranger",
    )  # fmt: skip
    html = shown(page)
    assert "登録のない番号" in html
    assert "090-1234-5678" in html
    assert "文章で返信する" not in html
    assert "返信できません" in press(page, inbound, "reply", text="はい")


def test_words_from_outside_are_shown_as_words(
    page: Client, hana: Volunteer, now: datetime
) -> None:
    text("<script>alert(1)</script>", hana, now)
    assert "<script>alert" not in shown(page)


def test_a_page_full_of_texts_needs_few_statements(
    page: Client, city: Organization, now: datetime, django_assert_max_num_queries: object
) -> None:
    people = [VolunteerFactory(organization=city) for _ in range(8)]
    for number, person in enumerate(people):
        ask(request_on(city, number), person, at=now)
        text(LATER, person, now)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert shown(page).count(LATER) == 8


def test_the_register_says_that_sms_was_stopped_and_what_is_left(
    page: Client, hana: Volunteer, now: datetime
) -> None:
    text("配信停止", hana, now)
    html = page.get(f"/volunteers/{hana.pk}/").content.decode()
    assert "SMSを停止しています" in html
    assert "職員からの電話だけです" in html
    assert "SMSの停止を希望しました" in html


def test_no_more_email_is_obeyed_and_never_a_dead_end(
    page: Client, hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(
        channel="email", email="hana@example.jp", other_channels=[]
    )
    unsubscribe(hana.key, now)
    unsubscribe(hana.key, now + timedelta(seconds=1))
    hana.refresh_from_db()
    assert hana.channel == "hand"
    inbound = Inbound.objects.get(recipient=hana.key)
    assert (inbound.state, inbound.channel) == ("unclear", "email")
    assert "自動で連絡する方法がなくなりました" in shown(page)


@pytest.mark.parametrize("recipient", ["volunteer:x", "volunteer:999999", "canary:email", ""])
def test_an_unsubscription_of_nobody_changes_nothing(
    hana: Volunteer, now: datetime, recipient: str
) -> None:
    unsubscribe(recipient, now)
    assert not Inbound.objects.exists()


def test_a_text_that_breaks_the_reader_waits_for_the_desk(
    page: Client, hana: Volunteer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> None:
        raise RuntimeError

    monkeypatch.setattr("dispatch.actions.inbox.parse", broken)
    inbound = receive("sms", "SM-broken", hana.mobile, "A1", now)
    assert inbound
    assert inbound.state == "unclear"
    assert "自動で処理できませんでした" in shown(page)


@override_settings(TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_FROM_NUMBER=NUMBER)
def test_a_signed_text_from_the_provider_takes_the_seat_once(
    offer: Offer, hana: Volunteer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.transports.sms.hooks.now", lambda: now)
    params = {
        "MessageSid": "SM" + "1" * 32, "AccountSid": ACCOUNT, "From": hana.mobile,
        "To": NUMBER, "Body": "Ａ１", "NumMedia": "0",
    }  # fmt: skip
    for _ in range(2):  # the provider repeats itself
        assert signed_post(f"{PUBLIC}/hooks/sms/inbound/", params).status_code == 200
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via) == ("accepted", "sms")
    assert Inbound.objects.get().understood_as == "yours"
    assert Message.objects.filter(kind="reply").count() == 1
