"""Writing a line of the register: the only place where the stock of gift cards changes.

The row of the kind is locked first, so two people never take the same card; the balance is written
with the line, and a constraint keeps it from falling below zero. Lines stand in the order of their
days: what was forgotten is entered later, with a note, never between two lines or in a closed
month.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from honoraria.closing.books import check_open, lock_books
from honoraria.models import GiftCardKind, GiftCardMove

MOST: int = 100_000
"""Cards in one line; more is a slip of the keys."""


def lock_kinds(organization: Organization | int, keys: Iterable[int]) -> dict[int, GiftCardKind]:
    """The kinds, locked after the books, in the order of their keys. Raises ActionError:
    unknown_kind."""
    wanted = set(keys)
    key = organization if isinstance(organization, int) else organization.pk
    lock_books(key)
    rows = GiftCardKind.objects.select_for_update().filter(organization=key, pk__in=wanted)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) != len(wanted):
        raise ActionError("unknown_kind", "この種類のカードはありません。", status=400)
    return found


def write(
    kind: GiftCardKind,
    verb: str,
    change: int,
    *,
    on: date,
    by: User,
    at: datetime,
    **more: Any,
) -> GiftCardMove:
    """Add a line for a locked ``kind``; ``change`` in cards, negative for cards that go out.

    Raises ActionError: bad_count, future_day, month_closed, day_order, insufficient_stock.
    """
    if change == 0 or abs(change) > MOST:
        raise ActionError("bad_count", "枚数を1以上で入力してください。", field="count", status=400)
    check_day(kind, on, at)
    balance = kind.stock + change
    if balance < 0:
        text = f"{kind}は残り{kind.stock:,}枚です。{-change:,}枚は出せません。"
        raise ActionError("insufficient_stock", text, field="count")
    move = GiftCardMove.objects.create(
        kind=kind,
        on=on,
        verb=verb,
        change=change,
        balance=balance,
        handled_by=by,
        handled_at=at,
        **more,
    )
    kind.stock = balance
    kind.save(update_fields=["stock"])
    return move


def balance_on(kind: GiftCardKind, day: date) -> int:
    """The cards that were there in the evening of a day, by the register."""
    lines = kind.moves.filter(on__lte=day).order_by("-id").values_list("balance", flat=True)
    return lines.first() or 0


def check_day(kind: GiftCardKind, on: date, at: datetime) -> None:
    """A line is for today or earlier, in an open month, never for a day before the last line's."""
    if on > local(at).date():
        raise ActionError("future_day", "先の日付では記録できません。", field="on", status=400)
    check_open(lock_books(kind.organization_id), on)
    last = kind.moves.order_by("-id").values_list("on", flat=True).first()
    if last is not None and on < last:
        text = (
            f"受払簿には{last.year}年{last.month}月{last.day}日の記録があります。"
            "その日以後の日付で記録し、実際の日は摘要に書いてください。"
        )
        raise ActionError("day_order", text, field="on")
