"""Who is looking: the active membership of the signed-in user, and the second factor of staff."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Membership

DEMO_LINK_SESSION = "signed_in_by_demo_link"
ORGANIZATION_SESSION = "organization_id"
Handler = Callable[[HttpRequest], HttpResponse]


def active_membership(get_response: Handler) -> Handler:
    """Set ``request.membership`` to the active membership, or None."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.membership = find_membership(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def find_membership(request: HttpRequest) -> Membership | None:
    """The membership chosen in this session, else the person's first active one."""
    if not request.user.is_authenticated:
        return None
    found = list(
        Membership.objects.filter(user=request.user, active=True)
        .select_related("organization", "user")
        .order_by("id")
    )
    chosen = request.session.get(ORGANIZATION_SESSION)
    return next((m for m in found if m.organization_id == chosen), found[0] if found else None)


def second_factor(get_response: Handler) -> Handler:
    """Send staff without a second factor to set one up; the demo's links are exempt."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if needs_second_factor(request):
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def needs_second_factor(request: HttpRequest) -> bool:
    """True for staff who signed in with a password only."""
    if request.membership is None or request.path.startswith(  # type: ignore[attr-defined]
        ("/accounts/", "/static/", "/healthz", "/readyz", "/api/")
    ):
        return False
    if settings.DEMO and request.session.get(DEMO_LINK_SESSION):
        return False
    from allauth.mfa.models import Authenticator

    return not Authenticator.objects.filter(user=request.user).exists()
