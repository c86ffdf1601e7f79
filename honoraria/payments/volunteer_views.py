"""The volunteer's own page of cash: what was handed over, and signing for it on the phone."""

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
from honoraria.models import Payment
from honoraria.own_words import day_of, job_of
from honoraria.payments.actions import sign_for_cash
from honoraria.payments.own import own_cash
from volunteers.models import Volunteer

SHOWN = 30
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Cash:
    """Cash that was handed over at once, in the reader's words."""

    payment: Payment
    day: str
    received: str
    jobs: list[tuple[str, str]]
    path: str
    name: str


@require_safe
@volunteers_only
def cash(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """What the person was handed: first what is not signed for."""
    return _show(request, volunteer)


@require_POST
@volunteers_only
def receipt(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """受け取りました: the signature, drawn or typed."""
    payment = own_cash(own_rows(volunteer)).filter(pk=pk).first()
    if payment is None:
        raise Http404
    path, typed = request.POST.get("path", ""), request.POST.get("name", "")
    try:
        sign_for_cash(payment, path=path, name=typed, by=volunteer.user, at=database_now())
    except ActionError as error:
        if error.code == "already_received":
            messages.info(request, error.text)
            return redirect("volunteer_money:cash")
        return _show(request, volunteer, (pk, error.code, error.text, typed[:60]))
    messages.success(request, _("受け取りを確認しました。ありがとうございます。"))
    return redirect("volunteer_money:cash")


def _show(
    request: HttpRequest,
    volunteer: Volunteer,
    refused: tuple[int, str, str, str] | None = None,
) -> HttpResponse:
    found = own_cash(own_rows(volunteer)).prefetch_related("lines__honorarium__assignment__request")
    context = {
        "organization": volunteer.organization,
        "waiting": [_cash(one) for one in found.filter(receipt_at=None)],
        "done": [_cash(one) for one in found.exclude(receipt_at=None)[:SHOWN]],
        "field": (signature.WIDTH, signature.HEIGHT),
        "refused": refused,
    }
    return render(request, "volunteer/cash.html", context, status=REFUSED if refused else 200)


def _cash(payment: Payment) -> Cash:
    return Cash(
        payment=payment,
        day=day_of(payment.paid_on),
        received=words.day(payment.receipt_at) if payment.receipt_at else "",
        jobs=[job_of(line) for line in payment.lines.all()],
        path=signature.path_of(payment.signature),
        name=signature.name_of(payment.signature),
    )
