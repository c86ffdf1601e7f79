"""What a short text means: understood to its last character, or left to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.inbound import LETTERS, LONGEST, NO, YES, Answer, Command, Unclear, parse

YES_A, NO_A = Answer("A", True), Answer("A", False)
BARE_YES, BARE_NO = Answer("", True), Answer("", False)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("A1", [YES_A]), ("a2", [NO_A]), ("Ａ１", [YES_A]), ("ａ　２", [NO_A]), ("A-1", [YES_A]),
        ("A ー 1", [YES_A]), (" a1。", [YES_A]), ("A1!", [YES_A]), ("A1👍", [YES_A]),
        ("A1です", [YES_A]), ("a1でお願いします", [YES_A]), ("A1 はい", [YES_A]),
        ("A2 すみません", [NO_A]), ("A1\nA1", [YES_A]), ("AB1", [Answer("AB", True)]),
        ("Ａ１ b2", [YES_A, Answer("B", False)]), ("A 1、B2", [YES_A, Answer("B", False)]),
        ("A1B2", [YES_A, Answer("B", False)]), ("A2・B2・C1",
            [NO_A, Answer("B", False), Answer("C", True)]),
        ("はい", [BARE_YES]), ("ハイ", [BARE_YES]), ("はい、お願いします", [BARE_YES]),
        ("行けます", [BARE_YES]), ("いく ことが できます", [BARE_YES]), ("了解です！", [BARE_YES]),
        ("Yes please", [BARE_YES]), ("OK", [BARE_YES]), ("ｙｅｓ", [BARE_YES]), ("1", [BARE_YES]),
        ("いいえ", [BARE_NO]), ("いいえ すみません", [BARE_NO]), ("無理です", [BARE_NO]),
        ("いけません", [BARE_NO]), ("No, thank you", [BARE_NO]), ("I can’t", [BARE_NO]),
        ("２", [BARE_NO]),
    ],
)  # fmt: skip
def test_an_answer_is_read_in_any_width_case_and_spacing(text: str, meaning: list[Answer]) -> None:
    assert parse(text) == tuple(meaning)


@pytest.mark.parametrize(
    "text",
    [
        "no but I can in two hours", "A1 but late", "A1 20分遅れます", "はい14時なら", "はい？", "A1?",
        "OK?", "大丈夫です", "結構です", "いいです", "now", "yesterday", "A12", "A3", "AB", "ABC1",
        "2時なら行けます", "キャンセル", "stop calling me at night", "お願いします", "すみません",
        "ありがとうございます", "👍", "A1👎", "ｱ1", "１０時", "12",
    ],
)  # fmt: skip
def test_whatever_has_more_to_say_is_for_a_person(text: str) -> None:
    assert isinstance(parse(text), Unclear)


@pytest.mark.parametrize("text", ["A1 A2", "はい いいえ", "A1 いいえ", "はい 行けません", "no 1"])
def test_yes_and_no_at_once_is_neither(text: str) -> None:
    assert parse(text) == Unclear("both")


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\n"])
def test_nothing_at_all_is_unclear(text: str) -> None:
    assert parse(text) == Unclear("empty")


@pytest.mark.parametrize("text", ["STOP", "stop.", " Unsubscribe ", "ＳＴＯＰ", "Cancel", "END"])
def test_the_providers_own_words_stop(text: str) -> None:
    assert parse(text) == Command(stop=True, by_provider=True)


@pytest.mark.parametrize("text", ["停止", "配信停止。", "ストップ", "配信を停止してください"])
def test_japanese_words_stop_as_well(text: str) -> None:
    assert parse(text) == Command(stop=True, by_provider=False)


@pytest.mark.parametrize(("text", "by_provider"), [("START", True), ("再開", False)])
def test_messages_can_be_had_again(text: str, by_provider: bool) -> None:
    assert parse(text) == Command(stop=False, by_provider=by_provider)


CODES = st.from_regex(rf"\A[{LETTERS}]{{1,2}}\Z")
SPACES = st.sampled_from(["", " ", "　", "-", "－", "."])


def _widen(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@given(
    answers=st.dictionaries(CODES, st.booleans(), min_size=1, max_size=5),
    inside=SPACES,
    between=st.sampled_from([" ", "、", "\n", ", ", "　", "/"]),
    lower=st.booleans(),
    wide=st.booleans(),
)
def test_every_way_of_writing_codes_is_read_back(
    answers: dict[str, bool], inside: str, between: str, lower: bool, wide: bool
) -> None:
    text = between.join(f"{code}{inside}{1 if yes else 2}" for code, yes in answers.items())
    text = text.lower() if lower else text
    text = _widen(text) if wide else text
    assert parse(text) == tuple(Answer(code, yes) for code, yes in answers.items())


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_answers_are_never_contradictory(text: str) -> None:
    meaning = parse(text)
    if isinstance(meaning, tuple):
        codes = [one.code for one in meaning]
        assert meaning
        assert len(codes) == len(set(codes))


def test_a_long_text_is_never_an_answer() -> None:
    assert parse("はい" + " " * 300) == (BARE_YES,)
    assert parse("A1 " * LONGEST) == Unclear("long")


WORDS = st.text(alphabet="bcdfghjkptwzかきくけこさしすせそ時分今日明", min_size=2, max_size=12)


@given(phrase=st.sampled_from([*YES, *NO]), more=WORDS, first=st.booleans())
def test_a_yes_or_no_with_unknown_words_is_never_taken(phrase: str, more: str, first: bool) -> None:
    text = f"{more} {phrase}" if first else f"{phrase} {more}"
    assert not isinstance(parse(more), tuple), "the words must be unknown"
    assert isinstance(parse(text), Unclear)


@given(phrase=st.sampled_from(YES), end=st.sampled_from(["", "。", "！", " お願いします", "、"]))
def test_every_yes_is_a_yes(phrase: str, end: str) -> None:
    assert parse(phrase + end) == (BARE_YES,)


@given(phrase=st.sampled_from(NO), end=st.sampled_from(["", "。", " すみません", "、"]))
def test_every_no_is_a_no(phrase: str, end: str) -> None:
    assert parse(phrase + end) == (BARE_NO,)
