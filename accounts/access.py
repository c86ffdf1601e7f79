"""Who may enter a staff page: role checks for views, always answering 404 to outsiders.

Views of the apps above get single rows through their own ``access.py``; this one says which
membership is acting and which roles a page is for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import ApiToken, Membership, Organization, Role, User

STAFF = frozenset({Role.COORDINATOR, Role.ADMIN})
MONEY = frozenset({Role.ACCOUNTANT, Role.ADMIN})
ANYBODY = frozenset(Role)

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row")


def roles(*allowed: str) -> Callable[[View], View]:
    """Let only members with one of the roles in; others get 404, strangers the sign-in page."""
    wanted = frozenset(allowed)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            membership = membership_of(request)
            if membership is None or membership.role not in wanted:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = wanted  # type: ignore[attr-defined]
        return guarded

    return decorate


def membership_of(request: HttpRequest) -> Membership | None:
    """The membership that acts in this request (pages and API alike)."""
    return getattr(request, "membership", None)


def acting(request: HttpRequest) -> tuple[Membership, Organization, User]:
    """Membership, organization and user of a staff request; 404 without a membership."""
    membership = membership_of(request)
    if membership is None:
        raise Http404
    return membership, membership.organization, membership.user


def get_member_for(membership: Membership, pk: int) -> Membership:
    """A member of the same organization; 404 for everybody but its administrators."""
    found = Membership.objects.select_related("user", "organization").filter(
        pk=pk, organization=membership.organization
    )
    return _only(found.first(), membership)


def get_token_for(membership: Membership, pk: int) -> ApiToken:
    """A token of the same organization; 404 for everybody but its administrators."""
    found = ApiToken.objects.select_related("membership__user").filter(
        pk=pk, membership__organization=membership.organization
    )
    return _only(found.first(), membership)


def _only(row: Row | None, membership: Membership) -> Row:
    if row is None or membership.role != Role.ADMIN:
        raise Http404
    return row
