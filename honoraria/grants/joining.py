"""Foreign papers on pages of ours: PDFs and photos fitted on A4, joined, stamped, one file.

A paper that cannot be read never stops the rest: it is named, and its original goes along.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter, Transformation

from ui.paper import paper

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
SIDE, ABOVE, BELOW = 28, 44, 40
DOTS_PER_INCH = 150
STAMPED_AT_ONCE = 200


class UnreadableError(Exception):
    """A paper that has no pages for us; its text says why, in Japanese."""


def fitted(content: bytes, content_type: str, path: Path) -> int:
    """Write a paper's pages, fitted on A4, and say how many. Raises UnreadableError."""
    try:
        return _fit(content if content_type == "application/pdf" else _of_photo(content), path)
    except UnreadableError:
        raise
    except Exception as error:  # the readers raise many kinds for damaged files
        raise UnreadableError("壊れているため、ページとして載せられません。") from error


def _of_photo(content: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as photo:
        photo.convert("RGB").save(out, "PDF", resolution=DOTS_PER_INCH)
    return out.getvalue()


def _fit(content: bytes, path: Path) -> int:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise UnreadableError("パスワードなどで保護されているため、ページとして載せられません。")
    writer = PdfWriter()
    for page in reader.pages:
        _place(writer.add_blank_page(WIDTH, HEIGHT), page)
    if not writer.pages:
        raise UnreadableError("ページがありません。")
    writer.write(path)
    return len(writer.pages)


def _place(sheet: PageObject, page: PageObject) -> None:
    if page.rotation:
        page.transfer_rotation_to_content()
    box = page.cropbox
    wide, high = float(box.width), float(box.height)
    room = WIDTH - 2 * SIDE, HEIGHT - ABOVE - BELOW
    scale = min(room[0] / wide, room[1] / high)
    left = (WIDTH - wide * scale) / 2
    bottom = HEIGHT - ABOVE - high * scale
    move = Transformation().translate(-float(box.left), -float(box.bottom))
    sheet.merge_transformed_page(page, move.scale(scale).translate(left, bottom))


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
