"""What volunteers change themselves: the desk's own notes stay, and new claims are unverified."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry
from tests.factories import VolunteerFactory
from volunteers.actions.contacts import change_contact, confirm_contact, report_wrong_contact
from volunteers.actions.own import (
    Spoken,
    add_exception,
    remove_exception,
    save_fields,
    save_hours,
    save_message_wishes,
    save_skills,
    save_ways,
)
from volunteers.actions.trainings import add_training, remove_training, verify_training
from volunteers.availability import Rule
from volunteers.record import Absence
from volunteers.schedules import plain_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(city):
    return VolunteerFactory(
        organization=city, skills=[("vi", 2, 2), ("en", 3, 3)], rules=[(0, 540, 1020)]
    )


def verify(person, tag, on):
    person.skills.filter(language=tag).update(
        verified_by="佐藤 恵", verified_on=on, certificate="検定2級"
    )


def test_a_new_language_is_unverified_and_named_for_the_desk(person, now):
    verify(person, "vi", date(2026, 4, 1))
    spoken = [Spoken("vi", 2, 2), Spoken("en", 3, 3), Spoken("pt", 3, 2)]
    assert save_skills(person, spoken, by=person.user, at=now) == ["pt"]
    assert person.skills.get(language="pt").verified_by == ""
    assert person.skills.get(language="vi").verified_by == "佐藤 恵"


def test_rating_oneself_higher_needs_a_new_check_and_keeps_the_certificate(person, now):
    verify(person, "vi", date(2026, 4, 1))
    spoken = [Spoken("vi", 3, 2), Spoken("en", 3, 3)]
    assert save_skills(person, spoken, by=None, at=now) == ["vi"]
    row = person.skills.get(language="vi")
    assert (row.verified_by, row.verified_on, row.certificate) == ("", None, "検定2級")


def test_rating_oneself_lower_needs_none(person, now):
    verify(person, "en", date(2026, 4, 1))
    assert save_skills(person, [Spoken("en", 2, 2)], by=None, at=now) == []
    assert person.skills.get().verified_by == "佐藤 恵"


def test_nobody_is_left_without_a_language(person, now):
    with pytest.raises(ActionError, match="言語") as refused:
        save_skills(person, [], by=None, at=now)
    assert refused.value.code == "no_language"
    assert person.skills.count() == 2


def test_the_desks_word_about_training_stays_with_a_field(person, now):
    person.field_skills.filter(field="medical").update(qualified=True)
    save_fields(person, ["medical", "school"], by=None, at=now)
    assert dict(person.field_skills.values_list("field", "qualified")) == {
        "medical": True,
        "school": False,
    }


def test_painting_replaces_the_layer_and_is_told_to_the_desk(person, now):
    save_hours(person, mask=0, week={1: [(600, 660)]}, on_holidays=False, by=None, at=now)
    assert plain_rules(person.rules.all()) == [Rule(1, 600, 660)]
    entry = AuditEntry.objects.about(person.key).get()
    assert (entry.verb, entry.detail["changed"]) == ("volunteer.updated", ["rules"])


def test_hours_that_end_before_they_begin_are_refused_and_nothing_changes(person, now):
    with pytest.raises(ActionError) as refused:
        save_hours(person, mask=0, week={1: [(660, 600)]}, on_holidays=False, by=None, at=now)
    assert refused.value.code == "hours_odd"
    assert plain_rules(person.rules.all()) == [Rule(0, 540, 1020, 0, True)]


def test_days_off_are_added_and_taken_back_one_by_one(person, now):
    away = Absence(date(2026, 12, 28), date(2027, 1, 4))
    extra = Absence(date(2026, 12, 6), date(2026, 12, 6), 600, 720, True)
    add_exception(person, away, by=None, at=now)
    add_exception(person, extra, by=None, at=now)
    assert person.exceptions.count() == 2
    remove_exception(person, person.exceptions.get(available=True).pk, by=None, at=now)
    assert person.exceptions.get().first_day == away.first_day


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 12, 2), date(2026, 12, 1), "days_reversed"),
        (date(2026, 11, 1), date(2026, 11, 2), "past"),
    ],
)
def test_days_that_make_no_sense_are_refused(person, now, first, last, code):
    with pytest.raises(ActionError) as refused:
        add_exception(person, Absence(first, last), by=None, at=now)
    assert refused.value.code == code


def test_without_any_way_the_desk_telephones(person, now):
    assert save_ways(person, [], by=None, at=now).channel == "hand"
    saved = save_ways(person, ["email", "sms", "email"], by=None, at=now)
    assert (saved.channel, saved.other_channels) == ("email", ["sms"])


def test_muting_every_way_for_requests_is_refused(person, now):
    save_ways(person, ["sms", "email"], by=None, at=now)
    person.refresh_from_db()
    wishes = {"quiet": None, "night_messages": False, "language": "ja", "by": None, "at": now}
    with pytest.raises(ActionError) as refused:
        save_message_wishes(person, muted={"sms": ["asking"], "email": ["asking"]}, **wishes)
    assert refused.value.code == "all_muted"
    saved = save_message_wishes(person, muted={"sms": ["news", "asking"]}, **wishes)
    assert saved.muted == {"sms": ["asking", "news"]}


def test_a_new_number_is_confirmed_and_forgets_the_stop_of_the_old_one(person, now):
    person.sms_stopped_at = person.contact_wrong_at = now - timedelta(days=3)
    person.save()
    change_contact(person, "mobile", "+819011112222", by=None, at=now)
    person.refresh_from_db()
    assert (person.mobile, person.sms_stopped_at) == ("+819011112222", None)
    assert (person.contact_confirmed_at, person.contact_wrong_at) == (now, None)


def test_a_new_address_leaves_the_stop_of_the_number(person, now):
    person.sms_stopped_at = now
    person.save()
    change_contact(person, "email", "new@example.jp", by=None, at=now)
    person.refresh_from_db()
    assert person.sms_stopped_at == now


def test_a_wrong_number_is_said_once_and_ends_with_the_next_proof(person, now):
    assert report_wrong_contact(person, at=now)
    assert not report_wrong_contact(person, at=now)
    assert AuditEntry.objects.filter(verb="volunteer.contact_wrong").count() == 1
    confirm_contact(person, by=None, at=now + timedelta(days=1))
    person.refresh_from_db()
    assert person.contact_wrong_at is None


def test_a_training_is_checked_by_the_desk_and_then_stays(person, coordinator, now):
    training = add_training(
        person, kind="training", name="医療通訳研修", done_on=date(2026, 6, 1), ends_on=None,
        by=None, at=now,
    )  # fmt: skip
    verify_training(person, training.pk, by=coordinator, at=now)
    training.refresh_from_db()
    assert training.verified_by == "佐藤 恵"
    with pytest.raises(ActionError) as refused:
        remove_training(person, training.pk, by=None, at=now)
    assert refused.value.code == "verified"


def test_an_unchecked_training_can_be_taken_back_but_never_somebody_elses(person, minh, now):
    entry = {"kind": "certificate", "name": "検定", "done_on": None, "ends_on": None}
    mine = add_training(person, **entry, by=None, at=now)
    remove_training(minh, mine.pk, by=None, at=now)
    assert person.trainings.count() == 1
    remove_training(person, mine.pk, by=None, at=now)
    assert person.trainings.count() == 0


@pytest.mark.parametrize(
    ("done_on", "ends_on", "code"),
    [
        (date(2026, 6, 1), date(2026, 5, 1), "ends_first"),
        (date(2026, 12, 1), None, "future"),
    ],
)
def test_dates_of_a_training_make_sense(person, now, done_on, ends_on, code):
    with pytest.raises(ActionError) as refused:
        add_training(
            person, kind="training", name="研修", done_on=done_on, ends_on=ends_on, by=None, at=now
        )
    assert refused.value.code == code
