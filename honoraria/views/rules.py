"""What the organization decides about money once: administrators change it, accountants read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Role
from honoraria.actions.rules import decide_rules, rules_of
from honoraria.forms import MoneyRulesForm

VERB = "organization.money_rules_changed"


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def money_rules(request: HttpRequest) -> HttpResponse:
    """Show and change them, with a reason."""
    membership, organization, user = acting(request)
    may_change = membership.role == Role.ADMIN
    if request.method == "POST" and not may_change:
        raise Http404
    form = MoneyRulesForm(request.POST or None, initial=rules_of(organization))
    if request.method == "POST" and form.is_valid():
        try:
            decide_rules(organization, **form.cleaned_data, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "お金の決まりを保存しました。")
            return redirect("honoraria:money_rules")
    log = AuditEntry.objects.about(f"organization:{organization.pk}")
    log = log.filter(organization=organization, verb=VERB).order_by("-id")[:20]
    context = {
        "form": form,
        "may_change": may_change,
        "rules": rules_of(organization),
        "log": [(line, audit.verb_in_words(line.verb)) for line in log],
    }
    status = 422 if form.errors else 200
    return render(request, "honoraria/money_rules.html", context, status=status)
