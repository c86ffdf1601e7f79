"""Files that come with an application: what they are is read from the content, never the name.

PDF, JPEG and PNG up to 5 MB. Pictures are drawn anew, upright, so that nothing of the camera's
notes (place, device) and nothing hidden behind the picture is kept. Anybody may send them: a few
kB may unfold to a hundred MB, so the size is read first, and one at a time is unfolded.
"""

from __future__ import annotations

import io
import re
import threading
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.errors import ActionError

MOST = 5
LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 3000
ONE_AT_A_TIME = threading.Lock()
UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True)
class Document:
    """A file as it is kept."""

    file_name: str
    content_type: str
    content: bytes


def read_document(upload: UploadedFile) -> Document:
    """The file as it is kept. Raises ActionError too_large, not_readable (status 400)."""
    name = UNFIT.sub("_", upload.name or "").strip()[-120:] or "document"
    if (upload.size or 0) > LARGEST:
        text = _("「%(name)s」は5MBを超えています。小さくしてから選んでください。") % {"name": name}
        raise ActionError("too_large", text, field="documents", status=400)
    content = upload.read()
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return Document(_with_ending(name, ".pdf"), "application/pdf", content)
    try:
        return _picture(name, content)
    except Exception as error:  # a broken picture makes Pillow raise nearly anything
        text = _("「%(name)s」は読み取れません。PDF・JPEG・PNGのファイルを選んでください。")
        text %= {"name": name}
        raise ActionError("not_readable", text, field="documents", status=400) from error


def _picture(name: str, content: bytes) -> Document:
    opened = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))  # reads the header only
    with ONE_AT_A_TIME, opened as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        kind = picture.format
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = upright.convert("RGB" if kind == "JPEG" else "RGBA")
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    made = io.BytesIO()
    if kind == "JPEG":
        clean.save(made, "JPEG", quality=88)
        return Document(_with_ending(name, ".jpg"), "image/jpeg", made.getvalue())
    clean.save(made, "PNG")
    return Document(_with_ending(name, ".png"), "image/png", made.getvalue())


def _with_ending(name: str, ending: str) -> str:
    """The name with the ending that its content deserves."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name) or "document"
    return stem + ending
