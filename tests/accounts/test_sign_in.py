"""Staff signing in through allauth: password, second factor, lockout, reset, devices."""

import re
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.sessions import DEMO_LINK_SESSION
from accounts.sign_in import VOLUNTEER_SESSION_SECONDS, sign_in_demo, sign_in_volunteer
from tests.conftest import SECRET, give_second_factor
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def totp(secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(person, password=PASSWORD, client=None):
    client = client or Client()
    response = client.post(LOGIN, {"login": person.email, "password": password})
    return client, response


@pytest.fixture
def signed_in(coordinator):
    """A browser that went through both steps."""
    give_second_factor(coordinator)
    client, _ = sign_in(coordinator)
    client.post("/accounts/2fa/authenticate/", {"code": totp()})
    return client


def test_a_password_alone_leads_to_setting_up_a_second_factor(coordinator):
    client, response = sign_in(coordinator)
    assert response.status_code == 302
    for path in ("/settings/", "/volunteers/"):
        assert client.get(path)["Location"] == reverse("mfa_index")
    page = client.get(reverse("mfa_index"))
    assert "二段階認証の設定をお願いしています" in page.content.decode()


def test_an_authenticator_app_is_set_up_and_the_pages_open(coordinator):
    client, _ = sign_in(coordinator)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7=]+)</code>", page).group(1)
    response = client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    assert response.status_code == 302
    kept = Authenticator.objects.get(user=coordinator, type="totp").data["secret"]
    assert secret not in kept, "the secret is encrypted at rest"
    assert client.get("/settings/").status_code == 200


def test_sign_in_with_password_and_totp(coordinator):
    give_second_factor(coordinator)
    client, response = sign_in(coordinator)
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/settings/").status_code == 302, "not in yet"
    assert "_auth_user_id" not in client.session
    response = client.post(reverse("mfa_authenticate"), {"code": totp()})
    assert response.status_code == 302
    assert client.get("/settings/").status_code == 200


def test_a_member_of_staff_signs_in_again_every_day(signed_in, settings):
    kept = Session.objects.get(pk=signed_in.session.session_key)
    assert kept.expire_date - timezone.now() <= timedelta(hours=12)
    assert settings.SESSION_COOKIE_AGE == 12 * 3600


def test_a_demo_role_does_not_last_as_long_as_the_volunteer_before_it(coordinator, city, settings):
    settings.DEMO, city.is_demo = True, True
    city.save()
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.user = coordinator
    sign_in_volunteer(request, coordinator, 1)
    assert request.session.get_expiry_age() == VOLUNTEER_SESSION_SECONDS
    sign_in_demo(request, coordinator)
    assert request.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_a_wrong_totp_code_is_said_beside_the_field(coordinator):
    give_second_factor(coordinator)
    client, _ = sign_in(coordinator)
    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert response.status_code == 200
    assert "field--invalid" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_totp_code_works_once(coordinator):
    give_second_factor(coordinator)
    code = totp()
    for expected in (302, 200):
        client, _ = sign_in(coordinator)
        response = client.post(reverse("mfa_authenticate"), {"code": code})
        assert response.status_code == expected


def test_a_recovery_code_stands_in_for_the_app_once(coordinator):
    give_second_factor(coordinator)
    code = RecoveryCodes.activate(coordinator).get_unused_codes()[0]
    for expected in (302, 200):
        client, _ = sign_in(coordinator)
        response = client.post(reverse("mfa_authenticate"), {"code": code})
        assert response.status_code == expected


def test_recovery_codes_alone_are_no_second_factor(coordinator, client_of):
    client = client_of(coordinator)
    Authenticator.objects.filter(user=coordinator, type="totp").delete()
    RecoveryCodes.activate(coordinator)
    assert client.get("/settings/")["Location"] == reverse("mfa_index")


def test_the_demo_link_exempts_from_the_second_factor_in_the_demo_only(coordinator, settings):
    client, _ = sign_in(coordinator)
    session = client.session
    session[DEMO_LINK_SESSION] = True
    session.save()
    assert client.get("/settings/")["Location"] == reverse("mfa_index")
    settings.DEMO = True
    assert client.get("/settings/").status_code == 200


def test_a_wrong_password_tells_nothing_about_the_address(coordinator):
    texts = []
    for email in (coordinator.email, "nobody@example.jp"):
        response = Client().post(LOGIN, {"login": email, "password": "wrong-wrong-wrong"})
        texts.append(
            re.sub(r'value="[^"]*"|nonce="[^"]*"|content="[^"]*"', "", response.content.decode())
        )
    assert texts[0] == texts[1]


def test_what_was_typed_is_kept(coordinator):
    _, response = sign_in(coordinator, "wrong-wrong-wrong")
    assert coordinator.email in response.content.decode()


def test_the_account_is_locked_after_eight_failures(coordinator):
    for _ in range(8):
        _, response = sign_in(coordinator, "wrong-wrong-wrong")
    assert response.status_code == 429
    assert "一時的に止めています" in response.content.decode()
    client, response = sign_in(coordinator)
    assert response.status_code == 429, "even the right password, for a while"
    assert "_auth_user_id" not in client.session


def test_the_lock_sees_through_capital_letters(coordinator):
    for _ in range(8):
        Client().post(LOGIN, {"login": coordinator.email.upper(), "password": "wrong-wrong"})
    assert sign_in(coordinator)[1].status_code == 429


def test_somebody_else_is_not_locked_out(coordinator, accountant):
    for _ in range(8):
        sign_in(coordinator, "wrong-wrong-wrong")
    assert sign_in(accountant)[1].status_code == 302


def test_a_success_forgets_the_failures(coordinator):
    for _ in range(7):
        sign_in(coordinator, "wrong-wrong-wrong")
    assert sign_in(coordinator)[1].status_code == 302
    for _ in range(7):
        assert sign_in(coordinator, "wrong-wrong-wrong")[1].status_code == 200


def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/")
    assert "新規登録は受け付けていません" in page.content.decode()
    client.post(
        "/accounts/signup/",
        {"email": "new@example.jp", "password1": PASSWORD, "password2": PASSWORD},
    )
    from accounts.models import User

    assert not User.objects.filter(email="new@example.jp").exists()


def test_a_forgotten_password_is_reset_by_mail(coordinator, client):
    response = client.post(reverse("account_reset_password"), {"email": coordinator.email})
    assert response.status_code == 302
    message = mail.outbox[0]
    assert "パスワード再設定" in message.subject
    path = urlsplit(re.search(r"https?://\S+", message.body).group()).path
    page = client.get(path, follow=True)
    action = page.redirect_chain[-1][0]
    fresh = "nami-ni-yureru-fune"
    response = client.post(action, {"password1": fresh, "password2": fresh}, follow=True)
    assert "パスワードを変更しました" in response.content.decode()
    assert sign_in(coordinator)[1].status_code == 200, "the old one is refused"
    assert sign_in(coordinator, fresh)[1].status_code == 302
    assert "使えません" in Client().get(path, follow=True).content.decode(), "once only"


def test_resetting_tells_nothing_about_the_address(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.jp"})
    assert response["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_people_of_demo_organizations_get_no_mail(coordinator, city, client):
    city.is_demo = True
    city.save()
    client.post(reverse("account_reset_password"), {"email": coordinator.email})
    assert mail.outbox == []


def test_sensitive_pages_ask_again_and_the_password_opens_them(coordinator, client_of):
    client = client_of(coordinator)
    response = client.get(reverse("mfa_deactivate_totp"))
    assert "reauthenticate" in response["Location"]
    response = client.post(
        reverse("account_reauthenticate") + f"?next={reverse('mfa_deactivate_totp')}",
        {"password": PASSWORD},
    )
    assert response["Location"] == reverse("mfa_deactivate_totp")
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


def test_asking_again_refuses_a_wrong_password(coordinator, client_of):
    client = client_of(coordinator)
    response = client.post(reverse("account_reauthenticate"), {"password": "wrong-wrong-wrong"})
    assert response.status_code == 200
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 302


def test_the_devices_are_listed_and_the_others_are_ended(coordinator, signed_in, client_of):
    elsewhere = client_of(coordinator)
    page = signed_in.get(reverse("usersessions_list")).content.decode()
    assert page.count("から</strong>") == 2
    signed_in.post(reverse("usersessions_list"))
    assert elsewhere.get("/settings/")["Location"].startswith(LOGIN)
    assert signed_in.get("/settings/").status_code == 200


def test_signing_out_needs_a_post(signed_in):
    signed_in.get("/accounts/logout/")
    assert signed_in.get("/settings/").status_code == 200
    signed_in.post("/accounts/logout/")
    assert signed_in.get("/settings/").status_code == 302


def test_changing_the_password_ends_other_sessions(coordinator, signed_in, client_of):
    elsewhere = client_of(coordinator)
    fresh = "yama-wo-koete-kaze"
    response = signed_in.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh},
    )
    assert response.status_code == 302
    assert elsewhere.get("/settings/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/login/code/confirm/"])
def test_ways_in_that_are_not_wanted_do_not_exist(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_change_password",
        "account_logout",
        "usersessions_list",
        "mfa_add_webauthn",
    ],
)
def test_the_pages_obey_the_content_security_policy(coordinator, signed_in, name):
    RecoveryCodes.activate(coordinator)
    page = signed_in.get(reverse(name), follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert not re.search(r"\son[a-z]+=|style=", text)
    for script in re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text):
        assert "nonce=" in script
