"""Keys for the API: made by an administrator, shown once, revoked for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import acting, get_member_for, get_token_for, roles
from accounts.actions import revoke_token
from accounts.clock import database_now
from accounts.forms import TokenForm
from accounts.models import ApiToken, Membership, Role
from accounts.tokens import create_token


@roles(Role.ADMIN)
def list_tokens(request: HttpRequest) -> HttpResponse:
    """All tokens of the organization, and the form for one more."""
    membership, organization, user = acting(request)
    members = Membership.objects.filter(organization=organization, active=True)
    choices = [
        (member.pk, f"{member.user}（{member.get_role_display()}）")
        for member in members.select_related("user").order_by("user__name", "id")
    ]
    form = TokenForm(choices, request.POST or None, initial={"member": membership.pk})
    made = ""
    if request.method == "POST" and form.is_valid():
        member = get_member_for(membership, form.cleaned_data["member"])
        _, made = create_token(member, form.cleaned_data["label"], by=user, at=database_now())
        form = TokenForm(choices, initial={"member": membership.pk})
    tokens = (
        ApiToken.objects.filter(membership__organization=organization)
        .select_related("membership__user")
        .order_by("revoked_at", "-id")
    )
    response = render(
        request,
        "accounts/tokens.html",
        {"form": form, "tokens": tokens, "made": made},
        status=422 if form.errors else 200,
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@roles(Role.ADMIN)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a token."""
    membership, _, user = acting(request)
    token = get_token_for(membership, pk)
    revoke_token(token, by=user, at=database_now())
    messages.success(request, f"トークン「{token.label}」を無効にしました。")
    return redirect("accounts:tokens")
