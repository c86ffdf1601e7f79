"""Photos of receipts: what is read, what is refused, what is left of the original."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from accounts.errors import ActionError
from interpreting import receipts
from interpreting.receipts import prepare
from tests.interpreting.reporting import photo


def code_of(data: bytes) -> str:
    with pytest.raises(ActionError) as refused:
        prepare(data)
    assert refused.value.field == "receipts"
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_common_photos_become_jpeg(kind):
    made = Image.open(io.BytesIO(prepare(photo(kind=kind).read())))
    assert (made.format, made.mode) == ("JPEG", "RGB")


def test_where_and_when_it_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "MakerOfThePhone"
    exif.get_ifd(0x8825)[2] = (35.0, 40.0, 12.0)
    before = photo(exif=exif, comment=b"MakerOfThePhone").read()
    assert b"MakerOfThePhone" in before
    made = prepare(before)
    assert b"MakerOfThePhone" not in made
    assert b"Exif" not in made
    assert not Image.open(io.BytesIO(made)).getexif()


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    assert Image.open(io.BytesIO(prepare(photo(size=(60, 20), exif=exif).read()))).size == (20, 60)


def test_a_large_photo_becomes_small():
    made = Image.open(io.BytesIO(prepare(photo(size=(2000, 1500)).read())))
    assert made.size == (1600, 1200)


def test_what_is_see_through_lies_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    made = Image.open(io.BytesIO(prepare(out.getvalue())))
    assert made.getpixel((5, 5)) == (255, 255, 255)


def test_the_same_photo_gives_the_same_bytes():
    data = photo(size=(300, 200)).read()
    assert prepare(data) == prepare(data)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix", b"avif"])
def test_heic_is_named_in_the_refusal(brand):
    assert code_of(b"\0\0\0\x18ftyp" + brand + b"\0" * 64) == "heic"


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7 ...", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40],
)
def test_what_is_not_a_photo_is_refused(data):
    assert code_of(data) == "not_an_image"


def test_a_photo_cut_off_in_the_middle_is_refused():
    data = photo(size=(400, 400), kind="PNG").read()
    assert code_of(data[: len(data) // 2]) == "not_an_image"


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded():
    out = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    assert len(out.getvalue()) < receipts.MAX_BYTES
    assert code_of(out.getvalue()) == "too_many_pixels"


def test_more_than_8_megabytes_are_refused():
    assert code_of(b"\xff\xd8" + b"\0" * receipts.MAX_BYTES) == "too_large"
