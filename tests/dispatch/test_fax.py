"""FAX送信票: what the desk prints for whoever is told by FAX."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pypdfium2
import pytest
from django.test import Client

from accounts.models import Organization, User
from dispatch.calls import TO_SAY, call_list
from dispatch.fax_sheet import sheet_of
from dispatch.messages import send_offer
from dispatch.models import Request
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
def person(city: Organization) -> Volunteer:
    """Somebody with a FAX and nothing else."""
    Organization.objects.filter(pk=city.pk).update(fax="03-1234-5678", phone="03-1234-5670")
    made: Volunteer = VolunteerFactory(
        organization=city, name="青木 節子", mobile="", email="", channel="hand",
        fax="+81426123456",
    )  # fmt: skip
    return made


@pytest.fixture
def request_(city: Organization) -> Request:
    """A request with everything in it that must not get out."""
    made: Request = RequestFactory(
        organization=city, place_area="港北", place_name="第三病院", note="糖尿病の検査"
    )
    return made


def asked(request: Request, person: Volunteer, at: datetime) -> Message:
    """The question to somebody without a channel: on the call list."""
    offer = OfferFactory(request=request, volunteer=person, state="prepared", sent_at=None)
    send_offer(offer, at=at, not_before=at)
    return Message.objects.get(subject_key=offer.key)


def text_of(pdf: bytes) -> str:
    """What is printed on the first page; there must be only one."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    found = document[0].get_textpage().get_text_range()
    return "".join(found.split())


def test_the_sheet_asks_with_boxes_and_says_where_to_send_it_back(
    page: Client, request_: Request, person: Volunteer, now: datetime
) -> None:
    message = asked(request_, person, now)
    answer = page.get(f"/messages/{message.pk}/fax.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    text = text_of(answer.content)
    for shown in ("青木節子様", "042-612-3456", "ベトナム語", "11月26日（木）14:00〜15:30", "港北",
                  "行けます", "行けません", "返送先FAX03-1234-5678", "2026年11月24日",
                  "11月24日12:00までに"):  # fmt: skip
        assert shown in text, shown


def test_it_names_no_resident_no_place_and_no_illness(
    page: Client, request_: Request, person: Volunteer, now: datetime
) -> None:
    text = text_of(page.get(f"/messages/{asked(request_, person, now).pk}/fax.pdf").content)
    for hidden in (request_.resident_name, "病院", "糖尿病", "医療", request_.place_address):
        assert "".join(hidden.split()) not in text


def test_without_a_fax_of_its_own_the_organization_is_answered_by_telephone(
    page: Client, request_: Request, person: Volunteer, now: datetime
) -> None:
    Organization.objects.update(fax="")
    text = text_of(page.get(f"/messages/{asked(request_, person, now).pk}/fax.pdf").content)
    assert "返送" not in text
    assert "お電話でお知らせください" in text
    assert "03-1234-5670" in text


@pytest.mark.parametrize("kind", TO_SAY)
def test_every_kind_of_message_has_a_sheet(
    city: Organization, request_: Request, person: Volunteer, now: datetime, kind: str
) -> None:
    offer = OfferFactory(request=request_, volunteer=person)
    MessageFactory(recipient=person.key, organization_id=city.pk, kind=kind, subject_key=offer.key)
    (call,) = call_list(city, now)
    sheet = sheet_of(call, city, now)
    assert sheet["greeting"]
    assert sheet["asks"] == (kind.startswith(("offer_now", "offer_video", "reconfirm"))
                             or kind in {"offer", "ring"})  # fmt: skip


def test_what_tells_news_has_no_boxes(
    page: Client, city: Organization, request_: Request, person: Volunteer
) -> None:
    message = MessageFactory(
        recipient=person.key, organization_id=city.pk, subject_key=request_.key
    )
    text = text_of(page.get(f"/messages/{message.pk}/fax.pdf").content)
    assert "取消しになりました" in text
    assert "行けます" not in text


def test_the_call_list_leads_to_the_sheet_only_for_people_with_a_fax(
    page: Client, request_: Request, person: Volunteer, hana: Volunteer, now: datetime
) -> None:
    message = asked(request_, person, now)
    Volunteer.objects.filter(pk=hana.pk).update(channel="hand")
    hana.refresh_from_db()
    other = asked(request_, hana, now)
    text = page.get("/board/").content.decode()
    assert f"/messages/{message.pk}/fax.pdf" in text
    assert f"/messages/{other.pk}/fax.pdf" not in text
    assert page.get(f"/messages/{other.pk}/fax.pdf").status_code == 404


def test_there_is_none_for_what_needs_no_call_any_more(
    page: Client, request_: Request, person: Volunteer, now: datetime
) -> None:
    message = asked(request_, person, now)
    Message.objects.filter(pk=message.pk).update(handled_at=now)
    assert page.get(f"/messages/{message.pk}/fax.pdf").status_code == 404


def test_another_organization_gets_none(
    outsider: User, client_of: Callable[[User], Client], clock: Clock, request_: Request,
    person: Volunteer, now: datetime,
) -> None:  # fmt: skip
    message = asked(request_, person, now)
    assert client_of(outsider).get(f"/messages/{message.pk}/fax.pdf").status_code == 404


def test_an_answer_by_telephone_is_recorded_from_the_call_list(
    page: Client, request_: Request, person: Volunteer, now: datetime
) -> None:
    asked(request_, person, now)
    offer = person.offers.get()
    assert f"/offers/{offer.pk}/answer/?back=board" in page.get("/board/").content.decode()
    page.post(f"/offers/{offer.pk}/answer/?back=board", {"answer": "no"})
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via) == ("declined", "phone")
