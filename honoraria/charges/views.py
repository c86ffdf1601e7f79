"""A month of charges and one charge: reading, issuing, noting payments, taking back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse as url_of
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import MOVED, ActionError
from accounts.models import AuditEntry
from accounts.times import local
from accounts.trying import attempt
from honoraria.actions import record_cancelled
from honoraria.charges import actions, reading
from honoraria.charges.access import get_booking_for, get_charge_for
from honoraria.charges.forms import FindForm, ReverseForm, SettleForm
from honoraria.months import Month

PER_PAGE = 100
REFUSED = 422


@require_GET
@roles(*MONEY)
def list_charges(request: HttpRequest) -> HttpResponse:
    """The month: sums, what could not be priced, the charges, what was called off, statements."""
    _, organization, _ = acting(request)
    form = FindForm(request.GET, today=local(database_now()).date())
    wanted = form.wanted()
    found = reading.charges(organization, wanted)
    rows = found.select_related("body", "assignment__request", "assignment__volunteer").defer(
        "derivation"
    )
    context = {
        "form": form,
        "wanted": wanted,
        "month": wanted.month,
        "totals": reading.totals(found),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "unready": reading.unready(organization, wanted.month),
        "called_off": reading.called_off(organization, wanted.month),
        "bodies": reading.bodies_of(organization, wanted.month),
        "section": "charges",
    }
    return render(request, "honoraria/charges/list.html", context)


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One charge with its derivation, who bears it and what happened to it."""
    return _show(request, pk, ReverseForm(), SettleForm(), 200)


def _show(
    request: HttpRequest, pk: int, form: ReverseForm, settle_form: SettleForm, status: int
) -> HttpResponse:
    membership, _, _ = acting(request)
    charge = get_charge_for(membership, pk)
    log = AuditEntry.objects.about(charge.key).filter(organization_id=charge.organization_id)
    context = {
        "charge": charge,
        "booking": charge.assignment.request if charge.assignment is not None else None,
        "corrected": charge.corrected,
        "month": Month.of(charge.booked_on),
        "log": [(line, audit.verb_in_words(line.verb)) for line in log.order_by("id")],
        "form": form,
        "settle_form": settle_form,
        "today": local(database_now()).date(),
        "section": "charges",
    }
    return render(request, "honoraria/charges/detail.html", context, status=status)


@require_POST
@roles(*MONEY)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue one charge at the amount that was shown."""
    membership, _, user = acting(request)
    charge = get_charge_for(membership, pk)
    return _do(
        request,
        pk,
        lambda: actions.issue(charge, by=user, at=database_now(), seen_total=_seen(request)),
        "請求済みにしました。",
    )


@require_POST
@roles(*MONEY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the day of the payment."""
    membership, _, user = acting(request)
    charge = get_charge_for(membership, pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, ReverseForm(), form, REFUSED)
    on = form.cleaned_data["on"]
    return _do(
        request,
        pk,
        lambda: actions.settle(charge, on, by=user, at=database_now()),
        "入金を記録しました。",
    )


@require_POST
@roles(*MONEY)
def unsettle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a noted payment back."""
    membership, _, user = acting(request)
    charge = get_charge_for(membership, pk)
    return _do(
        request,
        pk,
        lambda: actions.unsettle(charge, by=user, at=database_now()),
        "入金の記録を取り消しました。",
    )


@require_POST
@roles(*MONEY)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a drafted cancellation or levy."""
    membership, _, user = acting(request)
    charge = get_charge_for(membership, pk)
    try:
        actions.remove_draft(charge, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:charge", pk)
    messages.success(request, "取り下げました。")
    return _back(Month.of(charge.booked_on))


@require_POST
@roles(*MONEY)
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an issued charge back, with a reason."""
    membership, _, user = acting(request)
    charge = get_charge_for(membership, pk)
    form = ReverseForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form, SettleForm(), REFUSED)
    try:
        made = actions.reverse(charge, form.cleaned_data["reason"], by=user, at=database_now())
    except ActionError as error:
        form.add_error(error.field or None, error.text)
        return _show(request, pk, form, SettleForm(), error.status)
    messages.success(request, "取消しの行を作りました。請求済みにすると、請求明細に載ります。")
    return redirect("honoraria:charge", made.pk)


@require_POST
@roles(*MONEY)
def issue_many(request: HttpRequest) -> HttpResponse:
    """Issue the drafts shown on the page, or the whole month, except those held back."""
    _, organization, user = acting(request)
    month = _month(request)
    only = None
    if request.POST.get("scope") != "month":
        only = _keys(request, "shown") - _keys(request, "hold")
    count, total = actions.issue_all(organization, month, by=user, at=database_now(), only=only)
    if count:
        messages.success(request, f"{count:,}件、{total:,}円を請求済みにしました。")
    else:
        messages.info(request, "未請求のものはありませんでした。")
    return _back(month)


@require_POST
@roles(*MONEY)
def price_missing(request: HttpRequest) -> HttpResponse:
    """Price every confirmed report of the month that has no charge yet."""
    _, organization, user = acting(request)
    month = _month(request)
    made = actions.draft_missing_charges(organization, month, by=user, at=database_now())
    messages.info(request, f"{made}件を計算しました。")
    return _back(month)


@require_POST
@roles(*MONEY)
def charge_cancelled(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the charge of a booking that was called off."""
    membership, _, user = acting(request)
    booking = get_booking_for(membership, pk)
    transport = _whole(request.POST.get("transport", "")) or 0
    attempt(
        request,
        lambda: actions.charge_cancellation(
            booking, transport=transport, by=user, at=database_now()
        ),
        "取消料を請求に加えました。",
    )
    return _back(Month.of(local(booking.request.starts_at).date()))


@require_POST
@roles(*MONEY)
def pay_cancelled(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the volunteer's tariff gives for a booking that was called off."""
    membership, _, user = acting(request)
    booking = get_booking_for(membership, pk)
    transport = _whole(request.POST.get("transport", "")) or 0
    attempt(
        request,
        lambda: record_cancelled(booking, transport=transport, by=user, at=database_now()),
        "謝礼に計上しました。別の人が承認してください。",
    )
    return _back(Month.of(local(booking.request.starts_at).date()))


def _do(request: HttpRequest, pk: int, action: Callable[[], object], done: str) -> HttpResponse:
    attempt(request, action, done)
    return redirect("honoraria:charge", pk)


def _month(request: HttpRequest) -> Month:
    try:
        return Month.parse(request.POST.get("month", ""))
    except ValueError as error:
        raise Http404 from error


def _back(month: Month) -> HttpResponse:
    return redirect(f"{url_of('honoraria:charges')}?month={month}")


def _seen(request: HttpRequest) -> int:
    """The yen that were on the screen. Raises ActionError: changed_meanwhile, they are not known."""
    seen = _whole(request.POST.get("seen_total", ""))
    if seen is None:
        raise ActionError("changed_meanwhile", MOVED)
    return seen


def _keys(request: HttpRequest, name: str) -> set[int]:
    found = {_whole(text) for text in request.POST.getlist(name)}
    return {number for number in found if number is not None and number > 0}


def _whole(text: str) -> int | None:
    """A number of the page, also negative; None for anything else."""
    digits = text.strip().removeprefix("-")
    usable = digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(text) if usable else None
