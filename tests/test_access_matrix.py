"""Every address × every role: nobody sees what `tests/access_matrix` does not grant.

The table must name every address that the site has, and every socket. Each request runs in a
transaction that is rolled back, so that a deletion for one role does not spoil the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from channels.routing import URLRouter
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.asgi import application
from interpreting.rooms import access
from realtime import streams
from tests.access_matrix import ENTRIES, ROLES, STAFF_ROLES, Entry
from tests.interpreting.rooming import agree
from tests.world import World

ADDRESSES = [entry for entry in ENTRIES if entry.kind not in {"stream", "socket"}]
SOCKETS = [entry for entry in ENTRIES if entry.kind == "stream"]
SEATS = [entry for entry in ENTRIES if entry.kind == "socket"]
HINTS = r"^ws/(?P<stream>[a-z]+)/$"  # one route for all streams
TENANTS_MEET = [entry for entry in ADDRESSES if entry.foreign]


def addresses(
    resolver: URLResolver, prefix: str = "", route: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """(name, pattern) of everything below a resolver."""
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern, inner, here)
        else:
            yield (prefix + pattern.name if pattern.name else here), pattern


def every_address() -> list[tuple[str, URLPattern]]:
    return list(addresses(get_resolver()))


@pytest.fixture
def world(city, town, school, coordinator, accountant, admin, requester, outsider, hana, minh):
    people = {
        "coordinator": coordinator,
        "accountant": accountant,
        "admin": admin,
        "requester": requester,
        "outsider": outsider,
        "volunteer": hana.user,
    }
    return World(people, city=city, town=town, school=school, hana=hana, minh=minh)


@pytest.fixture
def visit(world, client_of, api_of, clock):
    """visit(entry, role, args) → the response, with nothing left behind in the database."""

    def client_for(entry: Entry, role: str) -> Client:
        if role == "anonymous":
            return Client()
        if entry.kind == "api" and role != "volunteer":
            return api_of(world.people[role])
        return client_of(world.people[role])

    def send(entry: Entry, role: str, args: Any) -> Any:
        given = args(world) if args else []
        data = entry.data(world) if callable(entry.data) else dict(entry.data)
        keywords = given if isinstance(given, dict) else None
        url = (
            entry.name
            if entry.name.startswith("/")
            else reverse(entry.name, args=None if keywords else given, kwargs=keywords)
        )
        with transaction.atomic():
            client = client_for(entry, role)
            extra = {"content_type": "application/json"} if entry.kind == "api" else {}
            if entry.kind == "api" and role not in ("anonymous", "volunteer"):
                extra = {"format": "json"}
            if entry.method in ("get", "head"):
                extra = {}
            response = getattr(client, entry.method)(url + entry.query, data, **extra)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        return response

    return send


def expected(entry: Entry, role: str) -> tuple[int, ...]:
    """Statuses that the table allows; 302 for strangers is checked for its target as well."""
    inside = entry.signed_in_ok or entry.ok
    if entry.kind == "public":
        return entry.ok if role == "anonymous" else inside
    if entry.kind == "signed_in":
        return (302,) if role == "anonymous" else entry.ok
    if entry.kind == "volunteer":
        return entry.ok if role == "volunteer" else entry.refused
    if role == "anonymous":
        return (401,) if entry.kind == "api" else (302,)
    if role == "volunteer":
        return (401,) if entry.kind == "api" else (404,)
    if role == "outsider":
        own = (entry.args or entry.data) and not entry.everywhere
        shut_out = own or "coordinator" not in entry.allowed
        return entry.refused if shut_out else entry.ok
    return entry.ok if role in entry.allowed else entry.refused


@pytest.mark.parametrize("entry", ADDRESSES, ids=str)
def test_each_role_gets_what_the_table_says(entry, visit):
    wrong = {}
    for role in ROLES:
        response = visit(entry, role, entry.args)
        allowed = expected(entry, role)
        target = response.get("Location", "")
        stranger = role == "anonymous" and entry.kind in ("page", "signed_in")
        if response.status_code not in allowed or (
            stranger and not target.startswith(reverse("account_login"))
        ):
            wrong[role] = f"{response.status_code} {target} instead of {allowed}"
    assert not wrong


@pytest.mark.parametrize("entry", TENANTS_MEET, ids=str)
def test_nobody_reaches_the_objects_of_the_other_town(entry, visit):
    insiders = ["volunteer"] if entry.kind == "volunteer" else sorted(entry.allowed & STAFF_ROLES)
    statuses = {role: visit(entry, role, entry.foreign).status_code for role in insiders}
    assert statuses == dict.fromkeys(insiders, 404)


@pytest.mark.parametrize("entry", SOCKETS, ids=str)
def test_each_role_hears_what_the_table_says(entry, world, client_of):
    heard = {}
    for role in ROLES:
        client = client_of(world.people[role]) if role != "anonymous" else Client()
        scope = {"session": client.session, "user": world.people.get(role)}
        heard[role] = streams.authorizer(entry.name)(scope)
    allowed = entry.allowed | ({"outsider"} if "coordinator" in entry.allowed else set())
    assert {role for role, groups in heard.items() if groups} == allowed
    if "outsider" in allowed:
        assert not set(heard["outsider"]) & set(heard["coordinator"]), "tenants never meet"


def test_the_table_names_every_address():
    listed = {entry.name for entry in ADDRESSES}
    missing = sorted({name for name, _ in every_address()} - listed)
    assert not missing, "add a line under tests/access_matrix/ for: " + " ".join(missing)


def test_the_table_names_no_address_that_is_gone():
    known = {name for name, _ in every_address()}
    assert not sorted({entry.name for entry in ADDRESSES} - known)


def test_the_table_names_every_method_of_the_api():
    missing = {
        f"{method.upper()} {name}"
        for name, pattern in every_address()
        for method in getattr(pattern.callback, "actions", None) or {}
        if method != "head"
    } - {str(entry) for entry in ADDRESSES}
    assert not sorted(missing)


def test_the_table_names_every_socket():
    assert set(streams.names()) == {entry.name for entry in SOCKETS}
    inside = application.application_mapping["websocket"]
    while not isinstance(inside, URLRouter):
        inside = getattr(inside, "inner", None) or inside.application
    routes = [str(route.pattern) for route in inside.routes]
    assert routes.pop() == ""  # whatever has no stream is refused
    assert set(routes) == {HINTS} | {entry.name for entry in SEATS}
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("entry", SEATS, ids=str)
def test_each_role_sits_where_the_table_says(entry, world, client_of):
    seat = access.find_seat(entry.args(world).pk)
    found = {}
    for role in ROLES:
        client = client_of(world.people[role]) if role != "anonymous" else Client()
        found[role] = access.standing(seat, scope_of(client))
    assert {role for role, standing in found.items() if standing} == entry.allowed
    assert set(found.values()) <= {None, access.OK}


def test_the_guest_who_took_the_seat_sits_there_and_nowhere_else(world):
    guest = agree(world.guest_link)
    scope = scope_of(guest)
    assert access.standing(access.find_seat(world.guest_seat.pk), scope) == access.OK
    for other in (world.desk_seat, world.foreign_guest_seat, world.foreign_desk_seat):
        assert access.standing(access.find_seat(other.pk), scope) is None


def scope_of(client: Client) -> dict[str, Any]:
    """What a socket of this browser knows of it."""
    cookies = {name: one.value for name, one in client.cookies.items()}
    return {"session": client.session, "cookies": cookies}


def test_every_view_is_guarded_as_the_table_says():
    """``@roles`` on a page names the roles of the table; nothing else is a page of staff."""
    wrong = {}
    for name, pattern in every_address():
        entries = [entry for entry in ADDRESSES if entry.name == name]
        roles = getattr(pattern.callback, "roles", None)
        for entry in entries:
            if entry.kind == "page" and roles is None:
                wrong[name] = "a page of staff without @roles"
            elif entry.kind == "page" and not entry.allowed <= set(map(str, roles)):
                wrong[name] = f"@roles says {sorted(roles)}, the table {sorted(entry.allowed)}"
            elif entry.kind not in ("page", "api") and roles is not None:
                wrong[name] = f"@roles on an address that the table calls {entry.kind}"
            elif entry.kind == "api" and not hasattr(pattern.callback, "cls"):
                wrong[name] = "not a view of the API"
    assert not wrong


def test_every_role_of_a_page_is_in_the_table():
    """A role that ``@roles`` lets in is granted by some line of the table, too."""
    granted: dict[str, set[str]] = {}
    for entry in ADDRESSES:
        granted.setdefault(entry.name, set()).update(entry.allowed)
    wrong = {
        name: sorted(set(map(str, roles)) - granted.get(name, set()))
        for name, pattern in every_address()
        if (roles := getattr(pattern.callback, "roles", None)) is not None
        and set(map(str, roles)) - granted.get(name, set())
    }
    assert not wrong
