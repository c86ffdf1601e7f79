"""The counter: one person's cards from the preparation to the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization
from accounts.times import local
from accounts.trying import attempt
from honoraria import signature
from honoraria.actions import single_handed
from honoraria.gift_cards import actions, overview
from honoraria.gift_cards.access import get_payment_for, get_receiver_for
from honoraria.gift_cards.actions.returning import kept_by
from honoraria.gift_cards.cards import propose
from honoraria.gift_cards.forms import DayForm, ExchangeForm, HandOutForm, ReasonForm
from honoraria.gift_cards.slips import slip
from honoraria.models import Payment, PaymentBatch
from honoraria.payments.actions import release_batch
from honoraria.payments.actions.releasing import refusal
from honoraria.payments.views.batches import whole
from honoraria.payments.views.late_tax import warn_of_late_tax
from ui.paper import paper

REFUSED = 422
COUNTED = "gift_cards.received"


@require_POST
@roles(*MONEY)
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """One person has come for the cards: a batch of one."""
    membership, _, user = acting(request)
    volunteer = get_receiver_for(membership, pk)
    at = database_now()
    total = whole(request.POST.get("seen_total", ""))
    try:
        payment = actions.prepare_hand_out(
            volunteer, on=local(at).date(), by=user, at=at, seen_total=total
        )
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:gift_cards")
    return redirect("honoraria:gift_card_payment", payment.pk)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person gets; handing the cards out; the receipt."""
    membership, organization, user = acting(request)
    payment = get_payment_for(membership, pk)
    at = database_now()
    form = _hand_out_form(request, payment, organization)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.hand_out(
                payment, form.cards(), on=data["on"], difference=data["difference"], by=user, at=at
            )
            payment.refresh_from_db()
            warn_of_late_tax(request, [payment])
            messages.success(request, "交付を記録しました。受領の確認をお願いします。")
            return redirect("honoraria:gift_card_payment", payment.pk)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
    if form.is_bound and form.errors:
        status = REFUSED
    alone = refusal(payment.batch, user) is not None and not single_handed(organization)
    context = _context(payment) | {
        "form": form,
        "exchange": _exchange_form(payment) if payment.state == Payment.State.PAID else None,
        "today": local(at).date(),
        "may_release": payment.batch.state == PaymentBatch.State.PREPARED and not alone,
        "section": "gift_cards",
    }
    return render(request, "honoraria/gift_cards/payment.html", context, status=status)


@require_POST
@roles(*MONEY)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's check of a batch of one; larger ones are released on their own page."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    total = whole(request.POST.get("seen_total", ""))

    def run() -> object:
        if payment.batch.payments.count() != 1:
            raise ActionError("many", "ほかの人も含まれています。支払の画面で承認してください。")
        return release_batch(payment.batch, by=user, at=database_now(), seen_total=total)

    attempt(request, run, "確認しました。カードを渡せます。")
    return redirect("honoraria:gift_card_payment", payment.pk)


@require_GET
@roles(*MONEY)
def receipt_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip to sign on paper."""
    membership, _, _ = acting(request)
    payment = get_payment_for(membership, pk)
    made = paper("honoraria", "gift_receipt", slip(payment), title="受領証")
    headers = {"Content-Disposition": f'inline; filename="receipt-{payment.pk}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require_POST
@roles(*MONEY)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed slip is here."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    form = DayForm(request.POST)

    def run() -> object:
        if not form.is_valid():
            raise ActionError("receipt_day", "受領証の日付を入力してください。")
        return actions.tick_paper(payment, on=form.cleaned_data["on"], by=user, at=database_now())

    attempt(request, run, "受領を記録しました。")
    return redirect("honoraria:gift_card_payment", payment.pk)


@require_POST
@roles(*MONEY)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards are back in the box."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    form = ReasonForm(request.POST)

    def run() -> object:
        if not form.is_valid():
            raise ActionError("reason_missing", "返却の日付と理由を入力してください。")
        data = form.cleaned_data
        reason, on = data["reason"], data["on"]
        return actions.return_cards(payment, reason, on=on, by=user, at=database_now())

    attempt(request, run, "返却を記録しました。")
    return redirect("honoraria:gift_card_payment", payment.pk)


@require_POST
@roles(*MONEY)
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Some cards are back in the box, and others were handed over for them."""
    membership, _, user = acting(request)
    payment = get_payment_for(membership, pk)
    form = _exchange_form(payment, request.POST)

    def run() -> object:
        if not form.is_valid():
            raise ActionError("reason_missing", "返却・交換の日付と理由、枚数を入力してください。")
        data = form.cleaned_data
        return actions.exchange(
            payment,
            form.cards("back"),
            form.cards("instead"),
            data["reason"],
            on=data["on"],
            difference=data["difference"],
            by=user,
            at=database_now(),
        )

    attempt(request, run, "返却・交換を記録しました。2人目の確認をお願いします。")
    return redirect("honoraria:gift_card_payment", payment.pk)


def _exchange_form(payment: Payment, data: object = None) -> ExchangeForm:
    """Of the kinds in use and of those that the person has."""
    kept = kept_by(payment)
    wanted = Q(active=True) | Q(pk__in=kept)
    kinds = payment.organization.gift_card_kinds.filter(wanted).order_by("-face_value", "name")
    return ExchangeForm(data, kinds=list(kinds), kept=kept)


def _hand_out_form(
    request: HttpRequest, payment: Payment, organization: Organization
) -> HandOutForm:
    kinds = [one.kind for one in overview.stocks(organization)]
    today = local(database_now()).date()
    proposed = propose(payment.net, overview.piles(kinds))
    data = request.POST if request.method == "POST" else None
    return HandOutForm(data, kinds=kinds, proposed=proposed, today=today)


def _context(payment: Payment) -> dict[str, object]:
    """What the page shows of the payment itself."""
    lines = payment.lines.select_related("honorarium__assignment__request")
    about = AuditEntry.objects.about(payment.key).filter(organization=payment.organization_id)
    return {
        "payment": payment,
        "batch": payment.batch,
        "lines": list(lines),
        "moves": list(payment.gift_card_moves.select_related("kind", "handled_by", "checked_by")),
        "received": about.filter(verb=COUNTED).order_by("-id").first(),
        "signature": signature.path_of(payment.signature),
        "signed_name": signature.name_of(payment.signature),
        "field": (signature.WIDTH, signature.HEIGHT),
    }
