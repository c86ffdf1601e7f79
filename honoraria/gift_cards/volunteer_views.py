"""The volunteer's own page of gift cards: what came, and signing for it on the phone."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.phone import words
from dispatch.phone.people import own_rows, volunteers_only
from honoraria import signature
from honoraria.gift_cards import actions
from honoraria.gift_cards.access import own_payments
from honoraria.gift_cards.slips import cards_of
from honoraria.models import Payment
from honoraria.own_words import day_of, job_of
from volunteers.models import Volunteer

SHOWN = 30
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Gift:
    """Cards that were handed out at once, in the reader's words."""

    payment: Payment
    day: str
    received: str
    cards: list[tuple[str, int, int]]
    jobs: list[tuple[str, str]]
    value: int
    path: str
    name: str


@require_safe
@volunteers_only
def gifts(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """What the person was handed: first what is not signed for."""
    return _show(request, volunteer)


@require_POST
@volunteers_only
def receipt(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """受け取りました: the signature, drawn or typed."""
    payment = own_payments(own_rows(volunteer)).filter(pk=pk).first()
    if payment is None:
        raise Http404
    typed = request.POST.get("name", "")
    try:
        actions.sign(
            payment,
            path=request.POST.get("path", ""),
            name=typed,
            by=volunteer.user,
            at=database_now(),
        )
    except ActionError as error:
        if error.code == "already_received":
            messages.info(request, error.text)
            return redirect("volunteer_money:gifts")
        refused = (pk, error.code, error.text, typed[:60])
        return _show(request, volunteer, refused)
    messages.success(request, _("受け取りを確認しました。ありがとうございます。"))
    return redirect("volunteer_money:gifts")


def _show(
    request: HttpRequest,
    volunteer: Volunteer,
    refused: tuple[int, str, str, str] | None = None,
) -> HttpResponse:
    found = own_payments(own_rows(volunteer)).prefetch_related(
        "lines__honorarium__assignment__request"
    )
    context = {
        "organization": volunteer.organization,
        "waiting": [gift_of(one) for one in found.filter(receipt_at=None)],
        "done": [gift_of(one) for one in found.exclude(receipt_at=None)[:SHOWN]],
        "field": (signature.WIDTH, signature.HEIGHT),
        "refused": refused,
    }
    status = REFUSED if refused else 200
    return render(request, "volunteer/gifts.html", context, status=status)


def gift_of(payment: Payment) -> Gift:
    """A payment of cards in the reader's words."""
    given = cards_of(payment.gift_card_moves.all())
    return Gift(
        payment=payment,
        day=day_of(payment.paid_on),
        received=words.day(payment.receipt_at) if payment.receipt_at else "",
        cards=[(kind.name, kind.face_value, count) for kind, count in given],
        jobs=[job_of(line) for line in payment.lines.all()],
        value=sum(kind.face_value * count for kind, count in given),
        path=signature.path_of(payment.signature),
        name=signature.name_of(payment.signature),
    )
