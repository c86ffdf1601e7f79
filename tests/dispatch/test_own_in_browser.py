"""Settings in a real browser at the size of a telephone: painting the week, and a passkey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests.accounts.test_passkey import page  # noqa: F401 - a browser with a fingerprint reader
from volunteers.availability import Rule
from volunteers.schedules import plain_rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def telephone(page: Any, live_server: Any, hana: Any, client_of: Any) -> Iterator[Any]:  # noqa: F811
    """Hana is signed in; what the console complains of fails the test."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 360, "height": 740})
    hana.rules.all().delete()
    session = client_of(hana.user).cookies["tsunagi_session"].value
    cookie = {"name": "tsunagi_session", "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])
    yield page
    assert complaints == []


def cell(day: int, row: int) -> str:
    return f"td[data-day='{day}'][data-row='{row}']"


def test_a_week_is_painted_by_dragging_and_by_keyboard(telephone, live_server, hana):
    telephone.goto(f"{live_server.url}/v/hours/")
    first, last = telephone.locator(cell(0, 18)), telephone.locator(cell(1, 21))
    first.scroll_into_view_if_needed()
    first.hover()
    telephone.mouse.down()
    last.hover()
    telephone.mouse.up()
    telephone.locator(cell(0, 18)).focus()
    for key in ("End", "Space", "Shift+ArrowDown"):
        telephone.keyboard.press(key)
    telephone.click("main form[method=post] >> text=保存する")
    telephone.wait_for_selector("text=毎週月・火 9:00〜11:00")
    telephone.wait_for_selector("text=祝日 9:00〜10:00")
    assert plain_rules(hana.rules.all()) == [
        Rule(0, 540, 660), Rule(1, 540, 660), Rule(7, 540, 600)
    ]  # fmt: skip
    assert telephone.locator(cell(1, 21)).get_attribute("aria-selected") == "true"
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in (360, 320):
        telephone.set_viewport_size({"width": width, "height": 740})
        assert telephone.evaluate(overflow) == 0


def test_a_passkey_is_made_after_the_first_code_and_signs_in(telephone, live_server, hana):
    address = live_server.url.replace("127.0.0.1", "localhost")
    cookie = telephone.context.cookies()[0]["value"]
    telephone.context.add_cookies([{"name": "tsunagi_session", "value": cookie, "url": address}])
    telephone.goto(f"{address}/v/devices/")
    telephone.click("#passkey_add")
    telephone.wait_for_selector("text=次回から、指紋や顔でサインインできます")
    assert Authenticator.objects.filter(user=hana.user, type="webauthn").count() == 1

    telephone.context.clear_cookies()
    telephone.goto(f"{address}/v/sign-in/?next=/v/me/")
    telephone.click("#passkey_sign_in")
    telephone.wait_for_url("**/v/me/")
    telephone.wait_for_selector(f"text={hana.name}")
