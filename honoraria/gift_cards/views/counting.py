"""棚卸: counting the box for a month, and the second person's check."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from accounts.trying import attempt
from honoraria.actions import single_handed
from honoraria.gift_cards import actions, overview
from honoraria.gift_cards.access import get_count_for, get_kind_for
from honoraria.gift_cards.forms import CountForm, MonthForm
from honoraria.gift_cards.ledger import balance_on
from honoraria.models import GiftCardCount, GiftCardKind
from honoraria.months import Month

REFUSED = 422


@dataclass(frozen=True, slots=True)
class Row:
    """A kind: its count of the month, the form, the register at the month's end, the moves since."""

    kind: GiftCardKind
    count: GiftCardCount
    form: CountForm
    book: int

    @property
    def since(self) -> int:
        """Cards that came in (or, negative, left) after the month."""
        return self.kind.stock - self.book


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def counts(request: HttpRequest) -> HttpResponse:
    """Every kind with the register's balance and a field for what is in the box."""
    membership, organization, user = acting(request)
    at = database_now()
    this = Month.of(local(at).date())
    asked = request.POST if request.method == "POST" else request.GET
    month = MonthForm(asked).chosen(this.before) or this.before
    bound: tuple[int, CountForm] | None = None
    if request.method == "POST":
        kind = get_kind_for(membership, _key(request))
        form = CountForm(request.POST, prefix=f"kind{kind.pk}")
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.count(kind, month, data["counted"], reason=data["reason"], by=user, at=at)
                messages.success(request, "棚卸を記録しました。2人目の確認をお願いします。")
                return _back(month)
            except ActionError as error:
                form.add_error(error.field if error.field in form.fields else None, error.text)
        bound = (kind.pk, form)
    context = {
        "month": month,
        "months": [this.before, this],
        "open": month in {this, this.before},
        "rows": _rows(organization, month, bound),
        "own": user.pk,
        "single_handed": single_handed(organization),
        "section": "gift_cards",
    }
    status = REFUSED if bound else 200
    return render(request, "honoraria/gift_cards/counts.html", context, status=status)


@require_POST
@roles(*MONEY)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person found the same."""
    membership, _, user = acting(request)
    found = get_count_for(membership, pk)
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    attempt(
        request,
        lambda: actions.check_count(found, by=user, at=database_now(), seen=number),
        "棚卸を確認しました。",
    )
    return _back(Month.of(found.month))


def _rows(
    organization: Organization, month: Month, bound: tuple[int, CountForm] | None
) -> list[Row]:
    rows = []
    for kind, found in overview.counts_of(organization, month):
        first = {"counted": found.counted, "reason": found.reason} if found.pk else {}
        form = CountForm(initial=first, prefix=f"kind{kind.pk}")
        if bound is not None and bound[0] == kind.pk:
            form = bound[1]
        rows.append(Row(kind, found, form, balance_on(kind, month.last)))
    return rows


def _key(request: HttpRequest) -> int:
    text = request.POST.get("kind", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)


def _back(month: Month) -> HttpResponse:
    to = redirect("honoraria:gift_card_counts")
    to["Location"] += f"?month={month}"
    return to
