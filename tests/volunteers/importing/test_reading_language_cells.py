"""Several languages with marks in one cell."""

from __future__ import annotations

import pytest

from volunteers.importing.language_cells import parse_languages, parse_level


def read(parsed):
    return [(skill.tag, skill.level) for skill in parsed.value]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("英語◎", [("en", 3)]),
        ("英語○、広東語△", [("en", 2), ("yue", 1)]),
        ("中国語（北京語）◎、英語〇、モンゴル語▲", [("zh", 3), ("en", 2), ("mn", 1)]),
        ("中国語◎（北京語）", [("zh", 3)]),
        ("中国語(広東語)◎", [("yue", 3)]),
        ("中国語（北京語・広東語）○", [("zh", 2), ("yue", 2)]),
        ("中国語（台湾）○", [("zh-TW", 2)]),
        ("ポルトガル語（ブラジル）◎", [("pt-BR", 3)]),
        ("◎英語\n○スペイン語", [("en", 3), ("es", 2)]),
        ("◎英語 ○スペイン語", [("en", 3), ("es", 2)]),
        ("英語A・韓国語B・タイ語C", [("en", 3), ("ko", 2), ("th", 1)]),
        ("英語：通訳可／韓国語：日常会話", [("en", 3), ("ko", 2)]),
        ("英語（日常会話程度）；タイ語（少し）", [("en", 2), ("th", 1)]),
        ("English (fluent), Thai (basic)", [("en", 3), ("th", 1)]),
        ("ベトナム語 上級", [("vi", 3)]),
        ("タガログ語△，ネパール語○", [("fil", 1), ("ne", 2)]),
    ],
)
def test_languages_with_levels_are_read(typed, meant, find_language):
    parsed = parse_languages(typed, find_language)
    assert read(parsed) == meant
    assert (parsed.problems, parsed.rest) == ((), "")


def test_a_missing_level_is_told_once_and_not_invented(find_language):
    parsed = parse_languages("タイ語/英語", find_language)
    assert read(parsed) == [("th", None), ("en", None)]
    assert [(one.code, one.severity) for one in parsed.problems] == [("level_missing", "info")]


def test_a_word_that_is_no_language_is_kept_and_the_rest_is_read(find_language):
    parsed = parse_languages("英語◎、火星語○", find_language)
    assert read(parsed) == [("en", 3)]
    assert [problem.code for problem in parsed.problems] == ["language_unknown"]
    assert "火星語" in parsed.problems[0].message_ja
    assert parsed.rest == "英語◎、火星語○"


def test_a_dialect_nobody_knows_is_not_swallowed(find_language):
    parsed = parse_languages("中国語（火星方言）◎", find_language)
    assert parsed.value == ()
    assert parsed.rest


def test_a_language_written_twice_takes_the_higher_level_and_says_so(find_language):
    parsed = parse_languages("英語△、英語◎", find_language)
    assert read(parsed) == [("en", 3)]
    assert [problem.code for problem in parsed.problems] == ["language_twice"]


def test_an_association_s_own_marks_can_be_given(find_language):
    parsed = parse_languages("英語S", find_language)
    assert read(parsed) != [("en", 3)]
    assert parse_level("S", {"S": 3}).value == 3


@pytest.mark.parametrize(
    ("typed", "level"),
    [("◎", 3), ("Ｂ", 2), ("c", 1), (3, 3), ("通訳可", 3), ("×", None), ("", None), ("－", None)],
)
def test_a_cell_of_nothing_but_a_level_is_read(typed, level):
    parsed = parse_level(typed)
    assert (parsed.value, parsed.problems) == (level, ())


def test_an_unknown_level_is_kept():
    parsed = parse_level("ぺらぺら")
    assert (parsed.value, parsed.rest) == (None, "ぺらぺら")
    assert [problem.code for problem in parsed.problems] == ["level_unknown"]
