"""Sheets of ours and foreign papers that were fitted on A4: joined, stamped, one file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from pypdf import PdfReader, PdfWriter

from ui.paper import paper

STAMPED_AT_ONCE = 200


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
    """Write parts (bookmark or empty, file, first page from 0, pages after the last) one by one.

    ``stamps`` are what stands above and below each page. Yields now and then, for the lease.
    """
    writer = PdfWriter()
    with ExitStack() as stack:
        readers: dict[Path, PdfReader] = {}
        for number, (bookmark, path, first, last) in enumerate(parts):
            if path not in readers:
                readers[path] = PdfReader(stack.enter_context(path.open("rb")))
            if bookmark:
                writer.append(readers[path], bookmark, (first, last), import_outline=False)
            else:
                writer.append(readers[path], pages=(first, last), import_outline=False)
            if number % STAMPED_AT_ONCE == 0:
                yield number
        for first in range(0, len(stamps), STAMPED_AT_ONCE):
            _stamp(writer, first, stamps[first : first + STAMPED_AT_ONCE])
            yield first
        writer.add_metadata({"/Title": title})
        writer.write(file)


def _stamp(writer: PdfWriter, first: int, stamps: Sequence[tuple[str, str]]) -> None:
    data = {"pages": [{"above": above, "below": below} for above, below in stamps]}
    over = PdfReader(io.BytesIO(paper("honoraria", "evidence_stamp", data, title="")))
    for index, page in enumerate(over.pages, first):
        writer.pages[index].merge_page(page)
