"""An entry of the side rail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One navigation entry; ``icon`` names a symbol of the icon sheet."""

    label: str
    url: str
    icon: str
    current: bool
