"""The page behind the link in a message, and its answers.

The secret in the address is the permission, for this one offer and nothing else: it shows what may
be known before accepting and takes an answer by a button. Nobody is asked to sign in for that, and
no cookie is needed (the browser inside another app may keep none), therefore no CSRF token either:
whoever could forge such a request would have to know the secret, and could then simply send it.
Opening the page answers nothing; it only notes that a person has seen the offer. Mail scanners open
it, too, and look like browsers: that somebody was reached is believed of a page that stays before
somebody's eyes, or of a button.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from dispatch.access import get_offer_by_token
from dispatch.actions.answers import explain_decline
from dispatch.actions.offers import Answer, accept_offer, decline_offer, mark_seen
from dispatch.models import Assignment, Mode, Offer, Urgency
from dispatch.phone import words
from dispatch.phone.accepted import accepted_here, remember
from dispatch.phone.codes import masked, send_to_volunteer
from dispatch.phone.forms import ReasonForm
from dispatch.phone.idle import ask_first
from dispatch.phone.late_answers import in_words, press_of, wants_words
from dispatch.phone.people import signed_in_volunteer
from dispatch.phone.reading import is_person, language_query, personal, read_by
from dispatch.phone.sign_in import expect_code
from dispatch.phone.stages import stage_of
from dispatch.phone.throttle import UNKNOWN_LINKS, address_of
from dispatch.ringing import rings_at
from dispatch.subscriptions import price_estimate, room_link
from realtime.outbox import reached
from volunteers.actions import mark_seen as note_presence
from volunteers.languages import get as language_of
from volunteers.languages import name as language_name

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")
PRESENCE = timedelta(seconds=60)
"""How exactly it is known who is looking; see ``dispatch.timing.WATCHING``."""
SAME_PRESS = timedelta(minutes=2)
"""Whoever presses again so soon is the same person, whose first answer got lost."""


@require_safe
@gzip_page  # no form of it carries a token that its length could give away
@personal
def show_offer(request: HttpRequest, token: str) -> HttpResponse:
    """The offer, or what became of it."""
    offer = find_offer(request, token)
    if offer is None:
        return unknown_link(request)
    at = database_now()
    if is_person(request):
        mark_seen(offer, at=at)
        offer.refresh_from_db(fields=["state"])
    return offer_page(request, offer, at)


@require_safe
@personal
def offer_fragment(request: HttpRequest, token: str) -> HttpResponse:
    """The page's live part; 304 while nothing changed."""
    offer = find_offer(request, token)
    if offer is None:
        return unknown_link(request)
    at = database_now()
    if is_person(request):
        if at - (offer.volunteer.last_seen_at or offer.created_at) > PRESENCE:
            note_presence(offer.volunteer_id, at=at)
        if request.headers.get("X-Page-Visible"):
            reached(offer.key, at)
    fragment = render_to_string("volunteer/_offer.html", offer_context(request, offer, at))
    etag = etag_of(fragment)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(fragment, headers={"ETag": etag})


@csrf_exempt
@personal
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """«I will do it»; the page then says whether it is theirs or somebody was quicker."""
    return answer(request, token, "accept")


@csrf_exempt
@personal
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """«Not this time»."""
    return answer(request, token, "decline")


@csrf_exempt
@personal
def explain(request: HttpRequest, token: str) -> HttpResponse:
    """Why not, if somebody likes to say so after declining."""
    offer = find_offer(request, token)
    if offer is None:
        return unknown_link(request)
    form = ReasonForm(request.POST)
    if request.method == "POST" and form.is_valid():
        explain_decline(offer, reason=form.as_kept(), at=database_now())
    return back_to(request, token)


def answer(request: HttpRequest, token: str, verb: str, *, proved: bool = False) -> HttpResponse:
    """Take the answer once and show the offer; anything but POST only shows it.

    A GET comes from a browser that reloads after a failure: it must not answer for the person.
    ``proved``: this request has shown who it is.
    """
    offer = find_offer(request, token)
    if offer is None:
        return unknown_link(request)
    if request.method != "POST":
        return back_to(request, token)
    at = database_now()
    press = press_of(request, at)
    if not press.is_new(offer):
        return outcome(request, back_to(request, token), offer, at)
    if not proved and (question := ask_first(request, offer, verb, at)):
        return outcome(request, question, offer, at, _("ご本人の確認をお願いします"))
    act = {"accept": accept_offer, "decline": decline_offer}[verb]
    try:
        given = act(offer, via=Offer.Via.WEB, at=at)
    except ActionError as error:
        refused = words.refusal(error)
        reached(offer.key, at)
        page = offer_page(request, offer, at, refused=refused, status=error.status)
        return outcome(request, page, offer, at, refused)
    press.done(offer)
    return outcome(request, after_answer(request, offer, given, at), given.offer, at)


def outcome(
    request: HttpRequest, page: HttpResponse, offer: Offer, at: datetime, refused: str = ""
) -> HttpResponse:
    """The page for a browser; for its service worker the same in words, as it stands now."""
    if not wants_words(request):
        return page
    now = get_offer_by_token(offer.token)
    return in_words(page, now, stage_of(now, at), at, refused)


def after_answer(request: HttpRequest, offer: Offer, given: Answer, at: datetime) -> HttpResponse:
    """Where an answer leads: a ring to its room, or back home; else to the offer."""
    if given.assignment and (offer.request.urgency == Urgency.NOW or offer.rings_until):
        return to_room(request, offer, given.assignment, at)
    if offer.rings_until and given.outcome == "declined" and is_own(request, offer):
        messages.info(request, _("お返事ありがとうございました。待機は続いています。"))
        return redirect("volunteer:home")
    return back_to(request, offer.token)


def to_room(
    request: HttpRequest, offer: Offer, assignment: Assignment, at: datetime
) -> HttpResponse:
    """Straight to the room where the resident waits, if there is one.

    Without a sign-in, this browser is remembered as the one that accepted; pressing again later
    opens the room to nobody else, as a message may have been passed on meanwhile.
    """
    link = room_link(assignment)
    known = is_own(request, offer) or accepted_here(request, assignment.pk)
    if not link or not (known or at - assignment.created_at < SAME_PRESS):
        return back_to(request, offer.token)
    response = HttpResponse(status=303, headers={"Location": link})
    if not known:
        remember(request, response, assignment.pk)
    return response


def is_own(request: HttpRequest, offer: Offer) -> bool:
    """The person who was asked is signed in."""
    present = signed_in_volunteer(request)
    return present is not None and present.user_id == offer.volunteer.user_id


@csrf_exempt
@personal
def details(request: HttpRequest, token: str) -> HttpResponse:
    """On to where and whom: at once for who is signed in, else a code is sent first.

    The code goes to the person in the register, so the link alone never shows the details.
    """
    offer = find_offer(request, token)
    if offer is None:
        return unknown_link(request)
    at = database_now()
    held = stage_of(offer, at).assignment
    if held is None or request.method != "POST":
        return back_to(request, token)
    target = reverse("volunteer:job", args=[held.pk])
    if is_own(request, offer):
        return redirect(target)
    try:
        address = send_to_volunteer(offer.volunteer, at=at)
    except ActionError as error:
        return offer_page(request, offer, at, refused=words.refusal(error), status=error.status)
    if not address:
        text = _("確認番号を送る先がありません。窓口へお電話ください。")
        return offer_page(request, offer, at, refused=text, status=409)
    waiting = {"subject": offer.volunteer.key, "people": [offer.volunteer_id], "next": target}
    expect_code(request, {**waiting, "shown": masked(address)}, at)
    return redirect("volunteer:code")


def find_offer(request: HttpRequest, token: str) -> Offer | None:
    """The offer of a link, with the page switched to the reader's language."""
    try:
        if not TOKEN.fullmatch(token):
            raise Http404
        offer = get_offer_by_token(token)
    except Http404:
        read_by(request, None)
        return None
    read_by(request, offer.volunteer)
    return offer


def unknown_link(request: HttpRequest) -> HttpResponse:
    """A kind page for a link that leads nowhere; guessing is slowed down, valid links never."""
    if UNKNOWN_LINKS.count(address_of(request)):
        return too_many(request)
    organizations = list(Organization.objects.filter(is_demo=False)[:2])
    organizations = organizations or list(Organization.objects.all()[:2])
    only = organizations[0] if len(organizations) == 1 else None
    return render(request, "volunteer/unknown_link.html", {"organization": only}, status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Somebody tries too often."""
    response = render(request, "volunteer/too_many.html", status=429)
    response["Retry-After"] = str(UNKNOWN_LINKS.seconds)
    return response


def back_to(request: HttpRequest, token: str) -> HttpResponse:
    """See the offer by GET, so that a reload asks for nothing again."""
    target = reverse("dispatch:offer", args=[token]) + language_query(request)
    return HttpResponse(status=303, headers={"Location": target})


def offer_page(
    request: HttpRequest, offer: Offer, at: datetime, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The whole page around the live part."""
    context = offer_context(request, offer, at)
    fragment = render_to_string("volunteer/_offer.html", context)
    context |= {"fragment": fragment, "etag": etag_of(fragment), "refused": refused}
    return render(request, "volunteer/offer.html", context, status=status)


def offer_context(request: HttpRequest, offer: Offer, at: datetime) -> dict[str, Any]:
    """What may be known before accepting: nothing that tells who needs help, or where exactly."""
    wanted = offer.request
    stage = stage_of(offer, at)
    language = language_of(wanted.language)
    return {
        "offer": offer,
        "stage": stage,
        "organization": wanted.organization,
        "known": is_own(request, offer),
        "language": language_name(wanted.language, words.reader()),
        "own_name": language if language and language.own else None,
        "urgency": wanted.urgency,
        "mode": words.MODES[Mode.VIDEO if offer.remote else wanted.mode],
        "field": words.FIELDS[wanted.field],
        "day": words.near_day(wanted.starts_at, at),
        "hours": words.hours(wanted.starts_at, wanted.ends_at),
        "length": words.length(wanted.starts_at, wanted.ends_at),
        "area": wanted.public_area,
        "travels": not (offer.remote or Mode(wanted.mode).is_remote),
        "price": price_estimate(wanted, remote=offer.remote),
        "rings": stage.name == "open" and rings_at(offer, at),
        "deadline": words.deadline(offer.expires_at, at),
        "reason_form": ReasonForm() if stage.name == "declined" else None,
        "reason_given": offer.decline_reason,
        "lang_query": language_query(request),
    }


def etag_of(fragment: str) -> str:
    """A validator of the live part, which holds nothing that changes by itself."""
    return f'"{hashlib.sha256(fragment.encode()).hexdigest()[:24]}"'
