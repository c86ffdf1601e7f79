"""Renewal: who is asked when, what is signed, what the desk accepts, and what happens without."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import Organization, User
from realtime.models import Message
from tests import factories
from tests.conftest import Clock
from volunteers.actions import renewals
from volunteers.actions.pledges import publish_pledge
from volunteers.applications.reminders import remind_of_renewal
from volunteers.models import Application, Volunteer
from volunteers.record import Skill

SPRING = datetime(2027, 2, 10, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo, 49 days before the end
TERM_END = date(2027, 3, 31)


@pytest.fixture
def spring(clock: Clock) -> datetime:
    """The clock stands at 10 February 2027."""
    clock.at = SPRING
    return SPRING


@pytest.fixture
def lan(city: Organization) -> Volunteer:
    """Signs in; her term ends on 31 March 2027."""
    person: Volunteer = factories.VolunteerFactory(
        organization=city,
        number=201,
        name="ファム ティ ラン",
        kana="ファム ティ ラン",
        skills=[("vi", 3, 2)],
        fields=["medical"],
        registration=(date(2026, 4, 1), TERM_END, date(2026, 4, 1)),
        user=factories.UserFactory(email=None, name="ファム ティ ラン", password=None),
    )
    person.skills.update(verified_by="佐藤", verified_on=date(2026, 4, 1), certificate="N1")
    return person


def form_for(person: Volunteer, **changes: Any) -> dict[str, Any]:
    return {
        "name": person.name,
        "kana": person.kana,
        "mobile": person.mobile,
        "email": person.email,
        "address": person.address,
        "fields_wanted": ["medical"],
        "skills-TOTAL_FORMS": "1",
        "skills-INITIAL_FORMS": "1",
        "skills-0-language": "vi",
        "skills-0-to_japanese": "3",
        "skills-0-from_japanese": "2",
        "skills-0-certificate": "N1",
        "hours": "on",
        "agreed": "on",
        "signed_name": "ファム・ティ・ラン",
        "pledge_version": "2026-04",
        **changes,
    }


def told(person: Volunteer) -> list[str]:
    found = Message.objects.filter(recipient=person.key).order_by("id")
    return list(found.values_list("kind", flat=True))


def test_people_are_asked_once_from_sixty_days_before_the_end(lan: Volunteer) -> None:
    for day in (date(2027, 1, 29), date(2027, 1, 30), date(2027, 1, 31), date(2027, 3, 31)):
        remind_of_renewal(at=datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC))
        if day == date(2027, 1, 29):
            assert told(lan) == []
    assert told(lan) == ["renewal"]
    body = Message.objects.get(kind="renewal").body
    assert "/v/term/" in body
    assert "2027年3月31日" in body


def test_who_has_not_renewed_gets_one_last_reminder_and_no_offers(lan: Volunteer) -> None:
    for day in range(1, 30):
        remind_of_renewal(at=datetime(2027, 4, day, 1, 0, tzinfo=UTC))
    assert told(lan) == ["renewal_last"]
    assert not Volunteer.objects.offerable(date(2027, 4, 1)).filter(pk=lan.pk).exists()


def test_who_has_sent_it_in_is_not_reminded(
    lan: Volunteer, spring: datetime, client_of: Callable[[User], Client]
) -> None:
    assert lan.user
    client_of(lan.user).post(reverse("volunteer:term"), form_for(lan))
    remind_of_renewal(at=spring)
    assert told(lan) == []


def test_a_volunteer_reads_signs_and_is_renewed(
    lan: Volunteer,
    spring: datetime,
    coordinator: User,
    client_of: Callable[[User], Client],
) -> None:
    assert lan.user
    browser = client_of(lan.user)
    page = browser.get(reverse("volunteer:term"), {"lang": "en"}).content.decode()
    assert "I tell and write nobody" in page
    assert "ほかの人に話したり" in page
    assert browser.post(reverse("volunteer:term"), form_for(lan)).status_code == 302
    made = Application.objects.get()
    assert (made.kind, made.state, made.term_starts_on) == (
        "renewal",
        "submitted",
        date(2027, 4, 1),
    )
    assert made.signed_name == "ファム・ティ・ラン"
    assert lan.registrations.count() == 1  # the desk decides
    desk = client_of(coordinator)
    assert "変更なし" in desk.get(reverse("volunteers:renewals")).content.decode()
    desk.post(reverse("volunteers:renewals_accept"))
    term = lan.registrations.first()
    assert term
    assert (term.starts_on, term.ends_on) == (date(2027, 4, 1), date(2028, 3, 31))
    assert (term.pledged_on, term.pledge_version) == (date(2027, 2, 10), "2026-04")
    assert lan.skills.get().verified_by == "佐藤"
    assert told(lan) == ["renewed"]


def test_one_form_a_year(
    lan: Volunteer, spring: datetime, client_of: Callable[[User], Client]
) -> None:
    assert lan.user
    browser = client_of(lan.user)
    for _ in range(2):
        browser.post(reverse("volunteer:term"), form_for(lan))
    assert Application.objects.count() == 1
    with pytest.raises(ActionError) as refused:
        submit(lan, at=spring)
    assert refused.value.code == "already_sent"
    renewals.accept_renewal(Application.objects.get(), by=None, at=spring)
    with pytest.raises(ActionError) as early:
        submit(lan, at=spring)
    assert early.value.code == "too_early"


def submit(person: Volunteer, *, at: datetime, **changes: Any) -> Application:
    values = {name: getattr(person, name) for name in renewals.CONFIRMED}
    options: dict[str, Any] = {
        "values": {**values, "fields_wanted": ["medical"]},
        "skills": [Skill("vi", 3, 2, "N1")],
        "pledge_version": "2026-04",
        "signed_name": person.name,
        "by": person.user,
        "at": at,
        **changes,
    }
    return renewals.submit_renewal(person, **options)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_name": "別の人"}, "other_name"),
        ({"pledge_version": "2020-04"}, "pledge_changed"),
        ({"at": SPRING - timedelta(days=30)}, "too_early"),
    ],
)
def test_what_does_not_count_as_a_signature_is_refused(
    lan: Volunteer, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(ActionError) as refused:
        submit(lan, **{"at": SPRING, **changes})
    assert refused.value.code == code
    assert not Application.objects.exists()


@pytest.mark.parametrize("missing", ["agreed", "hours", "signed_name", "skills-0-language"])
def test_every_part_has_to_be_confirmed(
    lan: Volunteer, spring: datetime, client_of: Callable[[User], Client], missing: str
) -> None:
    assert lan.user
    answer = client_of(lan.user).post(reverse("volunteer:term"), form_for(lan, **{missing: ""}))
    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_a_text_published_meanwhile_has_to_be_read_first(
    lan: Volunteer, city: Organization, spring: datetime, client_of: Callable[[User], Client]
) -> None:
    assert lan.user
    browser = client_of(lan.user)
    publish_pledge(city, version="2027-04", text="新しい誓約", by=None, at=spring)
    answer = browser.post(reverse("volunteer:term"), form_for(lan))
    assert answer.status_code == 422
    assert "新しい誓約" in answer.content.decode()


def test_a_contact_is_shown_and_never_changed_by_a_renewal(
    lan: Volunteer, spring: datetime, client_of: Callable[[User], Client]
) -> None:
    assert lan.user
    browser, before = client_of(lan.user), lan.mobile
    page = browser.get(reverse("volunteer:term")).content.decode()
    assert 'name="mobile"' not in page
    assert 'name="email"' not in page
    assert reverse("volunteer:contact", args=["mobile"]) in page
    stolen = {"mobile": "090-9999-9999", "email": "thief@example.jp"}
    assert browser.post(reverse("volunteer:term"), form_for(lan, **stolen)).status_code == 302
    made = Application.objects.get()
    Volunteer.objects.filter(pk=lan.pk).update(mobile="+819011112222")  # by a code, meanwhile
    renewals.accept_renewal(made, by=None, at=SPRING)
    lan.refresh_from_db()
    assert before != lan.mobile == "+819011112222"
    assert lan.email != "thief@example.jp"


def test_changes_wait_for_a_person_and_lose_the_verification(lan: Volunteer) -> None:
    values = {name: getattr(lan, name) for name in renewals.CONFIRMED}
    made = submit(
        lan,
        at=SPRING,
        values={**values, "address": "新しい住所", "fields_wanted": ["school"]},
        skills=[Skill("vi", 3, 3, "N1"), Skill("en", 2, 2)],
    )
    assert {what for what, _old, _new in renewals.changes_of(made)} == {
        "住所", "ベトナム語", "英語", "分野",
    }  # fmt: skip
    assert renewals.accept_unchanged(lan.organization, by=None, at=SPRING) == 0
    renewals.accept_renewal(made, by=None, at=SPRING)
    lan.refresh_from_db()
    assert lan.address == "新しい住所"
    assert {row.language: row.verified_by for row in lan.skills.all()} == {"vi": "", "en": ""}
    assert [row.field for row in lan.field_skills.all()] == ["school"]


def test_somebody_whose_term_is_over_renews_from_the_present_year(lan: Volunteer) -> None:
    late = datetime(2027, 6, 1, 1, 0, tzinfo=UTC)
    made = submit(lan, at=late)
    renewals.accept_renewal(made, by=None, at=late)
    term = lan.registrations.first()
    assert term
    assert (term.starts_on, term.ends_on) == (date(2027, 4, 1), date(2028, 3, 31))


def test_a_renewal_that_was_sent_back_can_be_made_again(
    lan: Volunteer, spring: datetime, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    made = submit(lan, at=spring)
    client_of(coordinator).post(reverse("volunteers:renewal_send_back", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert submit(lan, at=spring).pk != made.pk


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [page.get_textpage().get_text_range() for page in document]


def test_who_has_no_phone_gets_a_form_on_paper(
    lan: Volunteer, spring: datetime, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    lan.mobile = lan.email = ""
    lan.save()
    desk = client_of(coordinator)
    pages = text_of(desk.get(reverse("volunteers:renewal_forms")).content)
    assert len(pages) == 1
    assert "登録更新届" in pages[0]
    assert "ファム ティ ラン" in pages[0]
    assert "署名" in pages[0]
    assert "ベトナム語" in pages[0]
    assert "2027年3月31日" in pages[0]


def test_cards_say_the_name_only_with_consent(
    lan: Volunteer, city: Organization, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    term = (date(2026, 4, 1), TERM_END, date(2026, 4, 1))
    factories.VolunteerFactory(
        organization=city, number=202, name="山田 花子", public_name_consent=True, registration=term
    )
    unsigned = (date(2026, 4, 1), TERM_END, None)
    factories.VolunteerFactory(organization=city, number=203, registration=unsigned)
    desk = client_of(coordinator)
    text = "".join(text_of(desk.get(reverse("volunteers:cards"), {"term": "2027-03-31"}).content))
    assert "山田 花子" in text
    assert "ファム" not in text
    assert "201" in text
    assert "202" in text
    assert "203" not in text
    assert text.count("みなと市国際交流協会") == 2
    assert "2027年3月31日" in text


def test_a_volunteer_has_the_own_card_only(
    lan: Volunteer, spring: datetime, client_of: Callable[[User], Client]
) -> None:
    assert lan.user
    answer = client_of(lan.user).get(reverse("volunteer:card"))
    assert answer["Content-Type"] == "application/pdf"
    assert "201" in text_of(answer.content)[0]
