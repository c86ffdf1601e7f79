"""The organization's data and the audit trail on screen."""

import csv
import io

import pytest
from django.db import connection

from accounts import audit
from accounts.models import AuditEntry

pytestmark = pytest.mark.django_db
ORGANIZATION = {
    "name": "みなと市国際交流協会",
    "name_en": "Minato",
    "phone": "０３−１２３４−５６７８",
    "email": "info@example.jp",
    "lat": "35.7",
    "lon": "139.6",
    "quiet_from": "22:00",
    "quiet_to": "07:30",
    "pledge_version": "2026-10",
}


@pytest.fixture
def office(admin, client_of):
    return client_of(admin)


def test_the_organization_is_saved_and_written_down(office, city):
    response = office.post("/settings/organization/", ORGANIZATION)
    assert response.status_code == 302
    city.refresh_from_db()
    assert (city.phone, city.quiet_from, city.quiet_to) == ("03-1234-5678", 1320, 450)
    entry = AuditEntry.objects.about(f"organization:{city.pk}").get()
    assert "quiet_from" in entry.detail["fields"]
    assert "name" not in entry.detail["fields"]


def test_saving_without_a_change_leaves_no_line(office, city):
    office.post("/settings/organization/", ORGANIZATION)
    office.post("/settings/organization/", ORGANIZATION)
    assert AuditEntry.objects.about(f"organization:{city.pk}").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "必須"),
        ("phone", "でんわ", "数字とハイフン"),
        ("lat", "91", "90"),
        ("lon", "", "両方"),
        ("quiet_from", "25:00", "時間"),
        ("email", "x", "メール"),
        ("name", "あ" * 121, "120"),
        ("lat", "nan", ""),
    ],
)
def test_bad_input_is_said_beside_the_field(office, city, field, value, complaint):
    page = office.post("/settings/organization/", {**ORGANIZATION, field: value, "name_en": "Kept"})
    assert page.status_code == 422
    assert complaint in page.content.decode()
    assert "Kept" in page.content.decode()
    city.refresh_from_db()
    assert city.name_en == ""


def entries(city, now, count=3):
    for number in range(count):
        audit.record("member:1", "member.added", organization=city, by=None, at=now, n=number)


def test_the_trail_is_listed_in_words(office, city, now):
    entries(city, now)
    page = office.get("/settings/audit/").content.decode()
    assert page.count('<td data-label="操作">担当者を登録</td>') == 3


def test_the_trail_of_the_other_town_is_not_shown(office, town, now):
    audit.record("secret:1", "secret.verb", organization=town, by=None, at=now)
    assert "secret:1" not in office.get("/settings/audit/").content.decode()
    csv_file = b"".join(office.get("/settings/audit.csv").streaming_content).decode()
    assert "secret:1" not in csv_file


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("text=担当者を登録", 1),
        ("text=member:1", 1),
        ("text=自動処理", 1),
        ("text=nothing", 0),
        ("first=2026-11-24&last=2026-11-24", 1),
        ("first=2026-11-25", 0),
        ("last=2026-11-23", 0),
        ("last=9999-12-31", 1),
        ("first=garbage", 1),
        ("page=999", 1),
    ],
)
def test_the_trail_is_filtered(office, city, now, query, shown):
    entries(city, now, 1)
    page = office.get(f"/settings/audit/?{query}")
    assert len(page.context["page"].object_list) == shown


def test_an_unbroken_chain_is_confirmed(office, city, now):
    entries(city, now)
    audit.seal()
    assert "data-verified" in office.get("/settings/audit/?verify=1").content.decode()


def test_a_forged_line_is_found(office, city, now):
    entries(city, now)
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER accounts_audit_append_only")
        cursor.execute("UPDATE accounts_auditentry SET verb = 'x' WHERE number = 2")
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER accounts_audit_append_only")
    page = office.get("/settings/audit/?verify=1").content.decode()
    assert "data-broken" in page
    assert "2 番の記録" in page


def test_the_trail_is_downloaded_as_csv(office, city, now):
    entries(city, now, 2)
    audit.seal()
    content = b"".join(office.get("/settings/audit.csv").streaming_content).decode()
    assert content.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert [row["番号"] for row in rows] == ["1", "2"]
    assert rows[0]["日時"] == "2026-11-24 10:00:00"


def test_a_name_that_is_a_formula_is_harmless_in_the_file(office, city, now):
    audit.record("x:1", "x", organization=city, by=None, at=now, label="=1+1")
    content = b"".join(office.get("/settings/audit.csv").streaming_content).decode()
    assert "'=1+1" in content
