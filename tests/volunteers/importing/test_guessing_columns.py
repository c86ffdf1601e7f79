"""Finding the header and guessing what each column means, in several associations' layouts."""

from __future__ import annotations

import json

import pytest

from volunteers.importing.columns import Mapping, column_titles, fingerprint, guess_mapping
from volunteers.importing.header_words import TARGETS
from volunteers.importing.workbook import MergedRange, Sheet, open_workbook


def targets(guess):
    return [guess.mapping.columns[index] for index in sorted(guess.mapping.columns)]


def test_the_sample_s_two_header_rows_below_its_title_are_found(sample, find_language):
    guess = guess_mapping(sample.sheets[0], find_language)
    assert guess.mapping.header_rows == (2, 3)
    assert targets(guess) == [
        *["number", "name", "kana", "languages", "birth_date", "mobile", "landline", "email"],
        *["availability", "areas", "fields", "qualifications", "valid_until", "remarks"],
    ]
    assert guess.headers[5] == "連絡先 / 携帯"
    assert min(guess.confidences.values()) >= 0.9


def test_every_guess_is_a_target_that_the_mapping_page_can_name(sample, find_language):
    guess = guess_mapping(sample.sheets[0], find_language)
    assert set(targets(guess)) <= set(TARGETS)


def test_one_column_per_weekday_and_names_in_two_parts(sheet_of, find_language):
    header = ["No.", "姓", "名", "セイ", "メイ", "言語", "レベル"]
    days = ["月", "火", "水", "木", "金", "土", "日", "祝"]
    guess = guess_mapping(sheet_of([*header, *days, "備考"]), find_language)
    assert targets(guess) == [
        *["number", "family_name", "given_name", "family_kana", "given_kana", "languages", "level"],
        *[f"weekday_{day}" for day in range(8)],
        "remarks",
    ]


def test_a_column_per_language(sheet_of, find_language):
    guess = guess_mapping(sheet_of(["氏名", "英語", "中国語", "韓国語", "電話"]), find_language)
    expected = ["name", "language:英語", "language:中国語", "language:韓国語", "phone"]
    assert targets(guess) == expected


def test_a_sheet_per_language_takes_the_language_from_its_name(sheet_of, find_language):
    sheet = sheet_of(["氏名", "レベル", "携帯電話"], ["山田花子", "A", ""], name="ベトナム語")
    guess = guess_mapping(sheet, find_language)
    assert guess.mapping.options == {"sheet_language": "ベトナム語"}
    assert (
        guess_mapping(sheet_of(["氏名", "レベル"], name="Sheet1"), find_language).mapping.options
        == {}
    )


def test_english_titles(sheet_of, find_language):
    header = ["ID", "Family name", "Given name", "Languages", "Date of Birth", "Mobile", "E-mail"]
    guess = guess_mapping(sheet_of([*header, "Availability", "Notes"]), find_language)
    assert targets(guess) == [
        *["number", "family_name", "given_name", "languages", "birth_date", "mobile", "email"],
        *["availability", "remarks"],
    ]


def test_groups_without_merged_cells_spread_to_the_right(find_language):
    text = "番号,氏名,連絡先,,,備考\n,,携帯,FAX,メール,\n1,山田花子,090-1234-5678,,,\n"
    sheet = open_workbook(text.encode(), "a.csv").sheets[0]
    guess = guess_mapping(sheet, find_language)
    assert guess.mapping.header_rows == (0, 1)
    assert targets(guess) == ["number", "name", "mobile", "fax", "email", "remarks"]
    assert guess.headers[3] == "連絡先 / FAX"


def test_groups_above_the_titles_belong_to_the_header(sheet_of, find_language):
    sheet = sheet_of(
        ["名簿", "", "", "", ""],
        ["", "", "連絡先", "", ""],
        ["番号", "氏名", "携帯", "自宅", "備考"],
        [1, "山田花子", "", "", ""],
    )
    merged = Sheet(sheet.name, sheet.rows, (MergedRange(0, 0, 0, 4), MergedRange(1, 2, 1, 3)))
    assert guess_mapping(merged, find_language).mapping.header_rows == (1, 2)
    assert column_titles(merged, (1, 2))[3] == "連絡先 / 自宅"


def test_columns_nobody_understands_become_notes_and_values_help(sheet_of, find_language):
    rows = [[n, f"山田{n}子", f"a{n}@example.jp", "英語", "090-1234-5678", "青"] for n in range(6)]
    guess = guess_mapping(
        sheet_of(["番号", "氏名", "P", "Q", "R", "好きな色"], *rows), find_language
    )
    assert targets(guess) == ["number", "name", "email", "languages", "phone", "note"]
    assert guess.confidences[5] < 0.5 < guess.confidences[2] < 0.9


def test_a_second_column_with_the_same_meaning_is_not_guessed(sheet_of, find_language):
    guess = guess_mapping(sheet_of(["番号", "氏名", "氏名", "言語"]), find_language)
    assert targets(guess) == ["number", "name", "note", "languages"]


def test_without_a_header_every_column_is_still_kept(sheet_of, find_language):
    guess = guess_mapping(
        sheet_of([1, "山田花子", "英語◎"], [2, "佐藤一郎", "英語○"]), find_language
    )
    assert guess.mapping.header_rows == ()
    assert len(guess.mapping.columns) == 3


def test_the_fingerprint_ignores_trifles_and_sees_changes():
    assert fingerprint(["登録\n番号", "氏　名"]) == fingerprint(["登録番号", "氏名"])
    assert fingerprint(["氏名", "番号"]) != fingerprint(["番号", "氏名"])


def test_a_mapping_survives_json():
    mapping = Mapping((2, 3), {0: "number", 1: "language:英語"}, {"levels": {"S": 3}})
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"header_rows": [0], "columns": {"0": "password"}},
        {"header_rows": [0], "columns": {"a": "name"}},
        {"header_rows": None, "columns": {}},
        {"header_rows": [0], "columns": []},
    ],
)
def test_data_that_is_no_mapping_is_refused(data):
    with pytest.raises(ValueError, match=r"mapping|targets"):
        Mapping.from_json(data)
