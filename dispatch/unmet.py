"""Why a request ended without anybody: one sentence from what really happened. Reads only.

It stands on the request's page and in its log; nobody typed it. Counted is what was tried since the
search began (again).
"""

from __future__ import annotations

from dispatch.actions.devices import needs_yes
from dispatch.ladder import DEVICE, OPERATOR, Rung
from dispatch.models import Request

OPERATOR_PASSED = {
    "operator_closed": "外部通訳は受付時間外で",
    "no_operator": "この言語で契約のある外部通訳がなく",
    "hours": "外部通訳は使う時間の外で",
}


def why_unmet(request: Request) -> str:
    """«7人に打診して承諾がなく、外部通訳は受付時間外で、時間内に手配できなかった»."""
    parts = [_asked(request), _operator(request), _device(request)]
    return "、".join([*(part for part in parts if part), "時間内に手配できなかった"])


def _asked(request: Request) -> str:
    offers = request.offers.filter(created_at__gte=request.search_since)
    asked = offers.order_by().values("volunteer_id").distinct().count()
    return f"{asked}人に打診して承諾がなく" if asked else "打診できる人がおらず"


def _operator(request: Request) -> str:
    calls = request.operator_calls.filter(dialled_at__gte=request.search_since).count()
    if calls:
        return f"外部通訳に{calls}回電話してつながらず"
    rung = _rung(request, OPERATOR)
    if rung is None:
        return ""
    if rung.get("passed"):
        return OPERATOR_PASSED.get(rung["passed"], "")
    return "外部通訳への電話は記録がなく" if _reached(request, rung) else ""


def _device(request: Request) -> str:
    rung = _rung(request, DEVICE)
    if rung is None or not _reached(request, rung):
        return ""
    if rung.get("booking_only"):
        return "翻訳機はこの言語に対応しておらず"
    return "翻訳機の使用は認められず" if needs_yes(request) else "翻訳機の使用は記録がなく"


def _rung(request: Request, kind: str) -> Rung | None:
    return next((rung for rung in request.ladder if rung["kind"] == kind), None)


def _reached(request: Request, rung: Rung) -> bool:
    tried = request.ladder[: request.rung + 1]
    return rung in tried and not rung.get("jumped")
