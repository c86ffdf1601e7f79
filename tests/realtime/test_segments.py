"""What an SMS is charged as: letters of the 7-bit table and all others, and where parts begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.transports.sms.segments import EXTENSION, GSM, Segments, count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 0)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("€" * 81, Segments("GSM-7", 163, 2)),  # 153 is odd: a place stays empty
        ("あ" * 70, Segments("UCS-2", 70, 1)),
        ("あ" * 71, Segments("UCS-2", 71, 2)),
        ("あ" * 134, Segments("UCS-2", 134, 2)),
        ("あ" * 135, Segments("UCS-2", 135, 3)),
        ("a" * 70 + "、", Segments("UCS-2", 71, 2)),
        ("😀" * 35, Segments("UCS-2", 70, 1)),
        ("😀" * 36, Segments("UCS-2", 73, 2)),  # the 34th would be torn apart
    ],
)
def test_parts_are_counted_as_the_standard_says(text: str, expected: Segments) -> None:
    assert count(text) == expected


def test_the_two_tables_have_the_letters_of_the_standard() -> None:
    assert len(GSM) == 127  # 128 with the escape to the other table
    assert len(EXTENSION) == 10
    assert not GSM & EXTENSION


def test_there_is_room_up_to_the_next_part() -> None:
    assert count("あ" * 60).room == 10
    assert count("あ" * 100).room == 34
    assert count("a").room == 159


@given(st.text(max_size=400), st.characters())
def test_another_letter_never_makes_fewer_parts(text: str, letter: str) -> None:
    assert count(text + letter).segments >= count(text).segments


@given(st.text(min_size=1, max_size=400))
def test_whatever_is_counted_fits(text: str) -> None:
    found = count(text)
    assert found.room >= 0
    assert found.segments >= 1
