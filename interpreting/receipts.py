"""Photos of receipts: checked, made small, stripped of camera data, and shown to few.

A photo is never kept as it came: it is decoded and written anew as JPEG without EXIF (where and
when it was taken is nobody's business). Photos live in the database with their report.
"""

from __future__ import annotations

import io

from django.http import HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.errors import ActionError
from interpreting.models import Receipt

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 1600
MAX_PHOTOS = 3
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82
# the brands of ISO media files that phones write instead of JPEG
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


def prepare(data: bytes) -> bytes:
    """The photo as a JPEG of at most 1600 px without metadata; the same input, the same bytes.

    Raises ActionError (field ``receipts``): too_large, heic, not_an_image, too_many_pixels.
    """
    if len(data) > MAX_BYTES:
        raise _refusal("too_large", _("写真は1枚8MBまでです。"))
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        text = _("この写真の形式（HEIC）は読み取れません。JPEGかPNGにして選び直してください。")
        raise _refusal("heic", text)
    try:
        return _encode(data)
    except ActionError:
        raise
    except Exception as error:  # Pillow raises many kinds for damaged files
        text = _("写真として読み取れません。JPEGかPNGの写真を選んでください。")
        raise _refusal("not_an_image", text) from error


def _encode(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS) as probe:
        if probe.width * probe.height > MAX_PIXELS:
            raise _refusal(
                "too_many_pixels", _("写真の画素数が大きすぎます。小さくして選び直してください。")
            )
        probe.verify()
    with Image.open(io.BytesIO(data), formats=FORMATS) as photo:
        photo.draft("RGB", (MAX_SIDE, MAX_SIDE))  # decodes large JPEGs at a fraction of the memory
        upright = ImageOps.exif_transpose(photo)
        small = _on_white(upright)
        small.thumbnail((MAX_SIDE, MAX_SIDE))
        # pixels only: no EXIF, no colour profile, no comment travels along
        clean = Image.new("RGB", small.size)
        clean.paste(small)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _on_white(photo: Image.Image) -> Image.Image:
    if photo.mode not in ("RGBA", "LA", "P", "PA"):
        return photo.convert("RGB")
    layer = photo.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def receipt_response(receipt: Receipt) -> HttpResponse:
    """The photo for somebody who may see it: shown in place, never sniffed, never kept."""
    response = HttpResponse(bytes(receipt.content), content_type=receipt.content_type)
    response["Content-Disposition"] = f'inline; filename="receipt-{receipt.pk}.jpg"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def _refusal(code: str, text: str) -> ActionError:
    return ActionError(code, text, field="receipts", status=400)
