"""Rows of several layouts become drafts; other rows are skipped for a stated reason."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from volunteers.importing.columns import Mapping, guess_mapping
from volunteers.importing.drafts import VolunteerDraft
from volunteers.importing.duplicates import find_duplicates
from volunteers.importing.rows import read_rows
from volunteers.importing.workbook import Cell

DAY = date(2026, 4, 1)


@pytest.fixture
def read(sheet_of, find_language):
    def run(*rows, name="名簿", **options):
        sheet = sheet_of(*rows, name=name)
        mapping = guess_mapping(sheet, find_language).mapping
        mapping.options.update(options)
        return read_rows(sheet, mapping, find_language, as_of=DAY)

    return run


def codes(row):
    return [problem.code for problem in row.problems]


def skills(draft):
    return [(skill.tag, skill.level) for skill in draft.languages]


def test_rows_that_are_no_person_are_skipped_with_the_reason(read):
    rows = read(
        ["語学ボランティア名簿", "", ""],
        ["番号", "氏名", "言語"],
        [1, "山田 花子", "英語◎"],
        [],
        ["番号", "氏　名", "言語"],
        ["【中国語】"],
        [2, "王 芳", "中国語◎"],
        ["旧会員"],
        ["合計", "2名", ""],
        ["※個人情報につき取扱注意"],
    )
    assert [row.row_number for row in rows] == list(range(1, 11))
    assert [row.skipped.code if row.skipped else "" for row in rows] == [
        *["title", "header", "", "blank", "repeated_header", "section", "", "fragment", "total"],
        "footnote",
    ]
    assert all(row.skipped.reason_ja for row in rows if row.skipped)
    assert rows[7].raw == {"番号": "旧会員"}


def test_a_sheet_per_language_with_levels_abc_and_names_in_two_parts(read):
    row = read(
        ["No", "姓", "名", "セイ", "メイ", "レベル", "携帯", "月", "火", "土"],
        ["3", "髙橋", "明美", "タカハシ", "アケミ", "A", 9012345678, "○", "13-17", "午前"],
        name="ベトナム語",
    )[1]
    draft = row.draft
    assert (draft.number, draft.name, draft.kana) == (3, "髙橋 明美", "タカハシ アケミ")
    assert (draft.family_name, draft.given_name) == ("髙橋", "明美")
    assert skills(draft) == [("vi", 3)]
    assert draft.phones[0].e164 == "+819012345678"
    assert [(one.weekday, one.from_minute, one.to_minute) for one in draft.availability] == [
        (0, 540, 1260),
        (1, 780, 1020),
        (5, 540, 720),
    ]
    assert (row.problems, draft.notes) == ((), ())


def test_sections_name_the_language_of_the_rows_below(read):
    rows = read(
        ["番号", "氏名", "レベル", "電話"],
        ["【英語】"],
        [1, "山田花子", "A", "090-1234-5678"],
        ["■ ベトナム語"],
        [2, "佐藤一郎", "C", "080-1234-5678"],
    )
    assert [skills(row.draft) for row in rows if row.draft] == [[("en", 3)], [("vi", 1)]]


def test_a_column_per_language_holds_levels(read):
    draft = read(["氏名", "英語", "中国語", "韓国語"], ["山田花子", "◎", "", "C"])[1].draft
    assert skills(draft) == [("en", 3), ("ko", 1)]


def test_pairs_of_language_and_level_columns(read):
    header = ["氏名", "言語1", "レベル1", "言語2", "レベル2"]
    draft = read(header, ["山田花子", "英語", "B", "タイ語", "A"])[1].draft
    assert skills(draft) == [("en", 2), ("th", 3)]


def test_an_association_s_own_level_marks(read):
    rows = read(["氏名", "レベル"], ["山田花子", "S"], name="英語", levels={"S": 3, "X": "?"})
    assert skills(rows[1].draft) == [("en", 3)]


def test_everything_not_understood_is_kept_word_for_word_under_its_title(read):
    row = read(
        ["番号", "氏名", "言語", "生年月日", "活動可能日時", "好きな色"],
        ["A-1", "山田花子", "火星語", "不明", "隔週水曜", "青"],
    )[1]
    assert [(note.title, note.text) for note in row.draft.notes] == [
        ("番号", "A-1"),
        ("言語", "火星語"),
        ("生年月日", "不明"),
        ("活動可能日時", "隔週水曜"),
        ("好きな色", "青"),
    ]
    assert [(problem.code, problem.column) for problem in row.problems] == [
        ("number_unreadable", "番号"),
        ("language_unknown", "言語"),
        ("date_unreadable", "生年月日"),
        ("schedule_irregular", "活動可能日時"),
        ("language_missing", ""),
        ("contact_missing", ""),
    ]


def test_two_columns_for_one_value_lose_nothing(sheet_of, find_language):
    sheet = sheet_of(["氏名", "別名", "地域", "地域2"], ["山田花子", "HANA", "高尾", "日野市"])
    mapping = Mapping((0,), {0: "name", 1: "name", 2: "areas", 3: "areas"})
    draft = read_rows(sheet, mapping, find_language)[1].draft
    assert (draft.name, draft.area_names) == ("山田花子", ("高尾",))
    assert [(note.title, note.text) for note in draft.notes] == [
        ("別名", "HANA"),
        ("地域2", "日野市"),
    ]


@pytest.mark.parametrize("unit", ["-", "1", "a.", "英語(", "090-", "月"])
def test_a_cell_of_thirty_thousand_characters_costs_no_time_and_is_kept(
    unit, sheet_of, find_language
):
    text = (unit * 30_000)[:30_000]
    targets = ["name", "languages", "email", "availability", "birth_date", "mobile", "remarks"]
    sheet = sheet_of(["氏名", "言語", text], [text] * len(targets))
    began = time.process_time()
    guess_mapping(sheet, find_language)
    row = read_rows(sheet, Mapping((0,), dict(enumerate(targets))), find_language)[1]
    assert time.process_time() - began < 2
    assert {note.text for note in row.draft.notes} == {text}
    assert row.draft.remarks == text


def test_ditto_marks_are_never_guessed(read):
    row = read(["番号", "氏名", "言語", "住所"], [1, "山田花子", "〃", "同上"])[1]
    assert codes(row)[:2] == ["ditto", "ditto"]
    assert [note.text for note in row.draft.notes] == ["〃", "同上"]


def test_a_row_without_a_name_is_an_error_not_a_gap(read):
    row = read(["番号", "氏名", "言語", "電話"], [5, "", "英語◎", "090-1234-5678"])[1]
    assert [(one.code, one.severity) for one in row.problems] == [("name_missing", "error")]


def test_age_and_term_are_judged_only_on_a_given_day(sheet_of, find_language):
    sheet = sheet_of(
        ["氏名", "生年月日", "言語", "登録期限", "電話"],
        ["山田花子", "H21.5.2", "英語◎", "R8.3.31", "090-1234-5678"],
    )
    mapping = guess_mapping(sheet, find_language).mapping
    assert codes(read_rows(sheet, mapping, find_language)[1]) == []
    judged = read_rows(sheet, mapping, find_language, as_of=DAY)[1]
    assert codes(judged) == ["minor", "term_ended"]


def test_a_draft_survives_json(read):
    rows = read(
        ["番号", "氏名", "言語", "生年月日", "活動可能日時", "携帯", "備考", "色"],
        [
            1,
            "山田 花子",
            "英語◎、タイ語",
            "S31.10.26",
            "第1・第3水曜 午前",
            "09012345678",
            "FAX希望",
            "青",
        ],
    )
    draft = rows[1].draft
    assert VolunteerDraft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


# ---- Persons who stand twice ---------------------------------------------------------------------

HEAD = ["番号", "氏名", "生年月日", "携帯", "言語"]


def twice(read, one, other):
    first, second = find_duplicates(read(HEAD, one, other))[1:]
    assert (first.same_as, second.same_as) in {((("名簿", 3),), (("名簿", 2),)), ((), ())}
    found = [
        next((one for one in row.problems if one.code.startswith(("dupl", "number_tw"))), None)
        for row in (first, second)
    ]
    return found


def test_the_same_row_twice_is_told_on_both(read):
    row = [1, "山田花子", "S31.10.26", "090-1234-5678", "英語◎"]
    first, second = twice(read, row, row)
    assert (first.code, second.code) == ("duplicate_identical", "duplicate_identical")
    assert "3行目" in first.message_ja
    assert "2行目" in second.message_ja


@pytest.mark.parametrize(
    ("one", "other", "differing"),
    [
        (
            [1, "髙橋 明美", "S31.10.26", "", "英語◎"],
            [2, "高橋明美", "1956/10/26", "", "英語◎"],
            "登録番号",
        ),
        ([1, "山田花子", "", "090-1234-5678", "英語◎"], [1, "山田花子", "", "", "英語◎"], "電話"),
        (
            [1, "山田花子", "", 9012345678, "英語◎"],
            [2, "山田 花子", "", "090-1234-5678", "英語○"],
            "対応言語",
        ),
    ],
)
def test_the_same_person_typed_differently_is_told_with_what_differs(read, one, other, differing):
    found = twice(read, one, other)
    assert [problem.code for problem in found] == ["duplicate_differs"] * 2
    assert all(differing in problem.message_ja for problem in found)


def test_one_number_for_two_people_is_an_error(read):
    found = twice(
        read,
        [1, "山田花子", "S31.10.26", "", "英語◎"],
        [1, "佐藤一郎", "S50.1.1", "", "英語◎"],
    )
    assert [(one.code, one.severity) for one in found] == [("number_twice", "error")] * 2


def test_two_people_of_one_name_are_not_taken_for_one(read):
    found = twice(
        read, [1, "鈴木学", "S31.10.26", "", "英語◎"], [2, "鈴木学", "S50.1.1", "", "英語◎"]
    )
    assert found == [None, None]


def test_a_person_on_the_sheets_of_two_languages_is_no_slip(read):
    header, row = ["番号", "氏名", "レベル", "電話"], [1, "山田花子", "A", "090-1234-5678"]
    rows = find_duplicates([*read(header, row, name="英語"), *read(header, row, name="タイ語")])
    assert [codes(row) for row in rows if row.draft] == [["duplicate_other_sheet"]] * 2
    assert rows[1].same_as == (("タイ語", 2),)


def test_five_thousand_rows_are_read_in_five_seconds(sample, sheet_of, find_language):
    sheet = sample.sheets[0]
    mapping = guess_mapping(sheet, find_language).mapping
    people = [row for row in sheet.rows[4:] if len(row) > 3]
    rows = list(sheet.rows[:4])
    for number, row in enumerate((people * 14)[:5000]):
        name = Cell(f"{row[1].text}{number % 4900}", f"{row[1].text}{number % 4900}")
        rows.append([Cell(number, str(number)), name, *row[2:]])
    began = time.process_time()
    found = find_duplicates(read_rows(type(sheet)("a", rows, sheet.merged), mapping, find_language))
    assert time.process_time() - began < 5
    assert sum(row.draft is not None for row in found) == 5000
