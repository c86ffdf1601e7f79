"""Who is looking: the active membership of the signed-in user, and the second factor of staff."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import membership_of
from accounts.models import Membership
from accounts.sessions import choose_membership, lacks_second_factor

Handler = Callable[[HttpRequest], HttpResponse]
# setting the second factor up, signing out, and what has no session must stay reachable
EXEMPT = ("/accounts/", "/static/", "/healthz", "/readyz", "/api/", "/demo/sign-in/")


def active_membership(get_response: Handler) -> Handler:
    """Set ``request.membership`` to the active membership, or None.

    What a signed-in person is shown is kept by no cache, unless its view says otherwise.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.membership = find_membership(request)  # type: ignore[attr-defined]
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def find_membership(request: HttpRequest) -> Membership | None:
    """The membership chosen in this session, else the person's first active one."""
    if not request.user.is_authenticated:
        return None
    return choose_membership(request.user.pk, request.session)


def second_factor(get_response: Handler) -> Handler:
    """Send staff without a second factor to set one up; the demo's links are exempt."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if needs_second_factor(request):
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def needs_second_factor(request: HttpRequest) -> bool:
    """True for staff who signed in with a password only."""
    membership = membership_of(request)
    if membership is None or request.path.startswith(EXEMPT):
        return False
    return lacks_second_factor(membership.user_id, request.session)
