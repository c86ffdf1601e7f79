"""In which language somebody who is not staff reads a page, and that no cache keeps it.

The choice made on the page (address or cookie) wins, then what is known of the person, then what
the browser says; else Japanese.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control

from ui.middleware import COOKIE

KNOWN = frozenset([*(code for code, _ in settings.LANGUAGES), *settings.PSEUDO_LANGUAGES])
View = Callable[..., HttpResponse]


def chosen_language(request: HttpRequest) -> str:
    """The language chosen on a page, or an empty string."""
    chosen = request.GET.get("lang") or request.COOKIES.get(COOKIE, "")
    return chosen if chosen in KNOWN else ""


def browser_language(request: HttpRequest) -> str:
    """English for browsers that put another language than Japanese first, else Japanese."""
    first = request.headers.get("Accept-Language", "ja").partition(",")[0].strip().lower()
    return "ja" if first.startswith("ja") or not first or first == "*" else "en"


def read_in(request: HttpRequest, known: str = "") -> str:
    """Switch the rest of this request to the reader's language; returns its code.

    ``known``: the language that a known person wishes, if it is one.
    """
    language = chosen_language(request) or known or browser_language(request)
    code = language if language in KNOWN else settings.LANGUAGE_CODE
    translation.activate(code)  # ui.middleware puts the former language back
    request.LANGUAGE_CODE = code
    return code


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
