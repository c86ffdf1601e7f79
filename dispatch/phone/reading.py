"""In which language a volunteer reads a page, and who is only looking at it.

The choice made on the page (address or cookie) wins, then the language of the person's messages,
then what the browser says; else Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control

from ui.middleware import COOKIE
from volunteers.models import Volunteer

KNOWN = frozenset(code for code, _ in settings.LANGUAGES)
View = Callable[..., HttpResponse]
# programs that open a link to draw a preview of it, or mail scanners; LINE and iMessage call
# themselves facebookexternalhit
PREVIEWERS = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|facebot|line-poker|whatsapp|skypeuri|"
    r"imageproxy|linkcheck|safelinks|curl|wget|python-|okhttp|go-http",
    re.IGNORECASE,
)


def chosen_language(request: HttpRequest) -> str:
    """The language chosen on a page, or an empty string."""
    chosen = request.GET.get("lang") or request.COOKIES.get(COOKIE, "")
    return chosen if chosen in KNOWN else ""


def browser_language(request: HttpRequest) -> str:
    """English for browsers that put another language than Japanese first, else Japanese."""
    first = request.headers.get("Accept-Language", "ja").partition(",")[0].strip().lower()
    return "ja" if first.startswith("ja") or not first or first == "*" else "en"


def read_by(request: HttpRequest, volunteer: Volunteer | None) -> str:
    """Switch the rest of this request to the reader's language; returns its code."""
    language = chosen_language(request)
    if not language:
        language = volunteer.message_language if volunteer else browser_language(request)
    code = language if language in KNOWN else settings.LANGUAGE_CODE
    translation.activate(code)  # ui.middleware puts the former language back
    request.LANGUAGE_CODE = code
    return code


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


def personal(view: View) -> View:
    """A page that no cache may keep and that says in which language it is."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        language = translation.get_language() or settings.LANGUAGE_CODE
        response["Content-Language"] = "ja" if language.startswith("ja") else language
        patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped
