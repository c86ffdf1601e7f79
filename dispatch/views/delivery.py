"""送信状況: the page around the figures and the list of messages, which stays true by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import Role
from dispatch.delivery_page import PERIODS, report_of
from dispatch.delivery_stories import ENDS, Filter, stories
from dispatch.inbox import from_nobody
from dispatch.views.board import conditional, etag_of
from realtime.models import Message

READERS = (Role.COORDINATOR, Role.ADMIN, Role.ACCOUNTANT)
DESK = (Role.COORDINATOR, Role.ADMIN)


@roles(*READERS)
@require_safe
def show_delivery(request: HttpRequest) -> HttpResponse:
    """Figures by channel for a period, and single messages; filters as GET parameters."""
    membership, _, _ = acting(request)
    chosen = _filter(request)
    fragment = _fragment(request, chosen)
    context = {
        "fragment": fragment,
        "etag": etag_of(fragment),
        "chosen": chosen,
        "ends": ENDS.items(),
        "channels": Message.Channel.choices,
        "periods": [(code, words) for code, (_, words) in PERIODS.items()],
        # the stream is for the desk; everybody else's page asks now and then
        "is_desk": membership.role in DESK,
    }
    return render(request, "dispatch/delivery.html", context)


@roles(*READERS)
@require_safe
def delivery_fragment(request: HttpRequest) -> HttpResponse:
    """The content of the page; 304 when it is what the page shows already."""
    return conditional(request, _fragment(request, _filter(request)))


def _fragment(request: HttpRequest, chosen: Filter) -> str:
    membership, organization, _ = acting(request)
    at = database_now()
    page, told = stories(organization, chosen, request.GET.get("page"), at)
    context = {
        "report": report_of(organization, chosen.period, at),
        "words": PERIODS[chosen.period][1],
        "page": page,
        "told": told,
        "request": request,
        "links": membership.role in DESK,
        "strangers": from_nobody(at),
    }
    return render_to_string("dispatch/_delivery.html", context)


def _filter(request: HttpRequest) -> Filter:
    """What was chosen; whatever does not exist is left out."""
    get = request.GET.get
    period, end, channel = get("period", ""), get("end", ""), get("channel", "")
    return Filter(
        period=period if period in PERIODS else "today",
        end=end if end in ENDS else "",
        channel=channel if channel in Message.Channel.values else "",
        name=get("name", "").replace("\x00", "").strip()[:60],
    )
