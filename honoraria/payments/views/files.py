"""What leaves the house: the bank's file, the cash list with its slips; and a file looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from honoraria.models import PaymentBatch
from honoraria.payments import actions, slips
from honoraria.payments.access import get_batch_for, visible_batches
from honoraria.payments.comparing import compare
from honoraria.payments.files import digest, file_title
from honoraria.payments.forms import FileForm
from honoraria.payments.views.batches import REFUSED, payment_rows, sums_of

Method, State = PaymentBatch.Method, PaymentBatch.State


@require_POST
@roles(*MONEY)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of the bank's file as they were released; each download is recorded."""
    membership, _, user = acting(request)
    batch = get_batch_for(membership, pk)
    try:
        data = actions.download_file(batch, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:payment_batch", batch.pk)
    # bytes, not text: nothing on the way may change an encoding or a line's end
    return attached(data, file_title(batch), "application/octet-stream")


@require_GET
@roles(*MONEY)
def cash_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a cash batch as PDF."""
    return _paper(request, pk, "cash_list", "現金支払一覧")


@require_GET
@roles(*MONEY)
def cash_slips(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt slip for each person of a cash batch as PDF."""
    return _paper(request, pk, "receipt", "受領証")


def _paper(request: HttpRequest, pk: int, name: str, title: str) -> HttpResponse:
    membership, _, _ = acting(request)
    batch = get_batch_for(membership, pk)
    if batch.method != Method.CASH or batch.state not in (State.RELEASED, State.PAID):
        raise Http404
    payments = list(payment_rows(batch))
    today = local(database_now()).date()
    data = slips.made(name, batch, payments, sums_of(batch), today, title=title)
    return attached(data, f"{name}-{batch.value_date:%Y%m%d}-{batch.pk}.pdf", "application/pdf")


def attached(data: bytes, title: str, content_type: str) -> HttpResponse:
    """An answer that is saved as a file and kept by no cache."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{title}"'
    response["Cache-Control"] = "no-store, private"
    return response


@roles(*MONEY)
def check_file(request: HttpRequest) -> HttpResponse:
    """Look at a file before the bank gets it: is it the one released, and if not, what differs."""
    membership, organization, _ = acting(request)
    posted = request.method == "POST"
    form = FileForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        organization=organization,
    )
    context: dict[str, Any] = {"form": form, "section": "payments"}
    status = 200
    if posted and form.is_valid():
        data = form.cleaned_data["file"].read()
        batch = form.cleaned_data["batch"] or _batch_of(membership, data)
        try:
            context["found"] = compare(data, batch)
        except ActionError as error:
            form.add_error(None, error.text)
    if posted and form.errors:
        status = REFUSED
    return render(request, "honoraria/payments/check.html", context, status=status)


def _batch_of(membership: Any, data: bytes) -> PaymentBatch | None:
    """The released batch with these bytes; else the one that differs by day only, if it is alone."""
    released = visible_batches(membership).filter(state__in=[State.RELEASED, State.PAID])
    found = released.filter(sha256=digest(data)).first()
    if found is None:
        day = data[54:58].decode("ascii", "replace")  # 55-58 of the header: MMDD
        same_day = [one for one in released.exclude(sha256="") if f"{one.value_date:%m%d}" == day]
        found = same_day[0] if len(same_day) == 1 else None
    return found
