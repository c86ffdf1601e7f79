"""Evidence documents: a PDF or a photo, recognised by its content and never by its name.

A photo is decoded and written anew without camera data, as receipts are. A PDF stays as it came,
because it is evidence; one that is damaged, locked, would run something or takes an enormous
drawing is refused.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from accounts.errors import ActionError
from honoraria.grants.fitting import drawing_of
from honoraria.models import CostDocument
from interpreting.receipts import prepare as prepare_photo

MAX_BYTES = 10 * 1024 * 1024
MAX_DOCUMENTS = 10
MAX_PAGES = 200
MAX_OBJECTS = 50_000
PDF, JPEG = "application/pdf", "image/jpeg"
MAX_DRAWN = 5 * 1024 * 1024  # bytes of commands that draw one page, unpacked
MAX_DRAWN_IN_ALL = 50 * 1024 * 1024
BLOCK = 256 * 1024
# what a viewer would run or send: scripts, programs, forms, films; files inside the file
_ACTIVE = frozenset({"/JS", "/JavaScript"})
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE"})
_CARRIES = frozenset({"/EmbeddedFiles", "/EF"})
_NOTES = frozenset({"/RichMedia", "/FileAttachment", "/Screen", "/Movie"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be kept."""

    name: str
    content: bytes
    content_type: str

    @property
    def sha256(self) -> str:
        """Hash of what is kept."""
        return hashlib.sha256(self.content).hexdigest()


def prepare(name: str, data: bytes) -> Prepared:
    """Check one upload. Raises ActionError (field ``documents``): too_large, empty, bad_pdf, …"""
    name = _plain(name)
    if len(data) > MAX_BYTES:
        raise _refusal("too_large", name, "10MBまでです。分けるか、小さくして選び直してください。")
    if not data:
        raise _refusal("empty", name, "中身がありません。ファイルを選び直してください。")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        _check_pdf(name, data)
        return Prepared(_ending(name, "pdf"), data, PDF)
    try:
        return Prepared(_ending(name, "jpg"), prepare_photo(data), JPEG)
    except ActionError as error:
        if error.code == "not_an_image":
            words = "PDF・JPEG・PNGとして読み取れません。拡張子だけを変えたファイルは使えません。"
            raise _refusal("not_a_document", name, words) from error
        raise _refusal(error.code, name, error.text) from error


def prepare_all(files: Iterable[tuple[str, bytes]]) -> list[Prepared]:
    """Every upload of a form; the same content twice counts once."""
    found = {one.sha256: one for one in (prepare(name, data) for name, data in files)}
    if len(found) > MAX_DOCUMENTS:
        text = f"証拠書類は一度に{MAX_DOCUMENTS}件までです。"
        raise ActionError("too_many", text, field="documents", status=400)
    return list(found.values())


def _check_pdf(name: str, data: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        active = not locked and any(map(_runs_something, _dictionaries(reader)))
        heavy = 0 < pages <= MAX_PAGES and _is_heavy(reader)
    except Exception as error:  # the reader raises many kinds for damaged files
        words = "PDFとして読み取れません。壊れていないか確かめ、保存し直して選んでください。"
        raise _refusal("bad_pdf", name, words) from error
    if locked:
        raise _refusal("locked", name, "パスワードなどで保護されています。保護を外してください。")
    if not 0 < pages <= MAX_PAGES:
        raise _refusal(
            "bad_pages", name, f"1ページ以上{MAX_PAGES}ページまでのPDFを選んでください。"
        )
    if heavy:
        words = "ページの内容が大きすぎます。印刷し直したPDFか、画像を使ってください。"
        raise _refusal("too_complex", name, words)
    if active:
        words = "動作（スクリプトなど）やほかのファイルを含むため受け付けられません。印刷し直したPDFを使ってください。"
        raise _refusal("active_content", name, words)


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached, each once; too many are an error."""
    waiting: list[Any] = [reader.trailer["/Root"]]
    seen: set[tuple[int, int]] = set()
    read = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        read += 1
        if read > MAX_OBJECTS:
            raise ValueError("too many objects")
        if isinstance(one, DictionaryObject):
            yield one
            waiting.extend(one.raw_get(key) for key in one)
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))


def _runs_something(found: DictionaryObject) -> bool:
    """Whether it is an action, a film or a file; what is named may stand elsewhere in the file."""
    if (_ACTIVE | _CARRIES | {"/Launch"}) & set(found):
        return True
    named = {name: str(found[name]) for name in ("/S", "/Subtype") if name in found}
    return named.get("/S") in _ACTIONS or named.get("/Subtype") in _NOTES


def _is_heavy(reader: PdfReader) -> bool:
    """Whether drawing a page, or all of them, takes more commands than a paper has."""
    whole = 0
    for page in reader.pages:
        drawn = 0
        for part in drawing_of(page):
            drawn += _unpacked(part, MAX_DRAWN - drawn)
            if drawn > MAX_DRAWN:
                return True
        whole += drawn
        if whole > MAX_DRAWN_IN_ALL:
            return True
    return False


def _unpacked(part: StreamObject, limit: int) -> int:
    """Bytes of a stream, unpacked no further than just above ``limit``."""
    packed: bytes = part._data
    names = part.get("/Filter")
    names = names.get_object() if names is not None else []
    if isinstance(names, ArrayObject) and len(names) == 1:
        names = names[0].get_object()
    if str(names) not in ("/FlateDecode", "/Fl"):
        return len(part.get_data())  # rare; the reader has limits of its own
    unpacker, found = zlib.decompressobj(), 0
    while packed and found <= limit:
        found += len(unpacker.decompress(packed, BLOCK))
        packed = unpacker.unconsumed_tail
    return found


def response(document: CostDocument) -> HttpResponse:
    """The document for somebody who may see it: photos in place, a PDF as a download."""
    found = HttpResponse(bytes(document.content), content_type=document.content_type)
    header = content_disposition_header(document.content_type == PDF, document.name)
    found["Content-Disposition"] = header or "inline"
    found["X-Content-Type-Options"] = "nosniff"
    found["Cache-Control"] = "no-store, private"
    return found


def _plain(name: str) -> str:
    """The file's own name, without folders and what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:100] or "書類"


def _ending(name: str, ending: str) -> str:
    stem = name.rsplit(".", 1)[0] if "." in name[1:] else name
    return f"{stem}.{ending}"


def _refusal(code: str, name: str, text: str) -> ActionError:
    return ActionError(code, f"{name}：{text}", field="documents", status=400)
