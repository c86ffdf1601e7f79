"""Costs besides honoraria: entered by one person, approved by another, corrected by a reversal.

What is approved never changes; only the day of payment and further documents may still be added.
A cost used on a day of a closed month can be entered until the year's claim is submitted; it is
booked in the first open month, as its reversal is. The day of use decides the year of the grant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from accounts.times import local
from honoraria.actions import single_handed
from honoraria.closing.books import booking_day, lock_books
from honoraria.grants.documents import MAX_DOCUMENTS, Prepared
from honoraria.models import Books, Claim, Cost, CostDocument
from honoraria.tax.years import fiscal_year

PREPAID = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostValues:
    """A cost as it was typed; yen with consumption tax."""

    category: str
    description: str
    vendor: str
    used_on: date
    paid_on: date | None
    amount: int
    consumption_tax: int = 0


def enter_cost(
    organization: Organization,
    values: CostValues,
    documents: Sequence[Prepared] = (),
    *,
    by: User,
    at: datetime,
) -> Cost:
    """A cost that waits for approval.

    Raises ActionError: claimed, no_amount, tax_over_amount, in_future, too_early.
    """
    with transaction.atomic():
        books = lock_books(organization)
        today = local(at).date()
        _check(books, values, today)
        cost = Cost.objects.create(
            organization=organization,
            booked_on=booking_day(books, values.used_on, today),
            created_at=at,
            created_by=by,
            **asdict(values),
        )
        _keep(cost, documents, by=by, at=at)
        _log(cost, "cost.entered", by=by, at=at, amount=cost.amount, documents=len(documents))
    return cost


def change_cost(
    cost: Cost, values: CostValues, documents: Sequence[Prepared] = (), *, by: User, at: datetime
) -> Cost:
    """Correct a cost that nobody has approved yet; who typed last is who entered it."""
    with transaction.atomic():
        found, books = _locked(cost)
        _only_draft(found)
        today = local(at).date()
        _check(books, values, today)
        typed = asdict(values) | {"booked_on": booking_day(books, values.used_on, today)}
        changed = [name for name, value in typed.items() if getattr(found, name) != value]
        for name, value in typed.items():
            setattr(found, name, value)
        found.created_by = by
        found.save(update_fields=[*typed, "created_by"])
        _keep(found, documents, by=by, at=at)
        _log(found, "cost.changed", by=by, at=at, changed=changed, amount=found.amount)
    return found


def remove_cost(cost: Cost, *, by: User, at: datetime) -> None:
    """Take back a cost that nobody has approved yet, with its documents."""
    with transaction.atomic():
        found, _ = _locked(cost)
        _only_draft(found)
        key, organization = found.key, found.organization_id
        detail: dict[str, Any] = {"amount": found.amount, "description": found.description}
        found.documents.all().delete()
        found.delete()
        record(key, "cost.removed", organization=organization, by=by, at=at, **detail)


def approve_cost(cost: Cost, *, by: User, at: datetime, seen_amount: int | None = None) -> Cost:
    """Approve a cost that somebody else entered.

    ``seen_amount``: the yen on the screen. Raises ActionError: changed_meanwhile, same_person.
    """
    with transaction.atomic():
        found, books = _locked(cost)
        _only_draft(found)
        if seen_amount is not None and seen_amount != found.amount:
            raise ActionError("changed_meanwhile", MOVED)
        alone = found.created_by_id == by.pk
        if alone and not single_handed(found.organization):
            text = "経費を入力した人と承認する人は、別の人にしてください。"
            raise ActionError("same_person", text)
        # its month may have been closed while it waited
        found.booked_on = booking_day(books, found.booked_on, local(at).date())
        found.state, found.approved_at, found.approved_by = Cost.State.APPROVED, at, by
        found.save(update_fields=["booked_on", "state", "approved_at", "approved_by"])
        more = {"single_handed": True} if alone else {}
        _log(found, "cost.approved", by=by, at=at, amount=found.amount, **more)
    return found


def reverse_cost(cost: Cost, reason: str, *, by: User, at: datetime) -> Cost:
    """Take an approved cost back by a reversal, which needs approval itself.

    It is of the same day of use, and booked where the cost was or in the first open month.

    Raises ActionError: reason_missing, not_approved, is_reversal, has_correction.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        found, books = _locked(cost)
        if found.corrects_id is not None:
            raise ActionError("is_reversal", "取消しの行は訂正できません。")
        if found.state != Cost.State.APPROVED:
            raise ActionError("not_approved", "承認前の経費は、そのまま直してください。")
        if Cost.objects.filter(corrects=found).exists():
            raise ActionError("has_correction", "すでに取り消されています。")
        made = Cost.objects.create(
            organization=found.organization,
            category=found.category,
            description=found.description,
            vendor=found.vendor,
            used_on=found.used_on,
            booked_on=booking_day(books, found.booked_on, local(at).date()),
            paid_on=found.paid_on,
            amount=-found.amount,
            consumption_tax=-found.consumption_tax,
            corrects=found,
            reason=reason.strip()[:300],
            created_at=at,
            created_by=by,
        )
        _log(made, "cost.reversed", by=by, at=at, amount=made.amount, reverses=found.pk)
    return made


def record_paid(cost: Cost, paid_on: date, *, by: User, at: datetime) -> Cost:
    """Note on which day a cost was paid, once.

    Raises ActionError: already_paid, in_future, too_early.
    """
    with transaction.atomic():
        found, _ = _locked(cost)
        if found.paid_on is not None:
            raise ActionError("already_paid", "支払日はすでに記録されています。")
        _check_paid(found.used_on, paid_on, local(at).date())
        found.paid_on = paid_on
        found.save(update_fields=["paid_on"])
        _log(found, "cost.paid", by=by, at=at, paid_on=str(paid_on))
    return found


def add_documents(
    cost: Cost, documents: Sequence[Prepared], *, by: User, at: datetime
) -> list[CostDocument]:
    """Keep more evidence of a cost, also of an approved one. Raises ActionError: too_many."""
    with transaction.atomic():
        found, _ = _locked(cost)
        kept = _keep(found, documents, by=by, at=at)
        for one in kept:
            _log(found, "cost.document_added", by=by, at=at, name=one.name, sha256=one.sha256)
    return kept


def remove_document(document: CostDocument, *, by: User, at: datetime) -> None:
    """Take away a document of a cost that nobody has approved yet."""
    with transaction.atomic():
        found, _ = _locked(document.cost)
        _only_draft(found)
        detail = {"name": document.name, "sha256": document.sha256}
        CostDocument.objects.filter(pk=document.pk).delete()
        _log(found, "cost.document_removed", by=by, at=at, **detail)


def _keep(
    cost: Cost, documents: Sequence[Prepared], *, by: User, at: datetime
) -> list[CostDocument]:
    there = set(cost.documents.values_list("sha256", flat=True))
    new = [one for one in documents if one.sha256 not in there]
    if len(there) + len(new) > MAX_DOCUMENTS:
        text = f"証拠書類は1件の経費に{MAX_DOCUMENTS}件までです。"
        raise ActionError("too_many", text, field="documents", status=400)
    return CostDocument.objects.bulk_create(
        CostDocument(
            cost=cost,
            name=one.name,
            content=one.content,
            content_type=one.content_type,
            sha256=one.sha256,
            uploaded_at=at,
            uploaded_by=by,
        )
        for one in new
    )


def _check(books: Books, values: CostValues, today: date) -> None:
    if values.paid_on:
        _check_paid(values.used_on, values.paid_on, today)
    if values.amount <= 0:
        text = "1円以上の金額を入力してください。"
        raise ActionError("no_amount", text, field="amount", status=400)
    if values.consumption_tax > values.amount:
        text = "消費税が金額を超えています。"
        raise ActionError("tax_over_amount", text, field="consumption_tax", status=400)
    closed = books.closed_through is not None and values.used_on <= books.closed_through
    year = fiscal_year(values.used_on)
    claimed = Claim.objects.filter(
        programme__organization_id=books.organization_id, programme__fiscal_year=year
    )
    if closed and claimed.exists():
        text = (
            f"締め済みの月の経費で、{year}年度の実績報告も提出済みのため、入力できません。"
            "必要なときは、管理者が月締めを取り消してから入力してください。"
        )
        raise ActionError("claimed", text, field="used_on")


def _check_paid(used_on: date, paid_on: date, today: date) -> None:
    """A payment has happened; long before the use it is a slip of the year."""
    if paid_on > today:
        text = "支払日は、今日までの日付を入力してください。"
        raise ActionError("in_future", text, field="paid_on", status=400)
    if used_on - paid_on > PREPAID:
        text = "支払日が、納品・利用日の1年以上前です。日付を確認してください。"
        raise ActionError("too_early", text, field="paid_on", status=400)


def _locked(cost: Cost) -> tuple[Cost, Books]:
    books = lock_books(cost.organization_id)
    found = (
        Cost.objects.select_for_update(of=("self",))
        .select_related("organization")
        .filter(pk=cost.pk)
        .first()
    )
    if found is None:
        raise ActionError("changed_meanwhile", MOVED)
    return found, books


def _only_draft(cost: Cost) -> None:
    if cost.state != Cost.State.DRAFT:
        raise ActionError(
            "wrong_state", "承認済みの経費は変更できません。取消しの行で訂正してください。"
        )


def _log(cost: Cost, verb: str, *, by: User, at: datetime, **detail: Any) -> None:
    record(cost.key, verb, organization=cost.organization_id, by=by, at=at, **detail)
