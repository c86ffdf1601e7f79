"""Whatever the lines are: each sum of the workbook is what the system says, and all add up."""

from __future__ import annotations

import io

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from honoraria.grants.workbook import write_workbook
from tests.honoraria.grants.contents import content, line

SHARES = st.integers(1, 97).flatmap(
    lambda bottom: st.tuples(st.integers(0, bottom), st.just(bottom))
)
LINES = st.lists(st.tuples(st.integers(-50_000, 2_000_000), SHARES), max_size=12)


def sums_of(sheet):
    """Rows of sums by their label, as tuples of numbers."""
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] in ("合計", "照合")]
    return [tuple(cell for cell in row[1:] if cell is not None) for row in rows]


@settings(max_examples=25)
@given(LINES, st.lists(st.integers(0, 5_000), max_size=5))
def test_every_sum_agrees(found, weights):
    lines = [line(n, amount, *share) for n, (amount, share) in enumerate(found)]
    made = content(lines, tuple(weights) if any(weights) else ())
    out = io.BytesIO()
    write_workbook(made, out)
    book = openpyxl.load_workbook(out, data_only=True)
    for sheet in book:
        written = sums_of(sheet)
        assert written[::2] == written[1::2]
    eligible = sums_of(book["明細"])[0][-1]
    assert eligible == made.eligible
    assert sums_of(book["総括"])[0] == (made.total, eligible, made.total - eligible)
    assert sums_of(book["対象外"])[0][-1] == made.total - eligible
    if made.joint:
        assert sums_of(book["負担割合"])[0][1:3] == (max(eligible, 0), made.grant)
