"""Exact arithmetic of tariffs: ratios, roundings and started blocks, all in integers.

A rounding is always named in the data because published tariffs often leave it open and the yen
depend on it. Nothing here knows what is being counted.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

RATIO_PATTERN = re.compile(r"(?:([0-9]{1,3})%|([0-9]{1,6})/([0-9]{1,6}))")


def parse_ratio(text: str) -> Fraction:
    """``"20%"`` or ``"1/3"`` as an exact fraction. Raises ValueError for anything else."""
    match = RATIO_PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    percent, numerator, denominator = match.groups()
    if percent is not None:
        return Fraction(int(percent), 100)
    if int(denominator) == 0:
        raise ValueError(text)
    return Fraction(int(numerator), int(denominator))


def round_fraction(value: Fraction, method: str) -> int:
    """Non-negative ``value`` to an integer: ``floor``, ``ceil`` or ``half_up``."""
    if method == "ceil":
        return -(-value.numerator // value.denominator)
    if method == "half_up":
        return (2 * value.numerator + value.denominator) // (2 * value.denominator)
    return value.numerator // value.denominator


def blocks(quantity: int, size: int, rounding: dict[str, Any]) -> int:
    """How many blocks of ``size`` are counted for ``quantity`` (minutes, pages, characters).

    ``grace`` drops a remainder of up to ``rounding["grace"]`` and counts a larger one as a whole
    block; the other methods round the last block.
    """
    method = rounding["method"]
    full, rest = divmod(quantity, size)
    if method == "grace":
        return full + (1 if rest > rounding["grace"] else 0)
    return full + round_fraction(Fraction(rest, size), method)


def share_of(amount: int, ratio: str, yen_rounding: str) -> int:
    """``ratio`` of ``amount`` yen, rounded to the yen as named."""
    return round_fraction(amount * parse_ratio(ratio), yen_rounding)
