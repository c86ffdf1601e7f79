"""Screening at the desk: steps and who is told, files, look-alikes, acceptance, declining, forgetting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from realtime.models import Message
from tests import factories
from tests.conftest import Clock
from tests.volunteers.applying import PDF, waiting
from volunteers.actions import applications as actions
from volunteers.actions.pledges import publish_pledge
from volunteers.applications import retention
from volunteers.applications.duplicates import alike
from volunteers.applications.pledges import is_signature_of, pledge_of, text_in
from volunteers.models import Application, ApplicationDocument, ScreeningStep, Volunteer


@pytest.fixture
def application(city: Organization, clock: Clock, now: datetime) -> Application:
    """Somebody has applied to the city."""
    return waiting(city, now)


@pytest.fixture
def desk(coordinator: User, client_of: Callable[[User], Client]) -> Client:
    """The coordinator's browser."""
    return client_of(coordinator)


def document_of(application: Application, at: datetime) -> ApplicationDocument:
    return ApplicationDocument.objects.create(
        application=application, title="証明書", file_name="証明書.pdf",
        content_type="application/pdf", content=PDF, created_at=at,
    )  # fmt: skip


def test_whom_the_confirmed_contact_does_not_reach_the_other_one_does_or_the_desk(
    application: Application, coordinator: User, now: datetime
) -> None:
    actions.decline_application(application, note="", by=coordinator, at=now)
    told = Message.objects.get(kind="application_declined")
    assert [told.channel, *(way["channel"] for way in told.further)] == ["sms", "email", "hand"]
    assert told.further[0]["address"] == application.email
    assert told.further[0]["subject"] == told.subject
    assert {way["body"] for way in told.further} == {told.body}


def test_no_number_abroad_is_written_to_that_nobody_proved(
    application: Application, coordinator: User, now: datetime
) -> None:
    application.mobile, application.contact_channel = "+821012345678", "email"
    application.save()
    actions.decline_application(application, note="", by=coordinator, at=now)
    told = Message.objects.get(kind="application_declined")
    assert [told.channel, *(way["channel"] for way in told.further)] == ["email", "hand"]


def test_from_papers_to_interview_to_the_register(
    desk: Client, application: Application, coordinator: User, now: datetime
) -> None:
    step = [application.pk]
    desk.post(reverse("volunteers:application_screen", args=step), {"note": "書類あり"})
    desk.post(
        reverse("volunteers:application_interview", args=step),
        {"day": "2026-12-05", "time": "14:30", "place": "市役所2階", "note": ""},
    )
    application.refresh_from_db()
    assert application.state == "interview"
    assert application.interview_at == datetime.fromisoformat("2026-12-05T14:30+09:00")
    told = Message.objects.get(kind="application_interview")
    assert "Sat 5 Dec, 14:30" in told.body
    assert "市役所2階" in told.body
    page = desk.get(reverse("volunteers:applications")).content.decode()
    assert "応募者：12月5日（土）14:30の面談" in page
    answer = desk.post(
        reverse("volunteers:application_accept", args=step),
        {"number": "", "starts_on": "2026-12-06", "pledge": "paper", "pledged_on": "2026-12-05"},
    )
    assert answer.status_code == 302, answer.content.decode()
    application.refresh_from_db()
    person = Volunteer.objects.get(applications=application)
    term = person.registrations.get()
    assert (term.starts_on, term.ends_on) == (date(2026, 12, 6), date(2027, 3, 31))
    assert (term.pledged_on, term.pledge_version) == (date(2026, 12, 5), "2026-04")
    assert Volunteer.objects.offerable(date(2026, 12, 7)).filter(pk=person.pk).exists()
    skill = person.skills.get()
    assert (skill.language, skill.verified_by, skill.verified_on) == ("vi", "", None)
    assert person.contact_confirmed_at == now
    assert str(person.number) in Message.objects.get(kind="application_accepted").body
    assert [one.state for one in ScreeningStep.objects.all()] == [
        "screening", "interview", "accepted",
    ]  # fmt: skip
    verbs = AuditEntry.objects.about(f"application:{application.pk}").values_list("verb", flat=True)
    assert list(verbs) == [
        "application.screening", "application.interview", "application.accepted",
    ]  # fmt: skip


def test_nobody_enters_the_register_without_a_pledge(
    desk: Client, application: Application
) -> None:
    for sent in ({"pledge": "screen"}, {"pledge": "paper"}, {"pledge": ""}):
        answer = desk.post(
            reverse("volunteers:application_accept", args=[application.pk]),
            {"starts_on": "2026-12-06", **sent},
        )
        assert answer.status_code == 422
    assert not Volunteer.objects.exists()


def test_the_pledge_can_be_signed_on_the_applicants_own_page(
    client: Client, application: Application, coordinator: User, now: datetime
) -> None:
    address = reverse("volunteers:application_status", args=[application.reference])
    signature = {"agreed": "on", "signed_name": "ふぁむ　てぃらん"}
    assert client.post(address, signature).status_code == 422  # not before somebody has looked
    actions.screen_application(application, by=coordinator, at=now)
    assert client.post(address, {**signature, "signed_name": "別の人"}).status_code == 422
    assert client.post(address, {**signature, "agreed": ""}).status_code == 422
    assert client.post(address, signature).status_code == 302
    application.refresh_from_db()
    assert (application.pledged_on, application.pledge_version) == (date(2026, 11, 24), "2026-04")
    person = actions.accept_application(
        application, starts_on=date(2026, 11, 24), by=coordinator, at=now
    )
    assert person.registrations.get().pledged_on == date(2026, 11, 24)


def test_why_somebody_was_declined_stays_inside(
    desk: Client, client: Client, application: Application
) -> None:
    answer = desk.post(
        reverse("volunteers:application_decline", args=[application.pk]),
        {"note": "面談に来なかった"},
    )
    assert answer.status_code == 302
    told = Message.objects.get(kind="application_declined")
    page = client.get(reverse("volunteers:application_status", args=[application.reference]))
    assert "面談に来なかった" not in told.body + page.content.decode()
    assert "thank you" in told.body
    with pytest.raises(ActionError) as refused:
        actions.screen_application(application, by=None, at=factories.NOW)
    assert refused.value.code == "wrong_state"


def test_people_who_may_be_in_the_register_already_are_shown(
    desk: Client, application: Application, city: Organization
) -> None:
    factories.VolunteerFactory(
        organization=city, name="ふぁむ・てぃ・らん", kana="", birth_date=date(1990, 4, 1)
    )
    factories.VolunteerFactory(organization=city, mobile="+818012345678", name="別の 人", kana="")
    factories.VolunteerFactory(organization=city, birth_date=date(1990, 4, 1), kana="")
    found = alike(application)
    assert [one.reasons for one in found] == [("氏名", "生年月日"), ("電話",)]
    page = desk.get(reverse("volunteers:application", args=[application.pk])).content.decode()
    assert "すでに登録されている方かもしれません" in page


def test_files_are_downloads_and_every_look_is_recorded(
    desk: Client, application: Application, now: datetime, coordinator: User
) -> None:
    kept = document_of(application, now)
    address = reverse("volunteers:application_document", args=[application.pk, kept.pk])
    answer = desk.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    line = AuditEntry.objects.get(verb="application.document_opened")
    assert (line.actor, line.detail) == (coordinator, {"document": kept.pk})


def test_drafts_are_nobodys_but_the_applicants(desk: Client, city: Organization, now: datetime,
                                               clock: Clock) -> None:  # fmt: skip
    draft = waiting(city, now, state="draft", name="下書きの人")
    assert desk.get(reverse("volunteers:application", args=[draft.pk])).status_code == 404
    assert "下書きの人" not in desk.get(reverse("volunteers:applications")).content.decode()


def test_an_interview_lies_ahead(application: Application, now: datetime) -> None:
    with pytest.raises(ActionError) as refused:
        actions.invite_to_interview(application, when=now, place="市役所", by=None, at=now)
    assert refused.value.code == "in_the_past"


def test_a_second_date_for_the_interview_is_told_too(
    application: Application, now: datetime
) -> None:
    for days in (3, 5):
        actions.invite_to_interview(
            application, when=now + timedelta(days=days), place="市役所", by=None, at=now
        )
    assert Message.objects.filter(kind="application_interview").count() == 2


def test_what_came_with_a_declined_application_is_erased_after_ninety_days(
    application: Application, city: Organization, now: datetime
) -> None:
    document_of(application, now)
    other = waiting(city, now, name="登録された人")
    document_of(other, now)
    actions.decline_application(application, note="条件に合わない", by=None, at=now)
    actions.accept_application(
        other, starts_on=date(2026, 11, 24), paper_pledged_on=date(2026, 11, 24), by=None, at=now
    )
    assert retention.erase_refused(at=now + timedelta(days=89)) == 0
    assert ApplicationDocument.objects.count() == 2
    assert retention.erase_refused(at=now + timedelta(days=90)) == 1
    assert retention.erase_refused(at=now + timedelta(days=91)) == 0
    application.refresh_from_db()
    assert (application.mobile, application.email, application.motive) == ("", "", "")
    assert application.birth_date is None
    assert application.decision_note == "条件に合わない"
    assert ApplicationDocument.objects.get().application == other
    assert AuditEntry.objects.get(verb="application.erased").detail == {"files": 1}


def test_drafts_are_forgotten_after_a_fortnight(city: Organization, now: datetime) -> None:
    old = waiting(city, now - timedelta(days=15), state="draft")
    document_of(old, now)
    fresh = waiting(city, now - timedelta(days=13), state="draft", reference="fresh")
    assert retention.forget_drafts(at=now) == 1
    assert list(Application.objects.all()) == [fresh]


def test_a_published_pledge_never_changes(
    city: Organization, admin: User, client_of: Callable[[User], Client], now: datetime
) -> None:
    browser = client_of(admin)
    text = {"version": "2027-04", "text": "守ります。", "text_en": "I promise."}
    assert browser.post(reverse("volunteers:pledge_publish"), text).status_code == 302
    city.refresh_from_db()
    assert city.pledge_version == "2027-04"
    pledge = pledge_of(city)
    assert (text_in(pledge, "en"), text_in(pledge, "ja-simple")) == ("I promise.", "守ります。")
    assert browser.post(reverse("volunteers:pledge_publish"), text).status_code == 422
    with pytest.raises(ActionError):
        publish_pledge(city, version="2027-04", text="別の文", by=None, at=now)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("山田花子", True),
        ("ヤマダ　ハナコ", True),
        ("やまだ はなこ", True),
        ("山田", False),
        ("", False),
        ("・", False),
    ],
)
def test_a_signature_is_the_persons_name(typed: str, same: bool) -> None:
    assert is_signature_of(typed, "山田 花子", "ヤマダ ハナコ") is same


def test_a_message_that_reached_nobody_asks_for_a_call(
    desk: Client, application: Application, now: datetime
) -> None:
    actions.invite_to_interview(
        application, when=now + timedelta(days=3), place="市役所", by=None, at=now
    )
    Message.objects.filter(kind="application_interview").update(state="failed")
    page = desk.get(reverse("volunteers:application", args=[application.pk])).content.decode()
    assert "電話でお伝えください" in page


def test_the_settings_decide_whether_applications_are_taken(
    city: Organization, admin: User, client: Client, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(admin)
    address = reverse("volunteers:application_settings")
    sent = {"takes_applications": "on", "minimum_age": "16", "dormant_after_months": "12"}
    assert browser.post(address, {**sent, "minimum_age": "3"}).status_code == 422
    assert browser.post(address, sent).status_code == 302
    city.refresh_from_db()
    assert (city.takes_applications, city.minimum_age, city.dormant_after_months) == (True, 16, 12)
    assert client.get(reverse("volunteers:apply", args=[city.slug])).status_code == 200
