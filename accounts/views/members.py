"""The members of the organization: inviting, roles, switching off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from smtplib import SMTPException

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import acting, get_member_for, roles
from accounts.actions import (
    add_member,
    change_role,
    deactivate_member,
    invite_again,
    reactivate_member,
    reset_second_factor,
)
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.forms import MemberForm, RoleForm
from accounts.models import Membership, Organization, Role
from accounts.trying import attempt

logger = logging.getLogger(__name__)


@roles(Role.ADMIN)
def list_members(request: HttpRequest) -> HttpResponse:
    """Everybody with a role, and the form for one more."""
    _, organization, user = acting(request)
    form = MemberForm(organization, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            member, secret = add_member(
                organization,
                email=data["email"],
                name=data["name"],
                role=data["role"],
                body_id=data["body"],
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            return _show_invitation(request, member, secret)
    return _show_members(request, organization, form)


@require_POST
@roles(Role.ADMIN)
def set_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    membership, organization, user = acting(request)
    member = get_member_for(membership, pk)
    form = RoleForm(organization, request.POST)
    if not form.is_valid():
        messages.error(request, "役割と依頼元の機関を選び直してください。")
        return redirect("accounts:members")
    role, body = form.cleaned_data["role"], form.cleaned_data["body"]
    return _do(
        request,
        lambda: change_role(member, role, body_id=body, by=user, at=database_now()),
        f"{member.user}さんの役割を変更しました。",
    )


@require_POST
@roles(Role.ADMIN)
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a member off."""
    membership, _, user = acting(request)
    member = get_member_for(membership, pk)
    return _do(
        request,
        lambda: deactivate_member(member, by=user, at=database_now()),
        f"{member.user}さんの利用を止めました。開いていた画面も使えなくなります。",
    )


@require_POST
@roles(Role.ADMIN)
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a member in again."""
    membership, _, user = acting(request)
    member = get_member_for(membership, pk)
    return _do(
        request,
        lambda: reactivate_member(member, by=user, at=database_now()),
        f"{member.user}さんの利用を再開しました。",
    )


@require_POST
@roles(Role.ADMIN)
def reset_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For a lost phone: the second factor is set up again at the next sign-in."""
    membership, _, user = acting(request)
    member = get_member_for(membership, pk)
    return _do(
        request,
        lambda: reset_second_factor(member, by=user, at=database_now()),
        f"{member.user}さんの二段階認証を解除しました。次のサインインで設定し直します。",
    )


@require_POST
@roles(Role.ADMIN)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh invitation link."""
    membership, _, user = acting(request)
    member = get_member_for(membership, pk)
    try:
        secret = invite_again(member, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("accounts:members")
    return _show_invitation(request, member, secret)


def _do(request: HttpRequest, action: Callable[[], object], done: str) -> HttpResponse:
    attempt(request, action, done)
    return redirect("accounts:members")


def _show_members(
    request: HttpRequest, organization: Organization, form: MemberForm
) -> HttpResponse:
    members = (
        Membership.objects.filter(organization=organization)
        .select_related("user")
        .order_by("-active", "user__name", "id")
    )
    names = dict(form.bodies)
    rows = [
        {
            "member": member,
            "body": names.get(member.requesting_body_id or 0, ""),
            "waiting": not member.user.has_usable_password(),
        }
        for member in members
    ]
    context = {"rows": rows, "form": form, "roles": Role.choices, "bodies": form.bodies}
    return render(request, "accounts/members.html", context, status=422 if form.errors else 200)


def _show_invitation(request: HttpRequest, member: Membership, secret: str) -> HttpResponse:
    """The link is on this page once; it is mailed as well where mail is set up."""
    url = ""
    if secret:
        url = settings.PUBLIC_BASE_URL + reverse("accounts:invitation", args=[secret])
    mailed = send_invitation(member, url)
    context = {"member": member, "url": url, "mailed": mailed}
    return render(request, "accounts/invitation_made.html", context)


def send_invitation(member: Membership, url: str) -> bool:
    """Mail the link (or, without one, the news); False where nothing left the house."""
    organization = member.organization
    if organization.is_demo or not member.user.email:
        return False
    context = {"member": member, "organization": organization, "url": url,
               "sign_in": settings.PUBLIC_BASE_URL + reverse("account_login")}  # fmt: skip
    try:
        send_mail(
            f"【{organization}】つなぎ への登録のご案内",
            render_to_string("accounts/mail/invitation.txt", context),
            None,
            [member.user.email],
        )
    except (SMTPException, OSError) as error:
        logger.warning("invitation not mailed: %s", type(error).__name__)
        return False
    return True
