"""Costs: two people, evidence that is what it says, corrections as reversals, closed months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.grants import actions
from honoraria.grants.actions.costs import CostValues
from honoraria.grants.documents import prepare, prepare_all
from honoraria.models import Books, Cost, CostDocument
from tests import factories
from tests.factories import NOW
from tests.honoraria.grants import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TYPED = {
    "category": "rent",
    "description": "翻訳機の賃借料",
    "vendor": "みなとリース",
    "used_on": "2026-11-20",
    "paid_on": "",
    "amount": "２２，０００円",
    "consumption_tax": "2,000",
}


def values(**more) -> CostValues:
    usual = {
        "category": "rent",
        "description": "翻訳機",
        "vendor": "みなとリース",
        "used_on": rows.DAY,
        "paid_on": None,
        "amount": 22_000,
    }
    return CostValues(**(usual | more))


def refused(code, action, *given, **more):
    with pytest.raises(ActionError) as error:
        action(*given, at=NOW, **more)
    assert error.value.code == code
    return error.value


def test_one_enters_and_another_approves(client_of, accountant, admin):
    photo = SimpleUploadedFile("receipt.png", rows.png())
    paper = SimpleUploadedFile("請求書.pdf", rows.pdf())
    first = client_of(accountant)
    page = first.post("/grants/costs/new/", TYPED | {"documents": [photo, paper]})
    cost = Cost.objects.get()
    assert page.url == f"/grants/costs/{cost.pk}/"
    assert (cost.amount, cost.consumption_tax, cost.state) == (22_000, 2_000, "draft")
    assert sorted(cost.documents.values_list("content_type", flat=True)) == [
        "application/pdf",
        "image/jpeg",
    ]
    first.post(f"/grants/costs/{cost.pk}/approve/", {"seen_amount": "22000"})
    cost.refresh_from_db()
    assert cost.state == "draft"
    client_of(admin).post(f"/grants/costs/{cost.pk}/approve/", {"seen_amount": "22000"})
    cost.refresh_from_db()
    assert (cost.state, cost.approved_by) == ("approved", admin)


def test_one_alone_may_do_both_where_that_is_allowed_and_it_is_logged(city, accountant):
    city.policy = {**city.policy, "single_handed": True}
    city.save()
    cost = rows.cost(city, created_by=accountant)
    actions.approve_cost(cost, by=accountant, at=NOW)
    assert AuditEntry.objects.get(verb="cost.approved").detail["single_handed"] is True


def test_an_amount_that_changed_meanwhile_is_not_approved(city, admin):
    cost = rows.cost(city)
    refused("changed_meanwhile", actions.approve_cost, cost, by=admin, seen_amount=1)


def test_who_changes_a_cost_cannot_approve_it(city, accountant, admin):
    cost = rows.cost(city, created_by=accountant)
    actions.change_cost(cost, values(amount=30_000), by=admin, at=NOW)
    refused("same_person", actions.approve_cost, cost, by=admin)
    actions.approve_cost(cost, by=accountant, at=NOW)


def test_an_approved_cost_never_changes(city, admin):
    cost = rows.cost(city, state="approved", paid_on=None)
    paper = rows.document(rows.cost(city))
    refused("wrong_state", actions.change_cost, cost, values(), by=admin)
    refused("wrong_state", actions.remove_cost, cost, by=admin)
    actions.record_paid(cost, rows.DAY, by=admin, at=NOW)
    refused("already_paid", actions.record_paid, cost, rows.DAY, by=admin)
    Cost.objects.filter(pk=paper.cost_id).update(state="approved")
    refused("wrong_state", actions.remove_document, paper, by=admin)


@pytest.mark.parametrize(
    "change",
    [
        lambda pk: Cost.objects.filter(pk=pk).update(amount=1),
        lambda pk: Cost.objects.filter(pk=pk).update(paid_on=date(2026, 1, 1)),
        lambda pk: Cost.objects.filter(pk=pk).update(state="draft"),
        lambda pk: Cost.objects.filter(pk=pk).delete(),
        lambda pk: CostDocument.objects.filter(cost=pk).delete(),
        lambda pk: CostDocument.objects.filter(cost=pk).update(content=b""),
    ],
)
def test_the_database_keeps_what_was_approved_too(city, change):
    cost = rows.cost(city)
    rows.document(cost)
    Cost.objects.filter(pk=cost.pk).update(state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        change(cost.pk)


def test_a_correction_is_a_reversal_that_another_approves(city, accountant, admin):
    cost = rows.cost(city, state="approved")
    refused("reason_missing", actions.reverse_cost, cost, " ", by=accountant)
    made = actions.reverse_cost(cost, "二重に入力", by=accountant, at=NOW)
    assert (made.amount, made.consumption_tax, made.used_on) == (-22_000, -2_000, cost.used_on)
    refused("has_correction", actions.reverse_cost, cost, "もう一度", by=accountant)
    refused("is_reversal", actions.reverse_cost, made, "取消しの取消し", by=accountant)
    actions.approve_cost(made, by=admin, at=NOW, seen_amount=-22_000)


LATER = NOW + timedelta(days=9)  # 3 December


def test_a_closed_month_takes_costs_until_the_claim_is_submitted(city, accountant):
    Books.objects.create(organization=city, closed_through=date(2026, 11, 30))
    late = actions.enter_cost(city, values(), by=accountant, at=LATER)
    assert (late.used_on, late.booked_on) == (rows.DAY, date(2026, 12, 1))
    rows.claim(rows.programme(city))
    with pytest.raises(ActionError) as error:
        actions.enter_cost(city, values(), by=accountant, at=LATER)
    assert error.value.code == "claimed"
    assert "締め済みの月" in error.value.text
    actions.enter_cost(city, values(used_on=date(2026, 12, 1)), by=accountant, at=LATER)


def test_a_cost_is_booked_on_its_day_while_the_month_is_open(city, accountant):
    cost = actions.enter_cost(city, values(), by=accountant, at=NOW)
    assert cost.booked_on == cost.used_on
    changed = actions.change_cost(cost, values(used_on=date(2026, 11, 2)), by=accountant, at=NOW)
    assert changed.booked_on == date(2026, 11, 2)


def test_what_waited_while_the_month_was_closed_is_booked_in_the_open_one(
    client_of, city, accountant, admin
):
    cost = actions.enter_cost(city, values(), by=accountant, at=NOW)
    Books.objects.update_or_create(
        organization=city, defaults={"closed_through": date(2026, 11, 30)}
    )
    approved = actions.approve_cost(cost, by=admin, at=LATER)
    assert approved.booked_on == date(2026, 12, 1)
    text = client_of(accountant).get(f"/grants/costs/{cost.pk}/").content.decode()
    assert "2026年12月1日" in text


def test_a_reversal_is_booked_in_the_open_month(city, accountant, admin):
    cost = rows.cost(city, state="approved")
    Books.objects.create(organization=city, closed_through=date(2026, 11, 30))
    made = actions.reverse_cost(cost, "二重に入力", by=accountant, at=LATER)
    assert (made.used_on, made.booked_on) == (rows.DAY, date(2026, 12, 1))
    actions.approve_cost(made, by=admin, at=LATER)


def test_the_database_takes_no_cost_into_closed_books(city):
    Books.objects.create(organization=city, closed_through=date(2026, 11, 30))
    waiting = rows.cost(city)
    with pytest.raises(IntegrityError, match="closed month"), transaction.atomic():
        rows.cost(city, state="approved")
    with pytest.raises(IntegrityError, match="closed month"), transaction.atomic():
        Cost.objects.filter(pk=waiting.pk).update(state="approved")
    assert rows.cost(city, state="approved", booked_on=date(2026, 12, 1)).pk


def test_a_payment_has_happened_and_not_years_before(city, accountant):
    ahead, before = date(2126, 11, 20), date(2024, 11, 20)
    waiting = rows.cost(city, state="approved", paid_on=None)
    refused("in_future", actions.record_paid, waiting, ahead, by=accountant)
    refused("too_early", actions.record_paid, waiting, before, by=accountant)
    refused("in_future", actions.enter_cost, city, values(paid_on=ahead), by=accountant)
    draft = rows.cost(city)
    refused("too_early", actions.change_cost, draft, values(paid_on=before), by=accountant)
    actions.record_paid(waiting, date(2026, 4, 1), by=accountant, at=NOW)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "-5"}, "0以上"),
        ({"amount": "0"}, "1円以上"),
        ({"consumption_tax": "30000"}, "消費税が金額を超えています"),
        ({"used_on": "いつか"}, "日付として読み取れません"),
        ({"category": "honorarium"}, "正しく選択"),
        ({"vendor": ""}, "必須"),
    ],
)
def test_bad_input_is_said_and_nothing_written(client_of, accountant, typed, words):
    page = client_of(accountant).post("/grants/costs/new/", TYPED | typed)
    assert page.status_code == 422
    assert words in page.content.decode() or words == "正しく選択"
    assert not Cost.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("invoice.pdf", b"MZ\x90\x00 a program", "not_a_document"),
        ("photo.jpg", b"<html><script>alert(1)</script></html>", "not_a_document"),
        ("invoice.pdf", b"%PDF-1.7\ntruncated", "bad_pdf"),
        ("invoice.pdf", rows.pdf()[:-200], "bad_pdf"),
        ("empty.pdf", b"", "empty"),
        ("script.pdf", rows.pdf(script="app.alert(1)"), "active_content"),
        ("locked.pdf", rows.pdf(password="secret"), "locked"),
        ("long.pdf", rows.pdf(pages=201), "bad_pages"),
        ("big.pdf", b"%PDF-" + bytes(10 * 1024 * 1024), "too_large"),
        ("photo.png", rows.png()[:60], "not_a_document"),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic" + bytes(40), "heic"),
        ("vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_document"),
    ],
)
def test_a_tampered_upload_is_refused_by_name(name, content, code):
    with pytest.raises(ActionError) as error:
        prepare(name, content)
    assert (error.value.code, error.value.text.startswith(f"{name}：")) == (code, True)


def test_content_decides_and_not_the_name():
    assert prepare("../../写真.pdf", rows.png()).name == "写真.jpg"
    assert prepare("a\\b\\請求書.exe", rows.pdf()).name == "請求書.pdf"
    assert prepare("x" * 300 + "\r\n.pdf", rows.pdf()).content_type == "application/pdf"


def test_the_same_paper_twice_is_kept_once(city, accountant):
    once = prepare_all([("a.pdf", rows.pdf()), ("b.pdf", rows.pdf())])
    assert len(once) == 1
    cost = actions.enter_cost(city, values(), once, by=accountant, at=NOW)
    actions.add_documents(cost, once, by=accountant, at=NOW)
    assert cost.documents.count() == 1


def test_a_refused_upload_writes_nothing(client_of, accountant):
    file = SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 broken")
    page = client_of(accountant).post("/grants/costs/new/", TYPED | {"documents": [file]})
    assert page.status_code == 422
    assert "PDFとして読み取れません" in page.content.decode()
    assert not Cost.objects.exists()


def test_a_paper_is_fetched_as_a_download_that_nobody_sniffs(client_of, accountant, city):
    paper = rows.document(rows.cost(city))
    found = client_of(accountant).get(f"/grants/costs/documents/{paper.pk}/")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Disposition"].startswith("attachment")
    assert found["Cache-Control"] == "no-store, private"


def test_an_operators_invoice_is_filled_in_from_the_calls(client_of, accountant, city):
    operator = factories.OperatorFactory(organization=city, name="つうやく電話")
    for minutes, yen, state in ((10, 800, "ended"), (5, 400, "ended"), (9, 720, "failed")):
        factories.RequestFactory(organization=city).operator_calls.create(
            operator=operator,
            state=state,
            dialled_at=NOW,
            connected_at=NOW,
            ended_at=NOW + factories.timedelta(minutes=minutes),
            yen=yen,
        )
    client = client_of(accountant)
    text = client.get("/grants/costs/?month=2026-11").content.decode()
    assert "つうやく電話" in text
    assert "1,200円" in text
    page = client.get(f"/grants/costs/new/?operator={operator.pk}&month=2026-11")
    assert page.context["form"].initial["amount"] == 1_200
    assert page.context["form"].initial["used_on"] == date(2026, 11, 30)
    rows.cost(city, vendor="つうやく電話", used_on=date(2026, 11, 30))
    assert "入力済み" in client.get("/grants/costs/?month=2026-11").content.decode()


def test_a_draft_can_be_taken_back_with_its_papers(client_of, accountant, city):
    cost = rows.cost(city)
    rows.document(cost)
    client_of(accountant).post(f"/grants/costs/{cost.pk}/remove/")
    assert not Cost.objects.exists()
    assert AuditEntry.objects.get(verb="cost.removed").subject == cost.key
