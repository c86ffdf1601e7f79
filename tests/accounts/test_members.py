"""Members: invited by link, given roles, switched off; the last administrator stays."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import actions
from accounts.errors import ActionError
from accounts.models import AuditEntry, Membership, Organization, Role, User
from accounts.sessions import lacks_second_factor
from accounts.subscriptions import body_choices
from realtime.models import Message
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"name": "新人 さくら", "email": "Sakura@Example.jp", "role": "coordinator"}


@pytest.fixture
def office(admin, client_of):
    return client_of(admin)


def invited(page):
    return re.search(r'value="http[^"]*(/invitation/[^"]+)"', page.content.decode()).group(1)


def verbs(member):
    return list(AuditEntry.objects.about(f"member:{member.pk}").values_list("verb", flat=True))


def test_an_invited_member_sets_a_password_and_signs_in(office, city):
    path = invited(office.post("/settings/members/", NEW))
    person = User.objects.get(email="sakura@example.jp")
    assert not person.has_usable_password()
    browser = Client()
    assert "新人 さくら" in browser.get(path).content.decode()
    response = browser.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert response["Location"] == "/accounts/login/"
    response = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert response.status_code == 302
    assert browser.get("/settings/")["Location"] == "/accounts/2fa/"
    assert verbs(person.memberships.get()) == ["member.added", "member.joined"]


def test_the_link_works_once_and_looking_does_not_use_it_up(office):
    path = invited(office.post("/settings/members/", NEW))
    for _ in range(3):
        assert Client().get(path).status_code == 200
    Client().post(path, {"password": PASSWORD, "again": PASSWORD})
    again = Client().post(path, {"password": "another-password-x", "again": "another-password-x"})
    assert again.status_code == 404
    assert User.objects.get(email="sakura@example.jp").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "again", "complaint"),
    [
        ("short", "short", "12"),
        (PASSWORD, "something-else", "一致しません"),
        ("", "", "必須"),
        ("password12345678", "password12345679", "一致しません"),
        ("sakura@example.jp", "sakura@example.jp", "似"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_stays(office, password, again, complaint):
    path = invited(office.post("/settings/members/", NEW))
    page = Client().post(path, {"password": password, "again": again})
    assert page.status_code == 422
    assert complaint in page.content.decode()
    assert Client().get(path).status_code == 200


def test_the_invitation_is_mailed_but_never_for_a_demo(office, city):
    office.post("/settings/members/", NEW)
    assert "/invitation/" in mail.outbox[0].body
    assert mail.outbox[0].to == ["sakura@example.jp"]
    Organization.objects.update(is_demo=True)
    office.post("/settings/members/", {**NEW, "email": "second@example.jp"})
    assert len(mail.outbox) == 1


def test_inviting_again_replaces_the_link(office):
    first = invited(office.post("/settings/members/", NEW))
    member = Membership.objects.get(user__email="sakura@example.jp")
    second = invited(office.post(f"/settings/members/{member.pk}/invite/"))
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_a_person_of_the_other_town_gets_no_link_that_sets_a_password(office, outsider, city):
    page = office.post("/settings/members/", {**NEW, "email": outsider.email})
    assert "/invitation/" not in page.content.decode()
    assert outsider.memberships.filter(organization=city).exists()
    outsider.refresh_from_db()
    assert outsider.check_password(PASSWORD)


def test_a_pending_person_of_two_towns_gets_no_link_either(office, town, city, admin, now):
    member, secret = actions.add_member(
        town, email="sakura@example.jp", name="さくら", role="admin", by=None, at=now
    )
    page = office.post("/settings/members/", NEW)
    assert secret
    assert "/invitation/" not in page.content.decode()
    here = Membership.objects.get(user=member.user, organization=city)
    with pytest.raises(ActionError, match="他団体"):
        actions.invite_again(here, by=admin, at=now)


def test_the_same_person_is_not_added_twice(office, coordinator):
    page = office.post("/settings/members/", {**NEW, "email": coordinator.email.upper()})
    assert page.status_code == 422
    assert "すでに登録されています" in page.content.decode()
    assert NEW["name"] in page.content.decode(), "what was typed is kept"


def test_a_requester_needs_a_body_of_this_organization(office, city, school, monkeypatch):
    monkeypatch.setattr(
        "accounts.subscriptions.body_choices",
        [lambda organization: list(organization.bodies.values_list("pk", "name"))],
    )
    foreign = factories.RequestingBodyFactory()
    for body in ("", str(foreign.pk)):
        page = office.post("/settings/members/", {**NEW, "role": "requester", "body": body})
        assert page.status_code == 422
    office.post("/settings/members/", {**NEW, "role": "requester", "body": school.pk})
    assert Membership.objects.get(user__email="sakura@example.jp").requesting_body_id == school.pk
    assert isinstance(body_choices, list)


def test_a_role_is_changed_and_written_down(office, coordinator):
    member = coordinator.memberships.get()
    office.post(f"/settings/members/{member.pk}/role/", {"role": "accountant"})
    member.refresh_from_db()
    assert member.role == Role.ACCOUNTANT
    entry = AuditEntry.objects.about(f"member:{member.pk}").get()
    assert (entry.detail["before"], entry.detail["after"]) == ("coordinator", "accountant")


@pytest.mark.parametrize("role", ["", "emperor"])
def test_an_unknown_role_changes_nothing(office, coordinator, role):
    member = coordinator.memberships.get()
    assert office.post(f"/settings/members/{member.pk}/role/", {"role": role}).status_code == 302
    member.refresh_from_db()
    assert member.role == Role.COORDINATOR


def test_a_deactivated_member_is_out_at_once(office, coordinator, client_of):
    theirs = client_of(coordinator)
    assert theirs.get("/settings/").status_code == 200
    office.post(f"/settings/members/{coordinator.memberships.get().pk}/deactivate/")
    assert theirs.get("/settings/")["Location"].startswith("/accounts/login/")
    assert verbs(coordinator.memberships.get()) == ["member.deactivated"]


def test_the_last_administrator_stays(office, admin, now):
    member = admin.memberships.get()
    page = office.post(f"/settings/members/{member.pk}/deactivate/", follow=True)
    assert "管理者が一人もいなくなる" in page.content.decode()
    with pytest.raises(ActionError) as refused:
        actions.change_role(member, "coordinator", by=admin, at=now)
    assert refused.value.code == "last_admin"
    member.refresh_from_db()
    assert member.active
    assert member.role == Role.ADMIN


def test_with_two_administrators_one_may_go(admin, city, now):
    second = factories.MembershipFactory(organization=city, role="admin")
    actions.deactivate_member(admin.memberships.get(), by=second.user, at=now)
    with pytest.raises(ActionError):
        actions.deactivate_member(second, by=second.user, at=now)


def test_a_switched_off_administrator_does_not_count(admin, city, now):
    factories.MembershipFactory(organization=city, role="admin", active=False)
    with pytest.raises(ActionError):
        actions.deactivate_member(admin.memberships.get(), by=None, at=now)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one(admin, city, now):
    second = factories.MembershipFactory(organization=city, role="admin")

    def remove(member):
        try:
            actions.deactivate_member(member, by=None, at=now)
        except ActionError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(remove, [admin.memberships.get(), second]))
    assert sorted(outcomes) == ["done", "last_admin"]
    assert city.memberships.filter(role="admin", active=True).count() == 1


def test_a_lost_phone_means_setting_up_again(office, coordinator, client_of):
    theirs = client_of(coordinator)
    office.post(f"/settings/members/{coordinator.memberships.get().pk}/second-factor/")
    assert theirs.get("/settings/").status_code == 302
    assert not coordinator.authenticator_set.exists()


def test_the_second_factor_of_a_person_of_two_towns_is_not_reset(office, outsider, city):
    member = factories.MembershipFactory(user=outsider, organization=city)
    outsider.authenticator_set.create(type="totp", data={})
    office.post(f"/settings/members/{member.pk}/second-factor/")
    assert outsider.authenticator_set.exists()


def passkey_of(person):
    return person.authenticator_set.create(type="webauthn", data={"name": "スマートフォン"})


def test_a_volunteers_passkey_is_no_second_factor_of_a_new_member(office, city, coordinator):
    person = factories.UserFactory(email="hana@example.jp", name="山田 花", password=None)
    passkey_of(person)
    office.post("/settings/members/", {**NEW, "email": person.email})
    assert lacks_second_factor(person.pk, {})
    told = Message.objects.get(kind="passkeys_removed")
    assert (told.channel, told.address) == ("email", person.email)
    assert verbs(person.memberships.get()) == ["member.passkeys_removed", "member.added"]


def test_nor_of_a_member_who_comes_back(admin, coordinator, now):
    member = coordinator.memberships.get()
    actions.deactivate_member(member, by=admin, at=now)
    passkey_of(coordinator)  # as a volunteer, meanwhile
    actions.reactivate_member(member, by=admin, at=now)
    assert lacks_second_factor(coordinator.pk, {})
    assert Message.objects.filter(kind="passkeys_removed").count() == 1
    passkey_of(coordinator)
    actions.reactivate_member(member, by=admin, at=now)  # pressed twice: was a member already
    assert not lacks_second_factor(coordinator.pk, {})


def test_the_passkey_of_somebody_who_works_in_two_offices_stays(office, outsider):
    passkey_of(outsider)
    office.post("/settings/members/", {**NEW, "email": outsider.email})
    assert not lacks_second_factor(outsider.pk, {})
    assert not Message.objects.exists()


def test_a_person_of_two_organizations_switches(coordinator, town, city, client_of):
    factories.MembershipFactory(user=coordinator, organization=town, role="accountant")
    client = client_of(coordinator)
    assert client.get("/settings/").context["organization"] == city
    response = client.post("/settings/switch/", {"organization": town.pk})
    assert response["Location"] == "/"
    page = client.get("/settings/")
    assert page.context["organization"] == town
    assert page.context["membership"].role == "accountant"


@pytest.mark.parametrize("wanted", ["", "x", "９９", "-1", "999999999999999999999", "0"])
def test_switching_elsewhere_is_404(coordinator, client_of, wanted):
    response = client_of(coordinator).post("/settings/switch/", {"organization": wanted})
    assert response.status_code == 404


def test_switching_to_a_town_one_does_not_belong_to_is_404(coordinator, town, client_of):
    response = client_of(coordinator).post("/settings/switch/", {"organization": town.pk})
    assert response.status_code == 404
