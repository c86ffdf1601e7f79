"""The organization's data, and changing between organizations."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.actions import update_organization
from accounts.clock import database_now
from accounts.forms import OrganizationForm
from accounts.models import Membership, Role
from accounts.sessions import ORGANIZATION_SESSION


@roles(*Role)
@require_safe
def show_settings(request: HttpRequest) -> HttpResponse:
    """The person's own security pages and organizations; for administrators the rest as well."""
    membership, _, user = acting(request)
    memberships = Membership.objects.filter(user=user, active=True).select_related("organization")
    return render(
        request,
        "accounts/settings.html",
        {"memberships": memberships, "is_admin": membership.role == Role.ADMIN},
    )


@roles(Role.ADMIN)
def edit_organization(request: HttpRequest) -> HttpResponse:
    """Show and save the organization's data."""
    _, organization, user = acting(request)
    form = OrganizationForm(request.POST or None, initial=OrganizationForm.initial_of(organization))
    if request.method == "POST" and form.is_valid():
        update_organization(organization, form.fields_to_save(), by=user, at=database_now())
        messages.success(request, "団体の情報を保存しました。")
        return redirect("accounts:organization")
    return render(
        request,
        "accounts/organization.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@roles(*Role)
@require_POST
def switch_organization(request: HttpRequest) -> HttpResponse:
    """Act for another organization that the person belongs to."""
    user = acting(request)[2]
    wanted = request.POST.get("organization", "")
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        raise Http404
    membership = Membership.objects.filter(user=user, active=True, organization=int(wanted)).first()
    if membership is None:
        raise Http404
    request.session[ORGANIZATION_SESSION] = membership.organization_id
    messages.success(request, f"{membership.organization}に切り替えました。")
    return redirect("/")
