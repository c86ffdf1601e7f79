"""Asking whoever has an idle number for the registration number, once, before a yes counts.

The same question follows a code that came back from an idle number: the new owner of a telephone
gets the codes, too. Tries are counted per person; the page says nothing about the person.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.clock import database_now
from accounts.throttle import Throttle
from dispatch.idle import is_idle, is_own_number
from dispatch.models import Offer
from dispatch.phone.late_answers import wants_words
from dispatch.phone.own.forms import NumberForm
from dispatch.phone.people import signed_in_volunteer
from dispatch.phone.reading import language_query, personal
from volunteers.actions.contacts import prove_contact, report_wrong_contact
from volunteers.models import Volunteer

WRONG_TRIES = Throttle("numbers-typed", 5, 3600)
WRONG_TRIES_A_DAY = Throttle("numbers-typed-a-day", 10, 86400)


def ask_first(request: HttpRequest, offer: Offer, verb: str, at: datetime) -> HttpResponse | None:
    """The question, if a yes to the offer from here does not count yet; else None."""
    if verb != "accept":
        return None
    present = signed_in_volunteer(request)
    if present is not None and present.user_id == offer.volunteer.user_id:
        return None
    if not is_idle(offer.volunteer, at):
        return None
    page = _page(request, offer, NumberForm())
    if wants_words(request):  # a notification leads to the offer, whose yes asks again
        page["Location"] = reverse("dispatch:offer", args=[offer.token])
    return page


@csrf_exempt  # as the other answers of an offer: the secret in the address is the permission
@personal
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """The number from the card; when it is right, the yes counts."""
    from dispatch.phone import offers

    offer = offers.find_offer(request, token)
    if offer is None:
        return offers.unknown_link(request)
    if request.method != "POST":
        return offers.back_to(request, token)
    form = NumberForm(request.POST)
    if not (form.is_valid() and number_is_right(offer.volunteer, form, by_link=True)):
        return _page(request, offer, form)
    return offers.answer(request, token, "accept", proved=True)


@csrf_exempt
@personal
def not_mine(request: HttpRequest, token: str) -> HttpResponse:
    """«この番号は私のものではありません»: asked once more (GET), then nothing is sent there any more."""
    from dispatch.phone import offers

    offer = offers.find_offer(request, token)
    if offer is None:
        return offers.unknown_link(request)
    context = {
        "organization": offer.request.organization,
        "offer": offer,
        "done": request.method == "POST",
        "lang_query": language_query(request),
    }
    if request.method == "POST":
        report_wrong_contact(offer.volunteer, at=database_now())
    return render(request, "volunteer/own/not_mine.html", context)


def number_is_right(volunteer: Volunteer, form: NumberForm, *, by_link: bool) -> bool:
    """Check the number; a right one proves the contact, a wrong one is counted and said."""
    key = str(volunteer.pk)
    if WRONG_TRIES.is_over(key) or WRONG_TRIES_A_DAY.is_over(key):
        text = _("続けて間違えたため、しばらく受け付けられません。窓口へお電話ください。")
        form.add_error(None, text)  # also for the right number, or guessing would go on
        return False
    if is_own_number(volunteer, form.cleaned_data["number"]):
        prove_contact(volunteer, by=None if by_link else volunteer.user, at=database_now())
        return True
    WRONG_TRIES.count(key)
    WRONG_TRIES_A_DAY.count(key)
    form.add_error("number", _("登録番号が違います。登録証を確かめてください。"))
    return False


def _page(request: HttpRequest, offer: Offer, form: NumberForm) -> HttpResponse:
    context = {
        "organization": offer.request.organization,
        "form": form,
        "action": reverse("dispatch:offer_prove", args=[offer.token]) + language_query(request),
        "not_mine": reverse("dispatch:offer_not_mine", args=[offer.token])
        + language_query(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "volunteer/own/prove.html", context, status=status)
