"""Whom the desk has to telephone: on the board until somebody has done it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from channels.layers import get_channel_layer
from django.test import Client

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.calls import record_call
from dispatch.calls import TO_SAY, call_list
from dispatch.message_texts import JA
from dispatch.messages import send_offer
from dispatch.models import Offer, Request
from realtime.events import organization_group
from realtime.models import Message
from tests.conftest import Clock
from tests.factories import MessageFactory, OfferFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


@pytest.fixture
def request_(city: Organization) -> Request:
    """An open request of the city."""
    return RequestFactory(organization=city)


def unreached(volunteer: Volunteer, request: Request, **fields: object) -> Message:
    fields = {"subject_key": request.key, "organization_id": volunteer.organization_id} | fields
    return MessageFactory(recipient=volunteer.key, **fields)


@pytest.mark.parametrize("state", ["by_hand", "failed"])
@pytest.mark.parametrize("kind", ["booking_cancelled", "booking_changed", "booked", "reconfirm",
                                  "report", "filled", "report_returned"])  # fmt: skip
def test_whoever_did_not_get_a_message_is_on_the_board_with_what_to_say_and_a_number(
    page: Client, hana: Volunteer, request_: Request, kind: str, state: str
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(mobile="+819012345678")
    unreached(hana, request_, kind=kind, state=state)
    text = page.get("/board/").content.decode()
    section = text.partition("電話で連絡する方")[2].partition("</article>")[0]
    for shown in ("山田 花", TO_SAY[kind], "090-1234-5678", "ベトナム語"):
        assert shown in section


def test_every_message_about_a_request_has_words_for_the_telephone() -> None:
    no_message = {"subject", "money_subject", "area_unknown", "ring_push", "ring_stop"}
    told = {k for k in JA if not k.startswith("mode_") and not k.endswith("_title")}
    kinds = told - no_message
    assert kinds - set(TO_SAY) == set()


def test_codes_old_messages_and_those_taken_back_are_not_to_be_telephoned(
    hana: Volunteer, request_: Request, city: Organization, now: datetime
) -> None:
    unreached(hana, request_, kind="code")
    unreached(hana, request_, error="taken_back", state="failed")
    unreached(hana, request_, created_at=now - timedelta(days=2, minutes=1))
    unreached(hana, request_, state="delivered")
    assert call_list(city, now) == []
    kept = unreached(hana, request_, created_at=now - timedelta(days=1, hours=23))
    assert [call.message for call in call_list(city, now)] == [kept]


def test_a_push_that_failed_is_listed_unless_it_went_beside_another_message(
    hana: Volunteer, request_: Request, city: Organization, now: datetime
) -> None:
    for kind in ("ring_stop", "push_test", "channel_test", "stay"):
        unreached(hana, request_, kind=kind, channel="push", state="failed")
    assert call_list(city, now) == []
    only = unreached(hana, request_, kind="reconfirm", channel="push", state="failed")
    assert [call.message for call in call_list(city, now)] == [only]


def test_an_offer_is_on_the_list_only_while_it_waits_for_an_answer(
    city: Organization, request_: Request, now: datetime
) -> None:
    person = VolunteerFactory(organization=city, mobile="", email="", channel="hand")
    offer = OfferFactory(request=request_, volunteer=person)
    send_offer(offer, at=now, not_before=now)
    assert [call.offer for call in call_list(city, now)] == [offer]
    Offer.objects.update(state="declined")
    assert call_list(city, now) == []


def test_the_job_that_begins_next_comes_first_and_what_is_over_last(
    hana: Volunteer, city: Organization, now: datetime
) -> None:
    starts = [now + timedelta(days=3), now - timedelta(days=1), now + timedelta(hours=2)]
    requests = [RequestFactory(organization=city, starts_at=start) for start in starts]
    for one in requests:
        unreached(hana, one)
    found = [call.request for call in call_list(city, now)]
    assert found == [requests[2], requests[0], requests[1]]


def test_ticking_it_off_takes_it_from_the_list_and_is_logged(
    page: Client, coordinator: User, hana: Volunteer, request_: Request, now: datetime
) -> None:
    message = unreached(hana, request_)
    etag = page.get("/board/fragment/")["ETag"]
    answer = page.post(f"/calls/{message.pk}/done/", follow=True)
    assert "電話での連絡を記録しました。" in answer.content.decode()
    assert "電話で連絡する方" not in answer.content.decode()
    assert page.get("/board/fragment/", headers={"if-none-match": etag}).status_code == 200
    message.refresh_from_db()
    assert (message.handled_at, message.handled_by) == (now, "佐藤 恵")
    entry = AuditEntry.objects.get(verb="message.handled")
    assert (entry.actor, entry.subject) == (coordinator, request_.key)
    assert "電話で伝えました（派遣が取消しになったこと）" in (
        page.get(f"/requests/{request_.pk}/").content.decode()
    )


def test_two_at_the_desk_do_not_both_record_the_same_call(
    page: Client, coordinator: User, hana: Volunteer, request_: Request, now: datetime
) -> None:
    message = unreached(hana, request_)
    page.post(f"/calls/{message.pk}/done/")
    answer = page.post(f"/calls/{message.pk}/done/", follow=True)
    assert "すでに佐藤 恵さんが連絡済みにしています。" in answer.content.decode()
    assert AuditEntry.objects.filter(verb="message.handled").count() == 1
    sent = unreached(hana, request_, state="sent")
    with pytest.raises(ActionError, match="必要がなくなりました"):
        record_call(sent, by=coordinator, at=now)


def test_an_offer_read_out_on_the_telephone_counts_as_sent(
    coordinator: User, city: Organization, request_: Request, now: datetime
) -> None:
    person = VolunteerFactory(organization=city, mobile="", email="", channel="hand")
    offer = OfferFactory(request=request_, volunteer=person, state="prepared", sent_at=None)
    send_offer(offer, at=now, not_before=now)
    record_call(Message.objects.get(), by=coordinator, at=now)
    offer.refresh_from_db()
    assert (offer.state, offer.sent_at) == ("sent", now)


def test_the_other_boards_of_the_organization_hear_of_it(
    coordinator: User,
    hana: Volunteer,
    request_: Request,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    heard: list[tuple[str, str]] = []

    async def hear(group: str, event: dict[str, str]) -> None:
        heard.append((group, event["event"]))

    monkeypatch.setattr(get_channel_layer(), "group_send", hear)
    message = unreached(hana, request_)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        record_call(message, by=coordinator, at=now)
    assert heard == [(organization_group(hana.organization_id), "message.changed")]


def test_another_organization_neither_sees_nor_ticks_it(
    outsider: User, client_of: Callable[[User], Client], hana: Volunteer, request_: Request,
    clock: Clock,
) -> None:  # fmt: skip
    message = unreached(hana, request_)
    client = client_of(outsider)
    assert "山田 花" not in client.get("/board/").content.decode()
    assert client.post(f"/calls/{message.pk}/done/").status_code == 404
