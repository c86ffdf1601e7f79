"""Papers of strangers: what would run or swell is refused, and what got in harms nobody else."""

from __future__ import annotations

import sys
import time
import zlib

import pypdfium2
import pytest
from PIL import Image

from accounts.errors import ActionError
from honoraria.grants import documents, fitting, press
from honoraria.grants.documents import prepare
from honoraria.grants.fitting import UnreadableError, fitted
from honoraria.grants.press import Press

CATALOG = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>"
GROUND = b"0.8 g 0 0 595 842 re f "
BLACK = b"0 0 0 rg 10 10 100 200 re f"


def pdf(*objects: bytes) -> bytes:
    """A file of these objects; the first is its root."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + head + rows + end % (len(places) + 1, len(out))


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def packed(content: bytes) -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode")


def one_page(contents: bytes, root: bytes = b"", page: bytes = b"", *more: bytes) -> bytes:
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf(CATALOG % root, pages, PAGE % page, contents, *more)


def many_pages(contents: bytes, count: int) -> bytes:
    """Pages that share their contents."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return pdf(CATALOG % b"", pages, b"null", contents, *[PAGE % b""] * count)


@pytest.mark.parametrize(
    ("root", "page", "more"),
    [
        (b"/OpenAction << /S /Launch /F (a.exe) >>", b"", ()),
        (b"/OpenAction << /S 5 0 R /F (a.exe) >>", b"", (b"/Launch",)),
        (b"/OpenAction << /S /SubmitForm /F (https://a.example) >>", b"", ()),
        (b"/OpenAction << /S /ImportData /F (a.fdf) >>", b"", ()),
        (b"/OpenAction << /S /GoToE >>", b"", ()),
        (b"/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", b"", (b"<< /F (a.exe) >>",)),
        (b"", b"/Annots [<< /Type /Annot /Subtype /RichMedia >>]", ()),
        (b"", b"/Annots [<< /Type /Annot /Subtype 5 0 R >>]", (b"/FileAttachment",)),
    ],
)
def test_what_would_run_or_carry_a_file_is_refused(root, page, more):
    with pytest.raises(ActionError) as error:
        prepare("a.pdf", one_page(stream(BLACK), root, page, *more))
    assert error.value.code == "active_content"


@pytest.mark.parametrize(
    "content",
    [
        one_page(packed(b"0 0 m\n" * 1_000_000)),
        one_page(stream(b"0 0 m\n" * 1_000_000)),
        many_pages(packed(b"0 0 m\n" * 500_000), 20),
    ],
    ids=["packed", "plain", "shared by many pages"],
)
def test_an_enormous_drawing_is_refused_at_once(content):
    begin = time.perf_counter()
    with pytest.raises(ActionError) as error:
        prepare("a.pdf", content)
    assert error.value.code == "too_complex"
    assert time.perf_counter() - begin < 10


def test_a_drawing_of_usual_size_is_kept():
    assert prepare("a.pdf", one_page(packed(BLACK * 1_000))).content_type == "application/pdf"
    assert documents.MAX_DRAWN < documents.MAX_DRAWN_IN_ALL


def test_fitting_does_not_look_at_what_is_drawn(tmp_path):
    """Two hundred pages of three million bytes, kept before there was a limit."""
    content = many_pages(packed(b"0 0 m\n" * 500_000), 200)
    begin = time.perf_counter()
    assert fitted(content, "application/pdf", tmp_path / "a.pdf") == 200
    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_shown_as_it_was(tmp_path, turned):
    """A mark in a corner stays in the corner where a viewer showed it."""
    content = one_page(stream(GROUND + BLACK), b"", b"/Rotate %d" % turned)
    fitted(content, "application/pdf", tmp_path / "a.pdf")
    before = seen(pypdfium2.PdfDocument(content)[0])
    after = seen(pypdfium2.PdfDocument(tmp_path / "a.pdf")[0])
    assert corner(before) == corner(after)


def seen(page) -> Image.Image:
    """The page without the white around it."""
    image = page.render().to_pil().convert("L")
    return image.crop(image.point(lambda value: 255 * (value < 250)).getbbox())


def corner(image: Image.Image) -> tuple[bool, bool]:
    """Whether the dark part is left, and whether it is above."""
    left, above, right, below = image.point(lambda value: 255 * (value < 128)).getbbox()
    return left + right < image.width, above + below < image.height


def test_what_stands_in_fields_and_stamps_is_shown(tmp_path):
    looks = stream(BLACK, b"/Type /XObject /Subtype /Form /BBox [0 0 110 210]")
    note = (
        b"/Annots [<< /Type /Annot /Subtype /Stamp /Rect [400 700 500 800] /AP << /N 5 0 R >> >>]"
    )
    fitted(one_page(stream(GROUND), b"", note, looks), "application/pdf", tmp_path / "a.pdf")
    assert corner(seen(pypdfium2.PdfDocument(tmp_path / "a.pdf")[0])) == (False, True)


@pytest.mark.parametrize("box", [b"0 0 0 0", b"0 0 1 1e30", b"0 0 nan 1"])
def test_a_page_without_a_size_is_unreadable(tmp_path, box):
    content = one_page(stream(BLACK)).replace(b"0 0 595 842", box)
    with pytest.raises(UnreadableError):
        fitted(content, "application/pdf", tmp_path / "a.pdf")


def test_a_paper_that_takes_too_long_costs_only_itself(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time\nfor line in sys.stdin: time.sleep(600)")
    monkeypatch.setattr(press, "SECONDS", 1.0)
    monkeypatch.setattr(press, "PATIENCE", 0.2)
    waited: list[int] = []
    with Press(tmp_path, lambda: waited.append(1)) as found:
        monkeypatch.setattr(fitting, "__file__", str(slow))
        with pytest.raises(UnreadableError, match="時間がかかりすぎる"):
            found.fitted(b"", "application/pdf", tmp_path / "a.pdf")
        assert len(waited) >= 2  # the lease is prolonged meanwhile
        monkeypatch.undo()
        paper = one_page(stream(BLACK))
        assert found.fitted(paper, "application/pdf", tmp_path / "b.pdf") == 1
    assert found.process is None


def test_a_paper_that_ends_the_process_costs_only_itself(tmp_path, monkeypatch):
    dying = tmp_path / "dying.py"
    dying.write_text("import sys\nsys.stdin.readline()")
    with Press(tmp_path, lambda: None) as found:
        with monkeypatch.context() as patched:
            patched.setattr(fitting, "__file__", str(dying))
            with pytest.raises(UnreadableError, match="大きすぎる"):
                found.fitted(b"", "application/pdf", tmp_path / "a.pdf")
        assert found.fitted(one_page(stream(BLACK)), "application/pdf", tmp_path / "b.pdf") == 1


def test_the_process_has_no_more_memory_than_it_may(tmp_path, monkeypatch):
    greedy = tmp_path / "greedy.py"
    greedy.write_text(
        "import resource, sys\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from honoraria.grants import fitting\n"
        "fitting.fitted = lambda *given: len(bytearray(2 * 1024**3))\n"
        "fitting.main()\n"
    )
    with Press(tmp_path, lambda: None) as found, monkeypatch.context() as patched:
        patched.setattr(fitting, "__file__", str(greedy))
        with pytest.raises(UnreadableError):
            found.fitted(b"", "application/pdf", tmp_path / "a.pdf")
