"""One long PDF out of many: complete, valid, and no larger in memory for being long."""

from __future__ import annotations

import io
import tracemalloc

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from honoraria.grants import joining
from honoraria.grants.joining import join
from tests.honoraria.grants import rows
from tests.honoraria.grants.test_foreign_papers import BLACK, GROUND, one_page, stream
from ui.paper import paper


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    """Forty sheets of ours."""
    path = tmp_path_factory.mktemp("sheets") / "sheets.pdf"
    about = {
        "programme": "交付金",
        "mark": "下書き",
        "organization": "みなと市",
        "made": "2026-11-24",
    }
    lines = [
        {"number": f"H-{n:04d}", "parts": [{"title": "支出", "rows": [["費目", "諸謝金"]]}]}
        for n in range(1, 41)
    ]
    data = {**about, "sha256": "", "sheets": lines}
    path.write_bytes(paper("honoraria", "evidence_sheet", data, title="証拠書"))
    return path


def joined(parts, stamps, **more):
    out = io.BytesIO()
    steps = list(join(parts, stamps, out, title="証拠書類", **more))
    return out.getvalue(), steps


def test_pages_marks_and_stamps_are_all_there(sheets, tmp_path, monkeypatch):
    monkeypatch.setattr(joining, "STAMPED_AT_ONCE", 3)
    foreign = tmp_path / "foreign.pdf"
    foreign.write_bytes(one_page(stream(GROUND + BLACK)))
    parts = [(f"H-{n:04d}", sheets, n - 1, n) for n in range(1, 6)]
    parts.insert(2, ("", foreign, 0, 1))
    content, _ = joined(parts, [(f"上{n}", f"{n} / 6") for n in range(1, 7)])
    reader = PdfReader(io.BytesIO(content), strict=True)
    assert reader.metadata.title == "証拠書類"
    marks = [(one.title, reader.get_destination_page_number(one)) for one in reader.outline]
    assert marks == [("H-0001", 0), ("H-0002", 1), ("H-0003", 3), ("H-0004", 4), ("H-0005", 5)]
    shown = pypdfium2.PdfDocument(content)
    texts = [page.get_textpage().get_text_range() for page in shown]
    for number, text in enumerate(texts, 1):
        assert f"{number} / 6" in text
        assert f"上{number}" in text
    for title, page in marks:
        assert f"証拠書　{title}" in texts[page]
    assert shown[2].render().to_pil().convert("L").getextrema()[0] == 0  # the foreign drawing


def test_what_a_page_looks_like_stays(sheets):
    content, _ = joined([("", sheets, 0, 1)], [("", "")])
    before = pypdfium2.PdfDocument(sheets)[0].render().to_pil().convert("L")
    after = pypdfium2.PdfDocument(content)[0].render().to_pil().convert("L")
    assert before.tobytes() == after.tobytes()


def test_a_page_that_points_at_other_pages_takes_none_along(tmp_path):
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(200, 200)
    page = writer.pages[0]
    page["/Resources"][rows.NameObject("/Properties")] = writer.pages[2].indirect_reference
    path = tmp_path / "a.pdf"
    writer.write(path)
    content, _ = joined([("", path, 0, 1)], [("", "")])
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") == 1


def test_a_long_file_takes_no_more_memory_than_a_short_one(sheets, monkeypatch):
    """Five times as many pages; pypdf's own writer would hold them all."""
    monkeypatch.setattr(joining, "STAMPED_AT_ONCE", 50)
    peaks = [peak(sheets, count) for count in (100, 500)]
    assert peaks[1] < 1.5 * peaks[0], peaks


def peak(sheets, count):
    parts = [("", sheets, n % 40, n % 40 + 1) for n in range(count)]
    stamps = [("", str(n)) for n in range(count)]
    with open("/dev/null", "wb") as nowhere:
        tracemalloc.start()
        for _ in join(parts, stamps, Counted(nowhere), title="長い"):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


class Counted:
    """A file that keeps nothing but its place."""

    def __init__(self, file):
        self.file, self.place = file, 0

    def write(self, content):
        self.place += len(content)
        return self.file.write(content)

    def tell(self):
        return self.place
