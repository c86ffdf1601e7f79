"""Files that are no rows of a dataset: a claim's workbook, its evidence, the statements.

Their rooms register them here when the software starts, so that asking, making under a lease,
fetching and forgetting are the same for every file. A maker reads what it needs again whenever it
is called: a run that was interrupted starts over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from honoraria.models import ExportRun

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Maker:
    """``write`` fills the file and says how many more rows are done, at least every half minute.

    ``words`` tell the list what of it was asked for. ``write`` may raise ActionError.
    """

    title: str
    words: Callable[[ExportRun], str]
    write: Callable[[ExportRun, IO[bytes], Progress], None]


makers: dict[str, Maker] = {}
"""By the name that a run keeps as its dataset."""
