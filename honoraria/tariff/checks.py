"""Small checks on JSON values, with a Japanese message for the person who fills in the form.

They accept anything that JSON can hold and never raise: a wrong type is a Problem like any other.
What a tariff consists of is said in ``validation``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .arithmetic import RATIO_PATTERN, parse_ratio
from .values import Problem

MAX_YEN = 100_000_000
MAX_NUMBER = 1_000_000
MAX_ITEMS = 200
MAX_TEXT = 500

LABELS = {
    "role": "区分",
    "fee": "謝礼・料金",
    "kind": "種類",
    "amount": "金額",
    "base_amount": "基本額",
    "base_minutes": "基本時間",
    "rows": "区分の表",
    "from": "下限",
    "to": "上限",
    "end": "上限の扱い(未満・以下)",
    "beyond": "表を超えた場合の加算",
    "steps": "加算",
    "size": "単位",
    "times": "回数",
    "rounding": "端数の扱い",
    "method": "端数の扱い",
    "grace": "猶予",
    "yen_rounding": "1円未満の扱い",
    "step_minutes": "計算単位(分)",
    "at_least": "最低の回数",
    "at_least_minutes": "最低時間",
    "per": "支払の単位",
    "transport": "交通費",
    "cap": "上限額",
    "free_km": "対象外の距離",
    "free_end": "対象外の距離の扱い",
    "counted": "計算の対象",
    "km_rounding": "1km未満の扱い",
    "waiting": "待ち時間の扱い",
    "overrides": "個別の定め",
    "when": "適用条件",
    "minimum": "最低額",
    "maximum": "上限額",
    "max_minutes": "1回の上限時間",
    "add_ons": "加算項目",
    "surcharges": "割増",
    "rush": "至急の加算",
    "rate": "割合",
    "ratio": "割合",
    "within_days": "至急とする日数",
    "label": "名称",
    "code": "記号",
    "input": "対象の時間",
    "cancellation": "取消料",
    "days": "日数の数え方",
    "days_before": "何日前",
    "time": "時刻",
    "begin": "時刻ちょうどの扱い",
    "payers": "負担者",
    "payer": "負担者名",
    "above": "超える額",
    "levy": "年会費・負担金",
    "notes": "備考",
}


@dataclass
class Findings:
    """The problems found so far, in the order of the rules."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, code: str, text: str) -> None:
        """Note a problem; the message begins with the name of the field."""
        self.problems.append(Problem(path, code, f"{label(path)}{text}"))


Check = Callable[[Findings, str, object], None]
Fields = Mapping[str, Check]
Kinds = Mapping[str, tuple[Fields, Fields]]  # kind -> required, optional fields


def label(path: str) -> str:
    """``fee.rows[1].to`` as ``「上限」(区分の表 2行目)``."""
    parts = path.split(".")
    name = f"「{LABELS.get(parts[-1].split('[')[0], '謝礼基準' if not path else parts[-1])}」"
    found = re.search(r"\.?([a-z_]+)\[(\d+)\](?!.*\[)", path)
    if found is None:
        return name
    return f"{name}({LABELS.get(found[1], found[1])} {int(found[2]) + 1}行目)"


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def record(
    found: Findings, path: str, value: object, required: Fields, optional: Fields | None = None
) -> bool:
    """Check a dict field by field; true if nothing at all was wrong in it."""
    before = len(found.problems)
    if not isinstance(value, dict):
        found.add(path, "not_a_record", "の形が正しくありません。")
        return False
    known = {**required, **(optional or {})}
    for key in value:
        if key not in known:
            name = str(key)[:40] if isinstance(key, str) else "?"
            found.add(path, "unknown_key", f"に不明な項目「{name}」があります。")
    for key, check in known.items():
        if key in value:
            check(found, join(path, key), value[key])
        elif key in required:
            found.add(join(path, key), "missing", "が定められていません。")
    return len(found.problems) == before


def variant(found: Findings, path: str, value: object, kinds: Kinds) -> bool:
    """Check a dict whose ``kind`` decides its fields."""
    if not isinstance(value, dict):
        found.add(path, "not_a_record", "の形が正しくありません。")
        return False
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        found.add(join(path, "kind"), "unknown_kind", "は用意されたものから選んでください。")
        return False
    required, optional = kinds[kind]
    return record(found, path, value, {"kind": text, **required}, optional)


def integer(minimum: int, maximum: int, unit: str) -> Check:
    """A whole number within bounds; floats and booleans are refused by name."""

    def check(found: Findings, path: str, value: object) -> None:
        if isinstance(value, float):
            found.add(path, "float", "に小数は使えません。整数で入力してください。")
        elif type(value) is not int:
            found.add(path, "not_an_integer", f"は整数({unit})で入力してください。")
        elif value < 0 <= minimum:
            found.add(path, "negative", "に負の数は使えません。")
        elif not minimum <= value <= maximum:
            bounds = f"{minimum:,}以上{maximum:,}以下"
            found.add(path, "out_of_range", f"は{bounds}の整数({unit})で入力してください。")

    return check


yen_amount = integer(0, MAX_YEN, "円")
count = integer(1, MAX_NUMBER, "1以上")


def minutes(minimum: int = 0) -> Check:
    return integer(minimum, MAX_NUMBER, "分")


def choice(*allowed: str) -> Check:
    def check(found: Findings, path: str, value: object) -> None:
        if not isinstance(value, str) or value not in allowed:
            found.add(path, "unknown_choice", "は用意されたものから選んでください。")

    return check


def flag(found: Findings, path: str, value: object) -> None:
    if not isinstance(value, bool):
        found.add(path, "not_a_flag", "は「はい」か「いいえ」で選んでください。")


def text(found: Findings, path: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        found.add(path, "not_a_text", f"は1文字以上{MAX_TEXT}文字以内で入力してください。")


def code(found: Findings, path: str, value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        found.add(path, "not_a_code", "は英小文字・数字・下線で入力してください。")


def clock(found: Findings, path: str, value: object) -> None:
    if isinstance(value, str) and re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", value):
        try:
            dt.time.fromisoformat(value)
        except ValueError:
            pass
        else:
            return
    found.add(path, "not_a_time", "は17:00のように入力してください。")


def ratio_up_to(limit: int) -> Check:
    """``"20%"`` or ``"1/3"``, at most ``limit`` times the whole."""

    def check(found: Findings, path: str, value: object) -> None:
        if isinstance(value, float):
            found.add(path, "float", "に小数は使えません。20%や1/3のように入力してください。")
        elif not isinstance(value, str) or not RATIO_PATTERN.fullmatch(value):
            found.add(path, "not_a_ratio", "は20%や1/3のように入力してください。")
        else:
            try:
                too_large = parse_ratio(value) > limit
            except ValueError:
                found.add(path, "not_a_ratio", "の分母に0は使えません。")
                return
            if too_large:
                found.add(path, "out_of_range", f"は{limit * 100}%以下で入力してください。")

    return check


def or_null(inner: Check) -> Check:
    def check(found: Findings, path: str, value: object) -> None:
        if value is not None:
            inner(found, path, value)

    return check


def many(inner: Check, *, at_least: int = 0) -> Check:
    """A list of at least so many items, each checked."""

    def check(found: Findings, path: str, value: object) -> None:
        items: Sequence[object] = value if isinstance(value, list) else []
        if not isinstance(value, list) or len(items) > MAX_ITEMS:
            found.add(path, "not_a_list", f"は{MAX_ITEMS}件以内の一覧で入力してください。")
        elif len(items) < at_least:
            found.add(path, "empty", "に1件以上入力してください。")
        else:
            for index, item in enumerate(items):
                inner(found, f"{path}[{index}]", item)

    return check
