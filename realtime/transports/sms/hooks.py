"""What Twilio tells us about SMS: what became of ours, and what people answer.

Signed POSTs only (`realtime.twilio_signatures`). A callback may come twice, late, or before the one
that belongs before it; `realtime.receipts` and `realtime.inbox` bear that.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.urls import path

from realtime import inbox, receipts
from realtime.delivery import now
from realtime.models import Message
from realtime.transports.sms.transport import status_of
from realtime.twilio_signatures import signed_by_twilio

SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
NOTHING = 204
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
OPT_OUT = {"STOP": "STOP", "START": "START"}
"""What the provider's own handling of opt-outs understood, as the word that it stands for."""


@signed_by_twilio
def status(request: HttpRequest) -> HttpResponse:
    """A message of ours has come to another state."""
    sid = request.POST.get("MessageSid", "")
    said = status_of(request.POST.get("MessageStatus", ""), request.POST.get("ErrorCode", "")[:20])
    if said is not None and SID.fullmatch(sid):
        receipts.record_status(Message.Channel.SMS, sid, said, now())
    return HttpResponse(status=NOTHING)


@signed_by_twilio
def inbound(request: HttpRequest) -> HttpResponse:
    """Somebody wrote to us; the answer, if any, goes out like every other message."""
    sid = request.POST.get("MessageSid", "")
    if SID.fullmatch(sid):
        understood = OPT_OUT.get(request.POST.get("OptOutType", ""), "")
        body = understood or request.POST.get("Body", "")
        inbox.receive(Message.Channel.SMS, sid, request.POST.get("From", ""), body, now())
    return HttpResponse(EMPTY, content_type="text/xml")


urlpatterns = [
    path("sms/status/", status, name="sms_status"),
    path("sms/inbound/", inbound, name="sms_inbound"),
]
