"""Kinds of cards and what happens to the stock apart from handing out: bought, spoiled, corrected.

The register is only added to. What somebody enters is checked by somebody else afterwards
(`check_move`), unless the organization's policy says ``single_handed``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.actions import single_handed
from honoraria.gift_cards import ledger
from honoraria.models import GiftCardKind, GiftCardMove

Verb = GiftCardMove.Verb
CORRECTABLE = frozenset({Verb.OPENING, Verb.BOUGHT, Verb.SPOILED})
HIGHEST_VALUE = 1_000_000  # yen of one card
OWN_CARDS = "自分が受け取ったカードの記録は、別の人が確認してください。"
SAME_PERSON = "記録した人と確認する人は、別の人にしてください。"


def add_kind(
    organization: Organization, name: str, face_value: int, *, by: User, at: datetime
) -> GiftCardKind:
    """A kind of card with one face value in yen. Raises ActionError: name_missing, bad_value,
    kind_exists."""
    name = " ".join(name.split())[:60]
    if not name:
        raise ActionError("name_missing", "名称を入力してください。", field="name", status=400)
    if not 0 < face_value <= HIGHEST_VALUE:
        text = "額面は1円から1,000,000円までで入力してください。"
        raise ActionError("bad_value", text, field="face_value", status=400)
    with transaction.atomic():
        kind, made = GiftCardKind.objects.get_or_create(
            organization=organization, name=name, face_value=face_value
        )
        if not made:
            raise ActionError("kind_exists", "同じ名称と額面のカードがあります。", field="name")
        record(
            _key(kind), "gift_cards.kind_added", organization=organization, by=by, at=at,
            name=name, face_value=face_value,
        )  # fmt: skip
    return kind


def set_active(kind: GiftCardKind, active: bool, *, by: User, at: datetime) -> GiftCardKind:
    """Take a kind out of use, or back into it. Raises ActionError: still_in_stock."""
    with transaction.atomic():
        row = ledger.lock_kinds(kind.organization_id, [kind.pk])[kind.pk]
        if not active and row.stock:
            text = f"残りが{row.stock:,}枚あるため、使用を終えられません。"
            raise ActionError("still_in_stock", text)
        row.active = active
        row.save(update_fields=["active"])
        record(
            _key(row), "gift_cards.kind_changed", organization=row.organization_id, by=by, at=at,
            active=active,
        )  # fmt: skip
    return row


def open_stock(
    kind: GiftCardKind, count: int, *, on: date, reason: str = "", by: User, at: datetime
) -> GiftCardMove:
    """繰越: the cards that were there when the register began; only as its first line.

    Raises ActionError: register_begun and those of `ledger.write`.
    """
    with transaction.atomic():
        row = ledger.lock_kinds(kind.organization_id, [kind.pk])[kind.pk]
        standing = row.moves.filter(takes_back=None, taken_back_by=None)
        if standing.exists():
            text = (
                "受払簿に記録があるため、繰越は入力できません。増減は購入などで記録してください。"
            )
            raise ActionError("register_begun", text)
        return _written(row, Verb.OPENING, _positive(count), reason, on=on, by=by, at=at)


def buy(
    kind: GiftCardKind,
    count: int,
    *,
    on: date,
    unit_cost: int,
    reason: str,
    by: User,
    at: datetime,
) -> GiftCardMove:
    """Cards that came in; ``unit_cost`` in yen, ``reason`` names the receipt or invoice.

    Raises ActionError: bad_cost, reason_missing and those of `ledger.write`.
    """
    if not 0 <= unit_cost <= 2 * HIGHEST_VALUE:
        text = "購入単価を入力してください。"
        raise ActionError("bad_cost", text, field="unit_cost", status=400)
    reason = _needed(reason, "領収書の番号など、購入の証拠になる書類を入力してください。")
    with transaction.atomic():
        row = ledger.lock_kinds(kind.organization_id, [kind.pk])[kind.pk]
        if not row.active:
            raise ActionError("kind_ended", "使用を終えたカードです。")
        count = _positive(count)
        return _written(row, Verb.BOUGHT, count, reason, on=on, by=by, at=at, unit_cost=unit_cost)


def spoil(
    kind: GiftCardKind, count: int, *, on: date, reason: str, by: User, at: datetime
) -> GiftCardMove:
    """汚損・破損: cards that can no longer be handed out. Raises ActionError: reason_missing, …"""
    reason = _needed(reason, "理由を入力してください。")
    with transaction.atomic():
        row = ledger.lock_kinds(kind.organization_id, [kind.pk])[kind.pk]
        return _written(row, Verb.SPOILED, -_positive(count), reason, on=on, by=by, at=at)


def take_back(move: GiftCardMove, reason: str, *, on: date, by: User, at: datetime) -> GiftCardMove:
    """Undo a line that was a mistake by a second one. Raises ActionError: reason_missing,
    use_return, already_taken_back and those of `ledger.write`."""
    reason = _needed(reason, "理由を入力してください。")
    with transaction.atomic():
        row = ledger.lock_kinds(move.kind.organization_id, [move.kind_id])[move.kind_id]
        found = GiftCardMove.objects.select_related("taken_back_by").get(pk=move.pk)
        if found.verb not in CORRECTABLE or found.takes_back_id is not None:
            text = "この記録は取り消せません。交付は「返却」で、棚卸は次の棚卸で直してください。"
            raise ActionError("use_return", text)
        if hasattr(found, "taken_back_by"):
            raise ActionError("already_taken_back", "すでに取り消されています。")
        change = -found.change
        return _written(row, found.verb, change, reason, on=on, by=by, at=at, takes_back=found)


def check_move(move: GiftCardMove, *, by: User, at: datetime) -> GiftCardMove:
    """A second person, not who got the cards, has seen the cards and the paper.

    Raises ActionError: checked, same_person, own_money.
    """
    with transaction.atomic():
        ledger.lock_kinds(move.kind.organization_id, [move.kind_id])
        rows = GiftCardMove.objects.select_related("kind__organization", "volunteer")
        found = rows.get(pk=move.pk)
        if found.checked_at is not None:
            raise ActionError("checked", "すでに確認されています。")
        alone = found.handled_by_id == by.pk
        own = found.volunteer is not None and found.volunteer.user_id == by.pk
        if (alone or own) and not single_handed(found.kind.organization):
            if own:
                raise ActionError("own_money", OWN_CARDS)
            raise ActionError("same_person", SAME_PERSON)
        found.checked_at, found.checked_by = at, by
        found.save(update_fields=["checked_at", "checked_by"])
        more: dict[str, Any] = {"single_handed": True} if alone or own else {}
        record(
            _key(found.kind), "gift_cards.checked", organization=found.kind.organization_id, by=by,
            at=at, move=found.pk, **more,
        )  # fmt: skip
    return found


def _written(
    kind: GiftCardKind,
    verb: str,
    change: int,
    reason: str,
    *,
    on: date,
    by: User,
    at: datetime,
    **more: object,
) -> GiftCardMove:
    """The line, and what the trail says of it."""
    reason = reason.strip()[:200]
    move = ledger.write(kind, verb, change, on=on, by=by, at=at, reason=reason, **more)
    words = f"gift_cards.{'taken_back' if move.takes_back_id else verb}"
    record(
        _key(kind), words, organization=kind.organization_id, by=by, at=at,
        move=move.pk, change=change, balance=move.balance, reason=move.reason,
    )  # fmt: skip
    return move


def _positive(count: int) -> int:
    if count <= 0:
        raise ActionError("bad_count", "枚数を1以上で入力してください。", field="count", status=400)
    return count


def _needed(reason: str, text: str) -> str:
    if not reason.strip():
        raise ActionError("reason_missing", text, field="reason", status=400)
    return reason


def _key(kind: GiftCardKind) -> str:
    return f"gift_card_kind:{kind.pk}"
