"""The presses on a batch: release, leave out, cancel, paid, receipt, sent back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.trying import attempt
from honoraria.models import Payment, PaymentBatch
from honoraria.payments import actions
from honoraria.payments.access import get_batch_for, get_payment_for
from honoraria.payments.forms import PaidOnForm, ReasonForm, chosen
from honoraria.payments.views.batches import REFUSED, show, whole
from honoraria.payments.views.late_tax import warn_of_late_tax
from honoraria.tax.remitting import after_remittance


@require_POST
@roles(*MONEY)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release the batch at the sum that was shown, with the warnings that were ticked."""
    membership, _, user = acting(request)
    batch = get_batch_for(membership, pk)
    total = whole(request.POST.get("seen_total", ""))
    accept = chosen(request.POST.getlist("accept"))
    return _do(
        request,
        batch,
        lambda: actions.release_batch(
            batch, by=user, at=database_now(), accept=accept, seen_total=total
        ),
        "支払を承認しました。",
    )


@require_POST
@roles(*MONEY)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel the whole batch, with a reason."""
    membership, _, user = acting(request)
    batch = get_batch_for(membership, pk)
    return _with_reason(
        request,
        batch,
        lambda form: actions.cancel_batch(
            batch,
            form.cleaned_data["reason"],
            by=user,
            at=database_now(),
            not_sent=form.cleaned_data["not_sent"],
        ),
        "支払を取り消しました。謝礼は、次の支払で支払えます。",
    )


@require_POST
@roles(*MONEY)
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of the batch was paid."""
    membership, _, user = acting(request)
    batch = get_batch_for(membership, pk)
    form = PaidOnForm(request.POST)
    day = form.cleaned_data["paid_on"] if form.is_valid() else None
    if day is None and batch.method != PaymentBatch.Method.BANK:
        messages.error(request, "支払った日を入力してください。")
        return _back(batch)
    waiting = list(batch.payments.filter(state=Payment.State.PLANNED).values_list("pk", flat=True))

    def run() -> None:
        actions.finish_batch(batch, day, by=user, at=database_now())
        warn_of_late_tax(request, batch.payments.filter(pk__in=waiting))

    return _do(request, batch, run, "支払済みにしました。")


@require_POST
@roles(*MONEY)
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """One person waits for the next batch."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    return _with_reason(
        request,
        payment.batch,
        lambda form: actions.leave_out(
            payment, form.cleaned_data["reason"], by=user, at=database_now()
        ),
        f"{payment.volunteer.name}さんを外しました。",
    )


@require_POST
@roles(*MONEY)
def pay_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One person was handed the cash."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    form = PaidOnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "支払った日を入力してください。")
        return _back(payment.batch)
    day = form.cleaned_data["paid_on"]

    def run() -> None:
        paid = actions.finish_payment(payment, day, by=user, at=database_now())
        warn_of_late_tax(request, [paid])

    return _do(request, payment.batch, run, f"{payment.volunteer.name}さんに支払いました。")


@require_POST
@roles(*MONEY)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed slip of one person is there."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    return _do(
        request,
        payment.batch,
        lambda: actions.record_cash_receipt(payment, "paper", by=user, at=database_now()),
        f"{payment.volunteer.name}さんの受領証を記録しました。",
    )


@roles(*MONEY)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A transfer that the bank sent back: why, and what happens to entries, tax and account."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.return_payment(
                payment,
                form.cleaned_data["reason"],
                by=user,
                at=database_now(),
                end_account=form.cleaned_data["end_account"],
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, "戻りを記録しました。謝礼は、次の支払で支払えます。")
            return _back(payment.batch)
    context = {
        "payment": payment,
        "batch": payment.batch,
        "form": form,
        "remitted": after_remittance([payment]) > 0,
        "possible": payment.state == Payment.State.PAID,
        "section": "payments",
    }
    status = REFUSED if form.is_bound else 200
    return render(request, "honoraria/payments/return.html", context, status=status)


def _do(
    request: HttpRequest, batch: PaymentBatch, action: Callable[[], object], done: str
) -> HttpResponse:
    attempt(request, action, done)
    return _back(batch)


def _with_reason(
    request: HttpRequest,
    batch: PaymentBatch,
    action: Callable[[ReasonForm], object],
    done: str,
) -> HttpResponse:
    """Run an action that wants a reason; what was typed stays when it is refused."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show(request, batch.pk, form=form, status=REFUSED)
    try:
        action(form)
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return show(request, batch.pk, form=form, status=error.status)
    messages.success(request, done)
    return _back(batch)


def _back(batch: PaymentBatch) -> HttpResponse:
    return redirect("honoraria:payment_batch", batch.pk)
