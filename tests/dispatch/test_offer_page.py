"""The page behind the link in a message: what it shows, what a press does, how it ends."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.actions.assignments import give_back
from dispatch.actions.offers import accept_offer, decline_offer, withdraw_offer
from dispatch.actions.requests import cancel_request
from dispatch.models import Assignment, Offer, Request
from realtime.models import Message
from tests.factories import OfferFactory, RequestFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
SECRETS = ["市立病院", "本町1-2-3", "内科の初診", "グエン・ヴァン・A"]


@pytest.fixture
def phone() -> Client:
    """A browser without any cookie that insists on CSRF tokens, as a real one would be treated."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def wanted(city, clock) -> Request:
    city.phone = "+81426222222"
    city.save()
    return RequestFactory(organization=city, place_area="中央地区")


@pytest.fixture
def offer(wanted, hana) -> Offer:
    return OfferFactory(request=wanted, volunteer=hana)


@pytest.fixture
def rival(wanted, minh) -> Offer:
    return OfferFactory(request=wanted, volunteer=minh)


def url(offer: Offer, name: str = "offer") -> str:
    return reverse(f"dispatch:{name}", args=[offer.token])


def page(client: Client, offer: Offer, **extra: str) -> str:
    response = client.get(url(offer), **extra)
    assert response.status_code == 200
    return response.content.decode()


def press(client: Client, offer: Offer, name: str = "offer_accept", **data: str) -> str:
    """POST as the button does, and follow to what the person then sees."""
    response = client.post(url(offer, name), data)
    assert response.status_code == 303
    shown = client.get(response["Location"])
    assert shown.status_code == 200
    return shown.content.decode()


def test_it_shows_what_may_be_known_before_accepting(phone, offer):
    text = page(phone, offer)
    for shown in ["ベトナム語", "Tiếng Việt", "11月26日（木）", "14:00〜15:30", "1時間30分",
                  "中央地区", "医療", "同行", "規定によりお支払いします", "042-622-2222"]:  # fmt: skip
        assert shown in text
    assert not [secret for secret in SECRETS if secret in text]


def test_it_shows_an_estimate_when_a_tariff_can_give_one(phone, offer, monkeypatch):
    monkeypatch.setattr(
        "dispatch.subscriptions.price_estimates", [lambda request, remote: "3,000円"]
    )
    assert "3,000円" in page(phone, offer)


def test_accepting_needs_one_press_and_no_cookie(phone, offer):
    text = press(phone, offer)
    assert "あなたに決まりました" in text
    assert "詳しい内容を見る" in text
    assert not [secret for secret in SECRETS if secret in text]
    assert Assignment.objects.get().volunteer == offer.volunteer
    assert Offer.objects.get().answered_via == "web"


def test_pressing_twice_reloading_or_going_back_tells_the_same_story(phone, offer):
    first = phone.post(url(offer, "offer_accept"))
    again = phone.post(url(offer, "offer_accept"))
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])
    assert "あなたに決まりました" in page(phone, offer)
    assert "あなたに決まりました" in press(phone, offer, "offer_decline")
    assert Assignment.objects.count() == 1


def test_the_slower_one_is_told_kindly_and_kept_in_reserve(phone, offer, rival):
    press(phone, rival)
    text = press(phone, offer)
    assert "ほかの方に決まりました" in text
    assert "控えとして記録しました" in text
    assert Offer.objects.get(pk=offer.pk).late_yes_at is not None


def test_who_opens_the_link_after_somebody_took_it_may_wait_in_reserve(phone, offer, rival):
    press(phone, rival)
    text = page(phone, offer)
    assert "ほかの方に決まりました" in text
    assert "控えとして待ちます" in text
    assert "控えとして記録しました" in press(phone, offer)


def test_declining_asks_for_the_reason_only_afterwards(phone, offer):
    assert "予定がある" not in page(phone, offer)
    text = press(phone, offer, "offer_decline")
    assert "お返事ありがとうございました" in text
    assert "予定がある" in text
    text = press(phone, offer, "offer_reason", reason="busy", note="来週なら行けます")
    assert "理由をお聞かせいただき" in text
    assert Offer.objects.get().decline_reason == "予定がある：来週なら行けます"


def test_a_reason_in_english_reaches_the_desk_in_japanese(phone, offer):
    phone.get(url(offer) + "?lang=en")
    press(phone, offer, "offer_decline")
    press(phone, offer, "offer_reason", reason="far")
    assert Offer.objects.get().decline_reason == "場所が遠い"


def test_nonsense_as_a_reason_changes_nothing(phone, offer):
    press(phone, offer, "offer_decline")
    press(phone, offer, "offer_reason", reason="hacked")
    assert Offer.objects.get().decline_reason == ""


def test_after_a_no_it_can_still_be_taken_while_it_is_open(phone, offer):
    assert "やはり引き受けます" in press(phone, offer, "offer_decline")
    assert "あなたに決まりました" in press(phone, offer)


def test_after_a_no_nothing_is_offered_once_somebody_else_has_it(phone, offer, rival):
    press(phone, offer, "offer_decline")
    press(phone, rival)
    text = page(phone, offer)
    assert "お返事ありがとうございました" in text
    assert "やはり引き受けます" not in text


def test_an_expired_offer_can_be_accepted_while_nobody_has_it(phone, offer):
    Offer.objects.update(state=Offer.State.EXPIRED)
    assert "期限を過ぎました" in page(phone, offer)
    assert "あなたに決まりました" in press(phone, offer)


def test_a_withdrawn_offer_says_so(phone, offer, coordinator, now):
    withdraw_offer(offer, by=coordinator, at=now)
    text = page(phone, offer)
    assert "取り下げました" in text
    assert "answer--yes" not in text


def test_a_cancelled_request_says_so_to_asked_and_booked_people(phone, wanted, offer, now):
    accept_offer(offer, via="web", at=now)
    cancel_request(wanted, cancelled_by="body", reason="延期", by=None, at=now)
    text = page(phone, offer)
    assert "取り消しになりました" in text
    assert "延期" not in text


def test_a_changed_request_says_so_and_leads_to_the_new_offer(phone, wanted, offer, hana):
    Message.objects.create(
        organization_id=wanted.organization_id, recipient=hana.key, kind="offer_changed",
        channel="sms", body="…", dedupe_key=f"{offer.key}:changed", created_at=wanted.opened_at,
        not_before=wanted.opened_at,
    )  # fmt: skip
    Offer.objects.update(state=Offer.State.WITHDRAWN)
    assert "日時や場所などが変わりました" in page(phone, offer)
    newer = OfferFactory(request=wanted, volunteer=hana)
    assert url(newer) in page(phone, offer)


def test_a_booking_given_back_says_so(phone, offer, now):
    answer = accept_offer(offer, via="web", at=now)
    give_back(answer.assignment, reason="体調", at=now)
    assert "辞退のご連絡をいただきました" in page(phone, offer)


def test_an_old_request_says_that_it_is_over(phone, offer, clock):
    clock.move(days=5)
    text = page(phone, offer)
    assert "このお願いは終わりました" in text
    assert "<form" not in text


def test_somebody_booked_elsewhere_is_told_why_in_their_language(phone, city, offer, hana, now):
    other = OfferFactory(
        request=RequestFactory(organization=city, place_name="図書館"), volunteer=hana
    )
    accept_offer(other, via="web", at=now)
    response = phone.post(url(offer, "offer_accept") + "?lang=en")
    assert response.status_code == 409
    assert "You are booked for something else" in response.content.decode()
    assert Offer.objects.get(pk=offer.pk).state == "sent"


@pytest.mark.parametrize("name", ["offer_accept", "offer_decline", "offer_reason", "offer_details"])
def test_a_get_never_answers_but_leads_back_to_the_offer(phone, offer, name):
    for method in (phone.get, phone.head):
        response = method(url(offer, name))
        assert response.status_code == 303
        assert response["Location"] == url(offer)
    assert Offer.objects.get().state == "sent"


def test_a_person_opening_the_page_is_noted_as_seen_and_nothing_else(phone, offer, now):
    page(phone, offer, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari Line/14.0")
    offer.refresh_from_db()
    assert (offer.state, offer.seen_at) == ("seen", now)
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "facebookexternalhit/1.1;line-poker/1.0"},
        {"HTTP_USER_AGENT": "Slackbot-LinkExpanding 1.0"},
        {"HTTP_USER_AGENT": "Mozilla/5.0", "HTTP_SEC_PURPOSE": "prefetch;prerender"},
    ],
)
def test_a_preview_of_the_link_is_not_taken_for_a_person(phone, offer, headers):
    page(phone, offer, **headers)
    phone.head(url(offer))
    assert Offer.objects.get().state == "sent"


def test_unknown_links_get_a_kind_page_with_the_desks_telephone(phone, offer):
    for name in ["offer", "offer_fragment", "offer_accept"]:
        response = phone.get(
            reverse(f"dispatch:{name}", args=["x" * 22]), HTTP_ACCEPT_LANGUAGE="vi"
        )
        assert response.status_code == 404
        assert "This link does not work" in response.content.decode()
        assert "042-622-2222" in response.content.decode()
    assert phone.post(reverse("dispatch:offer_accept", args=["x" * 22])).status_code == 404


def test_guessing_links_is_slowed_down_but_valid_ones_work(phone, offer):
    statuses = [phone.get(f"/o/guess-{n}/").status_code for n in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    assert phone.get(url(offer)).status_code == 200


@pytest.mark.parametrize("token", ["あ", "%00", "a" * 300, "'--"])
def test_odd_links_are_just_unknown(phone, offer, token):
    assert phone.get(f"/o/{token}/").status_code == 404


def test_the_language_of_the_messages_is_the_default_and_a_choice_stays(phone, offer):
    Volunteer.objects.update(message_language="ja-simple")
    assert "を おねがいします" in page(phone, offer)
    response = phone.get(url(offer) + "?lang=en")
    assert response["Content-Language"] == "en"
    assert '<html lang="en"' in response.content.decode()
    text = page(phone, offer)
    assert "Can you interpret?" in text
    assert "Thursday 26 November" in text


def test_without_cookies_the_language_in_the_address_survives_an_answer(offer):
    response = Client().post(url(offer, "offer_accept") + "?lang=en")
    assert response["Location"].endswith("?lang=en")
    assert "It is yours" in Client().get(response["Location"]).content.decode()


def test_the_live_part_answers_304_until_something_changes(phone, offer, rival):
    first = phone.get(url(offer, "offer_fragment"))
    etag = first["ETag"]
    assert phone.get(url(offer, "offer_fragment"), HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert f'data-live-etag="{etag.replace(chr(34), "&quot;")}"' in page(phone, offer)
    press(phone, rival)
    changed = phone.get(url(offer, "offer_fragment"), HTTP_IF_NONE_MATCH=etag)
    assert "ほかの方に決まりました" in changed.content.decode()


def test_an_open_page_shows_that_the_person_is_looking(phone, offer, hana, clock):
    page(phone, offer)
    later = clock.move(minutes=3)
    phone.get(url(offer, "offer_fragment"))
    hana.refresh_from_db()
    assert hana.last_seen_at == later


def test_no_cache_keeps_the_page(phone, offer):
    assert "no-store" in phone.get(url(offer))["Cache-Control"]


def test_details_send_a_code_to_the_person_and_never_show_themselves(phone, offer, now):
    decline_offer(offer, via="web", at=now)
    assert phone.post(url(offer, "offer_details"))["Location"] == url(offer)
    press(phone, offer)
    response = phone.post(url(offer, "offer_details"))
    assert response["Location"] == reverse("volunteer:code")
    message = Message.objects.get(kind="code")
    assert message.address == offer.volunteer.mobile
    shown = phone.get(response["Location"]).content.decode()
    assert offer.volunteer.mobile[-4:] in shown
    assert offer.volunteer.mobile not in shown


def test_details_open_at_once_for_who_is_signed_in_as_that_person(client_of, offer, hana, minh):
    mine, other = client_of(hana.user), client_of(minh.user)
    press(mine, offer)
    target = reverse("volunteer:job", args=[Assignment.objects.get().pk])
    assert mine.post(url(offer, "offer_details"))["Location"] == target
    assert other.post(url(offer, "offer_details"))["Location"] == reverse("volunteer:code")


def test_a_page_without_a_contact_asks_to_telephone(phone, offer):
    Volunteer.objects.update(mobile="", email="")
    press(phone, offer)
    response = phone.post(url(offer, "offer_details"))
    assert response.status_code == 409
    assert "窓口へお電話ください" in response.content.decode()


def test_a_video_offer_says_that_nobody_has_to_travel(phone, offer):
    Offer.objects.update(remote=True)
    text = page(phone, offer)
    assert "移動はありません" in text
    assert "中央地区" not in text


def test_every_field_and_mode_has_a_word(offer):
    from dispatch.models import Mode
    from dispatch.phone import words
    from volunteers.models import Field

    assert set(words.FIELDS) == set(Field.values)
    assert set(words.MODES) == set(Mode.values)
    assert words.REASONS.keys() == words.REASONS_KEPT.keys()


def test_a_job_over_midnight_names_both_days(phone, offer, wanted):
    Request.objects.update(
        starts_at=wanted.starts_at, ends_at=wanted.starts_at + timedelta(hours=11)
    )
    assert "14:00〜11月27日（金） 1:00" in page(phone, offer)


def test_while_it_rings_the_page_asks_to_answer_and_counts_down(phone, offer, clock):
    Request.objects.update(urgency="now", starts_at=clock.at)
    Offer.objects.update(remote=True, rings_until=clock.at + timedelta(seconds=40))
    text = page(phone, offer)
    for shown in ("通訳の呼び出し", "応答する", "今は出られません", "data-countdown", "残り"):
        assert shown in text
    assert "引き受けます</button>" not in text
    clock.move(seconds=40)
    text = page(phone, offer)
    assert "引き受けます</button>" in text
    assert "応答する" not in text


def test_a_packed_page_has_its_readings_too(phone, offer):
    packed = phone.get(url(offer), {"lang": "ja-simple"}, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content)
    assert "<ruby>" in gzip.decompress(packed.content).decode()
