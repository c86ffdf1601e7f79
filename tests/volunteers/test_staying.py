"""Nobody leaves the register for being silent without having been asked and having had time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from realtime.models import Message
from tests import factories
from tests.conftest import Clock
from volunteers.actions import staying
from volunteers.applications.staying_links import asked_by, stay_token
from volunteers.models import Volunteer

LONG_AGO = datetime(2020, 4, 1, tzinfo=UTC)


@pytest.fixture
def quiet(city: Organization, clock: Clock) -> Volunteer:
    """Entered in 2020 and never heard of since."""
    person: Volunteer = factories.VolunteerFactory(
        organization=city, number=301, name="岡田 静", email="oka@example.jp"
    )
    Volunteer.objects.filter(pk=person.pk).update(created_at=LONG_AGO)
    person.refresh_from_db()
    return person


def test_silence_is_measured_by_every_sign_of_life(
    quiet: Volunteer, city: Organization, now: datetime
) -> None:
    assert staying.silent(city, at=now) == [quiet]
    year_ago = now - timedelta(days=365)
    Volunteer.objects.filter(pk=quiet.pk).update(last_seen_at=year_ago)
    assert staying.silent(city, at=now) == []
    Volunteer.objects.filter(pk=quiet.pk).update(last_seen_at=LONG_AGO)
    assert staying.silent(city, at=now) == [quiet]
    user = factories.UserFactory(email=None, last_login=year_ago)
    Volunteer.objects.filter(pk=quiet.pk).update(user=user)
    assert staying.silent(city, at=now) == []


def test_a_job_done_lately_is_a_sign_of_life(
    quiet: Volunteer, city: Organization, now: datetime
) -> None:
    request = factories.RequestFactory(
        organization=city,
        starts_at=now - timedelta(days=30),
        ends_at=now - timedelta(days=30, hours=-1),
    )
    factories.AssignmentFactory(request=request, volunteer=quiet, state="finished")
    assert staying.silent(city, at=now) == []
    with pytest.raises(ActionError) as refused:
        staying.ask_to_stay(quiet, by=None, at=now)
    assert refused.value.code == "not_silent"


def test_somebody_new_has_not_been_silent(city: Organization, now: datetime) -> None:
    factories.VolunteerFactory(organization=city)
    assert staying.silent(city, at=now) == []


def test_the_question_goes_over_every_channel(quiet: Volunteer, now: datetime) -> None:
    staying.ask_to_stay(quiet, by=None, at=now)
    asked = Message.objects.filter(recipient=quiet.key, kind="stay")
    assert {one.channel for one in asked} == {"sms", "email"}
    assert all("/stay/" in one.body for one in asked)


def test_the_question_waits_for_the_end_of_the_persons_own_quiet_hours(
    quiet: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=quiet.pk).update(quiet_from=9 * 60, quiet_to=18 * 60)
    staying.ask_to_stay(quiet, by=None, at=now)
    asked = Message.objects.filter(recipient=quiet.key, kind="stay")
    assert {one.not_before for one in asked} == {now + timedelta(hours=8)}  # it is 10:00 in Tokyo


def test_who_has_no_channel_is_on_the_call_list(quiet: Volunteer, now: datetime) -> None:
    Volunteer.objects.filter(pk=quiet.pk).update(mobile="", phone="", email="")
    staying.ask_to_stay(quiet, by=None, at=now)
    assert Message.objects.get(kind="stay").state == "by_hand"


@pytest.mark.parametrize("answer", ["stay", "leave"])
def test_the_link_takes_the_answer_and_shows_no_name(
    client: Client, quiet: Volunteer, now: datetime, answer: str
) -> None:
    asked = staying.ask_to_stay(quiet, by=None, at=now)
    address = reverse("volunteers:stay", args=[stay_token(asked)])
    assert quiet.name not in client.get(address).content.decode()
    quiet.refresh_from_db()
    assert quiet.stay_answer == ""  # looking is no answer
    client.post(address, {"answer": answer})
    quiet.refresh_from_db()
    assert (quiet.stay_answer, quiet.status) == (answer, "active")


def test_somebody_else_says_that_the_number_is_theirs(
    client: Client, quiet: Volunteer, now: datetime
) -> None:
    asked = staying.ask_to_stay(quiet, by=None, at=now)
    for _ in range(2):
        client.post(reverse("volunteers:stay", args=[stay_token(asked)]), {"answer": "wrong"})
    call = Message.objects.get(kind="contact_wrong", recipient=quiet.key)
    assert call.state == "by_hand", "the desk finds the person on its call list, once"
    assert AuditEntry.objects.filter(verb="volunteer.contact_wrong").count() == 1
    quiet.refresh_from_db()
    assert quiet.contact_wrong_at is not None
    assert quiet.stay_answer == ""


def test_only_the_newest_link_is_good(quiet: Volunteer, now: datetime) -> None:
    token = stay_token(staying.ask_to_stay(quiet, by=None, at=now))
    assert asked_by(token) == quiet
    assert asked_by(token[:-2]) is None
    staying.ask_to_stay(quiet, by=None, at=now + timedelta(days=61))
    assert asked_by(token) is None


def test_nobody_is_asked_twice_within_sixty_days(quiet: Volunteer, now: datetime) -> None:
    staying.ask_to_stay(quiet, by=None, at=now)
    with pytest.raises(ActionError) as refused:
        staying.ask_to_stay(quiet, by=None, at=now + timedelta(days=59))
    assert refused.value.code == "asked_already"


def test_who_was_not_asked_cannot_be_removed(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    with pytest.raises(ActionError) as refused:
        staying.remove_silent(quiet, by=coordinator, at=now)
    assert refused.value.code == "not_asked_long_ago"


@pytest.mark.parametrize(("days", "leaves"), [(0, False), (59, False), (60, True)])
def test_silence_counts_after_sixty_days(
    quiet: Volunteer, coordinator: User, now: datetime, days: int, leaves: bool
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    Message.objects.filter(channel="sms").update(state="sent", sent_at=now)
    quiet.refresh_from_db()
    assert staying.may_be_removed(quiet, now + timedelta(days=days)) is leaves


@pytest.mark.parametrize("state", ["queued", "failed", "by_hand"])
def test_whom_the_question_did_not_reach_is_not_removed(
    quiet: Volunteer, coordinator: User, now: datetime, state: str
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    Message.objects.update(state=state)
    with pytest.raises(ActionError) as refused:
        staying.remove_silent(quiet, by=coordinator, at=now + timedelta(days=400))
    assert refused.value.code == "not_asked_long_ago"


def test_the_sixty_days_begin_with_the_call_of_the_desk(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    called = now + timedelta(days=20)
    Message.objects.update(state="failed")
    Message.objects.filter(channel="sms").update(handled_at=called, handled_by="佐藤 恵")
    quiet.refresh_from_db()
    assert not staying.may_be_removed(quiet, now + timedelta(days=79))
    assert staying.may_be_removed(quiet, now + timedelta(days=80))


def test_an_earlier_question_that_arrived_does_not_count_for_the_present_one(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    Message.objects.update(state="delivered", sent_at=now)
    again = now + timedelta(days=61)
    staying.ask_to_stay(quiet, by=coordinator, at=again)
    Message.objects.filter(state="queued").update(state="failed")
    quiet.refresh_from_db()
    assert not staying.may_be_removed(quiet, again + timedelta(days=61))


def test_a_question_that_reached_somebody_else_reached_nobody(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    Message.objects.update(state="delivered", sent_at=now)
    Volunteer.objects.filter(pk=quiet.pk).update(contact_wrong_at=now)
    quiet.refresh_from_db()
    assert not staying.may_be_removed(quiet, now + timedelta(days=61))


def test_the_desk_sees_whom_it_did_not_reach_and_asks_again(
    quiet: Volunteer, coordinator: User, clock: Clock, client_of: Callable[[User], Client]
) -> None:
    desk, page = client_of(coordinator), reverse("volunteers:staying")
    desk.post(reverse("volunteers:stay_ask", args=[quiet.pk]))
    assert "届いていません" not in desk.get(page).content.decode()  # on its way
    Message.objects.update(state="failed")
    assert "届いていません" in desk.get(page).content.decode()
    clock.move(days=2)
    desk.post(reverse("volunteers:stay_ask", args=[quiet.pk]))
    assert Message.objects.filter(kind="stay", state="queued").count() == 2
    assert "届いていません" not in desk.get(page).content.decode()


def test_a_sign_of_life_after_the_question_keeps_somebody(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    Volunteer.objects.filter(pk=quiet.pk).update(last_seen_at=now + timedelta(days=3))
    with pytest.raises(ActionError):
        staying.remove_silent(quiet, by=coordinator, at=now + timedelta(days=90))


def test_who_wants_to_stay_is_never_removed(
    quiet: Volunteer, coordinator: User, now: datetime
) -> None:
    staying.ask_to_stay(quiet, by=coordinator, at=now)
    staying.answer_stay(quiet, "stay", by=None, at=now)
    with pytest.raises(ActionError):
        staying.remove_silent(quiet, by=coordinator, at=now + timedelta(days=400))


def test_the_desk_asks_notes_the_answer_and_removes_one_by_one(
    quiet: Volunteer, city: Organization, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    desk = client_of(coordinator)
    assert "岡田 静" in desk.get(reverse("volunteers:staying")).content.decode()
    desk.post(reverse("volunteers:stay_ask", args=[quiet.pk]))
    desk.post(reverse("volunteers:stay_remove", args=[quiet.pk]))
    quiet.refresh_from_db()
    assert quiet.status == "active"  # too early
    desk.post(reverse("volunteers:stay_answer", args=[quiet.pk]), {"answer": "leave"})
    desk.post(reverse("volunteers:stay_remove", args=[quiet.pk]))
    quiet.refresh_from_db()
    assert quiet.status == "withdrawn"
    verbs = AuditEntry.objects.about(quiet.key).values_list("verb", flat=True)
    assert list(verbs) == [
        "volunteer.stay_asked",
        "volunteer.stay_answered_leave",
        "volunteer.withdrawn",
    ]


def test_a_volunteer_answers_on_the_own_page(
    quiet: Volunteer, now: datetime, client_of: Callable[[User], Client]
) -> None:
    user = factories.UserFactory(email=None, name=quiet.name, password=None)
    Volunteer.objects.filter(pk=quiet.pk).update(user=user, stay_asked_at=now)
    browser = client_of(user)
    assert "登録を続けますか" in browser.get(reverse("volunteer:term")).content.decode()
    browser.post(reverse("volunteer:stay"), {"answer": "stay"})
    quiet.refresh_from_db()
    assert quiet.stay_answer == "stay"
