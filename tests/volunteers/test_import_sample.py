"""The sample register from the first upload to the second, through the pages."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from tests.volunteers.importing_run import (
    SAMPLE,
    bring_in,
    columns,
    confirm,
    counts,
    newest,
    preview,
    upload,
    with_cells,
)
from volunteers.models import ImportMapping, ImportRun, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


@pytest.fixture
def sample() -> bytes:
    return SAMPLE.read_bytes()


def test_the_sample_is_taken_in_and_the_second_time_changes_nothing(
    desk: Client, sample: bytes, now: datetime
) -> None:
    started = time.process_time()
    assert upload(desk, sample, SAMPLE.name).url.endswith("/columns/")
    assert columns(desk).url.endswith("/preview/")
    assert counts(desk) == {"create": 371, "change": 0, "same": 0, "skip": 12, "human": 0}
    read = time.process_time()
    assert Volunteer.objects.count() == 0, "nothing is written before it is confirmed"
    run = confirm(desk, now)
    written = time.process_time()
    assert run.state == "done"
    assert run.content is None
    assert Volunteer.objects.count() == 371
    assert sorted(Volunteer.objects.values_list("number", flat=True)) == list(range(1, 372))
    before = list(Volunteer.objects.values("id", "version", "remarks"))

    bring = upload(desk, sample, SAMPLE.name)
    assert "前回と同じ形の名簿です" in desk.get(bring.url).content.decode()
    columns(desk)
    assert counts(desk) == {"create": 0, "change": 0, "same": 371, "skip": 12, "human": 0}
    assert confirm(desk, now).state == "done"
    assert list(Volunteer.objects.values("id", "version", "remarks")) == before
    assert read - started < 5
    assert written - read < 10


@pytest.fixture
def register(desk: Client, sample: bytes, now: datetime) -> Client:
    """The desk after the sample was taken in."""
    assert bring_in(desk, sample, now, SAMPLE.name).state == "done"
    return desk


def test_everything_that_was_read_is_in_the_register(register: Client) -> None:
    people = Volunteer.objects.prefetch_related("skills", "rules", "registrations", "field_skills")
    eighth = people.get(number=8)
    assert (eighth.name, eighth.birth_date) == ("山下 亮介", date(2002, 6, 13))
    assert [(s.language, s.to_japanese, s.from_japanese) for s in eighth.skills.all()] == [
        ("de", 2, 2)
    ]
    (rule,) = eighth.rules.all()
    assert (rule.weekday, rule.from_minute, rule.to_minute, rule.nth_mask) == (6, 780, 1020, 0b1100)
    assert rule.on_holidays
    assert "翻訳も可" in eighth.remarks
    (term,) = eighth.registrations.all()
    assert (term.starts_on, term.ends_on) == (date(2026, 4, 1), date(2027, 3, 31))
    assert term.pledged_on is None
    seventh = people.get(number=7)
    assert (seventh.mobile, seventh.by_car) == ("+817011532780", True)
    assert seventh.remarks.startswith(
        "スマホなし\n\n【名簿より 2026/11/24】\n活動 / 活動可能日時：要相談"
    )
    assert seventh.channel == "hand", "no smartphone: a person telephones"
    tags = Counter(s.language for one in people for s in one.skills.all())
    assert len(tags) == 21
    assert Volunteer.objects.filter(status="paused").count() == 29


def test_cells_that_a_human_must_look_at_are_listed_with_their_text(
    desk: Client, sample: bytes
) -> None:
    upload(desk, sample)
    columns(desk)
    page = preview(desk, "cells")
    found = {group.code: group.count for group in page.context["groups"]}
    # one remark less than rows say so: row 61 repeats row 60 word for word
    assert found == {
        "level_missing": 112, "term_ended": 84, "remark_about_hours": 43, "schedule_ask": 32,
        "women_only": 31, "paused": 29, "remark_about_language": 28, "minor": 11,
        "schedule_same_week_twice": 10, "contact_missing": 5, "duplicate_differs": 2,
    }  # fmt: skip
    texts = desk.get(page.request["PATH_INFO"], {"show": "cells", "reason": "schedule_ask"})
    first = texts.context["rows"][0]
    assert (first.column, first.original) == ("活動 / 活動可能日時", "要相談")
    assert first.shown.place.endswith("行目")
    assert first.shown.name in texts.content.decode()


def test_one_changed_cell_shows_exactly_one_change(
    register: Client, sample: bytes, now: datetime
) -> None:
    upload(register, with_cells(sample, {"F5": "090-9999-0001"}))
    columns(register)
    assert counts(register) == {"create": 0, "change": 1, "same": 370, "skip": 12, "human": 0}
    (shown,) = preview(register, "change").context["rows"]
    (change,) = shown.row.changes
    assert (change["label"], change["new"]) == ("携帯電話", "090-9999-0001")
    confirm(register, now)
    assert Volunteer.objects.get(pk=shown.row.volunteer_id).mobile == "+819099990001"
    trail = AuditEntry.objects.filter(subject=shown.row.volunteer.key)
    updated = trail.get(verb="volunteer.updated")
    assert updated.detail["changed"] == ["mobile"]


def test_a_blank_cell_leaves_the_register_alone(register: Client, sample: bytes) -> None:
    cells = dict.fromkeys([f"{letter}5" for letter in "CDEFGHIJKLMN"])
    upload(register, with_cells(sample, cells))
    columns(register)
    assert counts(register)["change"] == 0


def test_the_layout_is_remembered_for_the_organization(
    register: Client, outsider: User, client_of: Callable[[User], Client], sample: bytes
) -> None:
    assert ImportMapping.objects.count() == 1
    elsewhere = client_of(outsider)
    upload(elsewhere, sample)
    page = elsewhere.get(f"/volunteers/import/{newest().pk}/columns/")
    assert not page.context["form"].sheets[0].remembered


def test_a_corrected_column_comes_back_corrected(desk: Client, sample: bytes) -> None:
    upload(desk, sample)
    columns(desk, **{"column-0-11": "note"})
    upload(desk, sample)
    page = desk.get(f"/volunteers/import/{newest().pk}/columns/")
    targets = {column.name: column.target for column in page.context["form"].sheets[0].columns}
    assert targets["column-0-11"] == "note"


def test_the_pledge_of_everybody_is_written_only_if_the_desk_says_so(
    desk: Client, sample: bytes, now: datetime
) -> None:
    upload(desk, sample)
    answer = columns(desk, all_pledged="on")
    assert answer.status_code == 422
    assert "誓約書の日付を入力してください" in answer.content.decode()
    columns(desk, all_pledged="on", pledged_on="令和8年4月1日")
    confirm(desk, now)
    offerable = Volunteer.objects.offerable(now.date())
    assert 200 < offerable.count() < 371, "ended terms and paused people are not asked"
    eighth = Volunteer.objects.get(number=8).registrations.get()
    assert (eighth.pledged_on, eighth.pledge_version) == (date(2026, 4, 1), "2026-04")
    bring = upload(desk, sample)
    assert bring.status_code == 302
    columns(desk)
    assert counts(desk)["change"] == 0, "without the tick the pledges stay"


def test_every_step_is_in_the_audit_trail_without_anybodys_data(register: Client) -> None:
    run = ImportRun.objects.get()
    trail = AuditEntry.objects.filter(subject=f"import:{run.pk}").values_list("verb", flat=True)
    assert list(trail) == ["import.started", "import.confirmed", "import.finished"]
    assert not run.rows.exclude(raw={}).exists(), "the texts of the file are gone"
