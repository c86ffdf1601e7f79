"""What browsers tell us about pushes: that one has arrived. No cookie, no body, no sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from realtime import receipts
from realtime.delivery import now
from realtime.models import Message
from realtime.transports import Status
from realtime.transports.push.receipts import is_genuine, provider_id

NOTHING = 204
ARRIVED = Status(Message.State.DELIVERED, "received")


@csrf_exempt
@require_POST
def receipt(request: HttpRequest, message_id: int, mark: str) -> HttpResponse:
    """The service worker of one of the person's browsers got the message."""
    if not is_genuine(message_id, mark):
        return HttpResponseForbidden()
    receipts.record_status(Message.Channel.PUSH, provider_id(message_id), ARRIVED, now())
    return HttpResponse(status=NOTHING)


urlpatterns = [path("push/<int:message_id>/<str:mark>/", receipt, name="push_receipt")]
