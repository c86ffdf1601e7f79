"""The verbs of the register, called directly: numbers, records, states, terms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from realtime import events
from tests import factories
from volunteers import actions, subscriptions
from volunteers.availability import Rule
from volunteers.models import LanguageSkill, Volunteer
from volunteers.record import Absence, FieldEntry, Record, Skill, Term

FULL = Record(
    fields={"name": "佐々木 カルロス", "kana": "ササキ カルロス", "mobile": "+819012345678"},
    areas=["高尾", "市内全域"],
    skills=[Skill("es", 3, 2, "DELE C1"), Skill("pt-BR", 1, 1)],
    field_skills=[FieldEntry("medical", True), FieldEntry("school")],
    rules=[Rule(2, 540, 720, 0b101), Rule(7, 600, 960, on_holidays=True)],
    exceptions=[Absence(date(2026, 12, 20), date(2027, 1, 5), note="帰国")],
    registration=Term(date(2026, 4, 1), date(2027, 3, 31), date(2026, 4, 1)),
)


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    heard: list[tuple] = []
    monkeypatch.setattr(events, "publish", lambda *hint: heard.append(hint))
    return heard


def test_a_whole_record_is_written_and_writing_it_again_leaves_no_trace(
    city: Organization, coordinator: User, now: datetime, hints: list[tuple]
) -> None:
    person = actions.register_volunteer(city, FULL, by=coordinator, at=now)
    assert {a.name for a in person.areas.all()} == {"高尾", "市内全域"}
    assert [(s.language, s.to_japanese, s.from_japanese) for s in person.skills.all()] == [
        ("es", 3, 2), ("pt-BR", 1, 1)]  # fmt: skip
    assert person.registrations.get().pledge_version == city.pledge_version
    assert hints == [("volunteer.changed", person.pk, 1, f"org-{city.pk}", f"vol-{person.pk}")]
    again = actions.update_volunteer(person, FULL, by=coordinator, at=now)
    assert again.version == person.version
    assert len(hints) == 1
    assert AuditEntry.objects.about(person.key).count() == 1


def test_an_update_changes_what_it_names_and_nothing_else(
    city: Organization, coordinator: User, now: datetime
) -> None:
    person = actions.register_volunteer(city, FULL, by=coordinator, at=now)
    actions.mark_seen(person, at=now)
    kept = person.skills.get(language="es")
    changed = actions.update_volunteer(
        person,
        Record(fields={"email": "c@example.jp"}, skills=[Skill("es", 3, 3, "DELE C1")]),
        by=coordinator,
        at=now,
    )
    assert changed.version == person.version + 1
    assert changed.last_seen_at == now
    assert changed.mobile == "+819012345678"
    assert changed.rules.count() == 2
    assert changed.skills.get().pk == kept.pk
    entry = AuditEntry.objects.about(person.key).last()
    assert entry
    assert entry.detail["changed"] == ["email", "skills"]
    assert "c@example.jp" not in str(entry.detail)


def test_an_old_version_is_refused(hana: Volunteer, coordinator: User, now: datetime) -> None:
    actions.update_volunteer(
        hana, Record(fields={"remarks": "一"}), version=0, by=coordinator, at=now
    )
    with pytest.raises(ActionError) as refused:
        actions.update_volunteer(
            hana, Record(fields={"remarks": "二"}), version=0, by=coordinator, at=now
        )
    assert refused.value.code == "changed_meanwhile"
    assert Volunteer.objects.get(pk=hana.pk).remarks == "一"


def test_a_refusal_half_way_writes_nothing(
    hana: Volunteer, coordinator: User, now: datetime
) -> None:
    record = Record(fields={"name": "別名"}, skills=[Skill("vi"), Skill("vi", 1, 1)])
    with pytest.raises(ActionError) as refused:
        actions.update_volunteer(hana, record, by=coordinator, at=now)
    assert refused.value.code == "language_twice"
    assert Volunteer.objects.get(pk=hana.pk).name == "山田 花"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 121}, "name"), ({"gender": "?"}, "gender"),
     ({"email": "no"}, "email")],
)  # fmt: skip
def test_a_value_the_register_cannot_hold_is_refused(
    fields: dict, field: str, city: Organization, now: datetime
) -> None:
    with pytest.raises(ActionError) as refused:
        actions.register_volunteer(city, Record(fields={"name": "甲", **fields}), by=None, at=now)
    assert (refused.value.code, refused.value.field) == ("invalid", field)


def test_state_is_no_column_of_a_record() -> None:
    with pytest.raises(ValueError, match="status"):
        Record(fields={"status": "withdrawn"})


def test_a_number_belongs_to_one_person_of_an_organization(
    hana: Volunteer, town: Organization, city: Organization, now: datetime
) -> None:
    taken = Record(fields={"name": "甲", "number": hana.number})
    with pytest.raises(ActionError) as refused:
        actions.register_volunteer(city, taken, by=None, at=now)
    assert refused.value.code == "number_taken"
    assert actions.register_volunteer(town, taken, by=None, at=now).number == hana.number
    following = actions.register_volunteer(city, Record(fields={"name": "乙"}), by=None, at=now)
    assert following.number == hana.number + 1


@pytest.mark.django_db(transaction=True)
def test_people_entered_at_the_same_moment_get_different_numbers(now: datetime) -> None:
    city = factories.OrganizationFactory()
    barrier = threading.Barrier(6)
    errors: list[Exception] = []

    def enter(name: str) -> None:
        barrier.wait()
        try:
            actions.register_volunteer(city, Record(fields={"name": name}), by=None, at=now)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(f"人{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    numbers = Volunteer.objects.filter(organization=city).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_giving_a_number_lets_other_rows_of_the_organization_be_written() -> None:
    city = factories.OrganizationFactory()

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 3000")
            factories.AreaFactory(organization=city)
            written.append(True)
        finally:
            connection.close()

    written: list[bool] = []
    with transaction.atomic():
        actions.next_number(city)
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert written == [True]


def test_a_pause_ends_being_on_call_and_a_withdrawal_tells_subscribers(
    hana: Volunteer, coordinator: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr(
        subscriptions, "on_withdrawn", [lambda one, by, at: told.append((one.pk, one.status))]
    )
    actions.switch_on_call(hana, now + timedelta(hours=2), by=coordinator, at=now)
    paused = actions.pause_volunteer(
        hana, until=date(2026, 12, 31), reason="", by=coordinator, at=now
    )
    assert (paused.status, paused.on_call_until) == ("paused", None)
    gone = actions.withdraw_volunteer(hana, reason="転居", by=coordinator, at=now)
    assert told == [(hana.pk, "withdrawn")]
    assert gone.paused_until is None
    back = actions.resume_volunteer(hana, by=coordinator, at=now)
    assert back.status == "active"
    verbs = AuditEntry.objects.about(hana.key).values_list("verb", flat=True)
    assert [verb.split(".")[1] for verb in verbs] == ["on_call", "paused", "withdrawn", "returned"]


@pytest.mark.parametrize(
    ("status", "move"),
    [
        ("active", lambda one, at: actions.resume_volunteer(one, by=None, at=at)),
        (
            "withdrawn",
            lambda one, at: actions.pause_volunteer(one, until=None, reason="", by=None, at=at),
        ),
        ("withdrawn", lambda one, at: actions.withdraw_volunteer(one, reason="", by=None, at=at)),
    ],
    ids=["resume the active", "pause the withdrawn", "withdraw the withdrawn"],
)
def test_a_move_that_makes_no_sense_is_refused(
    status: str, move: Callable[[Volunteer, datetime], object], hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(status=status)
    with pytest.raises(ActionError) as refused:
        move(hana, now)
    assert refused.value.code == "not_possible"


def test_a_subscriber_that_fails_keeps_the_volunteer(
    hana: Volunteer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ActionError("offer_stuck", "打診を取り下げられません。")

    monkeypatch.setattr(subscriptions, "on_withdrawn", [fail])
    with pytest.raises(ActionError):
        actions.withdraw_volunteer(hana, reason="", by=None, at=now)
    assert Volunteer.objects.get(pk=hana.pk).status == "active"


def test_pauses_end_the_day_after_their_last_day(
    hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    last = date(2026, 11, 24)
    actions.pause_volunteer(hana, until=last, reason="", by=None, at=now)
    actions.pause_volunteer(minh, until=None, reason="", by=None, at=now)
    assert actions.resume_rested(at=now + timedelta(hours=13)) == 0  # 23:00 of that day
    assert actions.resume_rested(at=now + timedelta(hours=15)) == 1
    assert Volunteer.objects.get(pk=hana.pk).status == "active"
    assert Volunteer.objects.get(pk=minh.pk).status == "paused"


def test_being_on_call_needs_an_active_person_and_a_future(hana: Volunteer, now: datetime) -> None:
    with pytest.raises(ActionError) as refused:
        actions.switch_on_call(hana, now, by=None, at=now)
    assert refused.value.code == "until_past"
    Volunteer.objects.filter(pk=hana.pk).update(status="paused")
    with pytest.raises(ActionError) as refused:
        actions.switch_on_call(hana, now + timedelta(hours=1), by=None, at=now)
    assert refused.value.code == "not_active"


def test_only_ones_own_word_counts_as_a_sign_of_life(
    hana: Volunteer, coordinator: User, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    assert actions.switch_on_call(hana, later, by=coordinator, at=now).last_seen_at is None
    assert actions.switch_on_call(hana, None, by=hana.user, at=now).last_seen_at == now
    actions.mark_seen(hana, at=now - timedelta(days=1))
    assert Volunteer.objects.get(pk=hana.pk).last_seen_at == now


@pytest.mark.parametrize(
    ("before", "pledged", "ends", "starts"),
    [
        ((date(2026, 4, 1), date(2027, 3, 31)), date(2027, 3, 10), date(2028, 3, 31), date(2027, 4, 1)),
        ((date(2026, 4, 1), date(2027, 3, 31)), date(2027, 3, 10), date(2029, 3, 31), date(2027, 4, 1)),
        ((date(2023, 4, 1), date(2024, 3, 31)), date(2026, 5, 1), date(2027, 3, 31), date(2026, 4, 1)),
        (None, date(2026, 11, 24), date(2027, 3, 31), date(2026, 4, 1)),
    ],
)  # fmt: skip
def test_a_renewal_starts_where_the_last_term_ended_or_in_the_year_of_the_pledge(
    before: tuple[date, date] | None, pledged: date, ends: date, starts: date,
    city: Organization, now: datetime,
) -> None:  # fmt: skip
    person = factories.VolunteerFactory(
        organization=city, registration=(*before, before[0]) if before else False
    )
    term = actions.renew_registration(person, ends_on=ends, pledged_on=pledged, by=None, at=now)
    assert (term.starts_on, term.ends_on, term.pledged_on) == (starts, ends, pledged)
    assert term.pledge_version == city.pledge_version


def test_a_term_is_not_renewed_twice(hana: Volunteer, now: datetime) -> None:
    with pytest.raises(ActionError) as refused:
        actions.renew_registration(
            hana, ends_on=date(2027, 3, 31), pledged_on=date(2026, 11, 24), by=None, at=now
        )
    assert refused.value.code == "already_registered"


def test_a_corrected_term_replaces_the_one_it_overlaps(hana: Volunteer, now: datetime) -> None:
    corrected = Term(date(2026, 6, 1), date(2027, 3, 31), date(2026, 6, 1), "2026-04")
    actions.update_volunteer(hana, Record(registration=corrected), by=None, at=now)
    assert [row.starts_on for row in hana.registrations.all()] == [date(2026, 6, 1)]
    following = Term(date(2027, 4, 1), date(2028, 3, 31))
    actions.update_volunteer(hana, Record(registration=following), by=None, at=now)
    assert hana.registrations.count() == 2


@pytest.mark.parametrize(
    ("born", "young"),
    [(date(2008, 4, 1), False), (date(2008, 4, 2), False), (date(2008, 4, 3), True), (None, False)],
)
def test_under_eighteen_on_the_first_of_april_is_a_warning(
    born: date | None, young: bool, city: Organization, now: datetime
) -> None:
    record = Record(
        fields={"name": "甲", "birth_date": born},
        registration=Term(date(2026, 9, 1), date(2027, 3, 31)),
    )
    person = actions.register_volunteer(city, record, by=None, at=now)
    assert ("under_18" in actions.warnings_of(person)) is young


def test_a_language_is_stored_under_its_canonical_tag(city: Organization, now: datetime) -> None:
    record = Record(fields={"name": "甲"}, skills=[Skill("tl"), Skill("zh-CN")])
    person = actions.register_volunteer(city, record, by=None, at=now)
    stored = LanguageSkill.objects.filter(volunteer=person).values_list("language", flat=True)
    assert sorted(stored) == ["fil", "zh"]
