"""受払簿: the lines of one kind of card in a month, with the balance carried over. Reads only.

The page, the CSV and the PDF are made from the same `Register`, so their figures are the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.csv_cells import neutral
from accounts.times import local
from honoraria.models import GiftCardKind, GiftCardMove, Payment
from honoraria.months import Month

TITLES = [
    "日付", "区分", "額面（円）", "受入（枚）", "払出（枚）", "残（枚）", "残高（円）", "購入単価（円）",
    "渡した人", "登録番号", "活動", "受領", "摘要", "取扱者", "確認者",
]  # fmt: skip
SHOWN_JOBS = 3


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A move in words; ``into`` and ``out`` in cards, one of them is 0."""

    move: GiftCardMove
    verb: str
    into: int
    out: int
    balance: int
    value: int
    to: str
    number: int | None
    activity: str
    receipt: str

    @property
    def waits(self) -> bool:
        """Nobody has checked the line yet."""
        return self.move.checked_at is None


@dataclass(frozen=True, slots=True)
class Register:
    """The lines of a month (or of all time), between the balance before and the one after."""

    kind: GiftCardKind
    month: Month | None
    opening: int
    lines: list[RegisterLine]

    @property
    def into(self) -> int:
        """Cards that came in."""
        return sum(line.into for line in self.lines)

    @property
    def out(self) -> int:
        """Cards that went out."""
        return sum(line.out for line in self.lines)

    @property
    def closing(self) -> int:
        """The balance after the last line."""
        return self.opening + self.into - self.out

    @property
    def value(self) -> int:
        """Yen of the balance."""
        return self.closing * self.kind.face_value


def register(kind: GiftCardKind, month: Month | None = None) -> Register:
    """The register of a kind, of one month or whole."""
    moves = kind.moves.all()
    opening = 0
    if month is not None:
        before = moves.filter(on__lt=month.first).order_by("-id").values_list("balance", flat=True)
        opening = before.first() or 0
        moves = moves.filter(on__gte=month.first, on__lte=month.last)
    return Register(kind, month, opening, [line_of(move, kind) for move in _with_facts(moves)])


def line_of(move: GiftCardMove, kind: GiftCardKind) -> RegisterLine:
    """A move in words."""
    verb = str(move.get_verb_display())
    undoes = move.takes_back_id is not None and move.verb != GiftCardMove.Verb.RETURNED
    return RegisterLine(
        move=move,
        verb=f"{verb}の取消し" if undoes else verb,
        into=max(move.change, 0),
        out=max(-move.change, 0),
        balance=move.balance,
        value=move.balance * kind.face_value,
        to=move.volunteer.name if move.volunteer else "",
        number=move.volunteer.number if move.volunteer else None,
        activity=activities_of(move.payment) if move.payment else "",
        receipt=receipt_of(move),
    )


def activities_of(payment: Payment) -> str:
    """For which activities a payment is: day and number of the job."""
    jobs = [
        f"{line.honorarium.activity_date.month}/{line.honorarium.activity_date.day} "
        f"{line.honorarium.assignment.request.number}"
        for line in payment.lines.all()
    ]
    more = f" ほか{len(jobs) - SHOWN_JOBS}件" if len(jobs) > SHOWN_JOBS else ""
    return "、".join(jobs[:SHOWN_JOBS]) + more


def receipt_of(move: GiftCardMove) -> str:
    """Whether and how the cards were receipted; empty for what needs no receipt."""
    if move.payment is None or move.verb != GiftCardMove.Verb.HANDED_OUT:
        return ""
    payment = move.payment
    if payment.receipt_at is None:
        return "返却済み" if payment.state == Payment.State.RETURNED else "未受領"
    day = local(payment.receipt_at)
    how = "署名" if payment.receipt_how == "phone" else "受領証"
    return f"{day.month}/{day.day} {how}"


def rows(found: Register) -> Iterator[list[Any]]:
    """The register as cells: the balance before, then the lines."""
    face = found.kind.face_value
    if found.month is not None:
        value = found.opening * face
        first = [found.month.first.isoformat(), "前月繰越", face, "", "", found.opening, value]
        yield [*first, "", "", "", "", "", "", "", ""]
    for line in found.lines:
        move = line.move
        yield [
            move.on.isoformat(), line.verb, face, line.into or "", line.out or "", line.balance,
            line.value, "" if move.unit_cost is None else move.unit_cost, line.to,
            "" if line.number is None else line.number, line.activity, line.receipt, move.reason,
            str(move.handled_by), str(move.checked_by) if move.checked_by else "",
        ]  # fmt: skip


def as_csv(found: Register) -> bytes:
    """UTF-8 with BOM and CRLF; texts that a spreadsheet would run are neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(TITLES)
    for cells in rows(found):
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_paper(found: Register, today: date) -> dict[str, Any]:
    """What the paper `gift_register` shows."""
    return {
        "organization": found.kind.organization.name,
        "kind": str(found.kind),
        "period": found.month.words if found.month else "全期間",
        "printed_on": f"{today.year}年{today.month}月{today.day}日",
        "opening": found.opening,
        "shows_opening": found.month is not None,
        "into": found.into,
        "out": found.out,
        "closing": found.closing,
        "value": found.value,
        "lines": [_paper_line(line) for line in found.lines],
    }


def _paper_line(line: RegisterLine) -> dict[str, Any]:
    move = line.move
    cost = "" if move.unit_cost is None else f"単価{move.unit_cost:,}円"
    return {
        "on": f"{move.on.year}/{move.on.month}/{move.on.day}",
        "verb": line.verb,
        "into": line.into,
        "out": line.out,
        "balance": line.balance,
        "to": f"{line.number}　{line.to}" if line.to else "",
        "activity": line.activity,
        "receipt": line.receipt,
        "note": "　".join(text for text in (cost, move.reason) if text),
        "handled": str(move.handled_by),
        "checked": str(move.checked_by) if move.checked_by else "",
    }


def _with_facts(moves: QuerySet[GiftCardMove]) -> QuerySet[GiftCardMove]:
    """With everything a line says, in a constant number of statements."""
    return (
        moves.select_related(
            "volunteer", "handled_by", "checked_by", "payment", "takes_back", "taken_back_by"
        )
        .prefetch_related("payment__lines__honorarium__assignment__request")
        .order_by("id")
    )
