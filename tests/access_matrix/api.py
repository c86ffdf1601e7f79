"""Who may call what: the API, with tokens."""

from __future__ import annotations

from tests.access_matrix.entries import DESK, EVERY_MEMBER, REQUEST, VOLUNTEER, api, public

# the API -----------------------------------------------------------------------------------------
public("healthz")
public("readyz")
public("api:schema")
public("api:docs")
public("api:nowhere", args=lambda w: ["nothing/here/"], ok=(404,), signed_in_ok=(404,))
OFFER = {"args": lambda w: [w.offer.pk], "foreign": lambda w: [w.foreign_offer.pk]}
REPORT = {
    "args": lambda w: [w.report.assignment_id],
    "foreign": lambda w: [w.foreign_report.assignment_id],
}
api("api:volunteers", DESK)
api("api:volunteers", DESK, method="post")
api("api:volunteer", DESK, **VOLUNTEER)
api("api:volunteer", DESK, method="patch", ok=(200,), **VOLUNTEER)
api("api:requests", EVERY_MEMBER)
api("api:requests", f"{DESK} requester", method="post")
api("api:request", EVERY_MEMBER, **REQUEST)
api("api:candidates", DESK, **REQUEST)
api("api:offers", DESK, **REQUEST)
api("api:offers", DESK, method="post", **REQUEST)
api("api:cancel", DESK, method="post", **REQUEST)
api("api:rung", DESK, method="post", data={"to": 1, "seen": 0}, **REQUEST)
api("api:accept", DESK, method="post", **OFFER)
api("api:decline", DESK, method="post", **OFFER)
api("api:report", "coordinator accountant admin", **REPORT)
api("api:report", DESK, method="post", **REPORT)
api("api:honoraria", "coordinator accountant admin", query="?month=2026-11")
api("api:honoraria_csv", "accountant admin", query="?month=2026-11")
api("api:honoraria_xlsx", "accountant admin", query="?month=2026-11")
