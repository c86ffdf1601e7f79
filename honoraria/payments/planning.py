"""What can be paid now: closed entries without a standing payment, summed per person, and the tax.

Only closed entries are ever planned. Whoever cannot be paid is held back with the reason and who
must act; nothing is lost by that, the entries wait for the next batch. A sum that is not positive
(a reversal larger than what is new) is carried in the same way. Reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from accounts.models import Organization
from honoraria.banking.branches import branch
from honoraria.banking.names import PAYEE_LIMIT, BankTextError, zengin_text
from honoraria.models import (
    BankAccount,
    Honorarium,
    PaymentBatch,
)
from honoraria.payments.lines import (
    PlannedLine,
    in_words,
    paid_transport,
    planned_line,
    tax_of,
    tax_side,
)
from honoraria.payments.selecting import being_corrected, payable
from honoraria.tax.decisions import filed_years, gift_cards_taxed
from honoraria.tax.fixing import latest_fixed
from honoraria.tax.withholding import Withheld
from volunteers.models import Volunteer

Method = PaymentBatch.Method
OFFICE, PERSON = "経理", "ボランティア"


@dataclass(frozen=True, slots=True)
class Planned:
    """What one person would receive. ``gross - withheld.tax = net``.

    ``on_top``: the tax that the organization bears because cards are given in full.
    """

    volunteer: Volunteer
    lines: list[PlannedLine]
    residency: str
    withheld: Withheld
    decided_on: date
    account: BankAccount | None
    calculation: list[dict[str, Any]]
    on_top: int = 0

    @property
    def gross(self) -> int:
        """Fees and transport paid to the person, and the tax on top of cards."""
        return sum(line.fee + line.transport for line in self.lines) + self.on_top

    @property
    def net(self) -> int:
        """What leaves the house."""
        return self.gross - self.withheld.tax


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Somebody who is not paid now: why, who must act, and the sum that waits (may be negative)."""

    volunteer: Volunteer
    code: str
    text: str
    who: str
    count: int
    amount: int


@dataclass(frozen=True)
class Plan:
    """Who is paid what on a day by a method, and who is held back."""

    method: str
    value_date: date
    people: list[Planned]
    held: list[HeldBack]

    def without(self, volunteers: Collection[int]) -> Plan:
        """The plan without some people, who wait for the next batch."""
        people = [one for one in self.people if one.volunteer.pk not in volunteers]
        return Plan(self.method, self.value_date, people, self.held)

    @cached_property
    def totals(self) -> dict[str, int]:
        """People, entries, and the sums of gross, taxable, tax and net."""
        return {
            "people": len(self.people),
            "entries": sum(len(one.lines) for one in self.people),
            "gross": sum(one.gross for one in self.people),
            "taxable": sum(one.withheld.taxable for one in self.people),
            "withheld": sum(one.withheld.tax for one in self.people),
            "net": sum(one.net for one in self.people),
        }

    @cached_property
    def held_amount(self) -> int:
        """What the people who are held back have coming, in yen."""
        return sum(one.amount for one in self.held)


class Hold(Exception):
    """Why a person is held back: a code, a sentence, and who must act."""

    def __init__(self, code: str, text: str, who: str = OFFICE) -> None:
        super().__init__(text)
        self.code, self.text, self.who = code, text, who


def plan(
    organization: Organization,
    method: str,
    value_date: date,
    *,
    only: Collection[int] | None = None,
    also: Collection[int] = (),
) -> Plan:
    """Plan the payments of ``method`` on ``value_date`` (the day decides the rates of the tax).

    ``only``: keys of the volunteers who are paid, others are left out silently. ``also``: keys of
    volunteers whose transfers are paid by this (cash) batch, too.
    """
    found = payable(organization, method, also=also)
    if only is not None:
        found = found.filter(volunteer__in=only)
    rows = list(
        found.select_related("volunteer", "volunteer__payee", "assignment__request")
        .defer("derivation")
        .order_by("volunteer__number", "volunteer_id", "activity_date", "pk")
    )
    facts = _Facts(organization, method, value_date, _accounts({r.volunteer_id for r in rows}))
    people: list[Planned] = []
    held: list[HeldBack] = []
    for volunteer, group in groupby(rows, lambda row: row.volunteer):
        entries = list(group)
        try:
            people.append(_planned(volunteer, entries, facts))
        except Hold as why:
            amount = sum(one.fee + paid_transport(one) for one in entries)
            held.append(HeldBack(volunteer, why.code, why.text, why.who, len(entries), amount))
    return Plan(method, value_date, people, held + _waiting_for_corrections(organization, method))


def account_hold(account: BankAccount | None) -> Hold | None:
    """Why nothing can be transferred to an account; None when it can."""
    if account is None:
        text = "振込先口座が登録されていません。"
        return Hold("no_account", text, f"{PERSON}（または{OFFICE}が代わりに登録）")
    if account.state != BankAccount.State.CHECKED:
        return Hold("account_unchecked", "振込先口座の確認が済んでいません。")
    if branch(account.bank_code, account.branch_code) is None:
        code = f"{account.bank_code}-{account.branch_code}"
        text = (
            f"振込先の支店（{code}）が今の金融機関一覧にありません。統合や廃止の可能性があります。"
        )
        return Hold("branch_unknown", text, f"{PERSON}（または{OFFICE}）")
    if any(getattr(text, "unreadable", False) for text in (account.number, account.holder)):
        return Hold("account_unreadable", "口座番号を読み取れません。もう一度登録してください。")
    try:
        zengin_text(account.holder, PAYEE_LIMIT)
    except BankTextError as error:
        return Hold("name_unwritable", f"口座名義を銀行の文字で書けません。{error.text}")
    return None


def _waiting_for_corrections(organization: Organization, method: str) -> list[HeldBack]:
    rows = being_corrected(organization, method).select_related("volunteer").defer("derivation")
    text = "訂正の途中です。取消しの行が承認され、月が締まると、差し引いて支払います。"
    return [
        HeldBack(one.volunteer, "being_corrected", text, OFFICE, 1, one.fee + paid_transport(one))
        for one in rows.order_by("volunteer__number", "pk")
    ]


class _Facts:
    """What the plan of every person needs, read once."""

    def __init__(
        self,
        organization: Organization,
        method: str,
        value_date: date,
        accounts: Mapping[int, BankAccount],
    ) -> None:
        self.method, self.value_date, self.accounts = method, value_date, accounts
        self.gift_taxed = gift_cards_taxed(organization)
        self.filed = filed_years(organization)


def _accounts(volunteers: Collection[int]) -> dict[int, BankAccount]:
    found = BankAccount.objects.filter(volunteer__in=volunteers)
    return {one.volunteer_id: one for one in found.exclude(state=BankAccount.State.ENDED)}


def _planned(volunteer: Volunteer, entries: list[Honorarium], facts: _Facts) -> Planned:
    residency, treaty = tax_side(getattr(volunteer, "payee", None))
    lines = [planned_line(one, facts.gift_taxed, residency) for one in entries]
    _check_sums(lines)
    account = facts.accounts.get(volunteer.pk) if facts.method == Method.BANK else None
    if facts.method == Method.BANK and (why := account_hold(account)):
        raise why
    withheld = tax_of(lines, facts.method, facts.value_date, residency=residency, treaty=treaty)
    on_top = withheld.tax if facts.method == Method.GIFT_CARD else 0
    gross = sum(line.fee + line.transport for line in lines) + on_top
    if gross - withheld.tax <= 0:
        raise Hold("nothing_left", "源泉徴収税額を引くと残りがありません。次の支払で精算します。")
    return Planned(
        volunteer=volunteer,
        lines=lines,
        residency=residency,
        withheld=withheld,
        decided_on=latest_fixed(entries, facts.filed),
        account=account,
        calculation=in_words(lines, withheld, on_top),
        on_top=on_top,
    )


def _check_sums(lines: list[PlannedLine]) -> None:
    """Whoever has nothing coming is held back. Raises Hold."""
    gross = sum(line.fee + line.transport for line in lines)
    taxable = sum(line.taxable for line in lines)
    if gross < 0:
        text = "取消しの額が新しい謝礼より大きいため、次の支払で差し引きます。"
        raise Hold("negative", text, "対応は不要")
    if gross == 0:
        text = "取消しと差引きで0円のため、相殺済みです。次の支払があれば、一緒に載せます。"
        raise Hold("zero", text, "対応は不要")
    if taxable < 0:
        text = "源泉徴収の対象額がマイナスになるため、対象の謝礼があるときに精算します。"
        raise Hold("negative_base", text, "対応は不要")
