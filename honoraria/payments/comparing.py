"""Is a file the one that was released? Its hash says so; if not, this says what differs.

Pure apart from the batch's own file. Account numbers are never part of a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from honoraria.banking import transfer
from honoraria.models import PaymentBatch
from honoraria.payees.holder import readable
from honoraria.payments.files import bank_file, digest

SECRET = {"account"}
CALLED = {
    "code": "委託者コード", "name": "名義", "day": "振込指定日", "bank": "金融機関コード",
    "bank_name": "金融機関名", "branch": "支店コード", "branch_name": "支店名", "kind": "種目",
    "account": "口座番号", "amount": "金額", "customer1": "顧客コード1", "customer2": "顧客コード2",
    "transfer_kind": "振込指定区分", "new_code": "新規コード", "edi": "EDI識別",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found about an uploaded file."""

    sha256: str
    same: bool
    batch: PaymentBatch | None
    problems: list[transfer.Problem]
    differences: list[str] = field(default_factory=list)
    count: int | None = None
    total: int | None = None


def compare(data: bytes, batch: PaymentBatch | None) -> Comparison:
    """The file against the rules and, if there is one, against a released batch."""
    day = batch.value_date if batch else None
    problems = transfer.check(data, day)
    known = digest(data)
    try:
        found = transfer.read(data)
    except transfer.TransferError as error:
        return Comparison(known, False, batch, problems, [error.text])
    if batch is None:
        return Comparison(known, False, None, problems, [], found.count, found.total)
    released = bank_file(batch)
    if released == data:
        return Comparison(known, True, batch, problems, [], found.count, found.total)
    differences = list(_differences(transfer.read(released), found))
    if not differences:
        differences = ["改行や予備の欄など、金額や振込先以外の部分が違います。"]
    return Comparison(known, False, batch, problems, differences, found.count, found.total)


def _differences(released: transfer.Read, found: transfer.Read) -> Iterator[str]:
    yield from _fields("見出し", released.header, found.header)
    pairs = zip_longest(released.transfers, found.transfers)
    for number, (one, other) in enumerate(pairs, start=1):
        if one is None or other is None:
            said = "承認した内容にない振込です" if one is None else "振込がありません"
            yield f"{_which(number, one or other)}：{said}。"
        else:
            yield from _fields(_which(number, one), one, other)
    if released.count != found.count:
        yield f"合計件数：承認 {released.count}件、ファイル {found.count}件"
    if released.total != found.total:
        yield f"合計金額：承認 {released.total:,}円、ファイル {found.total:,}円"


def _which(number: int, row: dict[str, str] | None) -> str:
    """«3件目（ヤマダ ハナ）»: the place in the file, and the holder that was approved."""
    name = readable(row["name"]).strip() if row else ""
    return f"{number}件目（{name}）" if name else f"{number}件目"


def _fields(where: str, released: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for name, value in released.items():
        if name in CALLED and found[name] != value:
            what = f"{where}：{CALLED[name]}"
            if name in SECRET:
                yield f"{what}が違います。"
            elif name == "amount":
                yield f"{what}　承認 {_yen(value)}、ファイル {_yen(found[name])}"
            else:
                yield f"{what}　承認「{value}」、ファイル「{found[name]}」"


def _yen(digits: str) -> str:
    return f"{int(digits):,}円" if digits.isascii() and digits.isdigit() else f"「{digits}」"
