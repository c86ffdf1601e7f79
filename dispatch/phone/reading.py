"""In which language a volunteer reads a page, and who is only looking at it.

The choice made on the page (address or cookie) wins, then the language of the person's messages,
then what the browser says; else Japanese.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

from ui.reading import KNOWN, chosen_language, personal, read_in
from volunteers.models import Volunteer

__all__ = ["chosen_language", "is_person", "language_query", "personal", "read_by"]
# programs that open a link to draw a preview of it, or mail scanners; LINE and iMessage call
# themselves facebookexternalhit
PREVIEWERS = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|facebot|line-poker|whatsapp|skypeuri|"
    r"imageproxy|linkcheck|safelinks|curl|wget|python-|okhttp|go-http",
    re.IGNORECASE,
)


def read_by(request: HttpRequest, volunteer: Volunteer | None) -> str:
    """Switch the rest of this request to the reader's language; returns its code."""
    return read_in(request, volunteer.message_language if volunteer else "")


def language_query(request: HttpRequest) -> str:
    """«?lang=en» for links of a page whose address names its language (browsers without cookies)."""
    chosen = request.GET.get("lang", "")
    return f"?lang={chosen}" if chosen in KNOWN else ""


def is_person(request: HttpRequest) -> bool:
    """False for programs that fetch a page before or instead of a person."""
    if request.method != "GET":
        return False
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return "prefetch" not in purpose and not PREVIEWERS.search(agent)
