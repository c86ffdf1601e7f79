"""The claim before it is submitted: lines with evidence, its steps, shares, terms and pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from honoraria.grants import actions
from honoraria.grants.actions.programmes import Place
from honoraria.grants.claim import picture
from honoraria.grants.lines import lines
from honoraria.models import Cost, Municipality, Tag
from tests.factories import NOW
from tests.honoraria.grants import rows
from tests.honoraria.grants.claiming import pay, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(city):
    return rows.programme(city)


def test_lines_carry_their_evidence_but_no_name(city, grant):
    one = rows.entry(city)
    payment = pay(one, method="cash", receipt=NOW)
    rows.judged(grant, one, 1, 3, note="従事時間", reason="shared")
    (line,) = lines(grant)
    assert (line.number, line.amount, line.eligible, line.transport) == ("H-0001", 3460, 1153, 460)
    assert line.payee == f"登録番号{one.volunteer.number}"
    assert (line.report, line.payment, line.paid_on) == (one.report_id, payment.pk, rows.DAY)
    assert line.receipt.startswith("受領証")
    assert one.volunteer.name not in str(line)


def test_a_line_keeps_the_name_its_tariff_had(city, grant):
    found = rows.entry(city)
    rows.judged(grant, found)
    tariff = found.tariff_version.tariff
    before = tariff.name
    tariff.name = "改めた名称"
    tariff.save()
    assert [line.tariff for line in picture(grant).lines] == [before]


def test_numbers_go_by_day_over_what_counts(city, grant):
    late, early = rows.entry(city, on=date(2026, 12, 1)), rows.entry(city, on=date(2026, 5, 1))
    not_counted = rows.entry(city, on=date(2026, 4, 1))
    bought = rows.cost(city, state="approved")
    for one in (late, early, bought):
        rows.judged(grant, one)
    rows.judged(grant, not_counted, 0, 1, reason="not_desk")
    found = {line.identity: line.number for line in lines(grant)}
    assert found == {
        ("honorarium", not_counted.pk): "",
        ("honorarium", early.pk): "H-0001",
        ("honorarium", late.pk): "H-0002",
        ("cost", bought.pk): "K-0001",
    }


def test_numbers_that_were_submitted_stay(city, grant, admin):
    late = rows.entry(city, on=date(2026, 12, 1))
    rows.judged(grant, late)
    submit(grant, admin)
    early = rows.entry(city, on=date(2026, 5, 1))
    rows.judged(grant, early)
    found = {line.key: line.number for line in lines(grant)}
    assert found == {late.pk: "H-0001", early.pk: "H-0002"}


def test_the_transport_of_honoraria_is_travel(city, grant):
    rows.judged(grant, rows.entry(city))
    rows.judged(grant, rows.cost(city, state="approved", category="travel", amount=1_000,
                                 consumption_tax=0))  # fmt: skip
    found = {one.category: (one.amount, one.eligible) for one in picture(grant).categories}
    assert found == {"honorarium": (3000, 3000), "travel": (1460, 1460)}


def test_the_page_shows_each_step(client_of, accountant, city, grant):
    rows.judged(grant, rows.cost(city, state="approved", amount=7_654_321))
    text = client_of(accountant).get(f"/grants/{grant.pk}/claim/").content.decode()
    for words in (
        "対象経費 7,654,321円",
        "7,654,321円 × 1/2 = 3,827,160円",
        "千円未満切捨て 3,827,000円",
        "限度額 10,000,000円以内のため",
        "2027年4月10日（土）",
        "管理者に提出を依頼",
    ):
        assert words in text


def test_a_joint_desk_shares_to_the_yen(client_of, accountant, city):
    grant = rows.programme(city, method="joint", cap=None, decided_amount=None, rounding_unit=1)
    rows.judged(grant, rows.cost(city, state="approved", amount=10_000_001))
    data = {"place-TOTAL_FORMS": "6", "place-INITIAL_FORMS": "0"}
    weights = {"広島市": 21646, "府中町": 694, "海田町": 919, "熊野町": 264, "坂町": 219}
    for i, (name, weight) in enumerate(weights.items()):
        data |= {f"place-{i}-name": name, f"place-{i}-foreign_residents": f"{weight:,}人"[:-1]}
        data |= {f"place-{i}-reference_date": "R6.1.1", f"place-{i}-population": ""}
    client = client_of(accountant)
    done = client.post(f"/grants/{grant.pk}/municipalities/", data)
    assert done.status_code == 302
    page = client.get(done.url)
    assert [row.cost for row in page.context["rows"]] == [9117177, 292309, 387078, 111195, 92242]
    assert sum(row.grant for row in page.context["rows"]) == 5_000_000
    assert "2024年1月1日" in page.content.decode()
    again = data | {"place-1-name": "広島市"}
    assert client.post(f"/grants/{grant.pk}/municipalities/", again).status_code == 422
    assert Municipality.objects.count() == 5


def test_a_new_programme_starts_with_the_usual_terms_and_no_ceiling(client_of, accountant):
    client = client_of(accountant)
    data = {"fiscal_year": "2026", "kind": "setup", "name": "整備事業"}
    done = client.post("/grants/new/", data)
    assert done.status_code == 302
    assert client.post("/grants/new/", data).status_code == 422
    terms = {"rate_numerator": "1", "rate_denominator": "1", "rounding_unit": "1000"}
    terms |= {"cap": "", "method": "single"}
    assert client.post(done.url, terms).status_code == 422  # nothing changed
    assert client.post(done.url, terms | {"rate_denominator": "0"}).status_code == 422
    assert client.post(done.url, terms | {"cap": "10,000,000円"}).status_code == 302
    text = client.get("/grants/").content.decode()
    assert "10/10" in text
    assert "10,000,000円" in text
    page = client.get(done.url.replace("terms/", ""))
    assert page.context["terms"].number == 2
    assert page.context["terms"].programme.terms.last().cap is None


def test_the_statements_do_not_grow_with_the_lines(city, grant):
    rows.judged(grant, rows.entry(city))
    with CaptureQueriesContext(
        connection,
    ) as few:
        lines(grant)
    for _ in range(5):
        rows.judged(grant, rows.entry(city))
    rows.judged(grant, rows.cost(city, state="approved"))
    with CaptureQueriesContext(connection) as many:
        lines(grant)
    assert len(few) == len(many) == 3


def test_pages_show_lines_of_the_snapshot_and_of_now(client_of, accountant, admin, city, grant):
    rows.judged(grant, rows.entry(city))
    rows.judged(grant, rows.cost(city, state="approved"), 0, 1, reason="give_away")
    claim = submit(grant, admin)
    client = client_of(accountant)
    now = client.get(f"/grants/{grant.pk}/lines/")
    assert [line.number for line in now.context["page"]] == ["H-0001"]
    every = client.get(f"/grants/{grant.pk}/lines/?only=all").content.decode()
    assert "啓発品・記念品" in every
    then = client.get(f"/grants/claims/{claim.pk}/").content.decode()
    assert "H-0001" in then
    assert "啓発品・記念品" in then
    assert client.get(f"/grants/{grant.pk}/").status_code == 200
    assert Tag.objects.count() == 2
    assert Cost.objects.count() == 1


def test_the_day_of_completion_lies_in_the_year(client_of, accountant, grant):
    terms = {"rate_numerator": "1", "rate_denominator": "2", "rounding_unit": "1000"}
    terms |= {"cap": "", "method": "single", "completed_on": "2027-04-02"}
    page = client_of(accountant).post(f"/grants/{grant.pk}/terms/", terms)
    assert page.status_code == 422
    assert "2026年度の日付" in page.content.decode()
    assert grant.terms.count() == 1
    terms["completed_on"] = "2027-03-31"
    assert client_of(accountant).post(f"/grants/{grant.pk}/terms/", terms).status_code == 302


def test_what_the_shares_were_before_stays_to_be_seen(client_of, accountant, grant):
    for residents in (1_532, 1_600):
        place = Place("みなと市", residents, None, date(2026, 1, 1))
        actions.set_municipalities(grant, [place], by=accountant, at=NOW)
    page = client_of(accountant).get(f"/grants/{grant.pk}/shares/")
    assert len(page.context["changes"]) == 2
    text = page.content.decode()
    assert text.index("みなと市 1,600人") < text.index("みなと市 1,532人")
    assert "基準日 2026年1月1日" in text
