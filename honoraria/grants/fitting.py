"""Foreign papers fitted on A4 in a process of its own: memory, files and time are limited.

Runs as a program without Django: each line on standard input names a paper (its file, its type, the
file to write), each line of the answer says how many pages it has or why it has none. Pages are
wrapped as they are, so that nothing of what a stranger drew is interpreted here.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    NameObject,
    NullObject,
    StreamObject,
)

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
SIDE, ABOVE, BELOW = 28, 44, 40
DOTS_PER_INCH = 150
MOST_MEMORY = 1024**3  # bytes of the whole process
MOST_WRITTEN = 200 * 1024**2  # bytes of a file
MOST_POINTS = 100_000.0  # a page is not longer
NEVER_SHOWN = 2 | 32  # flags of an annotation: hidden, not viewed
NOT_DRAWN = ("/Link", "/Popup")
DAMAGED = "壊れているため、ページとして載せられません。"


class UnreadableError(Exception):
    """A paper that has no pages for us; its text says why, in Japanese."""


def fitted(content: bytes, content_type: str, path: Path) -> int:
    """Write a paper's pages, fitted on A4, and say how many. Raises UnreadableError."""
    try:
        return _fit(content if content_type == "application/pdf" else _of_photo(content), path)
    except UnreadableError:
        raise
    except Exception as error:  # the readers raise many kinds for damaged files
        raise UnreadableError(DAMAGED) from error


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
        _place(writer, page)
    if not writer.pages:
        raise UnreadableError("ページがありません。")
    writer.write(path)
    return len(writer.pages)


def _place(writer: PdfWriter, page: PageObject) -> None:
    """One page as a drawing on a sheet of ours, with what stands in its fields and notes."""
    sheet = writer.add_blank_page(WIDTH, HEIGHT)
    move = _move(page)
    drawings = {"/Page": (move, _drawing(writer, page))}
    for number, (how, drawing) in enumerate(_notes(writer, page)):
        drawings[f"/Note{number}"] = (how.transform(move), drawing)
    commands = [
        f"q {' '.join(f'{value:.6f}' for value in how.ctm)} cm {name} Do Q"
        for name, (how, _) in drawings.items()
    ]
    objects = {NameObject(name): drawing for name, (_, drawing) in drawings.items()}
    sheet[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject(objects)}
    )
    contents = DecodedStreamObject()
    contents.set_data("\n".join(commands).encode())
    sheet[NameObject("/Contents")] = writer._add_object(contents)


def _move(page: PageObject) -> Transformation:
    """From the page's box, turned as it is shown, into the middle of the sheet."""
    box, turned = page.cropbox, page.rotation % 360
    wide, high = float(box.width), float(box.height)
    if not all(math.isfinite(side) and 0 < side < MOST_POINTS for side in (wide, high)):
        raise UnreadableError(DAMAGED)
    back = {90: (0.0, wide), 180: (wide, high), 270: (high, 0.0)}.get(turned, (0.0, 0.0))
    move = Transformation().translate(-float(box.left), -float(box.bottom))
    move = move.rotate(-turned).translate(*back)
    if turned in (90, 270):
        wide, high = high, wide
    room = WIDTH - 2 * SIDE, HEIGHT - ABOVE - BELOW
    scale = min(room[0] / wide, room[1] / high)
    return move.scale(scale).translate((WIDTH - wide * scale) / 2, HEIGHT - ABOVE - high * scale)


def drawing_of(page: PageObject) -> list[StreamObject]:
    """The streams of commands that draw a page, packed as they came."""
    found = page.get("/Contents")
    contents = found.get_object() if found is not None else None
    several = contents if isinstance(contents, ArrayObject) else [contents]
    parts = [one.get_object() for one in several if one is not None]
    return [one for one in parts if isinstance(one, StreamObject)]


def _drawing(writer: PdfWriter, page: PageObject) -> Any:
    """The page's own commands, not looked at, as an object that can be placed."""
    parts = drawing_of(page)
    form: StreamObject
    if len(parts) == 1 and isinstance(parts[0], EncodedStreamObject):
        form = EncodedStreamObject()
        form._data = parts[0]._data
        for name in ("/Filter", "/DecodeParms"):
            how = parts[0].raw_get(name).get_object() if name in parts[0] else None
            if how is not None:
                form[NameObject(name)] = how.clone(writer)
    else:
        plain = DecodedStreamObject()
        plain.set_data(b"\n".join(part.get_data() for part in parts))
        form = plain.flate_encode()
    box = page.cropbox
    corners = (box.left, box.bottom, box.right, box.top)
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in corners)
    given = page["/Resources"].get_object() if "/Resources" in page else None
    if given is not None:
        kept = given.clone(writer)
        form[NameObject("/Resources")] = getattr(kept, "indirect_reference", None) or kept
    return writer._add_object(form)


def _notes(writer: PdfWriter, page: PageObject) -> Iterator[tuple[Transformation, Any]]:
    """What fields, stamps and notes look like, and how each gets to its place on the page."""
    found = page.get("/Annots")
    notes = found.get_object() if found is not None else None
    for one in notes if isinstance(notes, ArrayObject) else ():
        note = one.get_object()
        if note.get("/Subtype") in NOT_DRAWN or int(note.get("/F", 0)) & NEVER_SHOWN:
            continue
        looks = note.get("/AP", DictionaryObject()).get_object().get("/N")
        looks = looks.get_object() if looks is not None else None
        if isinstance(looks, DictionaryObject) and not isinstance(looks, StreamObject):
            looks = looks.get(note.get("/AS", ""))
            looks = looks.get_object() if looks is not None else None
        place = note.get("/Rect", NullObject()).get_object()
        if isinstance(looks, StreamObject) and "/BBox" in looks and isinstance(place, ArrayObject):
            how = _onto(looks, [float(value) for value in place])
            if how is not None:
                drawn = looks.clone(writer)
                yield how, drawn.indirect_reference or writer._add_object(drawn)


def _onto(looks: StreamObject, place: list[float]) -> Transformation | None:
    """Its box, by its own matrix, onto the rectangle (ISO 32000-1, 12.5.5)."""
    box: Any = looks["/BBox"]
    x1, y1, x2, y2 = (float(value) for value in box)
    own = [float(value) for value in looks.get("/Matrix", (1, 0, 0, 1, 0, 0))]
    points = [
        (own[0] * x + own[2] * y + own[4], own[1] * x + own[3] * y + own[5])
        for x in (x1, x2)
        for y in (y1, y2)
    ]
    left, low = min(x for x, _ in points), min(y for _, y in points)
    wide, high = max(x for x, _ in points) - left, max(y for _, y in points) - low
    if wide <= 0 or high <= 0:
        return None
    to_left, to_low = min(place[0], place[2]), min(place[1], place[3])
    scale = abs(place[2] - place[0]) / wide, abs(place[3] - place[1]) / high
    return Transformation().translate(-left, -low).scale(*scale).translate(to_left, to_low)


def main() -> None:
    """Answer each line until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        wish = json.loads(line)
        answer: dict[str, Any]
        try:
            content = Path(wish["source"]).read_bytes()
            answer = {"pages": fitted(content, wish["type"], Path(wish["target"]))}
        except UnreadableError as error:
            answer = {"problem": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
