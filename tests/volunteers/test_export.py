"""The register written to a workbook and read back: nothing changes, nothing is lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import AuditEntry, Organization, User
from tests import factories
from tests.volunteers.importing_run import (
    SAMPLE,
    bring_in,
    confirm,
    counts,
    newest,
    preview,
    upload,
    with_cells,
)
from volunteers.comparing.changes import Present
from volunteers.comparing.matching import with_parts
from volunteers.exporting import write_register
from volunteers.importing.schedules import RuleValue, parse_schedule, schedule_text
from volunteers.importing.workbook import open_workbook
from volunteers.models import Area, AvailabilityException, Volunteer
from volunteers.own_layout import PEOPLE_COLUMNS

pytestmark = pytest.mark.django_db
# these are not part of a register: sign-ins, and what happens from day to day
NOT_WRITTEN = {
    "id", "organization", "user", "areas", "on_call_until", "on_call_since", "last_seen_at", "version"
}  # fmt: skip


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


def register_of(organization: Organization) -> list[dict[str, Any]]:
    """Every field of everybody, as values."""
    found = []
    for one in with_parts(organization):
        present = Present(one)
        values = {k: v for k, v in model_to_dict(one).items() if k not in NOT_WRITTEN}
        parts = {
            "areas": set(present.areas), "skills": present.skills, "rules": set(present.rules),
            "fields": set(present.field_skills), "terms": present.terms,
            "exceptions": present.exceptions,
        }  # fmt: skip
        found.append(values | parts)
    return found


def export(client: Client) -> bytes:
    answer = client.get("/volunteers/export/")
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    return b"".join(answer.streaming_content)


@pytest.fixture
def somebody(city: Organization) -> Volunteer:
    """Somebody with every field filled in, and not in the usual way."""
    one = factories.VolunteerFactory(
        organization=city, number=4711, name="=HYPERLINK(\"http://x\")", kana="+ヤマダ  ハナ",
        birth_date=date(1938, 12, 31), gender="other", mobile="+819012345678",
        phone="+81426123456", fax="+82212345678", email="hana@example.jp", address="@住所\n2行目",
        lat=35.65589999999999, lon=139.3389, reach_minutes=45, by_car=True, channel="email",
        message_language="ja-simple", night_messages=True, weekly_hours_cap=7,
        accepts_video=False, public_name_consent=True, certificates="-英検1級",
        remarks="=1+1\n\n  二行目 _x0041_ <b>&amp;\t終わり", status="paused",
        paused_until=date(2027, 2, 1), skills=[], rules=[], fields=[("medical", True), "other"],
        registration=(date(2026, 4, 1), date(2027, 3, 31), date(2026, 4, 2)),
    )  # fmt: skip
    one.registrations.update(pledge_version="旧版")
    one.registrations.create(starts_on=date(2024, 7, 1), ends_on=date(2026, 3, 31))
    one.skills.create(language="zh-TW", to_japanese=3, from_japanese=1, certificate="'TOCFL",
                      verified_by="佐藤", verified_on=date(2025, 5, 5))  # fmt: skip
    one.skills.create(language="mn", to_japanese=1, from_japanese=1)
    one.rules.create(weekday=2, from_minute=540, to_minute=735, nth_mask=0b101, on_holidays=True)
    one.rules.create(weekday=5, from_minute=1320, to_minute=1620, on_holidays=False)
    one.rules.create(weekday=7, from_minute=0, to_minute=1440)
    one.areas.add(Area.objects.create(organization=city, name="高尾、浅川"))
    AvailabilityException.objects.create(
        volunteer=one, first_day=date(2026, 12, 28), last_day=date(2027, 1, 4), note="=年末"
    )
    AvailabilityException.objects.create(
        volunteer=one, first_day=date(2026, 12, 1), last_day=date(2026, 12, 1),
        from_minute=600, to_minute=720, available=True,
    )  # fmt: skip
    return one


def test_an_unchanged_export_imports_as_no_change(
    desk: Client, somebody: Volunteer, now: datetime
) -> None:
    bring_in(desk, SAMPLE.read_bytes(), now)
    upload(desk, export(desk))
    assert newest().state == "preview", "our own layout needs no mapping"
    assert [one.row.changes for one in preview(desk, "change").context["rows"]] == []
    assert counts(desk) == {"create": 0, "change": 0, "same": 372, "skip": 0, "human": 0}


def test_an_empty_register_filled_from_an_export_is_equal_in_every_field(
    desk: Client,
    somebody: Volunteer,
    city: Organization,
    outsider: User,
    town: Organization,
    client_of: Callable[[User], Client],
    now: datetime,
) -> None:
    factories.VolunteerFactory(organization=city, number=4712, name="退会 者", status="withdrawn")
    bring_in(desk, SAMPLE.read_bytes(), now)
    content = export(desk)
    assert bring_in(client_of(outsider), content, now).state == "done"
    assert [one.problems for one in newest().rows.filter(applied=False)] == []
    there, here = register_of(town), register_of(city)
    assert len(there) == 373
    for copy, original in zip(there, here, strict=True):
        assert copy == original


def test_a_cell_changed_in_the_export_is_the_only_change(
    desk: Client, somebody: Volunteer, now: datetime
) -> None:
    content = export(desk)
    upload(desk, with_cells(content, {"I3": "neu@example.jp"}))
    (shown,) = preview(desk, "change").context["rows"]
    assert [(one["old"], one["new"]) for one in shown.row.changes] == [
        ("hana@example.jp", "neu@example.jp")
    ]
    confirm(desk, now)
    somebody.refresh_from_db()
    assert somebody.email == "neu@example.jp"


def test_a_language_deleted_in_the_export_is_deleted(
    desk: Client, somebody: Volunteer, now: datetime
) -> None:
    book = load_workbook(io.BytesIO(export(desk)))
    book["対応言語"].delete_rows(4)
    target = io.BytesIO()
    book.save(target)
    upload(desk, target.getvalue())
    confirm(desk, now)
    assert [one.language for one in somebody.skills.all()] == ["zh-TW"]


def test_what_somebody_typed_wrongly_into_the_export_is_told_and_kept(
    desk: Client, somebody: Volunteer, now: datetime
) -> None:
    columns = {column.key: index for index, column in enumerate(PEOPLE_COLUMNS)}
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[columns["birth_date"]]
    content = with_cells(export(desk), {f"{letter}3": "昭和の頃"})
    upload(desk, content)
    (shown,) = preview(desk, "change").context["rows"]
    assert shown.row.problems[0]["original"] == "昭和の頃"
    confirm(desk, now)
    somebody.refresh_from_db()
    assert somebody.birth_date == date(1938, 12, 31)
    assert "生年月日：昭和の頃" in somebody.remarks
    upload(desk, content)
    assert newest().state == "preview"
    again = somebody.remarks
    confirm(desk, now)
    somebody.refresh_from_db()
    assert somebody.remarks.count("昭和の頃") == again.count("昭和の頃")


def test_no_text_becomes_a_formula(desk: Client, somebody: Volunteer) -> None:
    content = export(desk)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        pages = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        for name in pages:
            page = package.read(name)
            assert b"<f>" not in page
            assert b"<hyperlink" not in page
    cell = load_workbook(io.BytesIO(content)).worksheets[0]["B3"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://x")')


def test_an_export_is_recorded_with_its_size(desk: Client, hana: Volunteer) -> None:
    export(desk)
    line = AuditEntry.objects.get(verb="register.exported")
    assert (line.detail, line.actor_label) == ({"rows": 1}, "佐藤 恵")


def test_an_export_holds_only_ones_own_organization(
    outsider: User, hana: Volunteer, client_of: Callable[[User], Client]
) -> None:
    assert len(list(load_workbook(io.BytesIO(export(client_of(outsider)))).worksheets[0])) == 2


def test_statements_do_not_grow_with_every_volunteer(
    city: Organization, django_assert_max_num_queries: Any, now: datetime
) -> None:
    for _ in range(30):
        factories.VolunteerFactory(organization=city)
    with django_assert_max_num_queries(8):
        assert write_register(city, io.BytesIO(), at=now) == 30


_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(remarks=_texts, name=_texts)
def test_any_text_survives(city: Organization, remarks: str, name: str, now: datetime) -> None:
    one = factories.VolunteerFactory(organization=city, remarks=remarks, name=name)
    target = io.BytesIO()
    write_register(city, target, at=now)
    row = open_workbook(target.getvalue(), "x.xlsx").sheets[0].rows[2]
    columns = {column.key: index for index, column in enumerate(PEOPLE_COLUMNS)}
    read = [
        row[columns[key]].text if columns[key] < len(row) else "" for key in ("remarks", "name")
    ]
    one.delete()
    assert read == [remarks, name]


_rules = st.builds(
    lambda day, start, length, nth, holidays: RuleValue(
        day, start, min(start + length, 2160), frozenset() if day == 7 else frozenset(nth),
        holidays or day == 7,
    ),
    st.integers(0, 7), st.integers(0, 1439), st.integers(1, 1440),
    st.sets(st.integers(1, 5), max_size=4), st.booleans(),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_rules, max_size=5, unique=True))
def test_any_hours_survive(rules: list[RuleValue]) -> None:
    parsed = parse_schedule(schedule_text(tuple(rules)))
    assert set(parsed.value) == set(rules)
    long = any(rule.to_minute - rule.from_minute > 900 for rule in rules)
    assert long or not parsed.rest
