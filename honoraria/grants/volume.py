"""A PDF written page by page: what was written is let go, so its length costs no memory.

Pages of other files are copied with everything they need, once for each file; of a page only what
draws it is kept. pypdf's own writer holds a whole file until it is saved.
"""

from __future__ import annotations

from typing import IO, Any

from pypdf import PageObject, PdfReader
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from honoraria.grants.fitting import drawing_of

STAMP = "/OfTheWhole"
OF_PAGES = ("/Page", "/Pages")


class Volume:
    """The file that grows. Objects are numbered from one; ``finish`` ends it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.places = file, [0]
        self.pages: list[int] = []
        self.marks: list[tuple[str, int]] = []
        file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.tree = self.reserve()
        self.before, self.behind = self.commands(b"q\n"), self.commands(f"\nQ {STAMP} Do".encode())

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self.places.append(0)
        return len(self.places) - 1

    def put(self, number: int, found: PdfObject) -> IndirectObject:
        """Write an object under its number."""
        self.places[number] = self.file.tell()
        self.file.write(b"%d 0 obj\n" % number)
        found.write_to_stream(self.file)
        self.file.write(b"\nendobj\n")
        return reference(number)

    def commands(self, text: bytes) -> IndirectObject:
        """Write drawing commands."""
        stream = DecodedStreamObject()
        stream.set_data(text)
        return self.put(self.reserve(), stream)

    def add(self, source: Source, page: PageObject, stamps: Source, stamp: PageObject) -> int:
        """Write a page with its stamp on it; says which page it became, from zero."""
        resources = source.resources(page)
        drawings = resources.get("/XObject", DictionaryObject())
        drawings[NameObject(STAMP)] = stamps.drawing(stamp)
        resources[NameObject("/XObject")] = drawings
        own = [self.put(self.reserve(), source.copy(part)) for part in drawing_of(page)]
        made = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Page"),
                NameObject("/Parent"): reference(self.tree),
                NameObject("/MediaBox"): ArrayObject(page.mediabox),
                NameObject("/Resources"): resources,
                NameObject("/Contents"): ArrayObject([self.before, *own, self.behind]),
            }
        )
        source.write()
        stamps.write()
        number = self.reserve()
        self.put(number, made)
        self.pages.append(number)
        return len(self.pages) - 1

    def mark(self, title: str, page: int) -> None:
        """A bookmark on a page that was written."""
        self.marks.append((title, self.pages[page]))

    def finish(self, title: str) -> None:
        """Write what holds the pages together."""
        kids = ArrayObject(reference(number) for number in self.pages)
        count = NumberObject(len(self.pages))
        self.put(self.tree, _dictionary(Type=NameObject("/Pages"), Kids=kids, Count=count))
        root = _dictionary(Type=NameObject("/Catalog"), Pages=reference(self.tree))
        if self.marks:
            root[NameObject("/Outlines")] = self._outline()
        last = self.put(self.reserve(), root)
        about = self.put(self.reserve(), _dictionary(Title=TextStringObject(title)))
        begin = self.file.tell()
        size = len(self.places)
        self.file.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for place in self.places[1:]:
            self.file.write(b"%010d 00000 n \n" % place)
        self.file.write(b"trailer\n")
        _dictionary(Size=NumberObject(size), Root=last, Info=about).write_to_stream(self.file)
        self.file.write(b"\nstartxref\n%d\n%%%%EOF\n" % begin)

    def _outline(self) -> IndirectObject:
        top, numbers = self.reserve(), [self.reserve() for _ in self.marks]
        for index, (title, page) in enumerate(self.marks):
            item = _dictionary(
                Title=TextStringObject(title),
                Parent=reference(top),
                Dest=ArrayObject([reference(page), NameObject("/Fit")]),
            )
            if index:
                item[NameObject("/Prev")] = reference(numbers[index - 1])
            if index + 1 < len(numbers):
                item[NameObject("/Next")] = reference(numbers[index + 1])
            self.put(numbers[index], item)
        first, last = reference(numbers[0]), reference(numbers[-1])
        count = NumberObject(len(numbers))
        kind = NameObject("/Outlines")
        return self.put(top, _dictionary(Type=kind, First=first, Last=last, Count=count))


class Source:
    """A file whose pages are copied: what its pages share is written once."""

    def __init__(self, volume: Volume, reader: PdfReader) -> None:
        self.volume, self.reader = volume, reader
        self.known: dict[tuple[int, int], int] = {}
        self.waiting: list[tuple[int, PdfObject]] = []

    def resources(self, page: PageObject) -> DictionaryObject:
        """What a page draws with; the drawings among it may be added to."""
        found = DictionaryObject()
        given = page["/Resources"].get_object() if "/Resources" in page else None
        if isinstance(given, DictionaryObject):
            for name in given:
                inner = given[name] if name == "/XObject" else given.raw_get(name)
                found[NameObject(name)] = self.copy(inner)
        return found

    def drawing(self, page: PageObject) -> IndirectObject:
        """The whole page as an object to be placed on another."""
        form = DecodedStreamObject()
        form.set_data(b"\n".join(part.get_data() for part in drawing_of(page)))
        packed = form.flate_encode()
        packed[NameObject("/Type")] = NameObject("/XObject")
        packed[NameObject("/Subtype")] = NameObject("/Form")
        packed[NameObject("/BBox")] = ArrayObject(page.mediabox)
        packed[NameObject("/Resources")] = self.resources(page)
        return self.volume.put(self.volume.reserve(), packed)

    def copy(self, found: Any) -> Any:
        """The same with numbers of the volume; what it points at waits to be written."""
        if isinstance(found, IndirectObject):
            return self._pointed_at(found)
        if isinstance(found, DictionaryObject):
            made = DictionaryObject()
            if isinstance(found, StreamObject):
                made = type(found)()
                made._data = found._data
            for name in found:
                made[NameObject(name)] = self.copy(found.raw_get(name))
            return made
        if isinstance(found, ArrayObject):
            return ArrayObject(self.copy(one) for one in list.__iter__(found))
        return found

    def _pointed_at(self, found: IndirectObject) -> PdfObject:
        key = (found.idnum, found.generation)
        if key not in self.known:
            there = found.get_object()
            if there is None or (isinstance(there, DictionaryObject) and _of_pages(there)):
                return NullObject()  # a way back to the pages would copy the whole file
            self.known[key] = self.volume.reserve()
            self.waiting.append((self.known[key], there))
        return reference(self.known[key])

    def write(self) -> None:
        """Write what was pointed at, and what that points at."""
        while self.waiting:
            number, found = self.waiting.pop()
            self.volume.put(number, self.copy(found))


def reference(number: int) -> IndirectObject:
    """A pointer to an object of the volume, which is in no reader."""
    return IndirectObject(number, 0, None)


def _of_pages(found: DictionaryObject) -> bool:
    return found.get("/Type") in OF_PAGES


def _dictionary(**values: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})
