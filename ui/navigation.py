"""An entry of the side rail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One navigation entry; ``icon`` names a symbol of the icon sheet.

    ``count`` is asked only where it is shown: how much waits there for somebody.
    """

    label: str
    url: str
    icon: str
    current: bool
    count: Callable[[], int] | None = None
