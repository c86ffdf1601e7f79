"""What the desk needs on the rungs on which it acts itself: whom to call, or how to use a device.

The same values stand on the board's card and on the request's page. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.actions.devices import is_booking_only, needs_yes
from dispatch.ladder import DEVICE, OPERATOR
from dispatch.models import OperatorCall, OperatorService, Request
from dispatch.operators import ServiceOffer, offers_among

NOT_FOR = (
    "病気の説明・手術や治療の同意",
    "法律・在留・契約・お金の約束",
    "虐待・DVなど、つらい話の聞き取り",
)
"""What a device must not be used for, in words."""
HOW = (
    "短い文で、一文ずつ話します。",
    "訳した文を相手に見せ、うなずきを確かめます。",
    "名前・日付・金額は、紙に書いて見せます。",
)


@dataclass(frozen=True)
class DeskHelp:
    """``kind`` is the rung's; ``call`` runs at this moment; ``ended`` are earlier calls."""

    kind: str
    call: OperatorCall | None = None
    ended: list[OperatorCall] = field(default_factory=list)
    services: list[ServiceOffer] = field(default_factory=list)
    needs_yes: bool = False
    booking_only: bool = False
    not_for: tuple[str, ...] = NOT_FOR
    how: tuple[str, ...] = HOW

    @property
    def at_operator(self) -> bool:
        """The desk calls, or is on the telephone."""
        return self.kind == OPERATOR or self.call is not None

    @property
    def at_device(self) -> bool:
        """The device's turn."""
        return self.kind == DEVICE and self.call is None


def help_for(request: Request, services: list[OperatorService], at: datetime) -> DeskHelp | None:
    """For an open or just served request with its calls prefetched; None when nobody ever called.

    ``services``: the organization's active ones.
    """
    running = [OperatorCall.State.DIALLING, OperatorCall.State.CONNECTED]
    calls = list(request.operator_calls.all())
    is_open = request.status == Request.Status.OPEN
    if not is_open and not calls:
        return None
    return DeskHelp(
        kind=str(request.current_rung.get("kind", "")) if is_open else "",
        call=next((call for call in calls if call.state in running), None),
        ended=[call for call in calls if call.state not in running],
        services=offers_among(services, request.language, max(at, request.starts_at))
        if is_open
        else [],
        needs_yes=is_open and needs_yes(request),
        booking_only=is_open and is_booking_only(request),
    )
