"""Devices, passkeys, one's own data, and leaving."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import AuditEntry
from accounts.sessions import VOLUNTEER_SESSION, volunteer_of_scope
from dispatch.phone.pushes import SESSION
from realtime.models import Inbound, Message, PushSubscription
from tests.factories import (
    AssignmentFactory,
    HonorariumFactory,
    MembershipFactory,
    MessageFactory,
    OfferFactory,
    ReportFactory,
    RequestFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(hana, client_of, clock) -> Client:
    """Hana's telephone."""
    return client_of(hana.user)


def test_another_device_is_signed_out_with_its_socket_and_its_notifications(
    phone, hana, client_of, now
):
    tablet = client_of(hana.user)
    session = tablet.session
    session[SESSION] = "https://push.example.jp/1"
    session.save()
    PushSubscription.objects.create(
        recipient=f"user:{hana.user_id}", endpoint="https://push.example.jp/1", created_at=now
    )
    scope = {"session": tablet.session}
    assert volunteer_of_scope(scope) == hana.pk
    row = UserSession.objects.get(session_key=session.session_key)
    phone.post("/v/devices/end/", {"device": row.pk})
    assert volunteer_of_scope(scope) is None
    assert tablet.get("/v/").status_code == 302
    assert phone.get("/v/").status_code == 200
    assert not PushSubscription.objects.exists()


def test_all_others_at_once_but_not_this_one(phone, hana, client_of):
    others = [client_of(hana.user) for _ in range(2)]
    phone.post("/v/devices/end/", {"device": "others"})
    assert [one.get("/v/").status_code for one in others] == [302, 302]
    assert phone.get("/v/devices/").status_code == 200


def test_nobody_ends_somebody_elses_session(phone, minh, client_of):
    other = client_of(minh.user)
    row = UserSession.objects.get(user=minh.user)
    phone.post("/v/devices/end/", {"device": row.pk})
    assert other.get("/v/").status_code == 200


def test_what_is_no_passkey_is_not_kept(phone):
    phone.get("/v/devices/")
    for sent in ("", "{}", '{"id": 1}', "null"):
        phone.post("/v/devices/passkeys/add/", {"credential": sent})
    assert not Authenticator.objects.exists()


def test_who_also_works_in_the_office_makes_passkeys_there(phone, hana, city):
    MembershipFactory(user=hana.user, organization=city, role="admin")
    assert "passkey_add" not in phone.get("/v/devices/").content.decode()
    phone.post("/v/devices/passkeys/add/", {"credential": "{}"})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("sent", ["", "{}", '{"response": {"userHandle": "!"}}', "null"])
def test_what_is_no_answer_of_a_passkey_signs_nobody_in(db, sent):
    browser = Client()
    browser.get("/v/passkey/")
    assert browser.post("/v/passkey/", {"credential": sent})["Location"] == "/v/sign-in/"
    assert VOLUNTEER_SESSION not in browser.session


# one's own data ------------------------------------------------------------------------------------
def unzipped(response) -> tuple[dict, str]:
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    return json.loads(archive.read("data.json")), archive.read("README.txt").decode("utf-8-sig")


def test_the_download_holds_what_is_known_and_no_third_person(phone, hana, minh, city):
    secrets = {
        "resident_name": "グエン・ヴァン・秘密", "place_name": "秘密病院", "place_address": "秘密町1",
        "contact_name": "秘密 先生", "contact_phone": "+81422000000", "note": "秘密の病気",
    }  # fmt: skip
    request = RequestFactory(organization=city, status="filled", **secrets)
    mine = AssignmentFactory(request=request, volunteer=hana)
    HonorariumFactory(report=ReportFactory(assignment=mine, comment="無事に終わりました"))
    OfferFactory(request=RequestFactory(organization=city, **secrets), volunteer=minh)
    MessageFactory(organization_id=city.pk, recipient=minh.key, body="ミンさんへの連絡")
    MessageFactory(organization_id=city.pk, recipient=hana.key, kind="code", body="123456")
    data, readme = unzipped(phone.post("/v/data/"))
    assert data["registrations"][0]["name"] == "山田 花"
    assert [one["language"] for one in data["registrations"][0]["languages"]] == ["vi", "en"]
    assert data["reports"][0]["comment"] == "無事に終わりました"
    assert data["honoraria"][0]["total"] == 3460
    assert (len(data["assignments"]), data["offers"]) == (1, [])
    text = json.dumps(data, ensure_ascii=False) + readme
    assert not [word for word in ("秘密", "ミン", "123456", "feed_token") if word in text]
    assert "山田 花さんのデータ" in readme
    assert AuditEntry.objects.filter(verb="volunteer.data_downloaded").count() == 1


def test_the_words_beside_it_are_in_the_readers_language(phone, hana):
    _data, readme = unzipped(phone.post("/v/data/?lang=en"))
    assert "data.json contains" in readme


# leaving -------------------------------------------------------------------------------------------
def test_leaving_says_what_happens_and_needs_a_tick(phone, hana, city):
    AssignmentFactory(request=RequestFactory(organization=city, status="filled"), volunteer=hana)
    assert "決まっている予定1件は取りやめて" in phone.get("/v/leave/").content.decode()
    assert phone.post("/v/leave/", {"reason": "引っ越し"}).status_code == 422
    hana.refresh_from_db()
    assert hana.status == "active"


def test_leaving_gives_bookings_back_and_tells_the_desk(phone, hana, city):
    held = AssignmentFactory(
        request=RequestFactory(organization=city, status="filled"), volunteer=hana
    )
    response = phone.post("/v/leave/", {"reason": "引っ越し", "sure": "on"})
    assert response["Location"] == "/v/left/"
    hana.refresh_from_db()
    held.refresh_from_db()
    held.request.refresh_from_db()
    assert (hana.status, held.state, held.request.status) == ("withdrawn", "cancelled", "open")
    assert "引っ越し" in Inbound.objects.get().body
    assert phone.get("/v/").status_code == 302
    assert "ありがとうございました" in phone.get("/v/left/").content.decode()
    assert not Message.objects.filter(kind="code").exists()


def test_nobody_leaves_in_the_middle_of_an_interpretation(phone, hana, city, clock):
    held = AssignmentFactory(
        request=RequestFactory(organization=city, status="filled"), volunteer=hana
    )
    clock.at = held.request.starts_at
    response = phone.post("/v/leave/", {"sure": "on"})
    assert response.status_code == 422
    hana.refresh_from_db()
    assert hana.status == "active"
