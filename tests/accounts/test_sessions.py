"""Sessions and sockets: they end with the sign-out, the password, the person, the membership."""

import pytest
from django.core.cache import cache

from accounts import actions
from accounts.sessions import (
    end_sessions,
    membership_of_scope,
    session_still_valid,
    volunteer_of_scope,
)
from tests import factories

pytestmark = pytest.mark.django_db


def key_of(client):
    return client.session.session_key


def test_a_session_is_valid_for_its_own_person_only(coordinator, accountant, client_of):
    key = key_of(client_of(coordinator))
    assert session_still_valid(key, coordinator.pk)
    assert not session_still_valid(key, accountant.pk)
    assert not session_still_valid("", coordinator.pk)
    assert not session_still_valid("x" * 32, coordinator.pk)


def test_it_ends_with_the_sign_out(coordinator, client_of):
    client = client_of(coordinator)
    key = key_of(client)
    client.post("/accounts/logout/")
    assert not session_still_valid(key, coordinator.pk)


def test_it_ends_with_a_new_password(coordinator, client_of):
    key = key_of(client_of(coordinator))
    coordinator.set_password("another-long-password")
    coordinator.save()
    assert not session_still_valid(key, coordinator.pk)


def test_it_ends_when_the_person_is_switched_off(coordinator, client_of):
    key = key_of(client_of(coordinator))
    coordinator.is_active = False
    coordinator.save()
    assert not session_still_valid(key, coordinator.pk)


def test_it_ends_when_it_expires(coordinator, client_of):
    client = client_of(coordinator)
    session = client.session
    session.set_expiry(-1)
    session.save()
    assert not session_still_valid(key_of(client), coordinator.pk)


def test_the_check_is_two_statements(coordinator, client_of, django_assert_num_queries):
    key = key_of(client_of(coordinator))
    cache.clear()
    with django_assert_num_queries(2):
        session_still_valid(key, coordinator.pk)


def test_a_socket_acts_as_the_member_until_the_member_is_switched_off(
    coordinator, admin, client_of, now
):
    client = client_of(coordinator)
    scope = {"session": client.session}
    assert membership_of_scope(scope).user == coordinator
    actions.deactivate_member(coordinator.memberships.get(), by=admin, at=now)
    assert membership_of_scope(scope) is None
    assert not session_still_valid(key_of(client), coordinator.pk)
    assert client.get("/settings/").status_code == 302


def test_a_socket_sees_a_new_role_at_once(coordinator, admin, client_of, now):
    scope = {"session": client_of(coordinator).session}
    actions.change_role(coordinator.memberships.get(), "accountant", by=admin, at=now)
    assert membership_of_scope(scope).role == "accountant"


def test_a_socket_needs_the_second_factor_too(coordinator, client_of):
    client = client_of(coordinator)
    coordinator.authenticator_set.all().delete()
    assert membership_of_scope({"session": client.session}) is None


def test_a_volunteers_socket_ends_with_the_sign_out(hana, client_of):
    client = client_of(hana.user)
    scope = {"session": client.session}
    assert volunteer_of_scope(scope) == hana.pk
    assert membership_of_scope(scope) is None
    client.post("/accounts/logout/")
    assert volunteer_of_scope(scope) is None


def test_a_socket_without_a_session_is_nobodys():
    assert membership_of_scope({}) is None
    assert volunteer_of_scope({}) is None


def test_a_volunteers_session_never_acts_as_staff(city, hana, client_of):
    factories.MembershipFactory(user=hana.user, organization=city, role="admin")
    client = client_of(hana.user)
    assert client.get("/settings/").status_code == 404
    assert membership_of_scope({"session": client.session}) is None


def test_ending_sessions_ends_all_of_them(coordinator, accountant, client_of):
    mine = [client_of(coordinator), client_of(coordinator)]
    others = client_of(accountant)
    assert end_sessions(coordinator) == 2
    assert [client.get("/settings/").status_code for client in mine] == [302, 302]
    assert others.get("/settings/").status_code == 200
