"""What a fee block may consist of: its kinds, their fields, the order of their rows.

Roundings and bracket ends have to be said; rows run from zero upward without gap or overlap.
"""

from __future__ import annotations

from typing import Any

from .checks import (
    MAX_NUMBER,
    Check,
    Fields,
    Findings,
    Kinds,
    choice,
    count,
    integer,
    join,
    many,
    minutes,
    or_null,
    record,
    variant,
    yen_amount,
)
from .fees import BRACKET_KINDS, UNIT_KINDS
from .wording import PER, YEN_ROUNDINGS

yen_rounding = choice(*YEN_ROUNDINGS)
bracket_end = choice("<", "<=")


def rounding(found: Findings, path: str, value: object) -> None:
    method = value.get("method") if isinstance(value, dict) else None
    grace: Fields = {"grace": minutes(1)} if method == "grace" else {}
    record(found, path, value, {"method": choice("ceil", "floor", "half_up", "grace"), **grace})


def grace_below_size(found: Findings, path: str, how: Any, sizes: list[int]) -> None:
    if how["method"] == "grace" and how["grace"] >= min(sizes):
        found.add(join(path, "rounding.grace"), "grace_too_long", "は単位より短くしてください。")


def _row(found: Findings, path: str, value: object) -> None:
    bound = integer(0, MAX_NUMBER, "0以上")
    closed = isinstance(value, dict) and value.get("to") is not None
    fields: dict[str, Check] = {"from": bound, "to": or_null(bound), "amount": yen_amount}
    required, optional = (fields | {"end": bracket_end}, {}) if closed else (fields, {"end": _no})
    record(found, path, value, required, optional)


def _no(found: Findings, path: str, value: object) -> None:
    if value is not None:
        found.add(path, "end_without_limit", "は上限のない行では指定できません。")


def _beyond(found: Findings, path: str, value: object) -> None:
    fields = {"size": count, "amount": yen_amount, "rounding": rounding}
    if record(found, path, value, fields) and isinstance(value, dict):
        grace_below_size(found, path, value["rounding"], [value["size"]])


def _step(found: Findings, path: str, value: object) -> None:
    record(found, path, value, {"size": count, "amount": yen_amount}, {"times": or_null(count)})


BRACKETS: tuple[Fields, Fields] = ({"rows": many(_row, at_least=1)}, {"beyond": _beyond})
BLOCKS: tuple[Fields, Fields] = (
    {"size": count, "amount": yen_amount, "rounding": rounding},
    {"at_least": integer(0, MAX_NUMBER, "回")},
)
FEES: Kinds = {
    **dict.fromkeys(BRACKET_KINDS, BRACKETS),
    **dict.fromkeys(UNIT_KINDS, BLOCKS),
    "base_step": (
        {
            "base_minutes": minutes(),
            "base_amount": yen_amount,
            "steps": many(_step, at_least=1),
            "rounding": rounding,
        },
        {},
    ),
    "flat": ({"amount": yen_amount, "per": choice(*PER)}, {}),
    "per_hour": (
        {
            "amount": yen_amount,
            "step_minutes": integer(1, 1440, "分"),
            "rounding": rounding,
            "yen_rounding": yen_rounding,
        },
        {"at_least_minutes": minutes()},
    ),
    "none": ({}, {}),
}


def fee(found: Findings, path: str, value: object) -> None:
    if not variant(found, path, value, FEES) or not isinstance(value, dict):
        return
    kind = value["kind"]
    if kind in BRACKET_KINDS:
        _bracket_order(found, path, value)
    elif kind == "base_step":
        _step_order(found, path, value["steps"])
        grace_below_size(found, path, value["rounding"], [s["size"] for s in value["steps"]])
    elif "rounding" in value:
        size = value["step_minutes"] if kind == "per_hour" else value["size"]
        grace_below_size(found, path, value["rounding"], [size])


def _bracket_order(found: Findings, path: str, table: dict[str, Any]) -> None:
    """Rows from zero upward, each beginning where the one before ends; the last may be open."""
    rows, expected = table["rows"], 0
    for index, row in enumerate(rows):
        here = f"{path}.rows[{index}]"
        if row["from"] > expected:
            found.add(f"{here}.from", "gap", f"と前の行の間にすき間があります({expected}から)。")
        elif row["from"] < expected:
            found.add(f"{here}.from", "overlap", f"が前の行と重なっています({expected}まで)。")
        last = index == len(rows) - 1
        if row["to"] is None:
            if not last:
                found.add(f"{here}.to", "open_row_not_last", "を空にできるのは最後の行だけです。")
                return
        elif row["to"] < row["from"] or (row["to"] == row["from"] and row["end"] == "<"):
            found.add(f"{here}.to", "empty_row", "は下限より大きくしてください。")
        expected = row["to"] if row["to"] is not None else expected
    if table.get("beyond") is not None and rows[-1]["to"] is None:
        found.add(f"{path}.beyond", "beyond_open_table", "は最後の行に上限がある表だけに使えます。")


def _step_order(found: Findings, path: str, steps: list[dict[str, Any]]) -> None:
    for index, step in enumerate(steps):
        last, times = index == len(steps) - 1, step.get("times")
        if last and times is not None:
            found.add(
                f"{path}.steps[{index}].times", "last_step_ends", "は最後の加算では空にします。"
            )
        if not last and times is None:
            found.add(f"{path}.steps[{index}].times", "missing", "が定められていません。")
