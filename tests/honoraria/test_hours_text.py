"""Time as people read it."""

from __future__ import annotations

import pytest

from honoraria.months import hours_text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0分"),
        (55, "55分"),
        (60, "1時間"),
        (4170, "69時間30分"),
        (-90, "-1時間30分"),
        (600_001, "10,000時間1分"),
    ],
)
def test_hours_and_minutes_are_written_out(minutes, words):
    assert hours_text(minutes) == words
