"""The reader's language: a cookie wins, then the signed-in person's own, else Japanese.

The browser's language is only a hint for people who never chose one and are not signed in; staff
pages exist in Japanese only.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE = "tsunagi_language"


def reader_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Activate the reader's language for the length of one request."""
    known = {code for code, _ in settings.LANGUAGES} | {*settings.PSEUDO_LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang") or request.COOKIES.get(COOKIE, "")
        code = chosen if chosen in known else "ja"
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
        response.headers.setdefault("Content-Language", "ja" if code == "ja-simple" else code)
        if request.GET.get("lang") in known and request.method == "GET":
            response.set_cookie(
                COOKIE, code, max_age=31536000, samesite="Lax", secure=request.is_secure(),
                httponly=True,
            )  # fmt: skip
        return response

    return middleware
