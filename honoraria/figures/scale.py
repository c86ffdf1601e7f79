"""The axis of a chart: round steps, in ten thousands of yen (万円). Pure."""

from __future__ import annotations

from dataclasses import dataclass

MAN = 10_000
STEPS = 4  # about so many; never more than one beyond on either side of zero


@dataclass(frozen=True, slots=True)
class Scale:
    """From ``low`` to ``high`` yen in steps; zero is always one of the ticks."""

    low: int
    high: int
    step: int

    @classmethod
    def over(cls, low: int, high: int) -> Scale:
        """The scale that shows every amount between ``low`` and ``high`` yen, and zero."""
        low, high = min(low, 0), max(high, 0)
        step = _round_step(max(high - low, STEPS))
        top = -(-high // step) * step
        return cls(low // step * step, top if top or low else step, step)

    @property
    def ticks(self) -> list[int]:
        """The amounts that get a line, the lowest first."""
        return list(range(self.low, self.high + 1, self.step))

    def share(self, yen: int) -> float:
        """Where an amount lies, from 0 (lowest) to 1 (highest)."""
        return (yen - self.low) / (self.high - self.low)


def _round_step(span: int) -> int:
    """The smallest of 1, 2, 5 × 10ⁿ yen that makes at most `STEPS` steps of the span."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * STEPS >= span:
                return factor * power
        power *= 10


def man(yen: int) -> str:
    """An amount in 万円 for an axis: ``1,250``, ``0.5``."""
    whole, rest = divmod(abs(yen), MAN)
    decimals = f".{rest:04}".rstrip("0") if rest else ""
    return f"{'−' if yen < 0 else ''}{whole:,}{decimals}"
