"""The commands for whoever runs the server."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, Membership, Organization

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def test_an_organization_is_created_and_its_link_opens():
    lines = run("create_organization", "うみべ市国際交流協会", "umibe", "boss@example.jp")
    member = Membership.objects.get(organization__slug="umibe")
    assert (member.role, member.user.email) == ("admin", "boss@example.jp")
    assert Client().get(urlsplit(lines[-1]).path).status_code == 200
    verbs = AuditEntry.objects.filter(organization=member.organization).values_list("verb")
    assert [verb for (verb,) in verbs] == ["organization.created", "member.added"]


@pytest.mark.parametrize(
    ("slug", "email"), [("minato", "a@example.jp"), ("みなと", "a@example.jp"), ("new", "not-mail")]
)
def test_bad_arguments_create_nothing(city, slug, email):
    with pytest.raises(CommandError):
        run("create_organization", "x", slug, email)
    assert Organization.objects.count() == 1


def test_sealing_numbers_every_line_and_the_chain_is_whole(city, town, now):
    for organization in (city, town, city):
        audit.record("x:1", "x", organization=organization, by=None, at=now)
    assert run("seal_audit") == ["sealed 3"]
    assert run("seal_audit") == ["sealed 0"]
    assert run("verify_audit") == ["minato: ok", "yamate: ok"]
    numbers = AuditEntry.objects.filter(organization=city).values_list("number", flat=True)
    assert list(numbers) == [1, 2]


@pytest.mark.parametrize("change", ["verb = 'y'", "at = at + interval '1 s'", "number = 9"])
def test_an_altered_line_fails_the_check(city, town, now, change):
    for _ in range(3):
        audit.record("x:1", "x", organization=city, by=None, at=now)
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE accounts_auditentry SET {change} WHERE number = 2")
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match="minato"):
        run("verify_audit")
    assert run("verify_audit", "yamate") == ["yamate: ok"]


def test_an_unknown_organization_is_said():
    with pytest.raises(CommandError, match="nowhere"):
        run("verify_audit", "nowhere")


def test_the_trail_refuses_changes_and_deletions(city, now):
    from django.db import DatabaseError, transaction

    entry = audit.record("x:1", "x", organization=city, by=None, at=now)
    audit.seal()
    for statement in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(verb="y"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(number=None, hash=""),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            statement()
