"""A passkey in a real browser: registered as the second factor, then used to sign in."""

import pytest
from allauth.mfa.models import Authenticator

from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def page(monkeypatch):
    """A page of a browser that has a fingerprint reader."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop of its own
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        except playwright.Error as error:
            pytest.skip(f"no Chromium: {error}")
        page = browser.new_context(locale="ja-JP").new_page()
        reader = page.context.new_cdp_session(page)
        reader.send("WebAuthn.enable")
        reader.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page
        browser.close()


def test_a_passkey_is_registered_and_signs_in(page, live_server, coordinator):
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("[name=login]", coordinator.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit] >> nth=0")
    page.goto(f"{live_server.url}/settings/")
    page.wait_for_url("**/accounts/2fa/")
    page.click("text=パスキーを登録する")
    page.fill("[name=name]", "窓口のパソコン")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    assert Authenticator.objects.filter(user=coordinator, type="webauthn").exists()
    page.goto(f"{live_server.url}/settings/")
    page.wait_for_selector("text=パスワードを変更する")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.goto(f"{live_server.url}/settings/")
    page.wait_for_selector("text=パスワードを変更する")
    assert [text for text in complaints if "Content Security Policy" in text] == []
