"""The pages of the month and of one entry, through HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from honoraria.actions import approve, correct
from honoraria.models import Honorarium
from tests import factories
from tests.factories import NOW
from tests.interpreting.reporting import START, confirmed, job_of, reported

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def tariff(city):
    """3,000 yen under two hours, 5,000 from there on."""
    return factories.TariffVersionFactory(tariff__organization=city, tariff__name="通訳謝礼")


def test_without_a_month_the_present_one_is_shown(client_of, accountant, tariff, hana, coordinator):
    confirmed(hana, coordinator)
    page = client_of(accountant).get("/honoraria/")
    assert str(page.context["month"]) == "2026-11"
    assert [entry.volunteer for entry in page.context["page"]] == [hana]
    totals = page.context["totals"]
    assert (totals.count, totals.minutes, totals.fee, totals.total) == (1, 90, 3000, 3000)


@pytest.mark.parametrize("text", ["2026-13", "november", "0000-01", "2026-1-1", "9" * 50])
def test_a_month_that_cannot_be_read_is_said_and_kept(client_of, accountant, text):
    page = client_of(accountant).get("/honoraria/", {"month": text})
    assert page.status_code == 200
    assert "2026-11 のように" in page.content.decode()


def test_full_width_months_are_understood(client_of, accountant):
    page = client_of(accountant).get("/honoraria/", {"month": "２０２６－１０".replace("－", "-")})
    assert str(page.context["month"]) == "2026-10"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["山田 花", "グエン・ミン"]),
        ("&state=approved", ["山田 花"]),
        ("&state=draft", ["グエン・ミン"]),
        ("&q=グエン", ["グエン・ミン"]),
        ("&q=101", ["山田 花"]),
        ("&q=ヤマダ", ["山田 花"]),
        ("&q=%25", []),
        ("&q=nobody&state=nothing", []),
    ],
)
def test_entries_are_found(client_of, accountant, tariff, hana, minh, coordinator, query, names):
    confirmed(hana, coordinator, job={"start": START - timedelta(days=1)})
    confirmed(minh, coordinator)
    approve(Honorarium.objects.get(volunteer=hana), by=accountant, at=NOW)
    page = client_of(accountant).get(f"/honoraria/?month=2026-11{query}")
    assert [entry.volunteer.name for entry in page.context["page"]] == names


def test_what_is_missing_says_who_must_act(client_of, accountant, hana, minh, coordinator):
    job_of(hana)
    reported(minh)
    confirmed(hana, coordinator, job={"start": START - timedelta(days=1)})
    text = client_of(accountant).get("/honoraria/?month=2026-11").content.decode()
    for words in (
        "要対応",
        "未提出",
        "確認待ち",
        "「同行」に使える謝礼基準がありません",
        "対応する人：経理",
    ):
        assert words in text


def test_what_could_not_be_priced_is_priced_later(client_of, accountant, hana, city, coordinator):
    confirmed(hana, coordinator)
    factories.TariffVersionFactory(tariff__organization=city)
    page = client_of(accountant).post("/honoraria/price/", {"month": "2026-11"}, follow=True)
    assert "1件を計算しました" in page.content.decode()
    assert page.context["totals"].total == 3000


def test_the_coordinator_reads_but_changes_nothing(client_of, coordinator, tariff, hana):
    confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    client = client_of(coordinator)
    for url in ("/honoraria/?month=2026-11", reverse("honoraria:detail", args=[entry.pk])):
        text = client.get(url).content.decode()
        assert "3,000" in text
        assert 'action="/honoraria/' not in text
        assert "/tariffs/" not in text
    for name in ("approve", "unapprove", "correct"):
        assert client.post(reverse(f"honoraria:{name}", args=[entry.pk])).status_code == 404
    assert client.post("/honoraria/approve/", {"month": "2026-11"}).status_code == 404


def test_another_towns_month_is_empty(client_of, town, tariff, hana, coordinator):
    confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    client = client_of(factories.MembershipFactory(organization=town, role="admin").user)
    assert client.get("/honoraria/?month=2026-11").context["totals"].count == 0
    assert client.get(reverse("honoraria:detail", args=[entry.pk])).status_code == 404
    assert client.post(reverse("honoraria:approve", args=[entry.pk])).status_code == 404


def test_an_entry_shows_its_derivation_and_what_happened(
    client_of, accountant, tariff, hana, coordinator
):
    confirmed(hana, coordinator, transport="train_bus", transport_yen=2460)
    entry = Honorarium.objects.get()
    client = client_of(accountant)
    url = reverse("honoraria:detail", args=[entry.pk])
    client.post(reverse("honoraria:approve", args=[entry.pk]), {"seen_total": entry.total})
    text = client.get(url).content.decode()
    for words in (
        "2時間未満 3,000円",
        "実費2,460円(上限2,000円)",
        "5,000円",
        "通訳謝礼",
        "承認済み",
    ):
        assert words in text
    assert "謝礼を承認" in text


def test_the_button_says_why_one_cannot_approve(client_of, tariff, hana, admin):
    confirmed(hana, admin)
    url = reverse("honoraria:detail", args=[Honorarium.objects.get().pk])
    text = client_of(admin).get(url).content.decode()
    assert "別の人にしてください" in text


def test_a_correction_is_made_on_the_page(client_of, accountant, tariff, hana, coordinator):
    confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    approve(entry, by=accountant, at=NOW)
    client = client_of(accountant)
    page = client.post(
        reverse("honoraria:correct", args=[entry.pk]), {"reason": "二重の報告"}, follow=True
    )
    assert "二重の報告" in page.content.decode()
    assert client.get("/honoraria/?month=2026-11").context["totals"].total == 0
    again = client.post(reverse("honoraria:correct", args=[entry.pk]), {"reason": "もう一度"})
    assert again.status_code == 409


def test_the_page_of_a_month_costs_the_same_for_one_and_for_many(
    client_of, accountant, tariff, hana, coordinator, django_assert_max_num_queries
):
    client = client_of(accountant)
    client.get("/honoraria/")
    report = confirmed(hana, coordinator)
    last = Honorarium.objects.get()
    for _ in range(130):
        last = Honorarium.objects.create(
            organization=hana.organization, volunteer=hana, report=report, corrects=last,
            assignment=report.assignment,
            tariff_version=tariff, activity_date=START.date(), minutes=1, fee=1, total=1,
            booked_on=START.date(), created_at=NOW,
        )  # fmt: skip
    with django_assert_max_num_queries(17):
        page = client.get("/honoraria/?month=2026-11")
    assert len(page.context["page"].object_list) == 100
    assert page.context["totals"].count == 131
    assert len(client.get("/honoraria/?month=2026-11&page=2").context["page"].object_list) == 31


def test_a_reversal_looks_like_one(client_of, accountant, tariff, hana, coordinator):
    confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    approve(entry, by=accountant, at=NOW)
    correct(entry, "誤り", by=accountant, at=NOW)
    text = client_of(accountant).get("/honoraria/?month=2026-11").content.decode()
    assert "-3,000" in text
    assert "取消し" in text
