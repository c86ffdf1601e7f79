"""Sheets of ours and foreign papers that were fitted on A4: joined, stamped, one file."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO

from pypdf import PdfReader

from honoraria.grants.volume import Source, Volume
from ui.paper import paper

STAMPED_AT_ONCE = 200
SAID_EVERY = 20  # parts
OPEN = 3  # files whose shared parts are remembered: sheets are many in a file


def page_count(path: Path) -> int:
    """How many pages a file of ours has."""
    return len(PdfReader(path).pages)


def join(
    parts: Sequence[tuple[str, Path, int, int]],
    stamps: Sequence[tuple[str, str]],
    file: IO[bytes],
    *,
    title: str,
) -> Iterator[int]:
    """Write parts (bookmark or empty, file, first page from 0, page after the last) one by one.

    ``stamps`` are what stands above and below each page. Yields now and then, for the lease. At any
    time only a few parts and the stamps of some pages are in memory.
    """
    volume = Volume(file)

    @lru_cache(OPEN)
    def opened(path: Path) -> Source:
        return Source(volume, PdfReader(path))

    @lru_cache(1)
    def stamped(first: int) -> Source:
        gc.collect()  # readers point at themselves; those of the pages before would stay a while
        return Source(volume, _stamps(stamps[first : first + STAMPED_AT_ONCE]))

    for done, (bookmark, path, first, last) in enumerate(parts):
        source = opened(path)
        for number in range(first, last):
            index = len(volume.pages)
            over = stamped(index - index % STAMPED_AT_ONCE)
            stamp = over.reader.pages[index % STAMPED_AT_ONCE]
            volume.add(source, source.reader.pages[number], over, stamp)
            if bookmark and number == first:
                volume.mark(bookmark, index)
        if done % SAID_EVERY == 0:
            yield done
    volume.finish(title)


def _stamps(texts: Sequence[tuple[str, str]]) -> PdfReader:
    data = {"pages": [{"above": above, "below": below} for above, below in texts]}
    return PdfReader(io.BytesIO(paper("honoraria", "evidence_stamp", data, title="")))
