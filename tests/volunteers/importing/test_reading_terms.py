"""Fields, areas, gender, numbers, names and remarks."""

from __future__ import annotations

import pytest

from volunteers.importing.terms import (
    Areas,
    Fields,
    parse_areas,
    parse_fields,
    parse_gender,
    parse_number,
    parse_remark,
    parse_texts,
    split_name,
)
from volunteers.importing.text import name_key


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("医療・学校・翻訳", Fields(("medical", "school"), True)),
        ("行政、法律", Fields(("administrative", "legal"))),
        ("子育て／災害", Fields(("childcare", "disaster"))),
        ("医療通訳 学校", Fields(("medical", "school"))),
        ("就労・住宅", Fields(("employment", "housing"))),
        ("学校・教育", Fields(("school",))),
        ("その他", Fields(("other",))),
        ("翻訳", Fields((), True)),
        ("Medical, Legal", Fields(("medical", "legal"))),
        ("なし", Fields()),
    ],
)
def test_fields_become_codes(typed, meant):
    parsed = parse_fields(typed)
    assert (parsed.value, parsed.problems, parsed.rest) == (meant, (), "")


def test_all_fields_means_every_one_but_other():
    codes = parse_fields("全般").value.codes
    assert len(codes) == 8
    assert "other" not in codes


def test_an_unknown_field_is_kept():
    parsed = parse_fields("医療・宇宙")
    assert parsed.value.codes == ("medical",)
    assert parsed.rest == "宇宙"
    assert [problem.code for problem in parsed.problems] == ["field_unknown"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("八王子市・日野市", Areas(("八王子市", "日野市"))),
        ("自宅から30分以内", Areas((), 30)),
        ("自宅から車で１時間半程度", Areas((), 90)),
        ("1時間以内", Areas((), 60)),
        ("市内（車可）", Areas(("市内",), None, True)),
        ("高尾、自宅から20分以内、車可", Areas(("高尾",), 20, True)),
        ("八王子駅周辺", Areas(("八王子駅周辺",))),
        ("", Areas()),
    ],
)
def test_areas_reach_and_car_are_told_apart(typed, meant):
    assert parse_areas(typed).value == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("女", "female"),
        ("男性", "male"),
        ("F", "female"),
        ("その他", "other"),
        ("回答しない", ""),
        ("", ""),
    ],
)
def test_gender(typed, meant):
    parsed = parse_gender(typed)
    assert (parsed.value, parsed.problems) == (meant, ())


def test_an_unknown_gender_is_kept():
    assert parse_gender("♀").rest == "♀"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(12, 12), ("１２", 12), ("No.12", 12), ("第12号", 12), ("012", 12), ("", None)],
)
def test_numbers(typed, meant):
    parsed = parse_number(typed)
    assert (parsed.value, parsed.problems) == (meant, ())


@pytest.mark.parametrize("typed", ["A-12", 0, 1.5, -3, "99999999999"])
def test_a_number_that_cannot_be_one_is_kept(typed):
    parsed = parse_number(typed)
    assert (parsed.value, parsed.rest) == (None, str(typed))


def test_certificates_are_kept_as_written():
    assert parse_texts("英検1級、TOEIC 905\nHSK6級").value == ("英検1級", "TOEIC 905", "HSK6級")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("阿部\u3000翼", ("阿部", "翼")),
        ("佐々木 あすか", ("佐々木", "あすか")),
        ("岡本京助", ("", "")),
        ("SMITH John", ("", "")),
        ("山田 マリア 花子", ("", "")),
    ],
)
def test_only_names_with_one_plain_split_are_split(name, parts):
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　明美", "高橋明美"),
        ("山﨑 零", "山崎零"),
        ("齋藤 陽子", "斎藤陽子"),
        ("渡邊 幹", "渡辺　幹"),
        ("O'Brien Kate", "OBRIEN KATE"),
        ("GARCÍA MARÍA", "Garcia Maria"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "やまだ はなこ"),
    ],
)
def test_two_spellings_of_one_name_compare_equal(one, other):
    assert name_key(one) == name_key(other)


def test_voiced_kana_and_marks_of_other_scripts_are_not_dropped():
    assert name_key("タナカ") != name_key("ダナカ")
    assert name_key("ใจดี") != name_key("ใจด")


@pytest.mark.parametrize(
    ("typed", "flag", "code"),
    [
        ("しばらく休止（家族の介護）", "paused", "paused"),
        ("女性の相談者のみ", "women_only", "women_only"),
        ("FAX希望", "prefers_fax", "prefers_fax"),
        ("ＦＡＸ希望", "prefers_fax", "prefers_fax"),
        ("スマホなし", "no_smartphone", "no_smartphone"),
        ("英語は日常会話程度", None, "remark_about_language"),
        ("平日夜は電話可", None, "remark_about_hours"),
        ("育児中につき短時間", None, "remark_about_hours"),
        ("車いす対応可", None, None),
    ],
)
def test_remarks_that_change_how_a_person_is_asked_are_pointed_out(typed, flag, code):
    parsed = parse_remark(typed)
    set_flags = [name for name in parsed.value.__dataclass_fields__ if getattr(parsed.value, name)]
    assert set_flags == ([flag] if flag else [])
    assert [problem.code for problem in parsed.problems] == ([code] if code else [])
