"""The administrator's page of what the organization decides about money once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Role
from honoraria.actions.rules import decide_rules, rules_of
from honoraria.forms import MoneyRulesForm

VERB = "organization.money_rules_changed"


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN)
def money_rules(request: HttpRequest) -> HttpResponse:
    """Show and change them, with a reason."""
    _, organization, user = acting(request)
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
        "log": [(line, audit.verb_in_words(line.verb)) for line in log],
    }
    status = 422 if form.errors else 200
    return render(request, "honoraria/money_rules.html", context, status=status)
