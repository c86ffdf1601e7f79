"""The box: stock and what waits, the register of a kind, and the forms that change the stock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.audit import record
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from accounts.trying import attempt
from honoraria.actions import single_handed
from honoraria.gift_cards import actions, overview
from honoraria.gift_cards.access import get_kind_for, get_move_for
from honoraria.gift_cards.actions.stock import CORRECTABLE
from honoraria.gift_cards.forms import KindForm, MonthForm, MoveForm, ReasonForm
from honoraria.gift_cards.register import as_csv, as_paper, register
from honoraria.models import GiftCardKind
from honoraria.months import Month
from ui.paper import paper

REFUSED = 422
VERBS: dict[str, tuple[str, Callable[..., Any]]] = {
    "open": ("繰越を入力", actions.open_stock),
    "buy": ("購入を記録", actions.buy),
    "spoil": ("汚損・破損を記録", actions.spoil),
}
TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


@require_GET
@roles(*MONEY)
def index(request: HttpRequest) -> HttpResponse:
    """Stock by kind with its value, what waits to be handed out, checked, receipted, counted."""
    _, organization, user = acting(request)
    at = database_now()
    stocks = overview.stocks(organization)
    found = overview.waiting(organization, at)
    month = Month.of(local(at).date())
    context = {
        "stocks": stocks,
        "value": sum(one.value for one in stocks),
        "waiting": found,
        "short": overview.short_of(found, [one.kind for one in stocks]),
        "unreceipted": list(overview.without_receipt(organization)[:100]),
        "unchecked": list(overview.unchecked_moves(organization)[:100]),
        "shortfalls": list(overview.shortfalls(organization)[:100]),
        "counts": overview.counts_of(organization, month.before),
        "counted_month": month.before,
        "own": user.pk,
        "single_handed": single_handed(organization),
        "section": "gift_cards",
    }
    return render(request, "honoraria/gift_cards/index.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new_kind(request: HttpRequest) -> HttpResponse:
    """Add a kind of card."""
    _, organization, user = acting(request)
    form = KindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            kind = actions.add_kind(organization, **form.cleaned_data, by=user, at=database_now())
            return redirect("honoraria:gift_card_register", kind.pk)
        except ActionError as error:
            form.add_error(error.field or None, error.text)
    context = {"form": form, "section": "gift_cards"}
    return render(
        request, "honoraria/gift_cards/kind.html", context, status=REFUSED if form.errors else 200
    )


@require_GET
@roles(*MONEY)
def show_register(request: HttpRequest, pk: int) -> HttpResponse:
    """The register of a kind, a month at a time."""
    membership, organization, user = acting(request)
    kind = get_kind_for(membership, pk)
    today = local(database_now()).date()
    asked = request.GET.copy()
    asked.setdefault("month", str(Month.of(today)))
    form = MonthForm(asked)
    month = form.chosen(Month.of(today))
    context = {
        "kind": kind,
        "form": form,
        "month": month,
        "register": register(kind, month),
        "correctable": CORRECTABLE,
        "may_open": not kind.moves.filter(takes_back=None, taken_back_by=None).exists(),
        "today": today,
        "own": user.pk,
        "single_handed": single_handed(organization),
        "section": "gift_cards",
    }
    return render(request, "honoraria/gift_cards/register.html", context)


@require_GET
@roles(*MONEY)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The register of a month (``?month=``) or whole, as CSV or PDF; the export is recorded."""
    membership, organization, user = acting(request)
    card = get_kind_for(membership, pk)
    if kind not in TYPES:
        raise Http404
    at = database_now()
    month = MonthForm(request.GET).chosen(None)
    found = register(card, month)
    today = local(at).date()
    if kind == "csv":
        made = as_csv(found)
    else:
        made = paper("honoraria", "gift_register", as_paper(found, today), title=f"{card} 受払簿")
    record(
        f"gift_card_kind:{card.pk}", "gift_cards.exported", organization=organization, by=user,
        at=at, kind=kind, month=str(month or ""), rows=len(found.lines),
        sha256=hashlib.sha256(made).hexdigest(),
    )  # fmt: skip
    name = f"gift-cards-{card.pk}-{month or 'all'}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type=TYPES[kind], headers=headers)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new_move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carried over, bought, spoiled: one form each."""
    membership, _, user = acting(request)
    kind = get_kind_for(membership, pk)
    if verb not in VERBS:
        raise Http404
    title, action = VERBS[verb]
    at = database_now()
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, verb=verb, today=local(at).date(), kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            action(kind, form.cleaned_data["count"], **form.values(), by=user, at=at)
            return redirect("honoraria:gift_card_register", kind.pk)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
    context = {"form": form, "kind": kind, "title": title, "verb": verb, "section": "gift_cards"}
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/gift_cards/move.html", context, status=status)


@require_POST
@roles(*MONEY)
def change_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a kind out of use, or back."""
    membership, _, user = acting(request)
    kind = get_kind_for(membership, pk)
    active = request.POST.get("active") == "1"
    done = "使用中にしました。" if active else "使用を終えました。"
    attempt(
        request,
        lambda: actions.set_active(kind, active, by=user, at=database_now()),
        done,
    )
    return _to_register(kind)


@require_POST
@roles(*MONEY)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person has seen what a line says."""
    membership, _, user = acting(request)
    move = get_move_for(membership, pk)
    attempt(request, lambda: actions.check_move(move, by=user, at=database_now()), "確認しました。")
    if request.POST.get("back") == "box":
        return redirect("honoraria:gift_cards")
    return _to_register(move.kind, Month.of(move.on))


@require_POST
@roles(*MONEY)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a mistaken line by a second one."""
    membership, _, user = acting(request)
    move = get_move_for(membership, pk)
    form = ReasonForm(request.POST)

    def run() -> object:
        if not form.is_valid():
            raise ActionError("reason_missing", "取消しの日付と理由を入力してください。")
        data = form.cleaned_data
        return actions.take_back(move, data["reason"], on=data["on"], by=user, at=database_now())

    attempt(request, run, "取消しの行を記録しました。")
    return _to_register(move.kind)


def _to_register(kind: GiftCardKind, month: Month | None = None) -> HttpResponse:
    to = redirect("honoraria:gift_card_register", kind.pk)
    if month is not None:
        to["Location"] += f"?month={month}"
    return to
