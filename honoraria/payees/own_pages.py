"""「振込先口座」: the volunteer enters the own bank account on the phone and reads it back.

Only in a session that was opened, or proved again by a code, within the last minutes: a telephone
that lies about must not turn the money away. The pages are kept by no browser and by no service
worker; what is typed stands in no address.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.clock import database_now
from accounts.codes import redeem_code
from accounts.errors import ActionError
from accounts.sign_in import signed_in_since
from dispatch.phone.codes import masked, send_to_volunteer
from dispatch.phone.forms import CodeForm
from dispatch.phone.people import volunteers_only
from dispatch.phone.throttle import CODES_ASKED, CODES_TYPED, address_of
from honoraria.banking.post import POST_BANK
from honoraria.payees import accounts
from honoraria.payees.entry import AccountEntry
from honoraria.payees.forms import KINDS, said
from honoraria.payees.holder import differs, readable
from honoraria.payees.listing import shown
from honoraria.payees.picking import picking
from honoraria.payees.views import account_form
from volunteers.models import Volunteer

PROVED: Final = "account_proved_at"
SENT: Final = "account_code_sent_to"
RECENT: Final = timedelta(minutes=15)
STATES: Final = {
    "entered": gettext_lazy("確認待ち"),
    "checked": gettext_lazy("確認済み"),
}


@require_safe
@volunteers_only
@never_cache
def account(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The account in use, masked, and its state."""
    present = accounts.present_account(volunteer)
    context = {
        "organization": volunteer.organization,
        "account": shown(present, volunteer) if present else None,
        "state": STATES.get(present.state, "") if present else "",
        "kind": dict(KINDS).get(present.kind, "") if present else "",
    }
    return render(request, "volunteer/account.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
@never_cache
def enter(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Bank, branch, account, read back: one step after the other, each an address or a form."""
    at = database_now()
    if not _proved(request, at):
        return redirect("volunteer_money:account_code")
    chosen = picking(request.POST if request.method == "POST" else request.GET)
    form = account_form(request, chosen, volunteer)
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "chosen": chosen,
        "form": form,
        "post_bank": POST_BANK,
    }
    if request.method == "POST" and form is not None and form.is_valid() and form.entry:
        if "confirmed" not in request.POST and "again" not in request.POST:
            context |= _read_back(form.entry, volunteer)
            return render(request, "volunteer/account_check.html", context)
        if "confirmed" in request.POST:
            try:
                accounts.enter_account(volunteer, form.entry, by=volunteer.user, at=at)
            except ActionError as error:
                form.add_error(None, said(error))
            else:
                messages.success(request, _("口座を登録しました。窓口が確認します。"))
                return redirect("volunteer_money:account")
    status = 422 if form is not None and form.errors else 200
    return render(request, "volunteer/account_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
@never_cache
def prove(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Send a code to the contact in the register, and take it."""
    at = database_now()
    if _proved(request, at):
        return redirect("volunteer_money:account_new")
    typed = request.method == "POST" and "code" in request.POST
    form = CodeForm(request.POST if typed else None)
    if request.method == "POST" and not typed:
        form = _send(request, volunteer, at)
    elif typed and form.is_valid() and _take(request, volunteer, form, at):
        return redirect("volunteer_money:account_new")
    context = {
        "organization": volunteer.organization,
        "form": form,
        "sent_to": request.session.get(SENT, ""),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "volunteer/account_code.html", context, status=status)


def _read_back(entry: AccountEntry, volunteer: Volunteer) -> dict[str, Any]:
    """What is compared with the book, as the book writes it."""
    return {
        "entry": entry,
        "kind": dict(KINDS)[entry.kind],
        "holder": readable(entry.holder),
        "other_name": differs(entry.holder, volunteer.kana, volunteer.name),
    }


def _proved(request: HttpRequest, at: datetime) -> bool:
    kept = request.session.get(PROVED, "")
    if kept and datetime.fromisoformat(kept) >= at - RECENT:
        return True
    return signed_in_since(request, at - RECENT)


def _send(request: HttpRequest, volunteer: Volunteer, at: datetime) -> CodeForm:
    """A form with nothing in it, or with the reason why no code went."""
    form = CodeForm()
    try:
        if CODES_ASKED.count(address_of(request)):
            text = _("続けて送信されました。しばらくおいてから、もう一度お試しください。")
            raise ActionError("too_many_codes", text, status=429)
        address = send_to_volunteer(volunteer, at=at)
        if not address:
            text = _("番号をお送りできる連絡先がありません。窓口へご連絡ください。")
            raise ActionError("no_contact", text)
    except ActionError as error:
        messages.error(request, error.text)
    else:
        request.session[SENT] = masked(address)
    return form


def _take(request: HttpRequest, volunteer: Volunteer, form: CodeForm, at: datetime) -> bool:
    if CODES_TYPED.count(address_of(request)):
        form.add_error(None, _("続けて入力されました。しばらくおいてから、お試しください。"))
        return False
    if not redeem_code(volunteer.key, form.cleaned_data["code"], at=at):
        form.add_error("code", _("番号が違うか、期限が過ぎています。"))
        return False
    request.session[PROVED] = at.isoformat()
    request.session.pop(SENT, None)
    return True
