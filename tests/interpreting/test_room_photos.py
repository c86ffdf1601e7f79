"""What another page sends as a photo is shown only if it is one like ours: the module, in a browser.

A hostile page speaks the data channel as it likes; the receiver keeps no more than was announced.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.interpreting.calls import fake_devices

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
MODULE = Path(__file__).parents[2] / "interpreting/static/interpreting/room/photos.js"
TAKE = """async ([header, pieces]) => {
  const { Arrivals } = await import("/photos.js");
  const arrivals = new Arrivals();
  arrivals.take(7, header);
  let shown = null;
  for (const piece of pieces) {
    const bytes = Uint8Array.from(atob(piece), (letter) => letter.charCodeAt(0));
    shown = arrivals.take(7, bytes.buffer) || shown;
  }
  return shown && [shown.id, shown.blob.size, shown.blob.type];
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with fake_devices() as browser:
        page = browser.new_page()
        page.route("http://room.test/", lambda route: route.fulfill(body="<!doctype html>"))
        page.route(
            "http://room.test/photos.js",
            lambda route: route.fulfill(
                body=MODULE.read_text(encoding="utf-8"), content_type="text/javascript"
            ),
        )
        page.goto("http://room.test/")
        yield page


def picture(kind: str, width: int, height: int, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind, **options)
    return out.getvalue()


def taken(page: Page, data: bytes, *, header: str | None = None, piece: int = 16_000) -> Any:
    given = header if header is not None else f'{{"id":"a","size":{len(data)}}}'
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return page.evaluate(TAKE, [given, [b64encode(one).decode() for one in pieces]])


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"exif": b"Exif\x00\x00" + b"x" * 900}]
)
def test_a_photo_like_ours_arrives(page: Page, options: dict[str, Any]) -> None:
    data = picture("JPEG", 1600, 1200, **options)
    assert taken(page, data) == ["a", len(data), "image/jpeg"]


@pytest.mark.parametrize(
    "data",
    [
        picture("PNG", 20, 20),
        picture("JPEG", 6000, 20),
        picture("JPEG", 20, 6000),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"\xff\xd8",
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 50,
        b"\x00",
    ],
)
def test_anything_else_is_not_shown(page: Page, data: bytes) -> None:
    assert taken(page, data) is None


@pytest.mark.parametrize(
    "header",
    ["", "null", "[]", "{", '{"id":"a"}', '{"size":-1}', '{"size":1e9}', '{"size":"9"}', '{"size":1.5}'],
)  # fmt: skip
def test_an_odd_announcement_is_none(page: Page, header: str) -> None:
    assert taken(page, picture("JPEG", 20, 20), header=header) is None


def test_more_than_was_announced_is_thrown_away(page: Page) -> None:
    data = picture("JPEG", 200, 200)
    header = f'{{"id":"a","size":{len(data) - 1}}}'
    assert taken(page, data + b"x" * 200_000, header=header, piece=100_000) is None
