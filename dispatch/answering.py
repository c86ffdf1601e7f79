"""Yes or no to an offer by SMS, LINE or an automatic call, and the honest outcome in the person's words.

The answer is that of any page (`dispatch.actions.offers`); here it is decided what the person is
told. An offer that was asked anew meanwhile is never accepted silently: the person is told what
holds now. Whoever says no to something already booked is passed on to the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from accounts.errors import ActionError
from accounts.times import when_text
from dispatch.actions.offers import Answer, accept_offer, decline_offer
from dispatch.answer_texts import REPLIES
from dispatch.idle import is_idle
from dispatch.models import Assignment, Offer, Request
from dispatch.telling import home_url, offer_url
from dispatch.wording import spoken_when
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

FOR_THE_DESK = frozenset({"held", "not_valid", "wrong_state"})
"""Outcomes after which a person at the desk has something to do."""
GONE = frozenset({Request.Status.CANCELLED, Request.Status.UNMET})


@dataclass(frozen=True)
class Outcome:
    """What became of an answer.

    ``code``: prove (asked who it is), yours, standby, too_late, cancelled, newer, declined, closed, overlap, not_valid,
    wrong_state or held (`dispatch.answer_texts.REPLIES`). ``text`` is in the person's language with
    a link where one helps, ``spoken`` the same to be read out.
    """

    code: str
    text: str
    spoken: str
    offer: Offer

    @property
    def needs_desk(self) -> bool:
        """Somebody at the desk has to look at it."""
        return self.code in FOR_THE_DESK


def answer_offer(offer: Offer, yes: bool, *, via: Offer.Via, at: datetime) -> Outcome:
    """Record the answer and say what came of it; raises nothing. ``at`` is UTC."""
    offer = Offer.objects.select_related("request__organization", "volunteer__organization").get(
        pk=offer.pk
    )
    if newer := _newer(offer):
        return _outcome("newer", newer)
    if yes and via == Offer.Via.SMS and is_idle(offer.volunteer, at):
        return _outcome("prove", offer)
    act = accept_offer if yes else decline_offer
    try:
        with translation.override(offer.volunteer.message_language):
            given = act(offer, via=via, at=at)
    except ActionError as error:
        return _outcome(_refusal(error), offer)
    offer.request.refresh_from_db()
    return _outcome(_code(given, offer.request, yes, at), offer)


def _newer(offer: Offer) -> Offer | None:
    """The open offer by which the person was asked anew for the same request, without a seat yet."""
    mine = {"request": offer.request_id, "volunteer": offer.volunteer_id}
    if offer.is_open or Assignment.objects.active().filter(**mine).exists():
        return None
    later = Offer.objects.open().filter(**mine, pk__gt=offer.pk)
    return later.select_related("request__organization", "volunteer__organization").last()


def _code(given: Answer, request: Request, yes: bool, at: datetime) -> str:
    if given.outcome == "yours":
        return "yours" if yes else "held"
    if given.outcome == "declined":
        return "declined"
    if request.status in GONE:
        return "cancelled"
    if not yes:
        return "closed"
    if request.status == Request.Status.FILLED and request.ends_at > at:
        return "standby"
    # withdrawn or changed while somebody is still looked for: nothing to stand by for
    return "closed" if request.status == Request.Status.OPEN else "too_late"


def _refusal(error: ActionError) -> str:
    if error.code == "no_seat":
        return "too_late"
    return error.code if error.code in {"overlap", "not_valid"} else "wrong_state"


def _outcome(code: str, offer: Offer) -> Outcome:
    link = offer_url(offer)
    return Outcome(
        code,
        reply_text(code, offer.request, offer.volunteer, url=link, code=offer.code),
        reply_text(code, offer.request, offer.volunteer, aloud=True, code=offer.code),
        offer,
    )


def reply_text(
    kind: str,
    request: Request | None,
    volunteer: Volunteer,
    *,
    url: str = "",
    code: str = "",
    codes: str = "",
    aloud: bool = False,
) -> str:
    """One sentence of `dispatch.answer_texts.REPLIES` in the volunteer's language."""
    language = volunteer.message_language
    reader = "en" if language == "en" else "ja"
    values = {"url": url if aloud else url or home_url(), "code": code, "codes": codes}
    if request is not None:
        times = request.starts_at, request.ends_at
        values["language"] = language_name(request.language, reader)
        values["when"] = spoken_when(*times, language) if aloud else when_text(*times, reader)
    text = REPLIES.get(language, REPLIES["ja"])[kind].format(**values).strip()
    return text.removesuffix("詳細").removesuffix("Details:").strip() if aloud else text
