"""Who may open what: one line per address of the site, read by `tests/test_access_matrix.py`.

An address that is missing here fails the build. Add a line with the function that fits:

``page("volunteers:profile", "coordinator admin", args=lambda w: [w.hana.pk],
foreign=lambda w: [w.foreign_volunteer.pk])``
    A page of staff (`@roles`). The named roles get 200, everybody else 404, strangers the sign-in
    page. ``args`` builds the address for an object of the city, ``foreign`` for one of the other
    town: the coordinator of the town gets 404 for the first, everybody in the city for the second.
    Whatever only takes POST: ``method="post"`` and, if needed, ``data={...}``. Statuses other than
    200 (for POST: any of 200, 302, 303, 400, 409, 422) go into ``ok=(...)``.
``api("api:volunteer-detail", "coordinator admin", args=…, foreign=…)``
    The same for the API: tokens instead of sessions, 401 for strangers and mere sessions.
``volunteer_page("v:jobs", args=…, foreign=…)``
    Volunteers' own pages: hana gets 200; strangers and staff one of ``refused``; ``foreign`` is an
    address of somebody else's (minh's) object and gives 404.
``signed_in("mfa_index")``
    For everybody with a session.
``public("account_login")``
    For everybody; the status is ``ok``, or ``signed_in_ok`` for people with a session. Offer links
    and the like belong here too: the secret in them is the permission.
``stream("board", "coordinator admin")``
    A socket (`realtime.streams`).

``w`` is the `World` of `tests/world.py`: the cast and one object of each kind, for city and town.
Names are those of ``reverse()``; a nameless address is written as its route, e.g. ``"/healthz"``.
A viewset needs a line for each method it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.world import World

Arguments = Callable[[World], "list[Any] | dict[str, Any]"]
STAFF_ROLES = frozenset({"requester", "coordinator", "accountant", "admin"})
ROLES = ("anonymous", "volunteer", *sorted(STAFF_ROLES), "outsider")
POSTED = (200, 302, 303, 400, 409, 422)


@dataclass(frozen=True)
class Entry:
    """One address, one method."""

    kind: str
    name: str
    allowed: frozenset[str]
    method: str = "get"
    args: Arguments | None = None
    foreign: Arguments | None = None
    ok: tuple[int, ...] = (200,)
    signed_in_ok: tuple[int, ...] = ()
    refused: tuple[int, ...] = (404,)
    data: Callable[[World], Mapping[str, Any]] | Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    everywhere: bool = False  # about the software, not about a tenant: the same in the other town

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.name}"


ENTRIES: list[Entry] = []


def page(name: str, allowed: str, **options: Any) -> None:
    """A page of staff."""
    _add("page", name, allowed, options)


def api(name: str, allowed: str, **options: Any) -> None:
    """An address of the API."""
    _add("api", name, allowed, {"refused": (403, 404), **options})


def volunteer_page(name: str, **options: Any) -> None:
    """A volunteer's own page."""
    _add("volunteer", name, "volunteer", {"refused": (302, 404), **options})


def signed_in(name: str, **options: Any) -> None:
    """A page for everybody who is signed in."""
    _add("signed_in", name, " ".join(ROLES), options)


def public(name: str, **options: Any) -> None:
    """A page for everybody."""
    _add("public", name, " ".join(ROLES), options)


def stream(name: str, allowed: str) -> None:
    """A socket."""
    _add("stream", name, allowed, {})


def _add(kind: str, name: str, allowed: str, options: dict[str, Any]) -> None:
    if options.get("method", "get") != "get":
        options.setdefault("ok", POSTED)
    tenant_matters = kind in {"page", "api", "volunteer"}
    if tenant_matters and options.get("args") and not options.get("foreign"):
        raise ValueError(f"{name} needs foreign=, an address in the other town")
    unknown = set(allowed.split()) - set(ROLES)
    if unknown:
        raise ValueError(f"{name}: no such role {unknown}")
    ENTRIES.append(Entry(kind, name, frozenset(allowed.split()), **options))


def of(kind: str, *more: Any) -> dict[str, Any]:
    """``args`` and ``foreign`` for the world's object of a kind, with what follows its key."""
    return {
        "args": lambda w: [getattr(w, kind).pk, *more],
        "foreign": lambda w: [getattr(w, f"foreign_{kind}").pk, *more],
    }


# accounts: allauth's pages -----------------------------------------------------------------------
public("account_login", signed_in_ok=(302,))
public("account_logout", method="post", ok=(302,))
public("account_inactive")
public("account_signup", signed_in_ok=(302,))
public("account_reset_password")
public("account_reset_password_done")
public("account_reset_password_from_key", args=lambda w: ["1", "set-password"])
public("account_reset_password_from_key_done")
public("mfa_authenticate", ok=(302,))  # only in the middle of signing in
public("mfa_login_webauthn", ok=(200, 302))
signed_in("account_reauthenticate", ok=(200, 302, 403))  # 403: the person has no such means
signed_in("account_change_password", ok=(200, 302))
signed_in("account_set_password", ok=(200, 302))
signed_in("mfa_index")
signed_in("mfa_reauthenticate", ok=(200, 302, 403))
signed_in("mfa_activate_totp", ok=(200, 302))
signed_in("mfa_deactivate_totp", ok=(200, 302, 404))
signed_in("mfa_view_recovery_codes", ok=(200, 302, 404))
signed_in("mfa_generate_recovery_codes", ok=(200, 302))
signed_in("mfa_download_recovery_codes", ok=(200, 302, 404))
signed_in("mfa_list_webauthn", ok=(200, 302))
signed_in("mfa_add_webauthn", ok=(200, 302))
signed_in("mfa_reauthenticate_webauthn", ok=(200, 302, 403))
signed_in("mfa_remove_webauthn", args=lambda w: [w.outsider_passkey.pk], ok=(302, 404))
signed_in("mfa_edit_webauthn", args=lambda w: [w.outsider_passkey.pk], ok=(302, 404))
signed_in("usersessions_list")

# accounts: our own pages -------------------------------------------------------------------------
EVERY_MEMBER = "requester coordinator accountant admin"
MEMBER = {"args": lambda w: [w.member.pk], "foreign": lambda w: [w.foreign_member.pk]}
page("accounts:settings", EVERY_MEMBER)
page("accounts:organization", "admin")
page("accounts:organization", "admin", method="post")
page(
    "accounts:switch",
    EVERY_MEMBER,
    method="post",
    data=lambda w: {"organization": w.city.pk},
    refused=(404,),
)
page("accounts:members", "admin")
page("accounts:members", "admin", method="post")
page("accounts:member-role", "admin", method="post", **MEMBER)
page("accounts:member-deactivate", "admin", method="post", **MEMBER)
page("accounts:member-reactivate", "admin", method="post", **MEMBER)
page("accounts:member-invite", "admin", method="post", **MEMBER)
page("accounts:member-factor", "admin", method="post", **MEMBER)
page("accounts:tokens", "admin")
page("accounts:tokens", "admin", method="post")
page(
    "accounts:token-revoke",
    "admin",
    method="post",
    args=lambda w: [w.token.pk],
    foreign=lambda w: [w.foreign_token.pk],
)
page("accounts:audit", "admin")
page("accounts:audit-csv", "admin")
public("accounts:invitation", args=lambda w: [w.invitation])
public("accounts:link", args=lambda w: [w.sign_in_link])
public("accounts:demo-sign-in", args=lambda w: [w.demo_link], ok=(404,))  # not the demo here
public("demo:index", ok=(404,))
public("demo:enter", method="post", args=lambda w: ["coordinator"], ok=(404,))
public("demo:phones", ok=(404,))
public("demo:phones-fragment", ok=(404,))
public("demo:phone", args=lambda w: [w.hana.pk], ok=(404,))
public("demo:phone-fragment", args=lambda w: [w.hana.pk], ok=(404,))

# volunteers: the register ------------------------------------------------------------------------
DESK = "coordinator admin"
VOLUNTEER = {"args": lambda w: [w.hana.pk], "foreign": lambda w: [w.foreign_volunteer.pk]}
page("volunteers:list", DESK)
page("volunteers:languages", DESK, query="?q=vi")
page("volunteers:new", DESK)
page("volunteers:new", DESK, method="post")
page("volunteers:profile", DESK, **VOLUNTEER)
page("volunteers:edit", DESK, **VOLUNTEER)
page("volunteers:edit", DESK, method="post", **VOLUNTEER)
page("volunteers:pause", DESK, **VOLUNTEER)
page("volunteers:pause", DESK, method="post", **VOLUNTEER)
page("volunteers:withdraw", DESK, **VOLUNTEER)
page("volunteers:withdraw", DESK, method="post", **VOLUNTEER)
page("volunteers:renew", DESK, **VOLUNTEER)
page("volunteers:renew", DESK, method="post", **VOLUNTEER)
page("volunteers:resume", DESK, method="post", **VOLUNTEER)
page("volunteers:on_call", DESK, method="post", **VOLUNTEER)
RUN = {"args": lambda w: [w.import_run.pk], "foreign": lambda w: [w.foreign_import_run.pk]}
page("volunteers:import", DESK)
page("volunteers:import", DESK, method="post")
page("volunteers:import_map", DESK, **RUN)
page("volunteers:import_map", DESK, method="post", **RUN)
page("volunteers:import_preview", DESK, ok=(302,), **RUN)
page("volunteers:import_preview", DESK, method="post", **RUN)
page("volunteers:import_confirm", DESK, method="post", **RUN)
page("volunteers:import_progress", DESK, ok=(302,), **RUN)
page("volunteers:import_abandon", DESK, method="post", **RUN)
page("volunteers:export", DESK)
stream("volunteer", "volunteer")

# dispatch ----------------------------------------------------------------------------------------
READERS = "coordinator accountant admin requester"
REQUEST = {"args": lambda w: [w.request.pk], "foreign": lambda w: [w.foreign_request.pk]}
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

# interpreting: reports ---------------------------------------------------------------------------
BOOKS = "coordinator accountant admin"
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

# honoraria ---------------------------------------------------------------------------------------
MONEY = "accountant admin"
ENTRY = {"args": lambda w: [w.honorarium.pk], "foreign": lambda w: [w.foreign_honorarium.pk]}
TARIFF = {"args": lambda w: [w.tariff.pk], "foreign": lambda w: [w.foreign_tariff.pk]}
VERSION = {
    "args": lambda w: [w.tariff_version.pk],
    "foreign": lambda w: [w.foreign_tariff_version.pk],
}
MONTH = {"data": {"month": "2026-11"}}
page("honoraria:list", BOOKS)
page("honoraria:detail", BOOKS, **ENTRY)
page("honoraria:export", MONEY, args=lambda w: ["csv"], foreign=lambda w: ["pdf"])
page("honoraria:approve_many", MONEY, method="post", **MONTH)
page("honoraria:price_missing", MONEY, method="post", **MONTH)
page("honoraria:approve", MONEY, method="post", **ENTRY)
page("honoraria:unapprove", MONEY, method="post", **ENTRY)
page("honoraria:correct", MONEY, method="post", **ENTRY)
page("honoraria:tariffs", MONEY)
page("honoraria:tariff_new", MONEY)
page("honoraria:tariff_new", MONEY, method="post")
page("honoraria:tariff", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, method="post", **TARIFF)
page("honoraria:version_new", MONEY, **TARIFF)
page("honoraria:version_new", MONEY, method="post", **TARIFF)
page("honoraria:version_edit", MONEY, **VERSION)
page("honoraria:version_edit", MONEY, method="post", **VERSION)

# the API -----------------------------------------------------------------------------------------
public("healthz")
public("readyz")
public("api:schema")
public("api:docs")
public("api:nowhere", args=lambda w: ["nothing/here/"], ok=(404,), signed_in_ok=(404,))
REQUEST = {"args": lambda w: [w.request.pk], "foreign": lambda w: [w.foreign_request.pk]}
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

# ui: the styleguide, never in production ----------------------------------------------------------
for name in ("styleguide", "mock_board", "mock_offer", "mock_outcome", "mock_sign_in", "suggest"):
    public(f"ui:{name}", signed_in_ok=(200,))

# volunteers' phones: the link in a message, signing in, the person's own pages -------------------
LINK = {"args": lambda w: [w.offer.token]}
public("dispatch:offer", **LINK)
public("dispatch:offer_fragment", **LINK)
public("dispatch:offer_accept", ok=(303,), **LINK)
public("dispatch:offer_accept", method="post", ok=(303,), **LINK)
public("dispatch:offer_decline", ok=(303,), **LINK)
public("dispatch:offer_decline", method="post", ok=(303,), **LINK)
public("dispatch:offer_reason", method="post", ok=(303,), **LINK)
public("dispatch:offer_details", method="post", ok=(303,), **LINK)  # nothing to show before a yes
public("volunteer:sign_in", ok=(200, 302))
public("volunteer:sign_in", method="post", ok=(422,))
public("volunteer:code", ok=(302,))
public("volunteer:code_again", method="post", ok=(302,))
public("volunteer:choose", ok=(302,))
public("volunteer:sign_out", method="post", ok=(302,))
OWN_JOB = {"args": lambda w: [w.assignment.pk], "foreign": lambda w: [w.minhs_assignment.pk]}
ELSEWHERE = {"refused": (302,)}  # to the volunteers' sign-in
volunteer_page("volunteer:home", **ELSEWHERE)
volunteer_page("volunteer:home_fragment", **ELSEWHERE)
volunteer_page("volunteer:history", **ELSEWHERE)
volunteer_page("volunteer:on_call", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_subscribe", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_unsubscribe", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_try", method="post", **ELSEWHERE)
public("dispatch:service_worker")
public("dispatch:manifest")
volunteer_page("volunteer:job", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_confirm", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_start", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_give_back", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_give_back", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer_report:report", ok=(302,), **OWN_JOB, **ELSEWHERE)  # not begun yet
volunteer_page("volunteer_report:report", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page(
    "volunteer_report:receipt",
    args=lambda w: [w.receipt.pk],
    foreign=lambda w: [w.foreign_receipt.pk],
    **ELSEWHERE,
)
page("interpreting:guest_languages", "coordinator admin")
LANGUAGE = {"args": lambda w: ["fa-AF"], "foreign": lambda w: ["xx"], "everywhere": True}
page("interpreting:guest_language", "coordinator admin", **LANGUAGE)
page("interpreting:guest_language_sheet", "coordinator admin", **LANGUAGE)

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
volunteer_page("volunteer_room:room", **OWN_JOB, **ELSEWHERE)
volunteer_page(
    "volunteer:shift_absent",
    method="post",
    data={"day": "2099-12-01"},
    args=lambda w: [w.shift.pk],
    foreign=lambda w: [w.foreign_shift.pk],
    **ELSEWHERE,
)
volunteer_page("volunteer:neighbours", method="post", **ELSEWHERE)
