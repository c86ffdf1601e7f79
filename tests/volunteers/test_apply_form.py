"""The public form: who may apply, what is kept, what is refused, and that the contact is proved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Organization
from accounts.throttle import Throttle
from realtime.models import Message
from tests.conftest import Clock
from tests.volunteers.applying import (
    PDF,
    code_for,
    filled,
    picture,
    send_application,
    upload,
)
from volunteers.actions import application_drafts
from volunteers.applications import public_views, rules
from volunteers.applications.messages import tell_applicant
from volunteers.models import Application, ApplicationDocument


@pytest.fixture
def open_city(city: Organization, clock: Clock) -> Organization:
    """The city takes applications; the clock stands at ``now``."""
    city.takes_applications = True
    city.application_note = "毎月第2土曜日に説明会があります。"
    city.save()
    return city


def form_of(city: Organization) -> str:
    return reverse("volunteers:apply", args=[city.slug])


def test_an_organization_that_takes_none_has_no_form(client: Client, city: Organization) -> None:
    assert client.get(form_of(city)).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "通訳ボランティアの応募"),
        ("ja-simple", "通訳ボランティアの"),
        ("en", "Apply to become a volunteer interpreter"),
    ],
)
def test_the_form_is_there_in_three_languages(
    client: Client, open_city: Organization, language: str, words: str
) -> None:
    asked = {"lang": language, "furigana": "off"}
    page = client.get(form_of(open_city), asked).content.decode()
    assert words in page
    assert "毎月第2土曜日" in page


def test_somebody_applies_and_gets_a_page_of_their_own(
    client: Client, open_city: Organization
) -> None:
    made = send_application(client, open_city)
    assert made.state == "submitted"
    assert (made.mobile, made.email, made.kana) == (
        "+818012345678",
        "lan@example.jp",
        "ファム ティ ラン",
    )
    assert made.skills[0] == {
        "language": "vi",
        "to_japanese": 3,
        "from_japanese": 2,
        "certificate": "日本語能力試験 N1",
    }
    assert made.fields == ["medical", "school"] or made.fields == ["school", "medical"]
    assert (made.contact_channel, made.draft, made.term_starts_on) == ("sms", {}, date(2026, 4, 1))
    told = Message.objects.get(kind="application_received")
    assert made.reference in told.body
    assert told.channel == "sms"
    assert told.language == "en"
    page = client.get(reverse("volunteers:application_status", args=[made.reference]))
    assert str(made.pk) in page.content.decode()
    assert made.steps.count() == 1


def test_nothing_is_sent_before_the_contact_is_proved(
    client: Client, open_city: Organization
) -> None:
    client.post(form_of(open_city), filled(go="1"))
    confirm = reverse("volunteers:apply_confirm", args=[open_city.slug])
    client.post(confirm, {"send": "sms"})
    draft = Application.objects.get()
    wrong = "000000" if code_for(draft) != "000000" else "111111"
    answer = client.post(confirm, {"code": wrong})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not Message.objects.filter(kind="application_received").exists()


def test_a_code_does_not_wait_its_turn_as_what_is_told_later_does(
    client: Client, open_city: Organization
) -> None:
    client.post(form_of(open_city), filled(go="1"))
    client.post(reverse("volunteers:apply_confirm", args=[open_city.slug]), {"send": "sms"})
    assert Message.objects.get(kind="code").urgent
    told = tell_applicant(Application.objects.get(), "received", at=database_now())
    assert not told.urgent


def test_a_code_sent_to_one_number_does_not_prove_another(
    client: Client, open_city: Organization
) -> None:
    client.post(form_of(open_city), filled(go="1"))
    confirm = reverse("volunteers:apply_confirm", args=[open_city.slug])
    client.post(confirm, {"send": "sms"})
    code = code_for(Application.objects.get())
    client.post(form_of(open_city), filled(go="1", mobile="080-9999-8888"))
    assert client.post(confirm, {"code": code}).status_code == 422
    assert Application.objects.get().state == "draft"


def test_nothing_typed_is_lost_by_a_mistake_not_even_the_files(
    client: Client, open_city: Organization
) -> None:
    data = filled(go="1", birth_date="きのう", documents=[upload(PDF)])
    answer = client.post(form_of(open_city), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "きのう" in page
    assert "市役所で助けてもらいました。" in page
    assert "zeugnis.pdf" in page
    later = client.get(form_of(open_city)).content.decode()  # another day, the same browser
    assert "きのう" in later
    assert "みなと市本町1-2-3" in later
    assert "zeugnis.pdf" in later
    assert 'value="vi" selected' in later
    assert 'value="school"' in later
    assert later.count("checked") == 3


def test_a_draft_is_of_no_other_browser(client: Client, open_city: Organization) -> None:
    client.post(form_of(open_city), filled(save="1"))
    other = Client().get(form_of(open_city)).content.decode()
    assert "ファム ティ ラン" not in other


def test_the_age_counts_on_the_first_of_april(client: Client, open_city: Organization) -> None:
    # 18 on 1 April 2026 is who was born until 2 April 2008: a year is full the day before
    young = client.post(form_of(open_city), filled(go="1", birth_date="2008-04-03"))
    assert young.status_code == 422
    old = client.post(form_of(open_city), filled(go="1", birth_date="2008-04-02"))
    assert old.status_code == 302


def test_a_minor_needs_a_guardian(client: Client, open_city: Organization) -> None:
    open_city.minimum_age = 15
    open_city.save()
    answer = client.post(form_of(open_city), filled(go="1", birth_date="2010-01-05"))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {
        "guardian_name",
        "guardian_phone",
        "guardian_consent_on",
    }
    agreed = {
        "guardian_name": "ファム バン",
        "guardian_phone": "042-123-4567",
        "guardian_consent_on": "2026-11-20",
    }
    answer = client.post(form_of(open_city), filled(go="1", birth_date="2010-01-05", **agreed))
    assert answer.status_code == 302
    assert Application.objects.get().guardian_consent_on == date(2026, 11, 20)


def test_in_the_last_sixty_days_people_enter_the_next_term() -> None:
    assert rules.term_for(date(2027, 1, 30)) == date(2026, 4, 1)
    assert rules.term_for(date(2027, 1, 31)) == date(2027, 4, 1)
    assert rules.term_for(date(2027, 4, 1)) == date(2027, 4, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"mobile": "", "email": ""},
        {"skills-0-language": "", "skills-0-certificate": "", "skills-0-to_japanese": ""},
        {"skills-0-from_japanese": ""},
        {"skills-1-language": "vi", "skills-1-to_japanese": "1", "skills-1-from_japanese": "1"},
        {"motive": ""},
        {"address": ""},
        {"mobile": "12"},
    ],
)
def test_what_is_missing_is_asked_for(
    client: Client, open_city: Organization, changes: dict[str, str]
) -> None:
    assert client.post(form_of(open_city), filled(go="1", **changes)).status_code == 422


def test_a_program_that_fills_in_every_field_leaves_nothing(
    client: Client, open_city: Organization
) -> None:
    client.post(form_of(open_city), filled(go="1", website="https://spam.example"))
    assert not Application.objects.exists()


def test_one_address_cannot_begin_without_end(client: Client, open_city: Organization) -> None:
    for _ in range(20):
        Client().post(form_of(open_city), filled(save="1"))
    answer = Client().post(form_of(open_city), filled(save="1"))
    assert answer.status_code == 429
    assert "市役所で助けてもらいました。" in answer.content.decode()
    assert Application.objects.count() == 20


@pytest.mark.parametrize("mobile", ["+82 10-1234-5678", "042-123-4567"])
def test_codes_by_sms_go_to_mobiles_in_japan_only(
    client: Client, open_city: Organization, mobile: str
) -> None:
    answer = client.post(form_of(open_city), filled(go="1", mobile=mobile, email=""))
    assert answer.context["form"].errors.keys() == {"email"}
    assert client.post(form_of(open_city), filled(go="1", mobile=mobile)).status_code == 302
    confirm = reverse("volunteers:apply_confirm", args=[open_city.slug])
    assert client.get(confirm).context["contacts"].keys() == {"email"}
    client.post(confirm, {"send": "sms"})
    assert not Message.objects.exists()
    client.post(confirm, {"send": "email"})
    sent = Message.objects.get()
    assert (sent.channel, sent.further) == ("email", [])


def test_an_organization_pays_for_few_codes_an_hour(
    open_city: Organization, town: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_views, "SMS_CODES", Throttle("few", 2, 3600))
    town.takes_applications = True
    town.save()
    for number, organization in enumerate([open_city, open_city, open_city, town]):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        typed = filled(go="1", mobile=f"080-1234-567{number}")
        browser.post(form_of(organization), typed)
        confirm = reverse("volunteers:apply_confirm", args=[organization.slug])
        browser.post(confirm, {"send": "sms"})
    sent = Message.objects.filter(channel="sms").order_by("id")
    assert [one.organization_id for one in sent] == [open_city.pk, open_city.pk, town.pk]
    browser = Client(REMOTE_ADDR="192.0.2.2")
    browser.post(form_of(open_city), filled(go="1", mobile="080-1234-5679"))
    confirm = reverse("volunteers:apply_confirm", args=[open_city.slug])
    refused = browser.post(confirm, {"send": "sms"}).content.decode()
    assert "いまはSMSで確認番号を送れません" in refused
    browser.post(confirm, {"send": "email"})
    assert Message.objects.filter(channel="email").exists()


def test_files_of_people_who_proved_no_contact_fill_no_more_than_their_room(
    client: Client, open_city: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application_drafts, "UNPROVED_BYTES", 2 * len(PDF))
    send_application(client, open_city, documents=[upload(PDF)])  # proved: counts no more
    for count in (1, 2, 2):
        answer = Client().post(form_of(open_city), filled(go="1", documents=[upload(PDF)]))
        drafts = ApplicationDocument.objects.filter(application__state="draft")
        assert drafts.count() == count
    assert answer.status_code == 422
    assert "いまは書類をお預かりできません" in answer.content.decode()
    assert Client().post(form_of(open_city), filled(go="1")).status_code == 302


def test_pictures_lose_what_the_camera_noted(client: Client, open_city: Organization) -> None:
    content = picture(exif=True)
    assert b"SecretCamera" in content
    client.post(form_of(open_city), filled(save="1", documents=[upload(content, "card.png")]))
    kept = ApplicationDocument.objects.get()
    assert b"SecretCamera" not in bytes(kept.content)
    assert (kept.content_type, kept.file_name) == ("image/jpeg", "card.jpg")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script></html>", "harmless.pdf"),
        (b"MZ\x90\x00" + bytes(200), "photo.jpg"),
        (b"GIF89a" + bytes(50), "photo.png"),
        (b"%PDF-1.4 cut off", "half.pdf"),
        (PDF + bytes(5 * 1024 * 1024), "large.pdf"),
        (b"", "empty.pdf"),
    ],
)
def test_files_are_judged_by_what_is_in_them(
    client: Client, open_city: Organization, content: bytes, name: str
) -> None:
    client.post(form_of(open_city), filled(go="1", documents=[upload(content, name)]))
    assert not ApplicationDocument.objects.exists()


def test_five_files_are_enough_and_one_can_be_taken_out(
    client: Client, open_city: Organization
) -> None:
    files = [upload(PDF, f"{n}.pdf") for n in range(6)]
    answer = client.post(form_of(open_city), filled(go="1", documents=files))
    assert answer.status_code == 422
    assert ApplicationDocument.objects.count() == 5
    first = ApplicationDocument.objects.first()
    assert first
    client.post(form_of(open_city), filled(remove=str(first.pk)))
    assert ApplicationDocument.objects.count() == 4


def test_nobody_takes_files_out_of_somebody_elses_draft(
    client: Client, open_city: Organization
) -> None:
    client.post(form_of(open_city), filled(save="1", documents=[upload(PDF)]))
    kept = ApplicationDocument.objects.get()
    Client().post(form_of(open_city), filled(remove=str(kept.pk)))
    assert ApplicationDocument.objects.filter(pk=kept.pk).exists()


def test_the_applicant_takes_it_back(client: Client, open_city: Organization) -> None:
    made = send_application(client, open_city)
    client.post(reverse("volunteers:application_take_back", args=[made.reference]))
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert made.decided_at
    page = client.get(reverse("volunteers:application_status", args=[made.reference]))
    assert reverse("volunteers:application_take_back", args=[made.reference]) not in (
        page.content.decode()
    )


def test_an_unknown_reference_shows_nothing(client: Client, open_city: Organization) -> None:
    made = send_application(client, open_city)
    for reference in ("x", made.reference[:-1]):
        address = reverse("volunteers:application_status", args=[reference])
        assert client.get(address).status_code == 404


def test_a_spent_code_is_not_good_a_quarter_of_an_hour_later(
    client: Client, open_city: Organization, clock: Clock
) -> None:
    client.post(form_of(open_city), filled(go="1"))
    confirm = reverse("volunteers:apply_confirm", args=[open_city.slug])
    client.post(confirm, {"send": "email"})
    code = code_for(Application.objects.get())
    clock.at += timedelta(minutes=11)
    assert client.post(confirm, {"code": code}).status_code == 422
