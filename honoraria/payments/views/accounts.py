"""Paying accounts: which bank account transfers leave from, and what that bank wants of a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from honoraria.banking import branches
from honoraria.models import PayingAccount
from honoraria.payments import actions
from honoraria.payments.access import get_account_for, visible_accounts
from honoraria.payments.forms import AccountForm
from honoraria.payments.views.batches import REFUSED


@require_GET
@roles(*MONEY)
def list_accounts(request: HttpRequest) -> HttpResponse:
    """Every paying account, those in use first; numbers by their last digits."""
    membership, _, _ = acting(request)
    rows = [(one, place_of(one)) for one in visible_accounts(membership)]
    context = {"rows": rows, "section": "payments"}
    return render(request, "honoraria/payments/accounts.html", context)


def place_of(account: PayingAccount) -> str:
    """Bank and branch in words."""
    bank = branches.bank(account.bank_code)
    branch = branches.branch(account.bank_code, account.branch_code)
    if bank is None or branch is None:
        return f"{account.bank_code}-{account.branch_code}（一覧にありません）"
    return f"{bank.title} {branch.name}"


@sensitive_post_parameters("number")
@never_cache
@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a paying account."""
    return _form(request, None)


@sensitive_post_parameters("number")
@never_cache
@roles(*MONEY)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a paying account; its number stays unless a new one is typed."""
    membership, _, _ = acting(request)
    return _form(request, get_account_for(membership, pk))


def _form(request: HttpRequest, account: PayingAccount | None) -> HttpResponse:
    _, organization, user = acting(request)
    form = AccountForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_bound and form.is_valid():
        try:
            actions.save_account(
                organization, account, form.particulars(), by=user, at=database_now()
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, "振込元口座を保存しました。")
            return redirect("honoraria:paying_accounts")
    form.forget_number()
    context = {"form": form, "account": account, "section": "payments"}
    status = REFUSED if form.is_bound else 200
    return render(request, "honoraria/payments/account.html", context, status=status)
