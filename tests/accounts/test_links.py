"""Links that sign in: a volunteer's, a demo role's; opened by GET, used by POST."""

import pytest
from django.test import Client

from accounts.codes import Purpose, issue_link
from accounts.errors import ActionError
from accounts.models import User
from accounts.sign_in import ensure_user_for, sign_in_demo, volunteer_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(hana, clock, now):
    return f"/sign-in/{issue_link(hana.user, Purpose.LINK, at=now, subject=hana.key)}/"


@pytest.fixture
def demo_link(coordinator, city, clock, now, settings):
    settings.DEMO = True
    city.is_demo = True
    city.save()
    return f"/demo/sign-in/{issue_link(coordinator, Purpose.DEMO, at=now)}/"


def test_a_volunteer_signs_in_by_the_button(link, hana):
    client = Client()
    assert "<form" in client.get(link).content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post(link)["Location"] == "/v/"
    assert client.session["volunteer_id"] == hana.pk


def test_the_link_works_once(link):
    assert Client().post(link).status_code == 302
    assert Client().post(link).status_code == 404
    assert "使えません" in Client().get(link).content.decode()


def test_the_link_dies_after_ten_minutes(link, clock):
    clock.move(minutes=10)
    assert Client().get(link).status_code == 404
    assert Client().post(link).status_code == 404


def test_the_link_of_a_switched_off_person_opens_nothing(link, hana):
    User.objects.filter(pk=hana.user.pk).update(is_active=False)
    client = Client()
    assert client.post(link).status_code == 404
    assert "_auth_user_id" not in client.session


def test_signing_in_changes_the_session_key_and_drops_what_was_there(link, coordinator, client_of):
    client = client_of(coordinator)
    before = client.session.session_key
    client.post(link)
    assert client.session.session_key != before
    assert client.get("/settings/").status_code == 404, "no longer staff"


def test_the_demo_link_opens_a_role_again_and_again(demo_link, coordinator):
    for _ in range(2):
        client = Client()
        assert "この役で入る" in client.get(demo_link).content.decode()
        assert client.post(demo_link)["Location"] == "/"
        assert client.get("/settings/").status_code == 200, "no second factor in the demo"


def test_a_demo_volunteer_signs_in_as_that_volunteer(hana, city, clock, now, settings):
    settings.DEMO = True
    path = f"/demo/sign-in/{issue_link(hana.user, Purpose.DEMO, at=now, subject=hana.key)}/"
    client = Client()
    assert client.post(path)["Location"] == "/v/"
    assert client.session["volunteer_id"] == hana.pk


def test_the_demo_link_does_not_exist_outside_the_demo(demo_link, settings):
    settings.DEMO = False
    assert Client().get(demo_link).status_code == 404
    assert Client().post(demo_link).status_code == 404


def test_a_demo_session_ends_with_the_demo(demo_link, settings):
    client = Client()
    client.post(demo_link)
    settings.DEMO = False
    assert client.get("/settings/")["Location"] == "/accounts/2fa/"


def test_the_demo_link_never_opens_a_real_organization(demo_link, coordinator, city, rf):
    city.is_demo = False
    city.save()
    assert Client().post(demo_link).status_code == 404
    with pytest.raises(ActionError, match="デモ"):
        sign_in_demo(rf.get("/"), coordinator)


@pytest.mark.parametrize("secret", ["x", "あ", "a" * 500])
@pytest.mark.parametrize("kind", ["sign-in", "invitation", "demo/sign-in"])
def test_a_guessed_secret_is_404(kind, secret, settings):
    settings.DEMO = True
    assert Client().get(f"/{kind}/{secret}/").status_code == 404
    assert Client().post(f"/{kind}/{secret}/").status_code == 404


def test_a_post_needs_the_csrf_token(link):
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403


def test_a_users_is_made_once(hana):
    assert ensure_user_for("x", "vi", hana.user) == hana.user
    made = ensure_user_for("山田 花", "en")
    assert made.email is None
    assert not made.has_usable_password()


def test_staff_have_no_volunteer_session(coordinator, hana, client_of, rf):
    request = rf.get("/")
    request.user, request.session = coordinator, client_of(coordinator).session
    assert volunteer_session(request) is None
    request.user, request.session = hana.user, client_of(hana.user).session
    assert volunteer_session(request) == hana.pk
