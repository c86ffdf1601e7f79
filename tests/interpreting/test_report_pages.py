"""The desk's pages about reports, through HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import AuditEntry
from dispatch.models import Assignment
from interpreting.actions import confirm_report, return_report
from interpreting.forms import ReportForm
from interpreting.models import Receipt, Report
from interpreting.receipts import prepare
from tests import factories
from tests.factories import NOW
from tests.interpreting.reporting import START, job_of, photo, reported, typed

pytestmark = pytest.mark.usefixtures("clock")


def enter(client, job, data):
    return client.post(reverse("reports:enter", args=[job.pk]), data)


# --- entering ------------------------------------------------------------------------------------


def test_the_form_starts_with_the_booking(client_of, coordinator, hana):
    job = job_of(hana)
    page = client_of(coordinator).get(reverse("reports:enter", args=[job.pk])).content.decode()
    for value in ('value="2026-11-20"', 'value="14:00"', 'value="15:30"'):
        assert value in page


def test_the_desk_enters_a_report_for_a_volunteer(client_of, coordinator, hana):
    job = job_of(hana)
    data = typed(
        minutes=100, transport="train_bus", transport_yen="1,240円", waiting_minutes="１５"
    )
    answer = enter(client_of(coordinator), job, {**data, "receipts": [photo(), photo(size=(9, 9))]})
    report = Report.objects.get()
    assert answer.url == reverse("reports:detail", args=[report.pk])
    assert (report.minutes, report.transport_yen, report.waiting_minutes) == (100, 1240, 15)
    assert (report.submitted_via, report.receipts.count()) == ("desk", 2)
    assert AuditEntry.objects.get(verb="report.submitted").actor == coordinator


def test_full_width_digits_and_other_clocks_are_understood(client_of, coordinator, hana):
    job = job_of(hana)
    data = typed(start_time="１４：１０", end_time="午後4時半", start_date="令和8年11月20日")
    assert enter(client_of(coordinator), job, data).status_code == 302
    assert Report.objects.get().minutes == 140


def test_a_job_over_midnight_needs_the_next_day(client_of, coordinator, hana):
    late = START.replace(hour=23)
    job = job_of(hana, start=late, minutes=120)
    client = client_of(coordinator)
    page = enter(client, job, typed(late, 120, end_date="2026-11-20"))
    assert page.status_code == 422
    assert "終了が開始より前です。日付をまたいだときは、終了日を翌日に" in page.content.decode()
    assert enter(client, job, typed(late, 120)).status_code == 302
    assert Report.objects.get().minutes == 120


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("start_time", "25時ごろ", "時刻として読み取れません"),
        ("start_date", "先週", "日付として読み取れません"),
        ("transport_yen", "千円くらい", "数字で入力してください"),
        ("transport_yen", "", "交通費を入力してください"),
        ("transport_yen", "100001", "100000以下"),
        ("waiting_minutes", "-5", "0以上"),
        ("outcome", "great", "正しく選択してください"),
        ("comment", "あ" * 2001, "2000"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(client_of, coordinator, hana, name, value, words):
    job = job_of(hana)
    data = typed(transport="train_bus", transport_yen="460", comment="駅から徒歩") | {name: value}
    page = enter(client_of(coordinator), job, data)
    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert name == "outcome" or name == "comment" or f'value="{value}"' in text or not value
    assert name == "comment" or "駅から徒歩" in text
    assert not Report.objects.exists()


def test_what_the_action_refuses_stands_beside_the_field(client_of, coordinator, hana):
    job = job_of(hana)
    page = enter(client_of(coordinator), job, typed(START - timedelta(days=60)))
    form = page.context["form"]
    assert page.status_code == 422
    assert list(form.errors) == ["start_time"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: photo("a.heic", kind="PNG"), None),
        (lambda: _broken("receipt.pdf", b"%PDF-1.7"), "写真として読み取れません"),
        (lambda: _broken("IMG_1.HEIC", b"\0\0\0\x18ftypheic" + b"\0" * 50), "HEIC"),
    ],
)
def test_a_photo_that_cannot_be_read_is_named(client_of, coordinator, hana, file, words):
    page = enter(client_of(coordinator), job_of(hana), typed() | {"receipts": [file()]})
    if words is None:
        assert page.status_code == 302  # what counts is what is inside
        return
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Report.objects.exists()


def _broken(name, content):
    file = photo(name)
    file.file.seek(0)
    file.file.truncate()
    file.file.write(content)
    file.file.seek(0)
    file.size = len(content)
    return file


def test_four_photos_are_too_many(client_of, coordinator, hana):
    data = typed() | {"receipts": [photo(size=(n, n)) for n in range(1, 5)]}
    page = enter(client_of(coordinator), job_of(hana), data)
    assert "写真は3枚までです" in page.content.decode()


def test_photos_have_to_be_chosen_again_after_another_error(client_of, coordinator, hana):
    data = typed(start_time="?") | {"receipts": [photo()]}
    page = enter(client_of(coordinator), job_of(hana), data)
    assert "写真はもう一度選んでください" in page.content.decode()


def test_remote_work_asks_for_no_transport(hana):
    form = ReportForm(assignment=job_of(hana, mode="video"))
    assert not {"transport", "transport_yen", "receipts"} & form.fields.keys()
    taken_by_video = ReportForm(
        assignment=job_of(hana, start=START - timedelta(days=1), remote=True)
    )
    assert "transport" not in taken_by_video.fields


def test_a_translation_asks_for_its_length(hana):
    assert "amount_units" in ReportForm(assignment=job_of(hana, mode="translation")).fields


def test_a_reported_job_leads_to_its_report(client_of, coordinator, hana):
    report = reported(hana)
    answer = client_of(coordinator).get(reverse("reports:enter", args=[report.assignment_id]))
    assert answer.url == reverse("reports:detail", args=[report.pk])


def test_a_cancelled_job_cannot_be_reported(client_of, coordinator, hana):
    job = job_of(hana)
    Assignment.objects.filter(pk=job.pk).update(state="cancelled")
    page = enter(client_of(coordinator), job, typed())
    assert page.status_code == 422
    assert "報告できません" in page.content.decode()


# --- the lists ------------------------------------------------------------------------------------


def test_a_job_that_is_over_is_missing_its_report(client_of, coordinator, hana, minh):
    job_of(hana)
    job_of(minh, start=NOW + timedelta(hours=3))  # not over yet
    page = client_of(coordinator).get("/reports/?tab=missing")
    assert [row.volunteer for row in page.context["rows"]] == [hana]


def test_each_report_is_in_one_list(client_of, coordinator, hana):
    waiting, returned, confirmed = (
        reported(hana, job={"start": START - timedelta(days=n)}) for n in range(3)
    )
    return_report(returned, "理由", by=coordinator, at=NOW)
    confirm_report(confirmed, by=coordinator, at=NOW)
    client = client_of(coordinator)
    for tab, expected in (("waiting", waiting), ("returned", returned), ("confirmed", confirmed)):
        rows = client.get(f"/reports/?tab={tab}").context["rows"]
        assert [row.report.pk for row in rows] == [expected.pk]
    counts = {code: count for code, _, count in client.get("/reports/").context["tabs"]}
    assert counts == {"waiting": 1, "missing": 0, "returned": 1, "confirmed": None}


def test_the_lists_cost_the_same_for_one_and_for_twenty(
    client_of, coordinator, hana, django_assert_max_num_queries
):
    for n in range(20):
        reported(hana, job={"start": START - timedelta(days=n)})
    client = client_of(coordinator)
    client.get("/reports/")
    with django_assert_max_num_queries(14):
        assert len(client.get("/reports/?tab=waiting").context["rows"]) == 20


def test_a_month_can_be_looked_at_alone(client_of, coordinator, hana):
    november = reported(hana)
    before = reported(hana, job={"start": START - timedelta(days=40)})
    client = client_of(coordinator)
    page = client.get("/reports/?tab=waiting&month=2026-11")
    assert [row.report for row in page.context["rows"]] == [november]
    assert {code: count for code, _, count in page.context["tabs"]}["waiting"] == 1
    assert "2026年11月の活動だけを表示しています" in page.content.decode()
    for month in ("", "2026-13", "november", "9999-12"):
        page = client.get(f"/reports/?tab=waiting&month={month}")
        assert [row.report for row in page.context["rows"]] == [before, november]


@pytest.mark.parametrize("query", ["?tab=nothing", "?tab=%20"])
def test_an_unknown_list_is_not_found(client_of, coordinator, query):
    assert client_of(coordinator).get(f"/reports/{query}").status_code == 404


def test_another_towns_reports_are_in_no_list(client_of, outsider, hana):
    reported(hana)
    job_of(hana, start=START - timedelta(days=3))
    client = client_of(outsider)
    for tab in ("waiting", "missing"):
        assert client.get(f"/reports/?tab={tab}").context["rows"] == []


# --- confirming and returning ----------------------------------------------------------------------


def confirm(client, report, **data):
    return client.post(reverse("reports:confirm", args=[report.pk]), data)


def test_the_coordinator_confirms_what_was_read(client_of, coordinator, hana):
    report = reported(hana)
    confirm(client_of(coordinator), report, seen=report.submitted_at.isoformat())
    report.refresh_from_db()
    assert (report.state, report.confirmed_by) == ("confirmed", coordinator)


def test_what_changed_meanwhile_is_not_confirmed(client_of, coordinator, hana):
    report = reported(hana)
    seen = (report.submitted_at - timedelta(minutes=5)).isoformat()
    page = client_of(coordinator).post(
        reverse("reports:confirm", args=[report.pk]), {"seen": seen}, follow=True
    )
    report.refresh_from_db()
    assert report.state == "submitted"
    assert "状態が変わった" in page.content.decode()


def test_a_second_press_confirms_nothing_twice(client_of, coordinator, hana):
    report = reported(hana)
    client = client_of(coordinator)
    for _ in range(2):
        confirm(client, report, seen=report.submitted_at.isoformat())
    assert AuditEntry.objects.filter(verb="report.confirmed").count() == 1


def test_an_accountant_reads_but_has_no_buttons(client_of, accountant, hana):
    report = reported(hana)
    page = client_of(accountant).get(reverse("reports:detail", args=[report.pk]))
    assert page.status_code == 200
    assert "/confirm/" not in page.content.decode()


def test_returning_needs_a_reason(client_of, coordinator, hana):
    report = reported(hana)
    client = client_of(coordinator)
    page = client.post(reverse("reports:return", args=[report.pk]), {"reason": " "})
    assert page.status_code == 422
    assert "理由を入力してください" in page.content.decode()
    client.post(reverse("reports:return", args=[report.pk]), {"reason": "時刻をご確認ください"})
    report.refresh_from_db()
    assert (report.state, report.return_reason) == ("returned", "時刻をご確認ください")


def test_many_are_confirmed_except_those_to_look_at(client_of, coordinator, hana, town):
    plain = reported(hana)
    long = reported(hana, job={"start": START - timedelta(days=1)}, minutes=130)
    foreign = reported(factories.VolunteerFactory(organization=town))
    ticked = {"report": [plain.pk, long.pk, foreign.pk, "x", "9" * 40]}
    client_of(coordinator).post("/reports/confirm/", ticked)
    states = dict(Report.objects.values_list("pk", "state"))
    assert states == {plain.pk: "confirmed", long.pk: "submitted", foreign.pk: "submitted"}


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        ({}, []),
        ({"minutes": 120}, []),
        ({"minutes": 121}, ["longer_than_booked"]),
        ({"transport": "train_bus", "transport_yen": 2000}, []),
        ({"transport": "train_bus", "transport_yen": 2001}, ["no_receipt"]),
        ({"transport": "taxi", "transport_yen": 800}, ["no_receipt"]),
        ({"outcome": "trouble"}, ["outcome"]),
        ({"outcome": "continues"}, []),
        ({"waiting_minutes": 61}, ["long_waiting"]),
        ({"started_at": START - timedelta(days=1)}, ["other_day"]),
        ({"started_at": START + timedelta(hours=3)}, ["shifted"]),
    ],
)
def test_the_desk_is_told_what_to_look_at(client_of, coordinator, hana, draft, codes):
    report = reported(hana, **draft)
    page = client_of(coordinator).get(reverse("reports:detail", args=[report.pk]))
    assert [remark.code for remark in page.context["remarks"]] == codes


def test_the_organization_sets_from_which_amount_it_wants_receipts(
    client_of, coordinator, city, hana
):
    city.policy = {"receipt_above_yen": 500}
    city.save()
    report = reported(hana, transport="train_bus", transport_yen=501)
    page = client_of(coordinator).get(reverse("reports:detail", args=[report.pk]))
    assert "領収書がありません" in page.content.decode()


# --- receipts -------------------------------------------------------------------------------------


def test_a_receipt_is_shown_to_staff_only_and_kept_nowhere(
    client_of, coordinator, outsider, requester, hana
):
    content = prepare(photo().read())
    report = reported(hana, transport="taxi", transport_yen=900, receipts=(content,))
    url = reverse("reports:receipt", args=[Receipt.objects.get(report=report).pk])
    answer = client_of(coordinator).get(url)
    assert answer.content == content
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"]
    for person in (outsider, requester, hana.user):
        assert client_of(person).get(url).status_code == 404


def test_the_labels_are_ready_for_other_languages(hana):
    form = ReportForm(assignment=job_of(hana))
    assert all(isinstance(field.label, Promise) for field in form.fields.values())


def test_accountants_do_not_read_the_comment(client_of, coordinator, accountant, hana):
    report = reported(hana, comment="娘さんが同席")
    address = reverse("reports:detail", args=[report.pk])
    assert "娘さんが同席" in client_of(coordinator).get(address).content.decode()
    assert "娘さんが同席" not in client_of(accountant).get(address).content.decode()


def test_more_than_a_hundred_at_one_press_confirms_none_and_says_so(client_of, coordinator, hana):
    report = reported(hana)
    ticked = [report.pk, *range(report.pk + 1, report.pk + 101)]
    answer = client_of(coordinator).post(
        reverse("reports:confirm_many"), {"report": ticked}, follow=True
    )
    assert "一度に確認できるのは100件までです。" in answer.content.decode()
    report.refresh_from_db()
    assert report.state == "submitted"
    client_of(coordinator).post(reverse("reports:confirm_many"), {"report": ticked[:100]})
    report.refresh_from_db()
    assert report.state == "confirmed"
