"""Who of the volunteers is looking, and the only way these pages get a row.

A link in a message shows and answers one offer; everything else needs a session that was opened by
a code or a link for that person (`accounts.sign_in`). One person may be registered in several
organizations; anybody else's rows answer 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.sessions import note_use
from accounts.sign_in import volunteer_session
from dispatch.models import Assignment
from dispatch.phone.reading import personal, read_by
from volunteers.models import Volunteer

View = Callable[..., HttpResponse]
LEFT_MAY = frozenset(
    {
        "data",
        "report",
        "receipt",
        "gift_receipt",
        "account_new",  # what was done is still paid
        "account_code",
        "devices_end",
        "passkey_remove",
        "push_unsubscribe",
        "switch_organization",
    }
)
"""Names of pages with something to press for people who have left; the others only show."""


def signed_in_volunteer(request: HttpRequest) -> Volunteer | None:
    """The volunteer whose session this is, as long as the row still belongs to the user."""
    pk = volunteer_session(request)
    if pk is None:
        return None
    mine = Volunteer.objects.filter(pk=pk, user=request.user.pk)
    return mine.select_related("organization").first()


def own_rows(volunteer: Volunteer) -> list[int]:
    """Primary keys of the person's rows, in every organization."""
    return list(Volunteer.objects.filter(user=volunteer.user_id).values_list("pk", flat=True))


def get_own_assignment(volunteer: Volunteer, pk: int) -> Assignment:
    """One of the person's own assignments; 404 for anybody else's."""
    found = (
        Assignment.objects.filter(volunteer__in=own_rows(volunteer), pk=pk)
        .select_related("request__organization", "request__desk", "request__body")
        .select_related("volunteer__organization")
        .first()
    )
    if found is None:
        raise Http404
    return found


def volunteers_only(view: View) -> View:
    """Let a signed-in volunteer in (as second argument), in the reader's language.

    Whoever has left looks only, takes the data along and hands in what is due. Others are sent to
    the sign-in page; a page that only takes POST is not where they come back to.
    """

    @wraps(view)
    @personal
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        volunteer = signed_in_volunteer(request)
        if volunteer is None:
            back = {"next": request.get_full_path()} if request.method == "GET" else {}
            query = f"?{urlencode(back)}" if back else ""
            return redirect(reverse("volunteer:sign_in") + query)
        note_use(request.session.session_key)
        read_by(request, volunteer)
        if _has_left(request, volunteer):
            messages.error(request, _("退会した登録は、見ることだけができます。"))
            return redirect("volunteer:me")
        return view(request, volunteer, *args, **kwargs)

    return guarded


def _has_left(request: HttpRequest, volunteer: Volunteer) -> bool:
    """Somebody who has left wants to change something."""
    page = request.resolver_match.url_name if request.resolver_match else ""
    left = volunteer.status == Volunteer.Status.WITHDRAWN
    return left and request.method not in {"GET", "HEAD"} and page not in LEFT_MAY


def safe_next(request: HttpRequest, given: str) -> str:
    """An address of this site to go on to, or the volunteer's home."""
    mine = url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if mine and given.startswith("/") else reverse("volunteer:home")
