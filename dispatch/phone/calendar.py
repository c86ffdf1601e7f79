"""The page on which a volunteer takes the own bookings into a calendar: on, renewed, off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.clock import database_now
from dispatch.actions.feeds import close_feed, renew_feed
from dispatch.phone.people import volunteers_only
from dispatch.views.feeds import addresses_of
from volunteers.models import Volunteer


@volunteers_only
def calendar(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """How to subscribe; POST makes a new address (``do=renew``) or switches it off (``close``)."""
    if request.method == "POST":
        at = database_now()
        if request.POST.get("do") == "close":
            close_feed(volunteer, by=volunteer.user, at=at)
            messages.success(request, _("カレンダーへの表示をやめました。"))
        else:
            renew_feed(volunteer, by=volunteer.user, at=at)
            messages.success(request, _("カレンダーのアドレスができました。"))
        return redirect("volunteer:calendar")
    context = {"organization": volunteer.organization, **addresses_of(volunteer.feed_token)}
    return render(request, "volunteer/calendar.html", context)
