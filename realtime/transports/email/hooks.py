"""Getting no more e-mail: a button for people, one POST for mail programs (RFC 8058).

A GET changes nothing, because mail scanners follow links. The POST needs no cookie and no sign-in:
mail programs send it by themselves when their reader presses «unsubscribe».
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from realtime.delivery import now
from realtime.inbox import unsubscribe as no_more
from realtime.transports.email.unsubscribing import recipient_of

PAGE = "realtime/unsubscribe.html"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button, or do it."""
    recipient = recipient_of(token)
    if not recipient:
        return render(request, PAGE, {"state": "unknown"}, status=404)
    if request.method != "POST":
        return render(request, PAGE, {"state": "asks"})
    no_more(recipient, now())
    return render(request, PAGE, {"state": "done"})


urlpatterns = [path("email/<str:token>/", unsubscribe, name="email_unsubscribe")]
