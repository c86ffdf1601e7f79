"""Rules and sentences that many actions share stand in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("accounts", "dispatch", "honoraria", "interpreting", "realtime", "ui", "volunteers")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        # where a volunteer may read it, the translators' tool wants the words themselves
        (r'(?<!_\()"状態が変わったため、この操作はできません。', "accounts/errors.py"),
        (r'policy\.get\("single_handed"\)', "accounts/models.py"),
    ],
)
def test_it_stands_in_one_place(words, place):
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = [path for path in files if re.search(words, path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in found] == [place]
