"""Who may open what: requests, board, roster, coverage, operators, agreements."""

from __future__ import annotations

from tests.access_matrix.entries import BOOKS, DESK, REQUEST, of, page, public, stream

# dispatch ----------------------------------------------------------------------------------------
READERS = "coordinator accountant admin requester"
OFFER = {"args": lambda w: [w.offer.pk], "foreign": lambda w: [w.foreign_offer.pk]}
VERB = {
    "args": lambda w: [w.request.pk, "stop"],
    "foreign": lambda w: [w.foreign_request.pk, "stop"],
}
BOOKING = {
    "args": lambda w: [w.assignment.pk, "reconfirm"],
    "foreign": lambda w: [w.foreign_assignment.pk, "reconfirm"],
}
public("home", ok=(302,), signed_in_ok=(302,))
page("dispatch:board", DESK)
page("dispatch:board_fragment", DESK)
page(
    "dispatch:call_done",
    DESK,
    method="post",
    args=lambda w: [w.call.pk],
    foreign=lambda w: [w.foreign_call.pk],
)
page("dispatch:delivery", BOOKS)
page("dispatch:delivery_fragment", BOOKS)
page(
    "dispatch:fax",
    DESK,
    args=lambda w: [w.fax_call.pk],
    foreign=lambda w: [w.foreign_call.pk],
)
page("dispatch:inbox", DESK)
page("dispatch:inbox_verb", DESK, method="post", **of("text", "done"))
page("dispatch:requests", READERS)
page("dispatch:new_request", DESK)
page("dispatch:new_request", DESK, method="post", ok=(422,))
page("dispatch:count", DESK)
page("dispatch:suggest_languages", DESK)
page("dispatch:suggest_places", DESK)
page("dispatch:request", READERS, **REQUEST)
page("dispatch:request_fragment", READERS, **REQUEST)
page("dispatch:edit_request", DESK, **REQUEST)
page("dispatch:edit_request", DESK, method="post", ok=(422,), **REQUEST)
page("dispatch:candidates", DESK, **REQUEST)
page("dispatch:ask_chosen", DESK, method="post", **REQUEST)
page("dispatch:assign", DESK, method="post", data=lambda w: {"volunteer": w.hana.pk}, **REQUEST)
page("dispatch:cancel_request", DESK, method="post", **REQUEST)
page("dispatch:close_unmet", DESK, method="post", **REQUEST)
page("dispatch:request_verb", DESK, method="post", **VERB)
page("dispatch:open_rung", DESK, method="post", **of("request", 0, 1))
page(
    "dispatch:dial",
    DESK,
    method="post",
    args=lambda w: [w.request.pk, w.operator_service.pk],
    foreign=lambda w: [w.foreign_request.pk, w.operator_service.pk],
)
page("dispatch:call_verb", DESK, method="post", **of("operator_call", "connected"))
page("dispatch:operator_pin", DESK, method="post", **of("operator"))
page("dispatch:allow_device", DESK, method="post", **REQUEST)
page("dispatch:use_device", DESK, method="post", **REQUEST)
page("dispatch:record_answer", DESK, method="post", **OFFER)
page("dispatch:withdraw_offer", DESK, method="post", **OFFER)
page("dispatch:assignment_verb", DESK, method="post", **BOOKING)
SHIFT = {"args": lambda w: [w.shift.pk], "foreign": lambda w: [w.foreign_shift.pk]}
page("dispatch:coverage", "coordinator accountant admin")
page("dispatch:coverage_week", "coordinator accountant admin")
page("dispatch:coverage_csv", "coordinator accountant admin")
page("dispatch:roster", DESK)
page("dispatch:roster_add", DESK, method="post")
page("dispatch:shift_remove", DESK, method="post", **SHIFT)
COMPANY = {"args": lambda w: [w.operator.pk], "foreign": lambda w: [w.foreign_operator.pk]}
page("dispatch:ladder", DESK)
page("dispatch:ladder", "admin", method="post")
page("dispatch:ladder_preview", DESK, method="post")
page("dispatch:templates", DESK)
WORDS = {
    "args": lambda w: ["offer", "ja"],
    "everywhere": True,
    "foreign": lambda w: ["nothing", "ja"],
}
page("dispatch:template", DESK, **WORDS)
page("dispatch:template", DESK, method="post", data={"text": "", "do": "save"}, **WORDS)
page("dispatch:template_preview", DESK, method="post", **WORDS)
page("dispatch:operators", DESK)
page("dispatch:operator_new", "admin")
page("dispatch:operator_new", "admin", method="post")
page("dispatch:operator_edit", "admin", **COMPANY)
page("dispatch:operator_edit", "admin", method="post", **COMPANY)
page(
    "dispatch:operator_verb",
    "admin",
    method="post",
    args=lambda w: [w.operator.pk, "down"],
    foreign=lambda w: [w.foreign_operator.pk, "down"],
)
page("dispatch:operator_calls", "coordinator accountant admin")
page("dispatch:operator_calls_csv", "coordinator accountant admin")
OWN_DESK = of("desk")
page("dispatch:desks", "admin")
page("dispatch:desk_new", "admin")
page("dispatch:desk_new", "admin", method="post")
page("dispatch:desk_edit", "admin", **OWN_DESK)
page("dispatch:desk_edit", "admin", method="post", **OWN_DESK)
page("dispatch:sharing", "admin")
page("dispatch:sharing", "admin", method="post")
page(
    "dispatch:sharing_verb",
    "admin",
    method="post",
    args=lambda w: [w.agreement.pk, "end"],
    foreign=lambda w: [w.foreign_agreement.pk, "end"],
)
page("dispatch:shift_absent", DESK, method="post", data={"day": "2026-11-24"}, **SHIFT)
stream("board", DESK)
page("dispatch:desk_calendar", DESK, **of("desk"))
page("dispatch:desk_calendar", DESK, method="post", **of("desk"))
