"""Withholding from what one person receives at once. Pure, integers only.

Interpreters are withheld from the first yen (所得税法204条1項1号, 205条); the base is summed over
everything in the payment and rounded down once (国税通則法119条), never entry by entry. What counts
is said by the tariff (`honoraria.models.Tax`, `TransportTo`) and copied into the entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from honoraria.tariff.values import Line
from honoraria.tax.rates import SCALE, STEP, Band, Rates, percent, rates_on

RESIDENT: Final = "resident"
NONRESIDENT: Final = "nonresident"
FLOOR: Final = "1円未満切捨て"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One entry as the tax sees it, in yen.

    ``tax`` and ``transport_to`` are values of `Tax` and `TransportTo`. ``consumption_tax`` comes on
    top of ``fee``; it stays out of the base only where the invoice shows it apart (``separated``).
    """

    fee: int
    transport: int = 0
    tax: str = "withheld"
    transport_to: str = "person"
    consumption_tax: int = 0
    separated: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """The tax of one payment; ``components`` in yen by the codes of rates.json, they sum to it."""

    taxable: int
    tax: int
    components: dict[str, int] = field(default_factory=dict)
    steps: tuple[Line, ...] = ()

    @property
    def rest(self) -> int:
        """What is left of the base, in yen."""
        return self.taxable - self.tax


@dataclass(frozen=True, slots=True)
class GrossedUp:
    """The smallest amount to agree on so that ``net`` arrives, in yen."""

    gross: int
    withheld: Withheld

    @property
    def net(self) -> int:
        """What the person receives."""
        return self.gross - self.withheld.tax


def taxable_of(line: TaxLine, *, gift_taxed: bool, residency: str = RESIDENT) -> int:
    """The part of one entry that is withheld from, in yen; negative for a reversal.

    Transport paid to the person counts whatever it is called (所基通204-2); tickets that the
    organization buys from the carrier do not (204-4). Sign language is no interpreting in the sense
    of article 204 (204-6), but is work done in Japan when a non-resident does it (161条1項12号イ).
    """
    if not _is_taxed(line.tax, gift_taxed, residency):
        return 0
    transport = line.transport if line.transport_to == "person" else 0
    return line.fee + transport + (0 if line.separated else line.consumption_tax)


def base_of(lines: Iterable[TaxLine], gift_taxed: bool, *, residency: str = RESIDENT) -> int:
    """What of a payment is withheld from, in yen."""
    return sum(taxable_of(one, gift_taxed=gift_taxed, residency=residency) for one in lines)


def withhold(taxable: int, on: date, *, residency: str, treaty: bool = False) -> Withheld:
    """The tax on the base of one payment made on the day ``on`` (Asia/Tokyo).

    ``treaty``: a notification under a tax treaty was filed, nothing is withheld. Raises ValueError
    for a negative base or an unknown residency, NoRates for a day before the table.
    """
    if type(taxable) is not int or taxable < 0:
        raise ValueError(f"taxable must be a whole number of yen, not negative: {taxable!r}")
    if residency not in {RESIDENT, NONRESIDENT}:
        raise ValueError(f"unknown residency {residency!r}")
    rates = rates_on(on)
    if treaty or taxable == 0:
        text = "租税条約の届出により源泉徴収なし" if treaty else "源泉徴収の対象なし"
        return Withheld(taxable, 0, _zero(rates), (Line("no_tax", text, 0),))
    parts = _parts(taxable, residency)
    tax = sum(amount * rates.total(band) for amount, band in parts) // SCALE
    return Withheld(taxable, tax, _split(tax, parts, rates), _steps(parts, rates, tax))


def signed_tax(base: int, on: date, *, residency: str, treaty: bool = False) -> int:
    """The tax on a base that reversals may have made negative: then what they give back."""
    tax = withhold(abs(base), on, residency=residency, treaty=treaty).tax
    return tax if base >= 0 else -tax


def gross_up(net: int, on: date, residency: str, *, treaty: bool = False) -> GrossedUp:
    """The smallest gross whose net is ``net`` yen. Raises ValueError for a negative net.

    Net grows with gross by 0 or 1 yen at a time, so every net has a gross, found by halves.
    """
    if net < 0:
        raise ValueError("net must not be negative")
    low, high = net, net * 2 + 1
    while low < high:
        middle = (low + high) // 2
        if middle - withhold(middle, on, residency=residency, treaty=treaty).tax >= net:
            high = middle
        else:
            low = middle + 1
    return GrossedUp(low, withhold(low, on, residency=residency, treaty=treaty))


def withhold_on_top(base: int, on: date, *, residency: str, treaty: bool = False) -> Withheld:
    """The tax where ``base`` yen arrive in full, as cards do; the payer bears it on top.

    ``taxable`` is the base with the tax. Raises what `withhold` raises.
    """
    if treaty or base <= 0:
        return withhold(base, on, residency=residency, treaty=treaty)
    found = gross_up(base, on, residency).withheld
    text = f"{base:,}円をそのまま渡せるように、税額を上乗せした額（団体の負担）"
    return replace(found, steps=(Line("on_top", text, found.taxable), *found.steps))


def _is_taxed(tax: str, gift_taxed: bool, residency: str) -> bool:
    if tax == "gift":
        return gift_taxed
    return tax == "withheld" or (tax == "sign_language" and residency == NONRESIDENT)


def _parts(taxable: int, residency: str) -> list[tuple[int, Band]]:
    """The base cut where the rate changes."""
    if residency == NONRESIDENT:
        return [(taxable, "nonresident")]
    if taxable <= STEP:
        return [(taxable, "lower")]
    return [(STEP, "lower"), (taxable - STEP, "upper")]


def _split(tax: int, parts: list[tuple[int, Band]], rates: Rates) -> dict[str, int]:
    """The tax by component: surtaxes rounded down, income tax takes the rest.

    The law rounds the sum only (復興財源確保法31条), so that what is remitted is one figure; the
    split is for the books.
    """
    first, *others = rates.components
    split = {
        one.code: sum(amount * getattr(one, band) for amount, band in parts) // SCALE
        for one in others
    }
    return {first.code: tax - sum(split.values()), **split}


def _zero(rates: Rates) -> dict[str, int]:
    return {one.code: 0 for one in rates.components}


def _steps(parts: list[tuple[int, Band]], rates: Rates, tax: int) -> tuple[Line, ...]:
    """The calculation in words; only the last line carries the tax."""
    products = [f"{amount:,}円 × {percent(rates.total(band))}" for amount, band in parts]
    if len(parts) == 1:
        who = "（非居住者）" if parts[0][1] == "nonresident" else ""
        text = f"対象{who} {products[0]} = {tax:,}円（{FLOOR}）"
        return (Line("withheld", text, tax),)
    first, second = products
    return (
        Line("lower", f"対象のうち100万円まで {first}", 0),
        Line("upper", f"100万円を超える部分 {second}", 0),
        Line("withheld", f"合計 {tax:,}円（{FLOOR}）", tax),
    )
