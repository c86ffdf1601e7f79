"""証拠書類: a sheet for each line with the papers that belong to it, an index, one PDF or a ZIP.

Lines go by evidence number. The ZIP holds the same PDF, every original as it is stored, and an
index with the SHA-256 of each file. What cannot be shown as pages is said on the sheet.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from accounts.csv_cells import neutral
from accounts.errors import ActionError
from accounts.times import local
from honoraria.grants.content import Content
from honoraria.grants.fitting import UnreadableError
from honoraria.grants.joining import join, page_count
from honoraria.grants.press import Press
from honoraria.grants.proofs import Attached, Proof, proofs_of
from ui.paper import paper

AT_ONCE = 40  # lines of a sheet file
INDEXED_AT_ONCE = 500
MOST_BYTES = 600 * 1024 * 1024  # of photos and documents
PDF_NAME, INDEX_NAME = "evidence.pdf", "index.csv"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
HEAD = (
    "証拠番号", "区分", "ファイル", "元の名前", "ページ", "ページ数", "日付", "内容", "支出額（円）",
    "対象額（円）", "バイト数", "SHA-256", "備考",
)  # fmt: skip
Progress = Callable[[int], None]


@dataclass(slots=True)
class Paper:
    """A photo or document of a line, with the pages that were made of it."""

    attached: Attached
    name: str
    path: Path
    pages: int = 0
    problem: str = ""
    first: int = 0


@dataclass(slots=True)
class Sheet:
    """A line's sheet: where it lies, and on which page of the whole it begins."""

    proof: Proof
    papers: list[Paper]
    path: Path = field(default_factory=Path)
    start: int = 0
    pages: int = 1
    first: int = 0


def write_evidence(
    content: Content, kind: str, file: IO[bytes], progress: Progress, at: datetime
) -> None:
    """Write the bundle as ``pdf`` or ``zip``. Raises ActionError: too_large, nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Press(Path(folder), lambda: progress(0)) as press,
    ):
        bundle = _Bundle(content, Path(folder), press, progress, at)
        if kind == "pdf":
            bundle.write_pdf(file)
        else:
            bundle.write_zip(file)


class _Bundle:
    def __init__(
        self, content: Content, folder: Path, press: Press, progress: Progress, at: datetime
    ) -> None:
        self.content, self.folder, self.press, self.progress = content, folder, press, progress
        self.made = f"{local(at):%Y-%m-%d}"
        self.sheets: list[Sheet] = []
        self.bytes = 0

    def write_pdf(self, file: IO[bytes]) -> None:
        """Sheets, papers and the index in front of them."""
        self._read()
        index = self._index_files()
        self._number(sum(page_count(path) for path in index))
        index = self._index_files()  # the same pages again, now with their numbers
        parts = [
            ("目次" if n == 0 else "", path, 0, page_count(path)) for n, path in enumerate(index)
        ]
        stamps = [""] * sum(part[3] for part in parts)
        for sheet in self.sheets:
            end = sheet.start + sheet.pages
            parts.append((sheet.proof.line.number, sheet.path, sheet.start, end))
            stamps += [""] * sheet.pages
            for paper_ in sheet.papers:
                if paper_.pages:
                    parts.append(("", paper_.path, 0, paper_.pages))
                    stamps += _above(sheet, paper_)
        numbered = [(above, f"{n} / {len(stamps)}") for n, above in enumerate(stamps, 1)]
        title = f"{self.content.title} 証拠書類"
        for _ in join(parts, numbered, file, title=title):
            self.progress(0)

    def write_zip(self, file: IO[bytes]) -> None:
        """The PDF, the originals, the index."""
        made = self.folder / PDF_NAME
        with made.open("wb") as out:
            self.write_pdf(out)
        rows = [self._row_of_pdf(made)]
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
            bundle.write(made, PDF_NAME)
            for sheet in self.sheets:
                rows.append(_row_of_sheet(sheet))
                for paper_ in sheet.papers:
                    original = paper_.attached.content()
                    bundle.writestr(paper_.name, original)
                    rows.append(_row_of_paper(sheet, paper_, original))
                    self.progress(0)
            bundle.writestr(INDEX_NAME, _csv(rows), zipfile.ZIP_DEFLATED)

    def _read(self) -> None:
        found = self.content.counted
        if not found:
            raise ActionError("nothing", "対象にした謝礼・経費がないため、証拠書類を作れません。")
        owner = self.content.programme.organization
        for first in range(0, len(found), AT_ONCE):
            chunk = [
                Sheet(proof, list(self._papers(proof)))
                for proof in proofs_of(owner, found[first : first + AT_ONCE])
            ]
            self._sheet_files(chunk, first)
            for sheet in chunk:
                sheet.proof.parts.clear()  # they are on the sheet now; a year has thousands
            self.sheets += chunk
            self.progress(len(chunk))

    def _papers(self, proof: Proof) -> Iterator[Paper]:
        for number, one in enumerate(proof.attached, 1):
            self.bytes += one.size
            if self.bytes > MOST_BYTES:
                text = "証拠書類が大きすぎます（600MBまで）。書類を小さくして、もう一度お試しください。"
                raise ActionError("too_large", text)
            stem = f"{proof.line.number}-{number}"
            name = f"{proof.line.number}/{stem}.{ENDINGS.get(one.content_type, 'bin')}"
            made = Paper(one, name, self.folder / f"{stem}.pdf")
            original = one.content()
            if hashlib.sha256(original).hexdigest() != one.sha256:
                made.problem = "保存したときの内容と一致しません（SHA-256）。"
            else:
                try:
                    made.pages = self.press.fitted(original, one.content_type, made.path)
                except UnreadableError as error:
                    made.problem = str(error)
            self.progress(0)
            yield made

    def _sheet_files(self, chunk: list[Sheet], first: int) -> None:
        """One file for a chunk; where a sheet needs more than a page, one for each sheet."""
        together = self._sheet_file(chunk, f"sheets-{first}")
        if page_count(together) == len(chunk):
            for number, sheet in enumerate(chunk):
                sheet.path, sheet.start = together, number
            return
        for sheet in chunk:
            sheet.path = self._sheet_file([sheet], f"sheet-{sheet.proof.line.number}")
            sheet.pages = page_count(sheet.path)
            self.progress(0)

    def _sheet_file(self, sheets: list[Sheet], name: str) -> Path:
        data = {**self._about(), "sheets": [_said(sheet) for sheet in sheets]}
        return self._kept(name, paper("honoraria", "evidence_sheet", data, title="証拠書"))

    def _index_files(self) -> list[Path]:
        found = []
        notes = ["対象額の合計は、実績報告の対象経費と同じです。"]
        sums = {
            "count": f"{len(self.sheets):,}",
            "amount": f"{sum(one.proof.line.amount for one in self.sheets):,}",
            "eligible": f"{self.content.eligible:,}",
        }
        for first in range(0, len(self.sheets), INDEXED_AT_ONCE):
            rows = [_index_row(one) for one in self.sheets[first : first + INDEXED_AT_ONCE]]
            last = first + INDEXED_AT_ONCE >= len(self.sheets)
            data = {**self._about(), "rows": rows, "first": first == 0, "last": last,
                    "sums": sums, "notes": notes}  # fmt: skip
            made = paper("honoraria", "evidence_index", data, title="証拠書類 目次")
            found.append(self._kept(f"index-{first}", made))
            self.progress(0)
        return found

    def _number(self, page: int) -> None:
        """Say on which page everything begins, after ``page`` pages of index."""
        page += 1
        for sheet in self.sheets:
            sheet.first = page
            page += sheet.pages
            for one in sheet.papers:
                one.first = page if one.pages else 0
                page += one.pages

    def _about(self) -> dict[str, Any]:
        claim = self.content.claim
        return {
            "programme": self.content.title,
            "mark": self.content.mark,
            "organization": self.content.programme.organization.name,
            "made": self.made,
            "sha256": claim.sha256 if claim else "",
        }

    def _kept(self, name: str, made: bytes) -> Path:
        path = self.folder / f"{name}.pdf"
        path.write_bytes(made)
        return path

    def _row_of_pdf(self, path: Path) -> list[Any]:
        with path.open("rb") as made:
            digest = hashlib.file_digest(made, "sha256").hexdigest()
        words = f"{self.content.title}（{self.content.mark}）"
        size = path.stat().st_size
        return ["", "全体", PDF_NAME, "", 1, page_count(path), self.made, words, "", "", size,
                digest, ""]  # fmt: skip


def _said(sheet: Sheet) -> dict[str, Any]:
    """What stands on a sheet."""
    parts = [*sheet.proof.parts, _notes(sheet)]
    return {
        "number": sheet.proof.line.number,
        "parts": [{"title": title, "rows": rows} for title, rows in parts],
    }


def _notes(sheet: Sheet) -> tuple[str, list[list[str]]]:
    rows = []
    for one in sheet.papers:
        pages = f"この後に{one.pages}ページ"
        said = f"{one.problem}原本はZIPに入れています。" if one.problem else pages
        rows.append([one.name.rpartition("/")[2], f"{one.attached.name}　{said}"])
    return "添付", rows or [["添付", "なし"]]


def _above(sheet: Sheet, one: Paper) -> list[str]:
    number = sheet.proof.line.number
    name = one.attached.name[:60]
    return [f"{number}　{name}（{page}/{one.pages}）" for page in range(1, one.pages + 1)]


def _index_row(sheet: Sheet) -> dict[str, str]:
    line = sheet.proof.line
    return {
        "number": line.number,
        "on": line.on.isoformat(),
        "description": line.description,
        "payee": line.payee,
        "amount": f"{line.amount:,}",
        "eligible": f"{line.eligible:,}",
        "page": str(sheet.first),
    }


def _row_of_sheet(sheet: Sheet) -> list[Any]:
    line = sheet.proof.line
    return [line.number, "証拠書", PDF_NAME, "", sheet.first, sheet.pages, line.on.isoformat(),
            line.description, line.amount, line.eligible, "", "", ""]  # fmt: skip


def _row_of_paper(sheet: Sheet, one: Paper, original: bytes) -> list[Any]:
    digest = hashlib.sha256(original).hexdigest()
    return [sheet.proof.line.number, "書類", one.name, one.attached.name, one.first or "",
            one.pages, "", "", "", "", len(original), digest, one.problem]  # fmt: skip


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(
        [neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8-sig")
