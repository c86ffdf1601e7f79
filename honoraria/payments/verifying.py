"""What is checked again before a batch is released: nothing moved since it was prepared.

Read when the batch is shown and once more under the locks of the release. What blocks must be put
right (mostly by cancelling the batch and preparing it anew); a warning must be accepted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Q

from accounts.errors import ActionError
from honoraria.banking import transfer
from honoraria.models import BankAccount, Honorarium, Payment, PaymentBatch, PaymentLine
from honoraria.payments.conditions import check_paying_account, check_value_date
from honoraria.payments.files import build, header_of, record_of
from honoraria.payments.lines import planned_line, tax_of, tax_side
from honoraria.payments.planning import account_hold
from honoraria.payments.selecting import not_deducted, owing_elsewhere
from honoraria.tax.decisions import gift_cards_taxed

Method = PaymentBatch.Method
RECENTLY = timedelta(days=10)
AGAIN = "この人を外すか、まとまりを取り消して作り直してください。"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a batch from being released, or that must be accepted first."""

    code: str
    text: str
    blocks: bool = True
    payment: Payment | None = None


def findings(batch: PaymentBatch, payments: Sequence[Payment], at: datetime) -> list[Finding]:
    """Everything that speaks against releasing the batch at ``at``."""
    if not payments:
        return [Finding("nothing_to_pay", "支払う人がいません。")]
    found = _about_batch(batch, at)
    lines = _lines(payments)
    gift_taxed = gift_cards_taxed(batch.organization)
    for one in payments:
        found += _about_payment(batch, one, lines[one.pk], gift_taxed)
    if batch.method == Method.BANK:
        found += _accounts(payments)
        found += _same_account(payments)
        if not any(one.blocks for one in found):
            found += _file(batch, payments)
    return found + _recent(batch, payments) + _owing(batch, payments)


def taken_back(payments: Sequence[Payment]) -> Finding | None:
    """Somebody among them would be handed money for what was taken back meanwhile."""
    lines = PaymentLine.objects.filter(payment__in=payments, stands=True)
    found = lines.filter(Exists(not_deducted())).select_related("payment__volunteer").first()
    if found is None:
        return None
    text = f"{found.payment.volunteer.name}さんの謝礼は、承認のあとに取り消されました。{AGAIN}"
    return Finding("being_corrected", text, payment=found.payment)


def _file(batch: PaymentBatch, payments: Sequence[Payment]) -> list[Finding]:
    """What the rules of the file say about it, and whether it says the same as the payments."""
    try:
        data = build(header_of(batch), [record_of(one) for one in payments])
    except transfer.TransferError as error:
        about = f"{payments[error.index].volunteer.name}さん：" if error.index is not None else ""
        return [Finding(error.code, about + error.text)]
    found = [
        Finding(one.code, _named(one, payments), not one.warning)
        for one in transfer.check(data, batch.value_date)
    ]
    amounts = [int(one["amount"]) for one in transfer.read(data).transfers]
    if amounts != [one.net for one in payments]:
        found.append(Finding("file_differs", "振込データの金額が支払と一致しません。"))
    return found


def _named(problem: transfer.Problem, payments: Sequence[Payment]) -> str:
    """The problem with the name of whom it is about; data records begin with the second."""
    index = problem.record - 2
    name = f"{payments[index].volunteer.name}さん：" if 0 <= index < len(payments) else ""
    return name + problem.text_ja


def _about_batch(batch: PaymentBatch, at: datetime) -> list[Finding]:
    found = []
    try:
        check_value_date(batch.method, batch.value_date, at)
        check_paying_account(batch.organization, batch.method, batch.paying_account)
    except ActionError as error:
        found.append(Finding(error.code, error.text))
    if getattr(getattr(batch.paying_account, "number", ""), "unreadable", False):
        text = "振込元の口座番号を読み取れません。振込元口座を入力し直してください。"
        found.append(Finding("paying_account", text))
    return found


def _lines(payments: Iterable[Payment]) -> dict[int, list[Any]]:
    rows = PaymentLine.objects.filter(payment__in=list(payments)).select_related("honorarium")
    rows = rows.annotate(taken_back=Exists(not_deducted()))
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.defer("honorarium__derivation"):
        found[row.payment_id].append(row)
    return found


def _about_payment(
    batch: PaymentBatch, one: Payment, lines: list[Any], gift_taxed: bool
) -> list[Finding]:
    """The entries are still closed and the same, and the tax is what it would be now."""
    name = one.volunteer.name
    if any(not line.stands or line.honorarium.state != Honorarium.State.CLOSED for line in lines):
        text = f"{name}さんの謝礼に、締め済みでないものがあります。{AGAIN}"
        return [Finding("not_closed", text, payment=one)]
    if any(line.taken_back for line in lines):
        text = f"{name}さんの謝礼に、取り消したもの（訂正の途中を含む）があります。{AGAIN}"
        return [Finding("being_corrected", text, payment=one)]
    residency, treaty = tax_side(getattr(one.volunteer, "payee", None))
    now = [planned_line(line.honorarium, gift_taxed, residency) for line in lines]
    gross = sum(line.fee + line.transport for line in now)
    taxable = sum(line.taxable for line in now)
    cards = batch.method == Method.GIFT_CARD  # the tax comes on top of their face values
    if gross != (one.net if cards else one.gross) or any(
        line.honorarium.volunteer_id != one.volunteer_id for line in lines
    ):
        return [Finding("amount_changed", f"{name}さんの金額が変わりました。{AGAIN}", payment=one)]
    tax = -1
    if taxable >= 0:
        withheld = tax_of(now, batch.method, batch.value_date, residency=residency, treaty=treaty)
        taxable, tax = withheld.taxable, withheld.tax
    if (taxable, tax, residency) != (one.taxable, one.withheld, one.residency):
        text = f"{name}さんの源泉徴収の区分が変わりました。{AGAIN}"
        return [Finding("tax_changed", text, payment=one)]
    return []


def _accounts(payments: Sequence[Payment]) -> list[Finding]:
    """Everybody's account is the one that was planned, still checked, and can be written."""
    people = [one.volunteer_id for one in payments]
    rows = BankAccount.objects.filter(volunteer__in=people).exclude(state=BankAccount.State.ENDED)
    current = {row.volunteer_id: row for row in rows}
    found = []
    for one in payments:
        account = current.get(one.volunteer_id)
        if account is not None and account.pk != one.account_id:
            text = f"{one.volunteer.name}さんの振込先口座が変わりました。{AGAIN}"
            found.append(Finding("account_changed", text, payment=one))
        elif hold := account_hold(account):
            text = f"{one.volunteer.name}さん：{hold.text}{AGAIN}"
            found.append(Finding(hold.code, text, payment=one))
    return found


def _same_account(payments: Sequence[Payment]) -> list[Finding]:
    """Two people whose money goes to one account: a family, or a mistake."""
    groups: dict[tuple[str, str, str, str], list[Payment]] = defaultdict(list)
    for one in payments:
        if (to := one.account) is not None:
            groups[to.bank_code, to.branch_code, to.kind, to.number].append(one)
    return [
        Finding(
            "same_account",
            "、".join(f"{one.volunteer.name}さん" for one in group) + "の振込先が同じ口座です。",
            blocks=False,
            payment=group[-1],
        )
        for group in groups.values()
        if len(group) > 1
    ]


def _recent(batch: PaymentBatch, payments: Sequence[Payment]) -> list[Finding]:
    """The same sum to the same person a few days before or after, in another batch.

    A transfer that was cancelled after somebody had taken its file counts: perhaps it was sent.
    """
    stands = Q(state__in=[Payment.State.PLANNED, Payment.State.PAID])
    perhaps = Q(
        state=Payment.State.CANCELLED,
        batch__state=PaymentBatch.State.CANCELLED,
        batch__downloaded_at__isnull=False,
    )
    others = Payment.objects.filter(
        stands | perhaps,
        organization=batch.organization,
        volunteer__in=[one.volunteer_id for one in payments],
        batch__value_date__range=(batch.value_date - RECENTLY, batch.value_date + RECENTLY),
    ).exclude(batch=batch)
    sums = {
        (person, net): (day, state)
        for person, net, day, state in others.order_by("-state", "pk").values_list(
            "volunteer", "net", "batch__value_date", "state"
        )
    }
    return [
        _same_sum(one, *sums[one.volunteer_id, one.net])
        for one in payments
        if (one.volunteer_id, one.net) in sums
    ]


def _same_sum(one: Payment, day: date, state: str) -> Finding:
    name, when = one.volunteer.name, f"{day.month}月{day.day}日"
    if state == Payment.State.CANCELLED:
        text = (
            f"{name}さんへの同じ額（{one.net:,}円）の振込データは、{when}の分として受け取られた"
            "あとに取り消されています。銀行へ送っていないことを確かめてください。"
        )
        return Finding("cancelled_same", text, blocks=False, payment=one)
    text = f"{name}さんには、{when}にも同じ額（{one.net:,}円）の支払があります。"
    return Finding("recent_same", text, blocks=False, payment=one)


def _owing(batch: PaymentBatch, payments: Sequence[Payment]) -> list[Finding]:
    """Money leaves while the same person has less than nothing coming by another method."""
    people = {one.volunteer_id: one for one in payments}
    found = owing_elsewhere(batch.organization, batch.method, list(people))
    return [
        Finding(
            "owes",
            f"{people[key].volunteer.name}さんには、ほかの方法の支払で差し引く額"
            f"（{-yen:,}円）が残っています。",
            blocks=False,
            payment=people[key],
        )
        for key, yen in sorted(found.items())
    ]
