"""Joint desks: costs shared by the number of foreign residents, without a yen lost or added.

Largest remainder; ties go to the larger weight, then to the earlier one. Pure, integers only.
"""

from __future__ import annotations

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int], unit: int = 1) -> list[int]:
    """Shares of ``total`` yen in steps of ``unit``, in the order of the weights.

    What is left below one unit goes to the next in line. Raises ValueError for a negative total,
    no weights or none above zero.
    """
    whole = sum(weights)
    if total < 0 or unit < 1 or whole <= 0 or min(weights) < 0:
        raise ValueError("nothing to share, or nobody to share it")
    shares = [total * weight // whole // unit * unit for weight in weights]
    left = total - sum(shares)
    order = sorted(
        range(len(weights)),
        key=lambda i: (shares[i] * whole - total * weights[i], -weights[i], i),
    )
    for i in order:
        step = min(unit, left)
        shares[i] += step
        left -= step
    return shares


def percent(part: int, whole: int) -> str:
    """A share as percent with two digits, the third one rounded half up: ``91.17``."""
    if whole <= 0:
        return ""
    hundredths = (part * 20_000 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
