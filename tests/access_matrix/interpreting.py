"""Who may open what: reports, telephone calls, rooms and their guests."""

from __future__ import annotations

from tests.access_matrix.entries import (
    BOOKS,
    DESK,
    ELSEWHERE,
    OWN_JOB,
    REQUEST,
    page,
    public,
    socket,
    volunteer_page,
)

# interpreting: reports ---------------------------------------------------------------------------
REPORT = {"args": lambda w: [w.report.pk], "foreign": lambda w: [w.foreign_report.pk]}
REPORTED = {"args": lambda w: [w.assignment.pk], "foreign": lambda w: [w.foreign_assignment.pk]}
page("reports:list", BOOKS)
page("reports:detail", BOOKS, **REPORT)
page("reports:enter", DESK, **REPORTED)
page("reports:enter", DESK, method="post", **REPORTED)
page("reports:confirm", DESK, method="post", **REPORT)
page("reports:return", DESK, method="post", **REPORT)
page("reports:confirm_many", DESK, method="post")
page(
    "reports:receipt",
    BOOKS,
    args=lambda w: [w.receipt.pk],
    foreign=lambda w: [w.foreign_receipt.pk],
)

# three-way telephone calls ------------------------------------------------------------------------
LEG = {
    "args": lambda w: [w.phone_leg.conference.request_id, w.phone_leg.pk],
    "foreign": lambda w: [w.foreign_phone_leg.conference.request_id, w.foreign_phone_leg.pk],
}
LEG_VERB = {name: (lambda w, f=f: [*f(w), "hang-up"]) for name, f in LEG.items()}
page("telephone:show", DESK, **REQUEST)
page("telephone:fragment", DESK, **REQUEST)
page("telephone:start", DESK, method="post", **REQUEST)
CONVERSATION = {name: (lambda w, f=f: f(w)[:1]) for name, f in LEG.items()}
page("telephone:end", DESK, method="post", **CONVERSATION)
page("telephone:leg_verb", DESK, method="post", **LEG_VERB)
page("telephone:number", DESK, method="post", **LEG)
public("telephone:guest", args=lambda w: [0], ok=(404,))  # only the browser that holds a seat
for name in ("answer", "agree", "wait", "status", "conference"):
    public(f"telephone:{name}", method="post", args=lambda w: ["nobody"], ok=(403,))  # unsigned
public("twilio:video_sdk", ok=(404,))  # only where the operator has put a copy

# rooms -------------------------------------------------------------------------------------------
ROOM = {"args": lambda w: [w.room.pk], "foreign": lambda w: [w.foreign_room.pk]}
ROOM_VERB = {
    "args": lambda w: [w.room.pk, "lock"],
    "foreign": lambda w: [w.foreign_room.pk, "lock"],
}
GUEST_SEAT = {
    "args": lambda w: [w.room.pk, w.guest_seat.pk],
    "foreign": lambda w: [w.foreign_room.pk, w.foreign_guest_seat.pk],
}
SEAT_VERB = {
    "args": lambda w: [w.room.pk, w.guest_seat.pk, "remove"],
    "foreign": lambda w: [w.foreign_room.pk, w.foreign_guest_seat.pk, "remove"],
}
page("interpreting:open_room", DESK, method="post", **REQUEST)
page("interpreting:room", DESK, **ROOM)
page("interpreting:room_panel", DESK, **ROOM)
page("interpreting:room_invite", DESK, method="post", data={"role": "observer"}, **ROOM)
page("interpreting:room_verb", DESK, method="post", **ROOM_VERB)
page("interpreting:room_invitation", DESK, ok=(302,), **GUEST_SEAT)
page("interpreting:room_invitation", DESK, method="post", **GUEST_SEAT)
page("interpreting:seat_verb", DESK, method="post", **SEAT_VERB)
public("guest:entry", args=lambda w: [w.guest_link])  # the link's secret is the permission
public("guest:entry", args=lambda w: ["nobody-gave-this"], ok=(404,))
public("guest:entry", method="post", ok=(422,), args=lambda w: [w.guest_link])
public("guest:seat", args=lambda w: [w.guest_seat.pk], ok=(404,))  # the browser's cookie is
public("guest:state", args=lambda w: [w.guest_seat.pk], ok=(404,))
public("guest:leave", method="post", args=lambda w: [w.guest_seat.pk], ok=(404,))
public("guest:tablet")
public("guest:tablet", method="post", ok=(422,))
# hana goes there herself: the page says that this job has no room
volunteer_page("volunteer_room:room", **OWN_JOB, **ELSEWHERE, ok=(200, 410))
ROOM_SOCKET = r"^ws/room/(?P<seat>\d{1,12})/$"
socket(ROOM_SOCKET, "", seat=lambda w: w.guest_seat)  # only the browser that took it
socket(ROOM_SOCKET, "coordinator", seat=lambda w: w.desk_seat)
socket(ROOM_SOCKET, "outsider", seat=lambda w: w.foreign_desk_seat)
