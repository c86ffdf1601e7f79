"""Sessions of what dispatch records itself: calls to operators and the use of a device.

Called in the transaction of the action. Kept are start, end and the roles that took part.
"""

from __future__ import annotations

from datetime import datetime

from dispatch.ladder import DEVICE, OPERATOR
from dispatch.models import OperatorCall, Request
from interpreting.models import Session


def register() -> None:
    """Called by ``config.wiring``."""
    from dispatch import subscriptions

    subscriptions.on_operator_call.append(note_operator_call)
    subscriptions.on_device_used.append(note_device)


def note_operator_call(call: OperatorCall, at: datetime) -> None:
    """A session begins when the operator's interpreter is on the line and ends with the call."""
    if call.state == OperatorCall.State.CONNECTED:
        Session.objects.create(
            request=call.request,
            kind=Session.Kind.OPERATOR,
            rung_kind=OPERATOR,
            started_at=at,
            participants=_everybody(OPERATOR, 0),
        )
        return
    running = Session.objects.filter(
        request_id=call.request_id, kind=Session.Kind.OPERATOR, ended_at=None
    ).first()
    if running:
        seconds = int((at - running.started_at).total_seconds())
        running.ended_at, running.end_reason = max(at, running.started_at), "ended"
        running.participants = _everybody(OPERATOR, seconds)
        running.save(update_fields=["ended_at", "end_reason", "participants"])


def note_device(request: Request, started_at: datetime, at: datetime) -> None:
    """The device served from when its rung opened until now."""
    Session.objects.create(
        request=request,
        kind=Session.Kind.DEVICE,
        rung_kind=DEVICE,
        started_at=started_at,
        ended_at=at,
        participants=_everybody(DEVICE, int((at - started_at).total_seconds())),
        end_reason="ended",
    )


def _everybody(kind: str, seconds: int) -> list[dict[str, object]]:
    return [{"role": role, "seconds": seconds} for role in ("resident", "desk", kind)]
