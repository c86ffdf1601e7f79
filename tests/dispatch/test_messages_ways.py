"""What messages say on each channel, in each language, and what they never say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client, override_settings

from accounts.models import Organization, User
from dispatch.actions.offers import accept_offer
from dispatch.answer_texts import CODES, REPLIES, SPOKEN
from dispatch.answering import reply_text
from dispatch.message_texts import TEXTS
from dispatch.messages import send_offer, tell, tell_person
from dispatch.models import MessageTemplate, Offer, Request
from dispatch.wording import check_template, kinds_of_texts, placeholders_of, text_of
from realtime.models import Message, PushSubscription
from tests.conftest import Clock
from tests.dispatch.answers import ask, request_on
from tests.factories import OfferFactory, RequestFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
SECRETS = {
    "resident_name": "グエン・ヴァン・A",
    "note": "内科の初診。糖尿病の検査。",
    "place_name": "みなと第三総合病院",
    "place_address": "港北町7-8-9",
    "contact_name": "看護師 北川",
    "contact_phone": "+81399998888",
    "cancel_reason": "入院したため",
}
EVERYTHING = ["sms", "email", "voice", "line"]


@pytest.fixture
def secret(city: Organization) -> Request:
    """A request with everything in it that must not get out."""
    made: Request = RequestFactory(
        organization=city, field="medical", sensitivity="high", place_area="港北", **SECRETS
    )
    return made


@pytest.fixture
def everywhere(hana: Volunteer) -> Volunteer:
    """Hana, who can be reached on every channel."""
    hana.channel, hana.other_channels = EVERYTHING[0], EVERYTHING[1:]
    hana.mobile, hana.email, hana.line_id = "+819012345678", "hana@example.jp", "U1"
    hana.save()
    return hana


def bodies(message: Message) -> dict[str, str]:
    """What each way would say."""
    first = {message.channel: message.body}
    return first | {way["channel"]: way["body"] for way in message.further}


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize("kind", [kind for kind in kinds_of_texts() if kind != "paid"])
def test_no_message_on_any_channel_tells_who_where_or_why(
    secret: Request, everywhere: Volunteer, kind: str, language: str, now: datetime
) -> None:
    everywhere.message_language = language
    message = tell(
        everywhere, secret, kind, dedupe_key="x", at=now, url="https://x.example/o/abc", code="A"
    )
    assert message
    said = [message.subject, *bodies(message).values()]
    said += [way["subject"] for way in message.further]
    assert len(said) >= 2 * len(EVERYTHING)
    for text in said:
        assert text.strip()
        assert "{" not in text
        for hidden in [*SECRETS.values(), "医療", "medical", "病院"]:
            assert hidden not in text


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize("kind", list(REPLIES["ja"]))
def test_no_reply_tells_who_where_or_why(
    secret: Request, everywhere: Volunteer, kind: str, language: str
) -> None:
    everywhere.message_language = language
    for aloud in (False, True):
        text = reply_text(kind, secret, everywhere, url="u", code="A", codes="c", aloud=aloud)
        assert text
        assert "{" not in text
        assert not any(hidden in text for hidden in SECRETS.values())


def test_every_language_has_the_same_sentences() -> None:
    assert {frozenset(texts) for texts in REPLIES.values()} == {frozenset(REPLIES["ja"])}
    assert {frozenset(texts) for texts in SPOKEN.values()} == {frozenset(SPOKEN["ja"])}
    assert set(REPLIES) == set(SPOKEN) == set(CODES) == set(TEXTS)


def test_each_channel_gets_the_words_it_needs(
    secret: Request, everywhere: Volunteer, now: datetime
) -> None:
    Organization.objects.filter(pk=secret.organization_id).update(phone="03-1234-5678")
    secret.organization.refresh_from_db()
    offer = OfferFactory(request=secret, volunteer=everywhere, code="A")
    send_offer(offer, at=now, not_before=now)
    said = bodies(Message.objects.get(dedupe_key=f"{offer.key}:asked"))
    link = f"/o/{offer.token}"
    assert list(said) == ["sms", "email", "voice", "line", "hand"]
    assert "はい→A1 いいえ→A2" in said["sms"]
    assert "はい→A1 いいえ→A2" in said["line"]
    assert link in said["sms"]
    assert "A1" not in said["email"]
    assert said["email"].endswith("電話 03-1234-5678")
    assert link not in said["voice"]
    assert "【" not in said["voice"]
    assert "11月26日、木曜日、14時から15時30分まで" in said["voice"]


def test_an_offer_by_push_has_the_link_in_its_last_line(
    secret: Request, everywhere: Volunteer, now: datetime
) -> None:
    PushSubscription.objects.create(
        recipient=f"user:{everywhere.user_id}", endpoint="https://fcm.googleapis.com/x",
        p256dh="k", auth="a", created_at=now,
    )  # fmt: skip
    everywhere.channel = "push"
    everywhere.save()
    offer = OfferFactory(request=secret, volunteer=everywhere, code="A")
    send_offer(offer, at=now, not_before=now)
    text, _, link = bodies(Message.objects.get(dedupe_key=f"{offer.key}:asked"))["push"].rpartition(
        "\n"
    )
    assert link.endswith(f"/o/{offer.token}/")
    assert "http" not in text
    assert "ベトナム語" in text


def test_a_sender_that_is_a_name_promises_no_reply_by_sms(
    secret: Request, everywhere: Volunteer, now: datetime
) -> None:
    offer = OfferFactory(request=secret, volunteer=everywhere, code="A")
    with override_settings(TWILIO_FROM_NUMBER="TSUNAGI"):
        send_offer(offer, at=now, not_before=now)
    said = bodies(Message.objects.get(dedupe_key=f"{offer.key}:asked"))
    assert "A1" not in said["sms"]
    assert "A1" in said["line"]


def test_a_message_that_is_wanted_nowhere_is_not_written(
    secret: Request, hana: Volunteer, now: datetime
) -> None:
    hana.muted = {"sms": ["news", "reminder"]}
    assert tell(hana, secret, "filled", dedupe_key="x", at=now) is None
    assert (
        tell_person(hana, kind="renewal", subject="s", text="t u", url="u", dedupe_key="y", at=now)
        is None
    )
    assert tell(hana, secret, "booking_cancelled", dedupe_key="z", at=now)


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36"


def test_a_page_before_somebodys_eyes_ends_the_other_ways_and_a_scanner_of_mails_does_not(
    city: Organization, everywhere: Volunteer, now: datetime, clock: Clock
) -> None:
    [offer] = ask(request_on(city, 0), everywhere, at=now)
    message = Message.objects.get(dedupe_key=f"{offer.key}:asked")
    ways = message.further
    assert ways

    def after_get(path: str, agent: str = CHROME, **headers: str) -> list[dict[str, str]]:
        told = Client().get(f"/o/{offer.token}/{path}", headers={"User-Agent": agent, **headers})
        assert told.status_code == 200
        message.refresh_from_db()
        left: list[dict[str, str]] = message.further
        return left

    assert after_get("") == ways
    offer.refresh_from_db()
    assert offer.state == "seen"
    assert after_get("fragment/") == ways  # a page in the background
    assert after_get("fragment/", "curl/8", **{"X-Page-Visible": "1"}) == ways
    assert after_get("fragment/", **{"X-Page-Visible": "1"}) == []


def test_a_press_that_is_refused_ends_the_other_ways_too(
    city: Organization, everywhere: Volunteer, now: datetime, clock: Clock
) -> None:
    [offer] = ask(request_on(city, 0), everywhere, at=now)
    everywhere.registrations.update(ends_on=now.date() - timedelta(days=1))
    assert Client().post(f"/o/{offer.token}/accept/").status_code >= 400
    assert Message.objects.get(dedupe_key=f"{offer.key}:asked").further == []


def test_an_answer_from_a_page_takes_back_what_has_not_left(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    offer = OfferFactory(request=request_on(city, 0), volunteer=hana, state="prepared")
    send_offer(offer, at=now, not_before=now + timedelta(hours=9))
    accept_offer(offer, via=Offer.Via.WEB, at=now)
    asked = Message.objects.get(dedupe_key=f"{offer.key}:asked")
    assert (asked.state, asked.error) == ("failed", "taken_back")


# an organization's own words ----------------------------------------------------------------------
def test_an_organizations_own_words_are_used_and_broken_ones_are_not(
    city: Organization, secret: Request, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    own = MessageTemplate.objects.create(
        organization=city, kind="filled", language="ja", text="{when}は決まりました。",
        changed_at=now, changed_by=coordinator,
    )  # fmt: skip
    assert text_of(city, "filled", "ja") == "{when}は決まりました。"
    assert text_of(city, "filled", "en") == TEXTS["en"]["filled"]
    secret.organization = Organization.objects.get(pk=city.pk)
    told = tell(hana, secret, "filled", dedupe_key="x", at=now)
    assert told
    assert told.body == "11月26日（木）14:00〜15:30は決まりました。"
    own.text = "{resident}さん"
    own.save()
    secret.organization = Organization.objects.get(pk=city.pk)
    fallback = tell(hana, secret, "filled", dedupe_key="y", at=now)
    assert fallback
    assert fallback.body.startswith("【みなと市国際交流協会】")


@pytest.mark.parametrize("kind", kinds_of_texts())
@pytest.mark.parametrize("language", list(TEXTS))
def test_the_shipped_words_pass_the_check(kind: str, language: str) -> None:
    assert check_template(kind, TEXTS[language][kind]) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "入力"),
        ("お願いします {language} {when}", "リンク"),
        ("{url} {resident_name}", "{resident_name}"),
        ("{url} {organization.phone}", "organization.phone"),
        ("{url} {when!r}", "「!」"),
        ("{url} {when:>10}", "「:」"),
        ("{url} {", "「{」"),
        ("{url} {}", "{}"),
        ("{url} " + "あ" * 400, "400文字"),
    ],
)
def test_own_words_with_a_fault_are_refused_with_a_reason(text: str, complaint: str) -> None:
    assert complaint in "".join(check_template("offer", text))


def test_a_kind_allows_only_its_own_placeholders() -> None:
    assert placeholders_of("offer") == {"organization", "language", "when", "area", "mode", "url"}
    assert placeholders_of("off_call") == {"organization", "url"}
    assert "url" not in placeholders_of("filled")
