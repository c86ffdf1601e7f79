"""The site's root: everybody is sent to where their work is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import membership_of
from accounts.models import Role
from accounts.sessions import VOLUNTEER_SESSION

HOMES = {
    Role.COORDINATOR: "dispatch:board",
    Role.ADMIN: "dispatch:board",
    Role.ACCOUNTANT: "honoraria:list",
    Role.REQUESTER: "dispatch:requests",
}


def home(request: HttpRequest) -> HttpResponse:
    """Board, month, requests, the volunteer's page, or the way in."""
    membership = membership_of(request)
    if membership is not None:
        return redirect(HOMES[Role(membership.role)])
    if request.session.get(VOLUNTEER_SESSION):
        return redirect("volunteer:home")
    return redirect("demo:index" if settings.DEMO else "account_login")
