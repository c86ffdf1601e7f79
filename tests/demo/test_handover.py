"""``var/demo.json``: what it holds works, stays, and is nobody else's to read."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import ApiToken, Role, SignInCode
from accounts.tokens import find_token
from config.demo import handover
from tests.factories import NOW

BASE = "http://127.0.0.1:8123"
ROLES = ["coordinator", "accountant", "admin", "requester", "other_coordinator"]


@pytest.fixture
def path(world: SimpleNamespace, tmp_path: Path) -> Path:
    """Where the file is to lie."""
    return tmp_path / "var" / "demo.json"


def test_it_names_links_tokens_and_ten_phones(path: Path) -> None:
    handover.write(path, BASE, NOW)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["base_url"] == BASE
    assert set(content["sign_in_links"]) == {*ROLES, "volunteer"}
    assert set(content["tokens"]) == set(ROLES)
    assert len(content["phones"]) == 10
    assert set(content["phones"][0]) == {"id", "name", "languages", "url"}
    assert {"vi", "si", "fa-AF"} <= {tag for one in content["phones"] for tag in one["languages"]}
    assert all(link.startswith(BASE) for link in content["sign_in_links"].values())


def test_only_the_owner_can_read_it(path: Path) -> None:
    handover.write(path, BASE, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["demo.json"]


@pytest.mark.parametrize("role", ROLES)
def test_every_link_opens_its_role(path: Path, role: str) -> None:
    link = handover.write(path, BASE, NOW)["sign_in_links"][role]
    client = Client()
    assert client.get(urlsplit(link).path).status_code == 200
    assert "_auth_user_id" not in client.session  # looking is not signing in
    client.post(urlsplit(link).path)
    wanted = Role.COORDINATOR if role == "other_coordinator" else role
    answer = client.get("/demo/")
    assert answer.wsgi_request.membership.role == wanted


def test_the_volunteers_link_opens_a_volunteers_session(path: Path) -> None:
    content = handover.write(path, BASE, NOW)
    client = Client()
    client.post(urlsplit(content["sign_in_links"]["volunteer"]).path)
    assert client.session["volunteer_id"] == content["phones"][0]["id"]


def test_the_tokens_work(path: Path) -> None:
    for role, text in handover.write(path, BASE, NOW)["tokens"].items():
        token = find_token(text)
        assert token is not None
        assert role.endswith(token.membership.role)


def test_a_restart_keeps_links_and_tokens(path: Path) -> None:
    first = handover.write(path, BASE, NOW)
    again = handover.write(path, "http://127.0.0.1:9999", NOW)
    assert again["tokens"] == first["tokens"]
    assert (
        urlsplit(again["sign_in_links"]["admin"]).path
        == urlsplit(first["sign_in_links"]["admin"]).path
    )
    assert again["sign_in_links"]["admin"].startswith("http://127.0.0.1:9999/")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"tokens": 3, "sign_in_links": {"admin": 7}}'])
def test_a_lost_or_damaged_file_is_made_again_and_the_old_keys_stop(
    path: Path, damage: str
) -> None:
    first = handover.write(path, BASE, NOW)
    path.write_text(damage, encoding="utf-8")
    again = handover.write(path, BASE, NOW)
    assert again["tokens"]["admin"] != first["tokens"]["admin"]
    assert find_token(first["tokens"]["admin"]) is None
    assert Client().get(urlsplit(first["sign_in_links"]["admin"]).path).status_code == 404
    assert ApiToken.objects.filter(revoked_at=None).count() == len(ROLES)
    assert SignInCode.objects.filter(purpose="demo").count() == len(ROLES) + 1


def test_a_copied_token_of_another_role_is_not_kept(path: Path) -> None:
    content = handover.write(path, BASE, NOW)
    content["tokens"]["requester"] = content["tokens"]["admin"]
    path.write_text(json.dumps(content), encoding="utf-8")
    again = handover.write(path, BASE, NOW)
    found = find_token(again["tokens"]["requester"])
    assert found is not None
    assert found.membership.role == Role.REQUESTER
