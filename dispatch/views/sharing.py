"""The page of agreements with neighbouring organizations: propose, agree, decline, end."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from dispatch.access import get_agreement_for
from dispatch.actions import sharing as actions
from dispatch.ladder_form import LanguagesField
from dispatch.models import SharingAgreement
from dispatch.phone.throttle import Throttle
from volunteers.models import Volunteer

GUESSES = Throttle("agreement-code", limit=10, seconds=3600)
"""Wrong codes per person and hour: the page must not become a list of the tenants."""


class ProposeForm(forms.Form):
    """The other organization's exact code, and the languages."""

    code = forms.CharField(
        label="相手の団体のコード",
        max_length=50,
        help_text="相手の団体の「応援協定」の画面に表示されています。",
        error_messages={"required": "コードを入力してください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    languages = LanguagesField(
        label="言語",
        help_text="「、」で区切ります。空欄ならすべての言語",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@roles(Role.ADMIN)
def list_agreements(request: HttpRequest) -> HttpResponse:
    """Both directions, running ones first; a form for one more."""
    _membership, organization, user = acting(request)
    form = ProposeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        code, tags = form.cleaned_data["code"], form.cleaned_data["languages"]
        try:
            if GUESSES.count(str(user.pk)):
                text = "続けて入力できる回数を超えました。1時間ほどおいてからお試しください。"
                raise ActionError("too_many", text, field="code", status=429)
            actions.propose(organization, code, tags, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(
                request, "応援を申し込みました。相手の団体が承諾すると有効になります。"
            )
            return redirect("dispatch:sharing")
    return render(
        request,
        "dispatch/sharing.html",
        {
            "form": form,
            "agreements": _both_sides(organization),
            "code": organization.slug,
            "consenting": Volunteer.objects.of(organization)
            .filter(status=Volunteer.Status.ACTIVE, accepts_neighbours=True, accepts_video=True)
            .count(),
        },
        status=422 if form.errors else 200,
    )


@roles(Role.ADMIN)
@require_POST
def agreement_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Agree, or end (decline, take back) an agreement."""
    membership, organization, user = acting(request)
    agreement, at = get_agreement_for(membership, pk), database_now()
    verbs: dict[str, tuple[Callable[..., SharingAgreement], str]] = {
        "agree": (actions.agree, "応援協定を承諾しました。"),
        "end": (actions.end, "応援協定を終了しました。"),
    }
    if verb not in verbs:
        raise Http404
    action, done = verbs[verb]
    try:
        action(agreement, organization=organization, by=user, at=at)
    except ActionError as error:
        if error.status == 404:
            raise Http404 from None
        messages.error(request, error.text)
    else:
        messages.success(request, done)
    return redirect("dispatch:sharing")


def _both_sides(organization: Organization) -> list[tuple[SharingAgreement, str, Organization]]:
    """(agreement, «borrow» or «lend», the other side), running ones before those that ended."""
    sides = Q(borrower=organization) | Q(lender=organization)
    found = SharingAgreement.objects.filter(sides).select_related("borrower", "lender")
    rows = [
        (one, "borrow", one.lender)
        if one.borrower_id == organization.pk
        else (one, "lend", one.borrower)
        for one in found.order_by("-id")[:200]
    ]
    return sorted(rows, key=lambda row: row[0].state == SharingAgreement.State.ENDED)
