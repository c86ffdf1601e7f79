"""Settings of applications, and publishing a new text of the pledge. For administrators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import acting, roles
from accounts.actions import update_organization
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from volunteers.actions.pledges import publish_pledge
from volunteers.applications.pledges import pledge_of
from volunteers.applications.staff_forms import ApplicationSettingsForm, PledgeTextForm
from volunteers.models import Pledge


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.ADMIN)
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether applications are taken, from what age, and when the silent are asked."""
    _membership, organization, user = acting(request)
    fresh = Organization.objects.get(pk=organization.pk)
    form = ApplicationSettingsForm(request.POST or None, instance=fresh)
    if request.method == "POST" and form.is_valid():
        update_organization(organization, form.cleaned_data, by=user, at=database_now())
        messages.success(request, "応募の設定を保存しました。")
        return redirect("volunteers:application_settings")
    return _page(request, organization, form, None)


@require_POST
@roles(Role.ADMIN)
def publish(request: HttpRequest) -> HttpResponse:
    """A new version of the pledge, which everybody signs from now on."""
    _membership, organization, user = acting(request)
    form = PledgeTextForm(request.POST)
    if form.is_valid():
        try:
            publish_pledge(organization, **form.cleaned_data, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, f"誓約書の{form.cleaned_data['version']}版を公開しました。")
            return redirect("volunteers:application_settings")
    return _page(request, organization, None, form)


def _page(
    request: HttpRequest,
    organization: Organization,
    form: ApplicationSettingsForm | None,
    pledge_form: PledgeTextForm | None,
) -> HttpResponse:
    present = pledge_of(organization)
    texts = {name: getattr(present, name) for name in ("text", "text_simple", "text_en")}
    context = {
        "form": form or ApplicationSettingsForm(instance=organization),
        "pledge_form": pledge_form or PledgeTextForm(initial=texts),
        "pledge": present,
        "versions": list(Pledge.objects.filter(organization=organization)),
        "apply_url": settings.PUBLIC_BASE_URL
        + reverse("volunteers:apply", args=[organization.slug]),
    }
    bound = (form is not None and form.is_bound) or pledge_form is not None
    return render(request, "volunteers/apply/settings.html", context, status=422 if bound else 200)
