"""What the tests of applying share: a filled-in form, and somebody who has sent one."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Organization
from realtime.models import Message
from volunteers.models import Application

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def filled(**changes: Any) -> dict[str, Any]:
    """A form that is right; ``changes`` replace or add fields."""
    return {
        "name": "ファム ティ ラン",
        "kana": "ふぁむ てぃ らん",
        "birth_date": "1990-04-01",
        "address": "みなと市本町1-2-3",
        "mobile": "080-1234-5678",
        "email": "Lan@example.jp",
        "message_language": "en",
        "fields_wanted": ["school", "medical"],
        "motive": "市役所で助けてもらいました。",
        "public_name_consent": "on",
        "skills-TOTAL_FORMS": "2",
        "skills-INITIAL_FORMS": "0",
        "skills-0-language": "vi",
        "skills-0-to_japanese": "3",
        "skills-0-from_japanese": "2",
        "skills-0-certificate": "日本語能力試験 N1",
        "skills-1-language": "",
        "skills-1-to_japanese": "",
        "skills-1-from_japanese": "",
        "skills-1-certificate": "",
        **changes,
    }


def picture(kind: str = "JPEG", *, exif: bool = False) -> bytes:
    """A small picture, perhaps with the camera's notes about where it was taken."""
    made = io.BytesIO()
    image = Image.new("RGB", (60, 40), "teal")
    notes = Image.Exif()
    if exif:
        notes[0x010F] = "SecretCamera"
        notes[0x0112] = 6  # lies on its side
    image.save(made, kind, exif=notes)
    return made.getvalue()


def upload(content: bytes, name: str = "zeugnis.pdf") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def code_for(application: Application) -> str:
    """The code that was sent last for an application."""
    sent = Message.objects.filter(recipient=f"application:{application.pk}", kind="code")
    found = re.search(r"\d{6}", sent.latest("id").body)
    assert found
    return found[0]


def send_application(client: Client, city: Organization, **changes: Any) -> Application:
    """Fill in the form, prove the contact, send; returns the application."""
    address = reverse("volunteers:apply", args=[city.slug])
    answer = client.post(address, filled(go="1", **changes))
    assert answer.status_code == 302, answer.content.decode()
    confirm = reverse("volunteers:apply_confirm", args=[city.slug])
    assert client.post(confirm, {"send": "sms"}).status_code == 302
    draft = Application.objects.filter(organization=city, state="draft").latest("id")
    answer = client.post(confirm, {"code": code_for(draft)})
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    return draft


def waiting(city: Organization, at: datetime, **changes: Any) -> Application:
    """An application that has been sent, made without the pages."""
    values = {
        "name": "ファム ティ ラン",
        "kana": "ファム ティ ラン",
        "birth_date": date(1990, 4, 1),
        "mobile": "+818012345678",
        "email": "lan@example.jp",
        "address": "みなと市本町1-2-3",
        "message_language": "en",
        "skills": [
            {"language": "vi", "to_japanese": 3, "from_japanese": 2, "certificate": "N1"},
        ],
        "fields": ["school"],
        "motive": "市役所で助けてもらいました。",
        "contact_channel": "sms",
        "term_starts_on": date(2026, 4, 1),
        "state": "submitted",
        "reference": f"ref-{Application.objects.count()}",
        "created_at": at,
        **changes,
    }
    return Application.objects.create(organization=city, **values)
