"""Whatever somebody typed, the readers never raise and never lose a word of it."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from volunteers.importing.columns import Mapping, guess_mapping
from volunteers.importing.contacts import parse_emails, parse_phones
from volunteers.importing.dates import parse_date
from volunteers.importing.duplicates import find_duplicates
from volunteers.importing.header_words import TARGETS
from volunteers.importing.language_cells import parse_languages, parse_level
from volunteers.importing.rows import read_rows
from volunteers.importing.schedule_words import tokens
from volunteers.importing.schedules import parse_schedule, parse_weekday_cell
from volunteers.importing.terms import (
    parse_areas,
    parse_fields,
    parse_gender,
    parse_number,
    parse_remark,
    parse_texts,
)
from volunteers.importing.text import is_nothing, plain
from volunteers.importing.workbook import Cell, Sheet, WorkbookError, open_workbook
from volunteers.languages import lookup

LIKELY = (
    "第1345一・、,／/ 　\n月火水木金土日祝平日曜毎週隔午前後時分～〜-:：夜間終以降まで（）()◎○△×ABC英中国韓語北京"
    "昭和平成令元年SHR0123456789０１２＋+@.a車可自宅から以内合計※〃同上"
)
TEXT = st.one_of(st.text(st.sampled_from(LIKELY), max_size=24), st.text(max_size=40))
VALUES = st.one_of(
    st.none(),
    TEXT,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
PARSERS = [
    parse_date,
    parse_phones,
    parse_emails,
    parse_schedule,
    parse_level,
    parse_fields,
    parse_areas,
    parse_gender,
    parse_number,
    parse_texts,
    parse_remark,
]


def find(text):
    language = lookup(text)
    return language.tag if language else None


@given(VALUES, st.integers(0, 7))
def test_no_reader_raises_on_any_value(value, weekday):
    for parse in PARSERS:
        parse(value)
    parse_languages(value, find)
    parse_weekday_cell(value, weekday)


@given(TEXT)
def test_text_that_gives_no_value_comes_back_whole(text):
    for parse in (
        parse_date,
        parse_phones,
        parse_emails,
        parse_schedule,
        parse_gender,
        parse_number,
    ):
        parsed = parse(text)
        if not parsed.value and not is_nothing(text) and parsed.problems:
            assert parsed.rest == text
        if not parsed.value and not parsed.problems:
            assert is_nothing(text) or text in ("回答しない", "無回答", "不明")


@given(TEXT)
def test_an_unread_piece_of_a_list_of_languages_is_never_dropped(text):
    parsed = parse_languages(text, find)
    if not parsed.value and any(char.isalnum() for char in text) and not is_nothing(text):
        assert parsed.rest == text
        assert parsed.problems


@given(TEXT)
def test_every_character_of_a_schedule_is_in_a_token_or_is_filler(text):
    clean = plain(text)
    left = clean
    for token in tokens(clean):
        for part in token.text.split():
            assert part in left
            left = left.replace(part, " ", 1)
    for char in "英語車電@":
        assert char not in left


@given(TEXT)
def test_area_names_and_reach_together_hold_the_text(text):
    parsed = parse_areas(text)
    if any(unicodedata.category(char)[0] in "LN" for char in text) and not is_nothing(text):
        value = parsed.value
        assert value.names or value.reach_minutes is not None or value.by_car or parsed.rest


def cell_of(value):
    if value is None or value == "":
        return Cell(None, "")
    if isinstance(value, datetime | date | time):
        return Cell(value, value.isoformat())
    return Cell(value, str(value))


ROWS = st.lists(st.lists(VALUES.map(cell_of), max_size=6), max_size=6)
TARGET_LISTS = st.lists(st.sampled_from([*TARGETS, "language:英語", "language:火星語"]), max_size=6)


@given(ROWS, TARGET_LISTS)
def test_any_sheet_with_any_mapping_accounts_for_every_row_and_cell(rows, targets):
    sheet = Sheet("x", rows)
    guess_mapping(sheet, find)
    mapping = Mapping((), dict(enumerate(targets)))
    results = find_duplicates(read_rows(sheet, mapping, find, as_of=date(2026, 4, 1)))
    assert [row.row_number for row in results] == list(range(1, len(rows) + 1))
    for row, result in zip(rows, results, strict=True):
        assert sorted(result.raw.values()) == sorted(cell.text for cell in row if cell.text)
        assert (result.draft is None) == (result.skipped is not None)


@given(st.lists(TEXT, min_size=3, max_size=6))
def test_columns_mapped_to_notes_are_kept_word_for_word(texts):
    sheet = Sheet("x", [[cell_of(text) for text in texts]])
    mapping = Mapping((), dict.fromkeys(range(len(texts)), "note"))
    (row,) = read_rows(sheet, mapping, find)
    if row.draft:
        kept = {note.text for note in row.draft.notes}
        assert kept == {text.strip() for text in texts if text.strip()}


@given(st.binary(max_size=400), st.sampled_from(["a.xlsx", "a.xls", "a.csv", "", "a"]))
def test_any_bytes_are_read_or_refused_by_name(content, name):
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        with suppress(WorkbookError):
            assert open_workbook(start + content, name).sheets
