"""通知の文面: the organization words its messages itself, and sees before how long they get."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import AuditEntry, Organization, User
from dispatch.actions.templates import problems_of, reset_template, save_template
from dispatch.message_texts import TEXTS
from dispatch.messages import send_offer, tell_filled
from dispatch.models import MessageTemplate
from dispatch.wording import kinds_of_texts, placeholders_of, shipped
from dispatch.wording_preview import KINDS, MEANING, NO_SMS, preview_of, sample_values
from realtime.models import Message
from realtime.transports.sms.segments import count
from tests.conftest import Clock
from tests.factories import OfferFactory, RequestFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
OWN = "{organization}です。{when}の{language}通訳は決まりました。ありがとうございます。"
ADDRESS = "/settings/messages/filled/ja/"


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


def test_own_words_are_what_the_next_message_says(
    page: Client, hana: Volunteer, city: Organization, now: datetime
) -> None:
    page.post(ADDRESS, {"text": OWN, "do": "save"})
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    tell_filled(offer, at=now)
    assert Message.objects.get().body == (
        "みなと市国際交流協会です。11月26日（木）14:00〜15:30のベトナム語通訳は決まりました。ありがとうございます。"
    )


def test_a_change_and_the_way_back_are_logged_with_the_words(
    page: Client, coordinator: User, city: Organization
) -> None:
    page.post(ADDRESS, {"text": OWN, "do": "save"})
    page.post(ADDRESS, {"text": OWN, "do": "save"})
    text = page.get(ADDRESS).content.decode()
    assert "佐藤 恵さんが変更" in text
    answer = page.post(ADDRESS, {"text": "?", "do": "reset"}, follow=True)
    assert "既定の文面に戻しました" in answer.content.decode()
    assert not MessageTemplate.objects.exists()
    changed, reset = AuditEntry.objects.filter(verb__startswith="message_template.").order_by("pk")
    assert (changed.actor, changed.detail["after"], changed.detail["kind"]) == (
        coordinator, OWN, "filled",
    )  # fmt: skip
    assert (reset.verb, reset.detail["before"]) == ("message_template.reset", OWN)


def test_the_shipped_words_typed_again_are_no_own_words(
    city: Organization, coordinator: User, now: datetime
) -> None:
    save_template(city, "filled", "ja", OWN, by=coordinator, at=now)
    save_template(city, "filled", "ja", shipped("filled", "ja"), by=coordinator, at=now)
    assert not MessageTemplate.objects.exists()
    assert reset_template(city, "filled", "ja", by=coordinator, at=now) is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{organization}です。{resident_name}さんの通訳です。", "{resident_name}は使えません"),
        ("{organization.policy}", "{organization.policy}は使えません"),
        ("{", "項目の名前をはさむ"),
        ("   ", "文面を入力してください"),
        ("あ" * 401, "400文字以内"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason_and_kept_on_the_page(
    page: Client, text: str, why: str
) -> None:
    answer = page.post(ADDRESS, {"text": text, "do": "save"})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not MessageTemplate.objects.exists()


def test_words_of_more_than_eight_parts_are_refused(page: Client, city: Organization) -> None:
    city.name = "とても長い名前の協会" * 12
    city.save()
    text = "{organization}" * 5 + OWN
    assert len(text) < 400
    assert "通分になります" in problems_of(city, "filled", "ja", text)[0]
    assert page.post(ADDRESS, {"text": text, "do": "save"}).status_code == 422


def test_the_length_shown_is_that_of_a_real_message(
    page: Client, hana: Volunteer, city: Organization, now: datetime
) -> None:
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana, code="A")
    send_offer(offer, at=now, not_before=now)
    real = Message.objects.get().body
    sample = preview_of(city, "offer", "ja", shipped("offer", "ja"))
    assert sample.segments == count(real).segments
    assert sample.characters == len(real)
    assert "返信:はい→A1" in sample.text


def test_the_preview_answers_with_text_and_length(page: Client) -> None:
    answer = page.post(f"{ADDRESS}preview/", {"text": OWN})
    text = answer.content.decode()
    assert "<html" not in text
    assert "みなと市国際交流協会です。11月26日（木）14:00〜15:30のベトナム語通訳は" in text
    assert 'SMS <strong class="num">1</strong>通分' in text
    wrong = page.post(f"{ADDRESS}preview/", {"text": "{x}"}).content.decode()
    assert "{x}は使えません" in wrong
    assert "通分" not in wrong


def test_without_script_a_button_shows_the_same_and_saves_nothing(page: Client) -> None:
    text = page.post(ADDRESS, {"text": OWN, "do": "preview"}).content.decode()
    assert "みなと市国際交流協会です。11月26日" in text
    assert OWN in text
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("language", list(TEXTS))
def test_all_messages_are_listed_in_each_language_filled_in(page: Client, language: str) -> None:
    text = page.get(f"/settings/messages/?language={language}").content.decode()
    assert text.count('class="wording__shown"') == len(kinds_of_texts())
    assert "{organization}" not in text
    for kind in kinds_of_texts():
        assert f"/settings/messages/{kind}/{language}/" in text


def test_every_kind_and_placeholder_is_explained_and_every_shipped_wording_fits() -> None:
    assert set(KINDS) == set(kinds_of_texts())
    assert set().union(*(placeholders_of(kind) for kind in KINDS)) == set(MEANING)
    assert set(KINDS) >= NO_SMS
    organization = Organization(name="みなと市国際交流協会", name_en="Minato")
    for language in TEXTS:
        assert set(sample_values(organization, language)) == set(MEANING)
        for kind in KINDS:
            assert problems_of(organization, kind, language, shipped(kind, language)) == []


def test_words_that_do_not_go_by_sms_have_no_parts(page: Client) -> None:
    text = page.get("/settings/messages/ring_title/ja/").content.decode()
    assert "SMSでは送りません" in text


@pytest.mark.parametrize("address", ["nothing/ja", "filled/fr", "area_unknown/ja", "mode_video/ja"])
def test_what_is_no_message_is_not_found(page: Client, address: str) -> None:
    assert page.get(f"/settings/messages/{address}/").status_code == 404


def test_another_organization_keeps_its_own_words(
    page: Client, outsider: User, client_of: Callable[[User], Client]
) -> None:
    page.post(ADDRESS, {"text": OWN, "do": "save"})
    text = client_of(outsider).get(ADDRESS).content.decode()
    assert OWN not in text
    assert "いまは既定の文面を使っています" in text
