"""Lists of other associations, doubles, conflicts and what a person decides about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from tests import factories
from tests.volunteers.importing_run import (
    bring_in,
    columns,
    confirm,
    counts,
    newest,
    preview,
    upload,
    workbook,
)
from volunteers.models import ImportRow, Volunteer

pytestmark = pytest.mark.django_db
HEAD = ["登録番号", "氏名", "フリガナ", "対応言語", "生年月日", "携帯電話", "登録期限", "備考"]


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


def person(number: Any = 1, name: str = "石井 学", **more: Any) -> list[Any]:
    values = {
        "フリガナ": "イシイ マナブ",
        "対応言語": "英語◎",
        "生年月日": "1990/1/2",
        "携帯電話": "090-1234-5678",
    }
    values |= {"登録番号": number, "氏名": name, "登録期限": "令和9年3月31日"} | more
    return [values.get(title, "") for title in HEAD]


def rows(client: Client, show: str) -> list[ImportRow]:
    return [one.row for one in preview(client, show).context["rows"]]


def skills(number: int) -> dict[str, int]:
    found = Volunteer.objects.get(number=number).skills.all()
    return {one.language: one.to_japanese for one in found}


def test_one_sheet_per_language_becomes_one_person_with_all_languages(
    desk: Client, now: datetime
) -> None:
    head = ["番号", "姓", "名", "レベル", "月", "水", "電話"]
    book = workbook(
        英語=[head, [1, "石井", "学", "A", "13-17", "", "09012345678"],
              [2, "森", "さゆり", "B", "", "○", "09012345679"]],
        中国語=[head, [1, "石井", "学", "C", "13-17", "", "09012345678"]],
        集計=[["言語", "人数"], ["英語", 2], ["中国語", 1]],
    )  # fmt: skip
    upload(desk, book)
    page = desk.get(f"/volunteers/import/{newest().pk}/columns/")
    chosen = [(one.sheet.name, one.use, one.language) for one in page.context["form"].sheets]
    assert chosen == [("英語", True, "英語"), ("中国語", True, "中国語"), ("集計", False, "")]
    columns(desk)
    assert counts(desk)["create"] == 2
    confirm(desk, now)
    assert skills(1) == {"en": 3, "zh": 1}
    ishii = Volunteer.objects.get(number=1)
    assert ishii.name == "石井 学"
    (rule,) = ishii.rules.all()
    assert (rule.weekday, rule.from_minute, rule.to_minute) == (0, 780, 1020)
    upload(desk, book)
    columns(desk)
    assert [row.changes for row in rows(desk, "change")] == []
    assert counts(desk) == {"create": 0, "change": 0, "same": 2, "skip": 3, "human": 0}


def test_a_sheet_of_one_language_adds_it_and_removes_no_other(
    desk: Client, city: Organization, now: datetime
) -> None:
    factories.VolunteerFactory(organization=city, number=1, name="石井 学", skills=["ko"])
    bring_in(desk, workbook(英語=[["番号", "氏名", "レベル"], [1, "石井学", "◎"]]), now)
    assert skills(1) == {"ko": 3, "en": 3} or set(skills(1)) == {"ko", "en"}


def test_marks_of_the_associations_own_can_be_explained(desk: Client, now: datetime) -> None:
    head = ["番号", "氏名", "対応言語", "備考"]
    upload(desk, workbook(名簿=[head, [1, "石井学", "英語☆", ""]]))
    columns(desk, **{"level-0-1": "☆"})
    confirm(desk, now)
    assert skills(1) == {"en": 1}


def test_a_column_that_nobody_understands_stays_as_a_remark(desk: Client, now: datetime) -> None:
    bring_in(desk, workbook(名簿=[[*HEAD, "血液型"], [*person(), "AB"]]), now)
    assert "血液型：AB" in Volunteer.objects.get().remarks


def test_people_without_a_number_get_the_next_free_one(desk: Client, now: datetime) -> None:
    book = workbook(名簿=[HEAD, person("", "甲 一", 携帯電話="090-1111-1111"), person(5, "乙 二")])
    bring_in(desk, book, now)
    assert dict(Volunteer.objects.values_list("name", "number")) == {"乙 二": 5, "甲 一": 6}
    upload(desk, book)
    columns(desk)
    assert counts(desk)["same"] == 2, "found again by name and birth date"


def test_the_name_may_be_spelled_otherwise(desk: Client, city: Organization) -> None:
    factories.VolunteerFactory(organization=city, number=7, name="髙橋 渡邊")
    upload(desk, workbook(名簿=[HEAD, person(7, "高橋渡辺")]))
    columns(desk)
    (row,) = rows(desk, "change")
    assert {"field": "name", "label": "氏名", "old": "髙橋 渡邊", "new": "高橋渡辺"} in row.changes


def test_a_number_of_somebody_else_waits_for_a_decision(
    desk: Client, city: Organization, now: datetime
) -> None:
    other = factories.VolunteerFactory(organization=city, number=7, name="森 さゆり", skills=["es"])
    upload(desk, workbook(名簿=[HEAD, person(7, "石井 学")]))
    columns(desk)
    assert counts(desk)["human"] == 1
    (row,) = rows(desk, "human")
    assert [one["code"] for one in row.problems] == ["number_of_other"]
    confirm(desk, now)
    other.refresh_from_db()
    assert Volunteer.objects.count() == 1
    assert other.name == "森 さゆり"


def test_deciding_that_it_is_somebody_else_registers_a_new_person(
    desk: Client, city: Organization, now: datetime
) -> None:
    factories.VolunteerFactory(organization=city, number=7, name="森 さゆり")
    upload(desk, workbook(名簿=[HEAD, person(7, "石井 学")]))
    columns(desk)
    (row,) = rows(desk, "human")
    run = confirm(desk, now, **{f"decision-{row.pk}": "separate"})
    added = Volunteer.objects.get(name="石井 学")
    assert (run.state, added.number) == ("done", 8)
    assert "名簿の登録番号：7" in added.remarks


def test_deciding_that_it_is_the_same_person_changes_the_name(
    desk: Client, city: Organization, now: datetime
) -> None:
    factories.VolunteerFactory(organization=city, number=7, name="森 さゆり")
    upload(desk, workbook(名簿=[HEAD, person(7, "石井 さゆり")]))
    columns(desk)
    (row,) = rows(desk, "human")
    confirm(desk, now, **{f"decision-{row.pk}": "use"})
    assert Volunteer.objects.get().name == "石井 さゆり"


def test_two_different_rows_of_one_number_both_wait(desk: Client, now: datetime) -> None:
    upload(desk, workbook(名簿=[HEAD, person(1), person(1, 備考="電話は夜に")]))
    columns(desk)
    assert counts(desk) == {"create": 0, "change": 0, "same": 0, "skip": 1, "human": 2}
    first, second = rows(desk, "human")
    assert {one["code"] for one in first.problems} == {"duplicate_differs"} | {
        one["code"] for one in first.problems if one["severity"] != "error"
    }
    confirm(desk, now, **{f"decision-{second.pk}": "use", f"decision-{first.pk}": "skip"})
    assert Volunteer.objects.get().remarks == "電話は夜に"


def test_taking_both_rows_of_one_number_takes_the_first_and_reports_the_second(
    desk: Client, now: datetime
) -> None:
    upload(desk, workbook(名簿=[HEAD, person(1), person(1, 備考="電話は夜に")]))
    columns(desk)
    first, second = rows(desk, "human")
    confirm(desk, now, **{f"decision-{one.pk}": "use" for one in (first, second)})
    assert Volunteer.objects.get().remarks == ""
    second.refresh_from_db()
    assert not second.applied
    assert second.problems[-1]["code"] == "number_taken"


def test_an_unticked_row_is_left_out(desk: Client, now: datetime) -> None:
    upload(desk, workbook(名簿=[HEAD, person(1), person(2, "森 さゆり", 生年月日="", 携帯電話="")]))
    columns(desk)
    one, two = rows(desk, "create")
    url = f"/volunteers/import/{newest().pk}/preview/?show=create"
    saved = desk.post(url, {"shown": [one.pk, two.pk], "chosen": [two.pk]}, HTTP_HX_REQUEST="true")
    assert "1名</strong>を新しく登録し" in saved.content.decode()
    confirm(desk, now)
    assert list(Volunteer.objects.values_list("name", flat=True)) == ["森 さゆり"]


def test_a_row_without_a_name_can_never_be_taken(desk: Client, now: datetime) -> None:
    upload(desk, workbook(名簿=[HEAD, person(1, "")]))
    columns(desk)
    (shown,) = preview(desk, "human").context["rows"]
    assert shown.decisions == []
    confirm(desk, now, **{f"decision-{shown.row.pk}": "use"})
    assert not Volunteer.objects.exists()


def test_somebody_changed_since_the_preview_is_left_to_a_human(
    desk: Client, city: Organization, now: datetime
) -> None:
    hana = factories.VolunteerFactory(organization=city, number=1, name="石井 学", skills=["en"])
    upload(desk, workbook(名簿=[HEAD, person(1, 携帯電話="090-9999-0001")]))
    columns(desk)
    Volunteer.objects.filter(pk=hana.pk).update(mobile="+819099990002")
    confirm(desk, now)
    hana.refresh_from_db()
    assert hana.mobile == "+819099990002"
    row = ImportRow.objects.get(volunteer=hana)
    assert (row.outcome, row.problems[-1]["code"]) == ("human", "changed_meanwhile")


def test_somebody_registered_since_the_preview_is_not_doubled(
    desk: Client, city: Organization, now: datetime
) -> None:
    upload(desk, workbook(名簿=[HEAD, person("")]))
    columns(desk)
    factories.VolunteerFactory(
        organization=city, number=1, name="石井学", birth_date=date(1990, 1, 2)
    )
    confirm(desk, now)
    assert Volunteer.objects.count() == 1


def test_a_shorter_term_in_an_old_list_is_told_and_not_written(
    desk: Client, city: Organization
) -> None:
    known = factories.VolunteerFactory(organization=city, number=1, name="石井 学")
    latest = known.registrations.first()
    upload(desk, workbook(名簿=[HEAD, person(1, 登録期限="2026/3/31")]))
    columns(desk)
    shown = [*rows(desk, "change"), *rows(desk, "same")][0]
    assert "term_shorter" in [one["code"] for one in shown.problems]
    assert "registration" not in [one["field"] for one in shown.changes]
    assert latest is not None


def test_corrections_of_a_doubtful_cell_survive_the_next_import(
    desk: Client, city: Organization, now: datetime
) -> None:
    book = workbook(名簿=[HEAD, person(1, 対応言語="英語◎、謎語○")])
    bring_in(desk, book, now)
    person_1 = Volunteer.objects.get()
    assert "謎語" in person_1.remarks
    person_1.skills.create(language="tl", to_japanese=2, from_japanese=2)
    upload(desk, book)
    columns(desk)
    assert counts(desk)["same"] == 1
