"""The whole sample register: every row is accounted for and every doubt is counted."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from volunteers.importing.columns import guess_mapping
from volunteers.importing.duplicates import find_duplicates
from volunteers.importing.rows import read_rows


@pytest.fixture(scope="module")
def results(sample, find_language):
    sheet = sample.sheets[0]
    mapping = guess_mapping(sheet, find_language).mapping
    return find_duplicates(read_rows(sheet, mapping, find_language, as_of=date(2026, 4, 1)))


@pytest.fixture(scope="module")
def drafts(results):
    return [row.draft for row in results if row.draft]


def test_every_row_is_a_draft_or_skipped_for_a_reason(results, drafts):
    assert [row.row_number for row in results] == list(range(1, 384))
    assert len(drafts) == 372
    skipped = {(row.skipped.code, row.row_number) for row in results if row.skipped}
    blank = {("blank", number) for number in (2, 34, 122, 127, 232, 263, 382)}
    assert skipped == {("title", 1), ("header", 3), ("header", 4), ("footnote", 383)} | blank


def test_the_numbers_run_from_1_to_371_with_one_person_typed_twice(results, drafts):
    assert sorted({draft.number for draft in drafts}) == list(range(1, 372))
    identical = [
        row.row_number
        for row in results
        for one in row.problems
        if one.code == "duplicate_identical"
    ]
    assert identical == [60, 61]


def test_the_problems_are_exactly_these(results):
    found = Counter(problem.code for row in results for problem in row.problems)
    assert found == {
        "level_missing": 112,
        "term_ended": 84,
        "remark_about_hours": 44,
        "prefers_fax": 35,
        "schedule_ask": 32,
        "women_only": 31,
        "paused": 29,
        "remark_about_language": 28,
        "no_smartphone": 27,
        "minor": 18,
        "schedule_same_week_twice": 10,
        "contact_missing": 5,
        "duplicate_identical": 2,
        "duplicate_differs": 2,  # two of one name and birthday: a person must look
    }


def test_every_cell_with_text_is_read_into_its_field(results, drafts):
    people = [row for row in results if row.draft]
    for title, attribute in [
        ("生年月日", "birth_date"),
        ("対応言語(◎:通訳可○:日常会話△:少し)", "languages"),
        ("連絡先 / E-mail", "emails"),
        ("登録期限", "valid_until"),
        ("資格等", "qualifications"),
        ("フリガナ", "kana"),
        ("備考", "remarks"),
    ]:
        typed = [bool(row.raw.get(title, "").strip()) for row in people]
        assert typed == [bool(getattr(draft, attribute)) for draft in drafts], title
    assert sum(bool(draft.fields) or draft.translation for draft in drafts) == 372 - 18
    kinds = Counter(phone.kind for draft in drafts for phone in draft.phones)
    assert kinds == {"mobile": 349, "landline": 119}


def test_twenty_one_languages_are_found(drafts):
    tags = Counter(skill.tag for draft in drafts for skill in draft.languages)
    assert len(tags) == 21
    assert (tags["en"], tags["zh"], tags["yue"], tags["ur"]) == (160, 66, 9, 5)


def test_only_hours_that_need_a_person_are_left_as_notes(drafts):
    notes = Counter(note.text[:4] for draft in drafts for note in draft.notes)
    assert notes == {"要相談": 32, "第3・第": 10}
    without_hours = [draft for draft in drafts if not draft.availability]
    assert len(without_hours) == 32


def test_a_few_people_read_as_a_clerk_would_read_them(drafts):
    eighth = drafts[7]
    assert (eighth.name, eighth.birth_date) == ("山下 亮介", date(2002, 6, 13))
    assert [(one.tag, one.level) for one in eighth.languages] == [("de", 2)]
    (rule,) = eighth.availability
    assert (rule.weekday, rule.from_minute, rule.to_minute, rule.nth) == (6, 780, 1020, {3, 4})
    assert (eighth.area_names, eighth.fields) == (("市内全域",), ("medical", "legal"))
    assert eighth.translation
    assert eighth.valid_until == date(2027, 3, 31)
    seventh = drafts[6]
    assert seventh.phones[0].e164 == "+817011532780"
    assert (seventh.by_car, seventh.area_names) == (True, ("市内",))
