"""The cast that every test may call: one city with its staff, a second town, two volunteers.

``client_of(person)`` is a browser signed in with a second factor, ``api_of(person)`` an API client
with a token. Nobody here depends on the clock of the machine: ``now`` is 2026-11-24 10:00 in Tokyo,
and a test that asks for ``clock`` makes ``database_now()`` in the pages say so, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect
from rest_framework.test import APIClient
from servestatic.middleware import ServeStaticMiddleware

from accounts.models import Membership, Organization, Role, User
from accounts.sessions import VOLUNTEER_SESSION
from dispatch.models import RequestingBody
from tests import factories, template
from tests.services import redis_url  # noqa: F401 - a fixture for every test
from volunteers.models import Volunteer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every test person's TOTP device
# how long one example takes says more about the neighbours of a busy machine than about the code
settings.register_profile("tsunagi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tsunagi")
LONGEST = (
    "tests/ui/test_axe_everywhere", "tests/config/test_demo_seed", "tests/faults/",
    "tests/honoraria/test_migrations", "tests/test_access_matrix",
)  # fmt: skip
A_WHILE = 15_000.0  # milliseconds that pages may take on a machine with other work to do
expect.set_options(timeout=A_WHILE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's step before it makes the test database: a copy, not twenty seconds' work."""
    template.use_for_tests()


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once() -> Iterator[None]:
    """Every test client makes the middleware anew, and looking for files took a third of its test."""
    look, found = ServeStaticMiddleware.add_files_from_finders, {}

    def once(middleware: ServeStaticMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServeStaticMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """Rate limits and used codes of one test must not reach the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def now() -> datetime:
    """2026-11-24 10:00 in Tokyo, a Tuesday, as UTC."""
    return factories.NOW


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: at the end one worker would run them while the others have nothing."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_SERVICES=1 a service that is missing is a failure, not a skip."""
    report = yield
    optional = item.get_closest_marker("twilio_description") is not None
    if report.skipped and not optional and os.environ.get("REQUIRE_SERVICES") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_SERVICES=1: {report.longrepr}"
    return report


class Clock:
    """Stands in for the connection that `accounts.clock` asks for the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def move(self, **delta: float) -> datetime:
        """Go on by ``minutes=5`` or the like; returns the new instant."""
        self.at += timedelta(**delta)
        return self.at

    def cursor(self) -> nullcontext[Clock]:
        return nullcontext(self)

    def execute(self, statement: str) -> None:
        assert statement == "SELECT clock_timestamp()"

    def fetchone(self) -> tuple[datetime]:
        return (self.at,)


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The database's clock as the pages see it; stands at ``now`` until it is moved."""
    stopped = Clock(now)
    monkeypatch.setattr("accounts.clock.connection", stopped)
    return stopped


@pytest.fixture
def city(db: None) -> Organization:
    """The city whose people the tests follow."""
    return factories.OrganizationFactory(slug="minato", name="みなと市国際交流協会")


@pytest.fixture
def town(db: None) -> Organization:
    """Another organization, which must never see anything of the city."""
    return factories.OrganizationFactory(slug="yamate", name="山手町国際交流協会")


@pytest.fixture
def school(city: Organization) -> RequestingBody:
    """A body that asks the city for interpreters."""
    return factories.RequestingBodyFactory(organization=city, name="みなと第一小学校")


@pytest.fixture
def coordinator(city: Organization) -> User:
    """Runs the desk of the city."""
    return _member(city, Role.COORDINATOR, "佐藤 恵", "sato@example.jp")


@pytest.fixture
def accountant(city: Organization) -> User:
    """Pays the city's volunteers."""
    return _member(city, Role.ACCOUNTANT, "鈴木 誠", "suzuki@example.jp")


@pytest.fixture
def admin(city: Organization) -> User:
    """Administers the city's organization."""
    return _member(city, Role.ADMIN, "高橋 明", "takahashi@example.jp")


@pytest.fixture
def requester(city: Organization, school: RequestingBody) -> User:
    """A teacher who asks on behalf of the school."""
    person = _member(city, Role.REQUESTER, "田中 学", "tanaka@example.jp")
    Membership.objects.filter(user=person).update(requesting_body_id=school.pk)
    return person


@pytest.fixture
def outsider(town: Organization) -> User:
    """Coordinator of the other town."""
    return _member(town, Role.COORDINATOR, "渡辺 遠", "watanabe@example.jp")


@pytest.fixture
def hana(city: Organization) -> Volunteer:
    """Speaks Vietnamese and English; has a sign-in of her own."""
    return factories.VolunteerFactory(
        organization=city,
        number=101,
        name="山田 花",
        kana="ヤマダ ハナ",
        gender="female",
        skills=["vi", ("en", 2, 2)],
        user=factories.UserFactory(email=None, name="山田 花", password=None),
    )


@pytest.fixture
def minh(city: Organization) -> Volunteer:
    """Speaks Vietnamese; has a sign-in of his own."""
    return factories.VolunteerFactory(
        organization=city,
        number=102,
        name="グエン・ミン",
        kana="グエン ミン",
        gender="male",
        skills=["vi"],
        user=factories.UserFactory(email=None, name="グエン・ミン", password=None),
    )


@pytest.fixture
def client_of(db: None) -> Callable[[User], Client]:
    """A browser in which the person is signed in.

    Staff have a second factor; a volunteer's user has the session that a code or link opens.
    """

    def sign_in(person: User) -> Client:
        if person.memberships.exists():
            give_second_factor(person)
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        if volunteer := person.volunteers.first():
            session[VOLUNTEER_SESSION] = volunteer.pk
        session.save()
        UserSession.objects.create(user=person, session_key=session.session_key, ip="127.0.0.1")
        return client

    return sign_in


@pytest.fixture
def api_of(db: None) -> Callable[[User], APIClient]:
    """An API client that carries a token of the person's first membership."""

    def with_token(person: User) -> APIClient:
        from accounts.tokens import create_token

        membership = person.memberships.order_by("id").get()
        _, key = create_token(membership, "test", by=person, at=factories.NOW)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    return with_token


def give_second_factor(person: User) -> None:
    """A TOTP device with the secret ``SECRET``, unless there is one."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    if not Authenticator.objects.filter(user=person).exists():
        TOTP.activate(person, SECRET)


def _member(organization: Organization, role: str, name: str, email: str) -> User:
    person = factories.UserFactory(name=name, email=email)
    factories.MembershipFactory(user=person, organization=organization, role=role)
    return person


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Chromium, closed before the next test, or a clear skip where it is missing."""
    from playwright.sync_api import sync_playwright

    from tests.ui.conftest import ARGUMENTS, CHROMIUM

    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop of its own
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
