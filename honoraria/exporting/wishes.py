"""Which rows somebody wants: a month or days, a state, a person; kept as JSON in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.errors import ActionError
from honoraria.months import Month

LONGEST = 800  # days: two years and some, more is a slip


@dataclass(frozen=True, slots=True)
class Wish:
    """Rows from ``first`` to ``last``, both inclusive; ``month`` is set when they are one."""

    first: date
    last: date
    month: Month | None = None
    state: str = ""
    q: str = ""
    only: str = ""

    @classmethod
    def of_month(cls, month: Month, *, state: str = "", q: str = "", only: str = "") -> Wish:
        """A whole month; ``only`` is a code of `honoraria.closing.points.ONLY`."""
        return cls(month.first, month.last, month, state, q, only)

    @classmethod
    def read(cls, detail: Mapping[str, Any]) -> Wish:
        """From JSON: ``{"month": "2026-11"}`` or ``{"first": "2026-04-01", "last": …}``.

        Raises ActionError: bad_filter.
        """
        state, q, only = (str(detail.get(name, "")) for name in ("state", "q", "only"))
        try:
            if detail.get("month"):
                month = Month.parse(str(detail["month"]))
                return cls.of_month(month, state=state, q=q, only=only)
            first = date.fromisoformat(str(detail["first"]))
            last = date.fromisoformat(str(detail["last"]))
        except (KeyError, ValueError) as error:
            raise ActionError(
                "bad_filter", "月、または始めと終わりの日を選んでください。"
            ) from error
        if not 0 <= (last - first).days <= LONGEST:
            text = "終わりの日は、始めの日から2年以内にしてください。"
            raise ActionError("bad_filter", text, field="last")
        return cls(first, last, None, state, q)

    def as_detail(self) -> dict[str, str]:
        """The same as JSON."""
        more = {"state": self.state, "q": self.q} | ({"only": self.only} if self.only else {})
        if self.month is not None:
            return {"month": str(self.month), **more}
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), **more}

    @property
    def file_part(self) -> str:
        """For names of files: ``2026-11`` or ``20260401-20270331``."""
        return str(self.month) if self.month else f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def words(self) -> str:
        """For screens: ``2026年11月`` or ``2026年4月1日〜2027年3月31日``."""
        if self.month:
            return self.month.words
        return "〜".join(f"{day.year}年{day.month}月{day.day}日" for day in (self.first, self.last))
