"""Payees for accountants: the list with what is missing, one person's account and tax status.

A whole account number is on no page except the answer to a press with a reason, which is recorded
and kept by no browser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry
from accounts.trying import attempt
from honoraria.actions import single_handed
from honoraria.models import BankAccount
from honoraria.payees import accounts, listing
from honoraria.payees.access import get_account_for, get_payee_for, payees_of
from honoraria.payees.forms import AccountForm, BookForm, ReasonForm, StatusForm, said
from honoraria.payees.holder import readable, suggested
from honoraria.payees.picking import Picking, picking
from honoraria.payees.tax_status import change_status, status_of
from volunteers.models import Volunteer

PER_PAGE = 100
REFUSED = 422
SHOWN = 30
VERBS = (
    "volunteer.account_entered",
    "volunteer.account_checked",
    "volunteer.account_ended",
    "volunteer.account_read",
    "volunteer.tax_status_changed",
)


@require_GET
@roles(*MONEY)
def list_payees(request: HttpRequest) -> HttpResponse:
    """Everybody who is or may be paid, 100 on a page."""
    membership, _, _ = acting(request)
    people = payees_of(membership)
    kind = request.GET.get("show", "")
    kind = kind if kind in listing.FILTERS else ""
    typed = request.GET.get("q", "").strip()[:60]
    found = listing.payees(people, kind, typed).select_related("payee")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    known = listing.accounts_of(rows)
    counted = listing.counts(people)
    context = {
        "shows": [(key, words, counted[key]) for key, words in listing.FILTERS.items()],
        "show": kind,
        "q": typed,
        "page": page,
        "rows": [(one, known.get(one.pk), status_of(one)) for one in rows],
        "section": "payees",
    }
    return render(request, "honoraria/payees/list.html", context)


@require_GET
@roles(*MONEY)
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: account, tax status, what happened."""
    membership, _, _ = acting(request)
    return _show(request, get_payee_for(membership, pk))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@roles(*MONEY)
@never_cache
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose bank and branch, then type the account as the book has it."""
    membership, _, user = acting(request)
    volunteer = get_payee_for(membership, pk)
    chosen = picking(request.POST if request.method == "POST" else request.GET)
    form = account_form(request, chosen, volunteer)
    if request.method == "POST" and form is not None and form.is_valid() and form.entry:
        try:
            accounts.enter_account(volunteer, form.entry, by=user, at=database_now())
        except ActionError as error:
            form.add_error(None, said(error))
        else:
            messages.success(
                request, "口座を登録しました。別の担当者が通帳と照らして確認してください。"
            )
            return redirect("honoraria:payee", volunteer.pk)
    context = {"volunteer": volunteer, "chosen": chosen, "form": form, "section": "payees"}
    name = "honoraria/payees/enter.html"
    if request.htmx:  # type: ignore[attr-defined]
        name = "honoraria/payees/choices.html"
    status = REFUSED if form is not None and form.errors else 200
    return render(request, name, context, status=status)


def account_form(
    request: HttpRequest, chosen: Picking, volunteer: Volunteer
) -> AccountForm | BookForm | None:
    """The form of the last step, filled with what was posted; None while something is to choose."""
    if chosen.step != "account":
        return None
    data = request.POST if request.method == "POST" else None
    name = suggested(volunteer.kana, volunteer.name)
    if chosen.post:
        return BookForm(data, holder=name)
    bank, branch = chosen.codes
    return AccountForm(data, bank=bank, branch=branch, holder=name)


@require_POST
@roles(*MONEY)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The account is as on the book."""
    return _do(
        request,
        pk,
        lambda account, user, at: accounts.check_account(account, by=user, at=at),
        "口座を確認済みにしました。",
    )


@require_POST
@roles(*MONEY)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay to it no more."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        pk,
        lambda account, user, at: accounts.end_account(account, reason, by=user, at=at),
        "口座の使用を終了しました。",
    )


@require_POST
@roles(*MONEY)
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole number once."""
    membership, _, user = acting(request)
    volunteer = get_payee_for(membership, pk)
    account = _account(request, volunteer)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, volunteer, reveal_form=form, status=REFUSED)
    number = accounts.reveal_account(
        account, by=user, at=database_now(), reason=form.cleaned_data["reason"]
    )
    return _show(request, volunteer, revealed=account, number=number)


@require_POST
@roles(*MONEY)
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """Change residency, treaty, name and address for form 309."""
    membership, _, user = acting(request)
    volunteer = get_payee_for(membership, pk)
    form = StatusForm(request.POST)
    if form.is_valid():
        try:
            change_status(volunteer, form.status(), by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "税務の区分を保存しました。")
            return redirect("honoraria:payee", volunteer.pk)
    return _show(request, volunteer, status_form=form, status=REFUSED)


def _show(
    request: HttpRequest, volunteer: Volunteer, *, status: int = 200, **more: Any
) -> HttpResponse:
    _, organization, user = acting(request)
    rows = list(volunteer.bank_accounts.select_related("entered_by", "checked_by"))
    shown = [listing.shown(row, volunteer) for row in rows]
    present = [one for one in shown if one.row.state != BankAccount.State.ENDED]
    account = present[0] if present else None
    own = account is not None and user.pk in {account.row.entered_by_id, volunteer.user_id}
    kept = status_of(volunteer)
    initial = {name: getattr(kept, name) for name in ("residency", "treaty", "note")}
    if not kept.known:
        del initial["residency"]  # nobody has asked yet: whoever saves has to choose
    if payee := getattr(volunteer, "payee", None):
        initial |= {"legal_name": payee.legal_name, "address": payee.address}
    context = {
        "volunteer": volunteer,
        "account": account,
        "former": [one for one in shown if one.row.state == BankAccount.State.ENDED],
        "register_name": readable(suggested(volunteer.kana, volunteer.name)),
        "same_person": own and not single_handed(organization),
        "tax": kept,
        "status_form": StatusForm(initial=initial),
        "reveal_form": ReasonForm(auto_id="id_reveal_%s"),
        "end_form": ReasonForm(auto_id="id_end_%s"),
        "log": _log(volunteer),
        "section": "payees",
        **more,
    }
    return render(request, "honoraria/payees/detail.html", context, status=status)


def _log(volunteer: Volunteer) -> list[tuple[AuditEntry, str]]:
    found = AuditEntry.objects.about(volunteer.key).filter(
        organization_id=volunteer.organization_id, verb__in=VERBS
    )
    newest = found.order_by("-id")[:SHOWN]
    return [(line, audit.verb_in_words(line.verb)) for line in reversed(newest)]


def _account(request: HttpRequest, volunteer: Volunteer) -> BankAccount:
    """The account that stood on the page; 404 for anybody else's."""
    membership, _, _ = acting(request)
    sent = request.POST.get("account", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 19):
        raise Http404
    account = get_account_for(membership, int(sent))
    if account.volunteer_id != volunteer.pk:
        raise Http404
    return account


def _do(request: HttpRequest, pk: int, action: Callable[..., object], done: str) -> HttpResponse:
    membership, _, user = acting(request)
    volunteer = get_payee_for(membership, pk)
    account = _account(request, volunteer)
    attempt(request, lambda: action(account, user, database_now()), done)
    return redirect("honoraria:payee", volunteer.pk)
