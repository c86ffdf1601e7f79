"""A walk over every page of the site: who opens it, and what the server answers.

The addresses are those of the access matrix, so that a new page is on the walk by itself. Pages
that one reaches only on a way (a code to type in, an offer that is answered) are in ``ON_A_WAY``.
The pages are fetched first and shown to the browser afterwards: no server, no two threads.
"""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import CharField, TextField
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route

from accounts.clock import database_now
from accounts.models import User
from dispatch.actions.offers import accept_offer, decline_offer
from honoraria.payees.own_pages import PROVED
from tests import factories
from tests.access_matrix import ENTRIES, Entry
from tests.interpreting.rooming import agree
from tests.volunteers.applying import filled
from tests.world import World

ORIGIN = "http://127.0.0.1:9"  # never reached: everything is answered here
# public, but for staff or for those who try the software: in Japanese only
JAPANESE_ONLY = ("account_", "mfa_", "usersessions_", "demo:", "ui:", "accounts:invitation")
# the schema's browser comes from a package, and fetches what it shows
NOT_OURS = {"api:docs"}
JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
OURS = ("accounts", "volunteers", "dispatch", "interpreting", "honoraria", "realtime")


@dataclass(frozen=True)
class Stop:
    """A page of the walk."""

    name: str
    path: str
    html: str


def is_readers(entry: Entry) -> bool:
    """A page of volunteers, guests or strangers: it exists in every language."""
    return entry.kind in {"volunteer", "public"} and not entry.name.startswith(JAPANESE_ONLY)


def looked_at() -> list[Entry]:
    """What may answer with a page."""
    return [
        entry
        for entry in ENTRIES
        if entry.method == "get"
        and entry.kind in {"page", "volunteer", "public", "signed_in"}
        and entry.name not in NOT_OURS
    ]


def is_page(response: HttpResponse) -> bool:
    """A whole document, not a part of one, a file or a way elsewhere."""
    html = response.headers.get("Content-Type", "").startswith("text/html")
    return html and response.content.lstrip()[:9].lower() == b"<!doctype"


class Walk:
    """The walk of one world in one language."""

    def __init__(self, world: World, client_of: Callable[[User], Client], language: str) -> None:
        self.world, self.language, self.client_of = world, language, client_of
        self._clients: dict[int, Client] = {}
        self.passed_by: dict[str, int] = {}  # address → status, where no page came

    def stops(self, readers: bool) -> Iterator[Stop]:
        """Pages of readers or of staff; every object is there before the first is shown."""
        # the world's passkeys have no key that a list of them could show: they come last
        entries = sorted(
            (entry for entry in looked_at() if is_readers(entry) == readers),
            key=lambda entry: "passkey" in entry.name,
        )
        for entry in entries:
            if entry.args and "passkey" not in entry.name:
                entry.args(self.world)
        for entry in entries:
            client, path = self._client(entry), self._path(entry)
            response = client.get(path, follow=False)
            if is_page(response):
                yield Stop(entry.name, path, response.content.decode())
            else:
                self.passed_by[entry.name] = response.status_code
        if readers:
            yield from self._on_a_way()

    def _on_a_way(self) -> Iterator[Stop]:
        for name, way in ON_A_WAY.items():
            client, path = way(self)
            response = client.get(self._in_language(path), follow=True)
            assert is_page(response), f"{name}: {response.status_code}"
            yield Stop(name, path, response.content.decode())

    def stranger(self) -> Client:
        """A browser that knows nobody and has chosen the language."""
        client = Client()
        client.cookies["tsunagi_language"] = self.language
        return client

    def person(self, user: User) -> Client:
        """A signed-in browser that has chosen the language."""
        if user.pk not in self._clients:
            client = self._clients[user.pk] = self.client_of(user)
            client.cookies["tsunagi_language"] = self.language
            session = client.session  # they have just typed their password: no page asks again
            session["account_authentication_methods"] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(user.pk)
            session.save()
        return self._clients[user.pk]

    def hana(self) -> Client:
        """The volunteer's own browser."""
        return self.person(self.world.people["volunteer"])

    def _client(self, entry: Entry) -> Client:
        if entry.kind == "public":
            return self.stranger()
        order = ("admin", "coordinator", "accountant", "requester", "volunteer")
        role = next(role for role in order if role in entry.allowed)
        if entry.kind == "signed_in":
            role = "coordinator"
        return self.person(self.world.people[role])

    def _path(self, entry: Entry) -> str:
        given = entry.args(self.world) if entry.args else []
        if entry.name.startswith("/"):
            return self._in_language(entry.name)
        named = given if isinstance(given, dict) else None
        path = reverse(entry.name, args=None if named else given, kwargs=named)
        return self._in_language(path + entry.query)

    def _in_language(self, path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}lang={self.language}"


# pages on a way: (browser, address) --------------------------------------------------------------
Way = Callable[[Walk], tuple[Client, str]]


def _code(walk: Walk) -> tuple[Client, str]:
    client = walk.stranger()
    client.post(reverse("volunteer:sign_in"), {"contact": "090-1111-2222"})
    return client, reverse("volunteer:code")


def _contact_code(walk: Walk) -> tuple[Client, str]:
    client = walk.hana()
    client.post(reverse("volunteer:contact", args=["email"]), {"address": "new@example.jp"})
    return client, reverse("volunteer:contact_code", args=["email"])


def _apply_confirm(walk: Walk) -> tuple[Client, str]:
    client, slug = walk.stranger(), walk.world.application.organization.slug
    client.post(reverse("volunteers:apply", args=[slug]), filled())
    return client, reverse("volunteers:apply_confirm", args=[slug])


def _report(walk: Walk) -> tuple[Client, str]:
    at = factories.NOW - timedelta(hours=3)
    request = factories.RequestFactory(
        organization=walk.world.city, status="filled", starts_at=at, ends_at=at + timedelta(hours=1)
    )
    job = factories.AssignmentFactory(request=request, volunteer=walk.world.hana)
    return walk.hana(), reverse("volunteer_report:report", args=[job.pk])


def _account(walk: Walk) -> tuple[Client, str]:
    client = walk.hana()
    session = client.session  # the code to the telephone was just typed in
    session[PROVED] = database_now().isoformat()
    session.save()
    return client, reverse("volunteer_money:account_new")


def _seat(walk: Walk) -> tuple[Client, str]:
    client = agree(walk.world.guest_link)
    return client, reverse("guest:seat", args=[walk.world.guest_seat.pk])


def _offer(state: str) -> Way:
    def way(walk: Walk) -> tuple[Client, str]:
        world = walk.world
        day = factories.NOW + timedelta(days={"declined": 11, "accepted": 12, "late": 13}[state])
        request = factories.RequestFactory(organization=world.city, starts_at=day)
        offer = factories.OfferFactory(request=request, volunteer=world.hana)
        if state == "declined":
            decline_offer(offer, via="web", at=factories.NOW)
        else:
            rival = factories.OfferFactory(request=request, volunteer=world.minh)
            accept_offer(rival if state == "late" else offer, via="web", at=factories.NOW)
        if state == "late":
            accept_offer(offer, via="web", at=factories.NOW)
        return walk.stranger(), reverse("dispatch:offer", args=[offer.token])

    return way


ON_A_WAY: dict[str, Way] = {
    "volunteer:code": _code,
    "volunteer:contact_code": _contact_code,
    "volunteers:apply_confirm": _apply_confirm,
    "volunteer_report:report": _report,
    "volunteer_money:account_new": _account,
    "guest:seat": _seat,
    "an offer that was declined": _offer("declined"),
    "an offer that was accepted": _offer("accepted"),
    "an offer that came too late": _offer("late"),
}


# in the browser ----------------------------------------------------------------------------------
def show(page: Page, stop: Stop) -> None:
    """Open a fetched page; static files come from the finders, everything else is an outage."""
    address = ORIGIN + stop.path

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.url == address:
            route.fulfill(status=200, body=stop.html, content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(status=200, body=Path(str(found)).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=503, body="")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(address)


def own_words() -> list[str]:
    """What people of the world have entered themselves, the longest first: it has no translation."""
    found: set[str] = set()
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            fields = [f.attname for f in model._meta.concrete_fields if _holds_text(f)]
            for row in model._default_manager.values_list(*fields) if fields else ():
                found.update(str(value) for value in row if value and JAPANESE.search(str(value)))
    names = {name for _, name in settings.LANGUAGES}  # a language is called what it calls itself
    names |= {"つなぎ", "ゆうちょ銀行"}  # the bank as its passbook says it
    return sorted(found | names, key=len, reverse=True)


def _holds_text(field: object) -> bool:
    return isinstance(field, CharField | TextField) and not field.choices


TEXTS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const at = node.parentElement;
    if (at.closest('script, style, [lang]:not(html)') || !at.checkVisibility()) continue;
    if (node.data.trim()) found.push(node.data.trim());
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [alt], [title]')) {
    if (one.closest('[lang]:not(html)')) continue;
    for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
      if (one.getAttribute(name)) found.push(one.getAttribute(name));
  }
  return [...found, document.title];
}"""


def untranslated(page: Page, words: list[str]) -> list[str]:
    """Japanese that shows on a page, without what people have entered themselves."""
    left = []
    for text in page.evaluate(TEXTS):
        rest = text
        for word in words:
            rest = rest.replace(word, "")
        if JAPANESE.search(rest):
            left.append(text)
    return left
