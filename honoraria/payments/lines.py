"""What of an entry reaches the person, what of it is taxed, and the sum of one person in words.

Tax is withheld once per payment (`honoraria.tax.withholding`). Cards cannot be given less a tax:
what is paid in cards arrives in full, and the tax comes on top as a cost of the organization.
Reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from honoraria.models import Honorarium, Payee, PaymentBatch, TransportTo
from honoraria.tax.withholding import (
    TaxLine,
    Withheld,
    taxable_of,
    withhold,
    withhold_on_top,
)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """An entry with what of it reaches the person, in yen; reversals are negative."""

    entry: Honorarium
    fee: int
    transport: int
    taxable: int


def paid_transport(entry: Honorarium) -> int:
    """The transport that is paid to the person; tickets that the organization bought are not."""
    return entry.transport if entry.transport_to == TransportTo.PERSON else 0


def reaching(entry: Honorarium) -> int:
    """What of an entry reaches the person, in yen; `selecting.reaching` says it to the database."""
    return entry.fee + paid_transport(entry)


def planned_line(entry: Honorarium, gift_taxed: bool, residency: str) -> PlannedLine:
    """What of an entry is paid to the person, and what of it is withheld from."""
    line = TaxLine(entry.fee, entry.transport, entry.tax, entry.transport_to)
    taxable = taxable_of(line, gift_taxed=gift_taxed, residency=residency)
    return PlannedLine(entry, entry.fee, paid_transport(entry), taxable)


def tax_of(
    lines: list[PlannedLine], method: str, on: date, *, residency: str, treaty: bool
) -> Withheld:
    """The tax of one person's lines, whose taxable yen sum to nothing negative.

    No card is worth 1,796 yen: what is paid in cards arrives in full, and the tax comes on top.
    """
    base = sum(line.taxable for line in lines)
    if method == PaymentBatch.Method.GIFT_CARD:
        return withhold_on_top(base, on, residency=residency, treaty=treaty)
    return withhold(base, on, residency=residency, treaty=treaty)


def tax_side(payee: Payee | None) -> tuple[str, bool]:
    """(residency, whether a treaty frees from the tax); without a row a resident."""
    if payee is None:
        return Payee.Residency.RESIDENT, False
    return payee.residency, bool(payee.treaty)


def in_words(lines: list[PlannedLine], withheld: Withheld, on_top: int = 0) -> list[dict[str, Any]]:
    """The calculation of a payment step by step: text and yen."""
    fee, transport = sum(line.fee for line in lines), sum(line.transport for line in lines)
    gross = fee + transport + on_top
    parts = f"謝礼 {fee:,}円" + (f" + 交通費 {transport:,}円" if transport else "")
    parts += f" + 団体が負担する源泉徴収税額 {on_top:,}円" if on_top else ""
    steps: list[dict[str, Any]] = [
        {"code": "gross", "text": f"支払額（{len(lines)}件）：{parts}", "amount": gross}
    ]
    if withheld.taxable != gross:
        text = f"源泉徴収の対象：支払額 {gross:,}円のうち {withheld.taxable:,}円"
        steps.append({"code": "taxable", "text": text, "amount": withheld.taxable})
    steps += [{"code": "tax", "text": step.text, "amount": step.amount} for step in withheld.steps]
    net = gross - withheld.tax
    text = f"差引支払額：{gross:,}円 − {withheld.tax:,}円" if withheld.tax else "差引支払額"
    return [*steps, {"code": "net", "text": text, "amount": net}]
