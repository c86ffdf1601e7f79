"""Contracts with interpreting companies on their pages, and the month's calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.operator_register import (
    OperatorDraft,
    ServiceDraft,
    move_operator,
    save_operator,
)
from dispatch.models import Operator, OperatorCall, OperatorService
from tests.conftest import Clock
from tests.factories import OperatorFactory, OperatorServiceFactory, RequestFactory

pytestmark = pytest.mark.django_db
LIST = "/settings/operators/"
SERVICES = {"service-TOTAL_FORMS": "2", "service-INITIAL_FORMS": "0"}


@pytest.fixture
def page(admin: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(admin)


def entry(**changes: Any) -> dict[str, Any]:
    return (
        SERVICES
        | {
            "name": "○○通訳", "phone": "0120-000-001", "pin": "8807", "active": "on",
            "service-0-used": "on", "service-0-languages": "ベトナム語、中国語",
            "service-0-weekdays": ["0", "1", "2", "3", "4"], "service-0-from_minute": "9:00",
            "service-0-to_minute": "18:00", "service-0-yen_per_minute": "80",
            "service-0-minimum_minutes": "5",
        }
        | changes
    )  # fmt: skip


def test_a_company_is_entered_with_languages_hours_and_prices(
    page: Client, city: Organization
) -> None:
    assert page.post(f"{LIST}new/", entry()).status_code == 302
    one = Operator.objects.get()
    service = one.services.get()
    assert (one.organization, one.phone, one.pin) == (city, "+81120000001", "8807")
    assert service.languages == ["vi", "zh"]
    assert (service.weekdays, service.from_minute, service.to_minute) == (
        [0, 1, 2, 3, 4],
        540,
        1080,
    )
    assert (service.yen_per_minute, service.minimum_minutes) == (80, 5)
    shown = page.get(LIST).content.decode()
    assert "1分80円（最低5分）" in shown
    assert "月〜金 9:00〜18:00" in shown


def test_the_pin_is_encrypted_never_shown_and_kept_when_left_empty(
    page: Client, city: Organization
) -> None:
    page.post(f"{LIST}new/", entry())
    one = Operator.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pin FROM dispatch_operator")
        assert "8807" not in cursor.fetchone()[0]
    for address in (LIST, f"{LIST}{one.pk}/"):
        assert "8807" not in page.get(address).content.decode()
    page.post(f"{LIST}{one.pk}/", entry(pin="", name="○○通訳センター"))
    one.refresh_from_db()
    assert (one.name, one.pin) == ("○○通訳センター", "8807")
    page.post(f"{LIST}{one.pk}/", entry(pin="", pin_gone="on"))
    one.refresh_from_db()
    assert one.pin == ""
    trail = [str(line.detail) for line in AuditEntry.objects.filter(subject=f"operator:{one.pk}")]
    assert len(trail) == 3
    assert not any("8807" in text for text in trail)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ""}, "名称を入力してください"),
        ({"phone": "かける"}, "電話番号として読み取れません"),
        ({"service-0-used": ""}, "1行以上入力"),
        ({"service-0-languages": "ほげ語"}, "「ほげ語」という言語が見つかりません"),
        ({"service-0-to_minute": ""}, "両方を入力"),
        ({"service-0-yen_per_minute": "-1"}, "0以上"),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_is_written(
    page: Client, changes: dict[str, str], text: str
) -> None:
    answer = page.post(f"{LIST}new/", entry(**changes))
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Operator.objects.exists()


def test_a_name_is_given_once(page: Client, city: Organization) -> None:
    OperatorFactory(organization=city, name="○○通訳")
    answer = page.post(f"{LIST}new/", entry())
    assert answer.status_code == 422
    assert "同じ名称" in answer.content.decode()


def test_a_service_that_stays_the_same_keeps_its_row(city: Organization, now: datetime) -> None:
    kept, gone = ServiceDraft(("vi",)), ServiceDraft(("zh",), yen_per_minute=80)
    draft = OperatorDraft("○○通訳", "+81120000001", services=(kept, gone))
    one = save_operator(city, draft, by=None, at=now)
    row = one.services.get(languages=["vi"])
    changed = OperatorDraft("○○通訳", "+81120000001", services=(kept, ServiceDraft(("ne",))))
    save_operator(city, changed, operator=one, by=None, at=now)
    assert set(OperatorService.objects.values_list("pk", flat=True)) > {row.pk}
    assert sorted(s.languages[0] for s in one.services.all()) == ["ne", "vi"]
    with pytest.raises(ActionError):
        save_operator(city, OperatorDraft("X", "+81120000001"), by=None, at=now)


def test_the_order_of_calling_can_be_changed(city: Organization, now: datetime) -> None:
    first, second, third = (OperatorFactory(organization=city, position=n) for n in range(3))
    move_operator(third, -1, by=None, at=now)
    move_operator(first, -1, by=None, at=now)
    assert list(city.operators.values_list("pk", flat=True)) == [first.pk, third.pk, second.pk]


def test_a_company_can_be_left_aside(page: Client, city: Organization) -> None:
    one = OperatorFactory(organization=city)
    page.post(f"{LIST}{one.pk}/off/")
    one.refresh_from_db()
    assert not one.active
    assert page.post(f"{LIST}{one.pk}/nonsense/").status_code == 404


def test_a_coordinator_reads_and_changes_nothing(
    coordinator: User, client_of: Callable[[User], Client], city: Organization
) -> None:
    OperatorServiceFactory(operator__organization=city, operator__name="○○通訳")
    shown = client_of(coordinator).get(LIST).content.decode()
    assert "○○通訳" in shown
    assert "変更する" not in shown


# ---- The month's calls --------------------------------------------------------------------------


@pytest.fixture
def called(city: Organization, now: datetime) -> list[OperatorCall]:
    """A call of 12 minutes, one that failed, and one of the month before."""
    one = OperatorFactory(organization=city, name="=1+1通訳")
    price = {"yen_per_call": 100, "yen_per_minute": 80, "minimum_minutes": 0}
    job = RequestFactory(organization=city)
    common: dict[str, Any] = {"request": job, "operator": one, "price": price}
    ended = {
        "state": "ended",
        "connected_at": now,
        "ended_at": now + timedelta(seconds=11 * 60 + 5),
    }
    month_ago = now - timedelta(days=31)
    return [
        OperatorCall.objects.create(dialled_at=now, yen=1060, **ended, **common),
        OperatorCall.objects.create(dialled_at=now, state="failed", failure="@話し中", **common),
        OperatorCall.objects.create(dialled_at=month_ago, yen=99999, **ended, **common),
    ]


def test_the_month_adds_up_minutes_and_yen(page: Client, called: list[OperatorCall]) -> None:
    shown = page.get(f"{LIST}calls/").content.decode()
    assert "1,060<small>円" in shown
    assert "12<small>分" in shown
    assert "99,999" not in shown
    assert "99,999" in page.get(f"{LIST}calls/?month=2026-10").content.decode()


def test_the_csv_runs_in_no_spreadsheet_and_is_recorded(
    page: Client, called: list[OperatorCall]
) -> None:
    answer = page.get(f"{LIST}calls.csv?month=2026-11")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["円"] for row in rows] == ["1060", "0"]
    assert {row["外部通訳"] for row in rows} == {"'=1+1通訳"}
    assert rows[1]["つながらなかった理由"] == "'@話し中"
    assert AuditEntry.objects.get(verb="operator_calls.exported").detail["rows"] == 2


@pytest.mark.parametrize("month", ["2026-99", "x", "99999999-1", "%20", "0000-01"])
def test_a_month_that_cannot_be_read_is_the_present_one(page: Client, month: str) -> None:
    assert "2026年11月" in page.get(f"{LIST}calls/?month={month}").content.decode()


def test_another_towns_calls_and_companies_stay_there(
    outsider: User, client_of: Callable[[User], Client], called: list[OperatorCall], clock: Clock
) -> None:
    desk = client_of(outsider)
    assert "1,060" not in desk.get(f"{LIST}calls/").content.decode()
    assert "=1+1通訳" not in desk.get(LIST).content.decode()
    assert desk.get(f"{LIST}{called[0].operator_id}/").status_code == 404
