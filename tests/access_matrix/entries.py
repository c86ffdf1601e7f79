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
    A socket of hints (`realtime.streams`).
``socket(ROOM_SOCKET, "coordinator", seat=…)``
    A socket with a route of its own in `config.asgi`; who else may use it is tested by hand.

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


def socket(route: str, allowed: str, *, seat: Callable[[World], Any]) -> None:
    """A socket with an address of its own, for the ``seat`` that it is about."""
    _add("socket", route, allowed, {"args": seat})


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


# used by the lines of several apps
DESK = "coordinator admin"
REQUEST = {"args": lambda w: [w.request.pk], "foreign": lambda w: [w.foreign_request.pk]}
OWN_JOB = {"args": lambda w: [w.assignment.pk], "foreign": lambda w: [w.minhs_assignment.pk]}
ELSEWHERE = {"refused": (302,)}  # to the volunteers' sign-in
BOOKS = "coordinator accountant admin"
EVERY_MEMBER = "requester coordinator accountant admin"
VOLUNTEER = {"args": lambda w: [w.hana.pk], "foreign": lambda w: [w.foreign_volunteer.pk]}
