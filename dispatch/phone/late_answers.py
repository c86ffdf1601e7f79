"""Answers that come from a service worker: from a notification, or later than they were pressed.

A telephone without a signal keeps an answer and sends it when it can (dispatch/static/dispatch/
worker/answers.js). It says how long ago the button was pressed and gives the press a key; a press
is acted upon once, and never when the person answered otherwise since. What it is told is what is
true now, so that a yes that came too late says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Offer
from dispatch.phone import words
from dispatch.phone.stages import Stage
from volunteers.languages import name as language_name

OLDEST = timedelta(days=7)
"""No press is taken for older than this, whatever the telephone says."""
KEY = re.compile(r"[\w-]{8,64}")
KEPT_SECONDS = 48 * 3600
TITLES = {
    "open": gettext_lazy("お返事をお待ちしています"),
    "yours": gettext_lazy("あなたに決まりました"),
    "done": gettext_lazy("この通訳は終わりました"),
    "declined": gettext_lazy("お返事ありがとうございました"),
    "taken": gettext_lazy("ほかの方に決まりました"),
    "too_late": gettext_lazy("ほかの方に決まりました"),
    "expired": gettext_lazy("お返事の期限を過ぎました"),
    "withdrawn": gettext_lazy("このお願いは取り下げました"),
    "changed": gettext_lazy("日時や場所などが変わりました"),
    "given_back": gettext_lazy("辞退のご連絡をいただきました"),
    "cancelled": gettext_lazy("この通訳は取り消しになりました"),
}


@dataclass(frozen=True)
class Press:
    """A press of a button: when it was (UTC), and its key; an empty one for a form of a page."""

    at: datetime
    key: str = ""

    def is_new(self, offer: Offer) -> bool:
        """Whether it is to be acted upon: not done before, and not overtaken by another answer."""
        if offer.answered_at and offer.answered_at > self.at:
            return False
        return not (self.key and cache.get(self._name(offer)))

    def done(self, offer: Offer) -> None:
        """It has been acted upon; to be said afterwards, as one that failed is sent again.

        Of two that arrive together both act: the actions give the same answer to the same press.
        """
        if self.key:
            cache.set(self._name(offer), 1, KEPT_SECONDS)

    def _name(self, offer: Offer) -> str:
        return f"press:{offer.pk}:{self.key}"


def press_of(request: HttpRequest, at: datetime) -> Press:
    """What the request says about the press, ``at`` being now."""
    key = request.headers.get("Idempotency-Key", "")
    return Press(at - age_of(request), key if KEY.fullmatch(key) else "")


def age_of(request: HttpRequest) -> timedelta:
    """How long ago the button was pressed, at most `OLDEST`; zero unless the worker says so."""
    age = request.headers.get("X-Answer-Age", "")
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 9 else 0
    return min(timedelta(seconds=seconds), OLDEST)


def useful_until(offer: Offer) -> datetime:
    """After this instant an answer that was kept is not sent any more.

    A ring wants an answer at once; else a yes after the deadline may still help, until it begins.
    """
    if offer.rings_until:
        return offer.rings_until
    return min(max(offer.expires_at, offer.request.starts_at), offer.request.ends_at)


def wants_words(request: HttpRequest) -> bool:
    """Asked by the worker, which shows a notification instead of a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def in_words(
    response: HttpResponse, offer: Offer, stage: Stage, at: datetime, refused: str = ""
) -> HttpResponse:
    """The outcome as title, body and where to go on; cookies of the response go along."""
    wanted = offer.request
    body = " · ".join(
        [
            language_name(wanted.language, words.reader()),
            words.near_day(wanted.starts_at, at),
            words.hours(wanted.starts_at, wanted.ends_at),
        ]
    )
    if stage.name == "too_late":
        body = (
            f"{body}\n{_('控えとして記録しました。変更があったときに、ご連絡することがあります。')}"
        )
    told = JsonResponse(
        {
            "outcome": stage.name,
            "title": refused or str(TITLES.get(stage.name, _("このお願いは終わりました"))),
            "body": body,
            "url": response.headers.get("Location", "").partition("?")[0],
        },
        status=response.status_code if refused else 200,
    )
    told.cookies = response.cookies
    return told
