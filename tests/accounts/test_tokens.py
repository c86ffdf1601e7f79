"""API tokens: shown once, kept as a hash, dead at once when revoked or switched off."""

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import actions
from accounts.models import ApiToken, AuditEntry
from accounts.tokens import create_token, find_token

pytestmark = pytest.mark.django_db


class Echo(APIView):
    """Who the API thinks is asking."""

    def get(self, request):
        django_request = request._request
        return Response(
            {
                "user": request.user.pk,
                "same": request.membership == django_request.membership,
                "organization": request.membership.organization.slug,
            }
        )


def ask(authorization=None):
    extra = {"HTTP_AUTHORIZATION": authorization} if authorization is not None else {}
    response = Echo.as_view()(APIRequestFactory().get("/", **extra))
    response.render() if not isinstance(response, HttpResponse) else None
    return response


@pytest.fixture
def key(coordinator, now):
    return create_token(coordinator.memberships.get(), "web", by=coordinator, at=now)[1]


def test_a_token_acts_as_its_member(coordinator, key):
    response = ask(f"Token {key}")
    assert response.status_code == 200
    assert response.data == {"user": coordinator.pk, "same": True, "organization": "minato"}


def test_only_a_hash_is_kept(key):
    kept = ApiToken.objects.get()
    assert key not in f"{kept.key_hash}{kept.label}"
    assert kept.prefix == key[:8]
    assert len(kept.key_hash) == 64


@pytest.mark.parametrize(
    "header", [None, "", "Token", "Token wrong", "Token a b", "Bearer x", "Token \xff\xfe"]
)
def test_anything_else_is_401_and_says_how(header):
    response = ask(header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Token")


def test_a_revoked_token_is_401(key, admin, now):
    actions.revoke_token(ApiToken.objects.get(), by=admin, at=now)
    assert ask(f"Token {key}").status_code == 401


def test_a_token_dies_with_the_membership_and_comes_back_with_it(key, coordinator, admin, now):
    member = coordinator.memberships.get()
    actions.deactivate_member(member, by=admin, at=now)
    assert ask(f"Token {key}").status_code == 401
    actions.reactivate_member(member, by=admin, at=now)
    assert ask(f"Token {key}").status_code == 200


def test_a_token_dies_with_the_person(key, coordinator):
    coordinator.is_active = False
    coordinator.save()
    assert find_token(key) is None


def test_a_session_does_not_open_the_api(coordinator, client_of):
    request = RequestFactory().get("/")
    request.user = coordinator
    request.session = client_of(coordinator).session
    assert Echo.as_view()(request).status_code == 401


def test_making_and_revoking_is_on_the_trail(key, admin, now):
    token = ApiToken.objects.get()
    actions.revoke_token(token, by=admin, at=now)
    actions.revoke_token(token, by=admin, at=now)
    verbs = AuditEntry.objects.about(f"token:{token.pk}").values_list("verb", flat=True)
    assert list(verbs) == ["token.created", "token.revoked"]


def test_an_admin_makes_a_token_on_the_page_and_sees_it_once(admin, coordinator, client_of):
    client = client_of(admin)
    member = coordinator.memberships.get()
    page = client.post("/settings/tokens/", {"label": "市のサイト", "member": member.pk})
    shown = re.search(r'value="([^"]{30,})"[^>]*data-token', page.content.decode()).group(1)
    assert find_token(shown).membership == member
    assert shown not in client.get("/settings/tokens/").content.decode()
    assert page["Cache-Control"] == "no-store"


def test_a_token_for_a_member_of_the_other_town_is_refused(admin, outsider, client_of):
    page = client_of(admin).post(
        "/settings/tokens/", {"label": "x", "member": outsider.memberships.get().pk}
    )
    assert page.status_code == 422
    assert not ApiToken.objects.exists()
