"""Links that sign somebody in: GET shows a page with a button, only POST uses the link up."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions import accept_invitation
from accounts.clock import database_now
from accounts.codes import Purpose, browser_of, find_link, redeem_link
from accounts.errors import ActionError
from accounts.forms import PasswordForm
from accounts.models import Membership
from accounts.sign_in import VOLUNTEER_PREFIX, sign_in_demo, sign_in_volunteer

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@get_or_post
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """An invited member sets a password, and signs in with it on the next page."""
    link = find_link(secret, Purpose.INVITE, at=database_now())
    if link is None or link.user is None:
        return _spent(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accept_invitation(secret, form.cleaned_data["password"], at=database_now())
        except ActionError as error:
            if not error.field:
                return _spent(request)
            form.add_error(error.field, error.text)
        else:
            messages.success(request, "パスワードを設定しました。サインインしてください。")
            return redirect("account_login")
    memberships = Membership.objects.filter(user=link.user, active=True)
    context = {
        "form": form,
        "person": link.user,
        "memberships": memberships.select_related("organization"),
    }
    return render(
        request, "accounts/accept_invitation.html", context, status=422 if form.errors else 200
    )


@never_cache
@get_or_post
def sign_in_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A volunteer signs in by the link of a message."""
    link = find_link(secret, Purpose.LINK, at=database_now())
    if link is None or link.user is None or not link.subject.startswith(VOLUNTEER_PREFIX):
        return _spent(request)
    if request.method == "POST":
        used = redeem_link(secret, Purpose.LINK, at=database_now(), browser=browser_of(request))
        if used is None or used.user is None or not used.user.is_active:
            return _spent(request)
        sign_in_volunteer(request, used.user, int(used.subject.removeprefix(VOLUNTEER_PREFIX)))
        return redirect("/v/")
    return render(request, "accounts/link.html", {"person": link.user})


@never_cache
@get_or_post
def sign_in_to_demo(request: HttpRequest, secret: str) -> HttpResponse:
    """Take a role of the demo organization; exists in the demo only."""
    if not settings.DEMO:
        raise Http404
    link = find_link(secret, Purpose.DEMO, at=database_now())
    if link is None or link.user is None or not link.user.is_active:
        raise Http404
    if request.method == "POST":
        try:
            sign_in_demo(request, link.user, link.subject)
        except ActionError:
            raise Http404 from None
        return redirect("/v/" if link.subject.startswith(VOLUNTEER_PREFIX) else "/")
    membership = Membership.objects.filter(user=link.user, active=True).first()
    return render(
        request, "accounts/demo_sign_in.html", {"person": link.user, "role_of": membership}
    )


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_spent.html", status=404)
