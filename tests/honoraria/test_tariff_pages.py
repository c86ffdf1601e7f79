"""The pages of tariffs: words, samples, new versions, and everything the form refuses."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.actions import add_version, approve, change_version
from honoraria.models import Honorarium, Tariff, TariffVersion
from honoraria.rules_form import RulesForm, initial_of
from honoraria.samples import of_texts
from honoraria.tariff import preset, presets
from tests import factories
from tests.factories import NOW
from tests.honoraria.charges.charging import tariff_of
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed

pytestmark = pytest.mark.usefixtures("clock")
FLAT = rules({"kind": "flat", "amount": 900, "per": "activity"})


def shown(rules_form_initial):
    """What the browser sends back for a form that shows these values."""
    return {name: value for name, value in rules_form_initial.items() if value is not None}


def data_of(some_rules, valid_from="2026-04-01", **changes):
    terms = {"paid_by": "bank", "modes": []}
    return shown(initial_of(some_rules)) | terms | {"valid_from": valid_from, **changes}


def tariff_data(some_rules=FLAT, **changes):
    around = {"name": "通訳謝礼", "priority": "100"}
    return around | data_of(some_rules) | changes


@pytest.fixture
def version(city):
    """3,000 yen under two hours, 5,000 from there on, since April 2026."""
    return factories.TariffVersionFactory(tariff__organization=city, tariff__name="通訳謝礼")


# --- the form loses nothing ------------------------------------------------------------------------


@pytest.mark.parametrize("one", presets(), ids=lambda one: one.id)
def test_every_preset_comes_out_of_the_form_as_it_went_in(one):
    form = RulesForm(data_of(one.rules))
    assert form.is_valid(), form.errors
    expected = {"waiting": "not_counted", **one.rules}
    assert form.rules() == expected


def test_rules_that_are_broken_can_still_be_opened():
    assert initial_of({"fee": 3})["kind"] == "other"


# --- making and reading ----------------------------------------------------------------------------


def test_a_tariff_is_made_from_a_preset(client_of, accountant, city):
    client = client_of(accountant)
    page = client.get("/tariffs/new/?preset=koshigaya")
    assert page.context["form"]["name"].value() == "越谷市 通訳・翻訳"
    some_rules = preset("koshigaya").rules
    answer = client.post("/tariffs/new/", tariff_data(some_rules, modes=["accompany", "onsite"]))
    made = TariffVersion.objects.get()
    assert answer.url == reverse("honoraria:tariff", args=[made.tariff_id])
    assert (made.valid_from, made.modes) == (date(2026, 4, 1), ["accompany", "onsite"])
    assert made.rules == some_rules
    assert AuditEntry.objects.filter(verb="tariff.created").count() == 1


def test_a_tariff_is_said_in_words_with_samples(client_of, accountant, version):
    page = client_of(accountant).get(reverse("honoraria:tariff", args=[version.tariff_id]))
    text = page.content.decode()
    assert "2時間未満 3,000円、2時間以上 5,000円です。" in text
    samples = page.context["versions"][0]["samples"]
    assert [(one.minutes, one.priced.total) for one in samples] == [
        (30, 4000), (60, 4000), (90, 4000), (120, 6000), (121, 6000), (180, 6000), (240, 6000),
    ]  # fmt: skip


def test_the_list_shows_what_holds_today(client_of, accountant, version, town):
    factories.TariffVersionFactory(tariff__organization=town)
    page = client_of(accountant).get("/tariffs/")
    assert [row["tariff"] for row in page.context["rows"]] == [version.tariff]
    assert page.context["rows"][0]["current"]["version"] == version


def test_the_preview_changes_nothing(client_of, accountant):
    page = client_of(accountant).post("/tariffs/new/", tariff_data() | {"preview": "1"})
    assert page.status_code == 200
    assert "1回につき900円です。" in page.content.decode()
    assert not Tariff.objects.exists()


def test_name_and_priority_are_changed_and_nothing_else(
    client_of, accountant, version, hana, coordinator
):
    confirmed(hana, coordinator)
    approve(Honorarium.objects.get(), by=accountant, at=NOW)
    data = {"name": "電話の謝礼", "paid_by": "cash", "modes": ["phone"], "priority": "５"}
    client_of(accountant).post(reverse("honoraria:tariff_edit", args=[version.tariff_id]), data)
    tariff, entry = Tariff.objects.get(), Honorarium.objects.get()
    version.refresh_from_db()
    assert (tariff.name, tariff.priority) == ("電話の謝礼", 5)
    assert (version.paid_by, version.modes) == ("bank", [])
    assert (entry.tariff_name, entry.paid_by) == ("通訳謝礼", "bank")


def test_what_a_version_applies_to_is_changed_while_nothing_used_it(
    client_of, accountant, version, hana, coordinator
):
    confirmed(hana, coordinator)
    url = reverse("honoraria:version_edit", args=[version.pk])
    client_of(accountant).post(url, data_of(FLAT, modes=["phone"], paid_by="cash"))
    version.refresh_from_db()
    assert (version.modes, version.paid_by) == (["phone"], "cash")
    assert not Honorarium.objects.exists()  # the visit has no tariff any more: it is listed


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": ""}, "kind", "必須"),
        ({"kind": "flat", "flat_amount": ""}, "flat_amount", "整数(円)"),
        ({"flat_amount": "９００．５"}, "flat_amount", "数字で"),
        ({"flat_amount": "200000000"}, "flat_amount", "100,000,000以下"),
        ({"kind": "brackets"}, "to_0", "1件以上"),
        ({"kind": "brackets", "to_0": "120"}, "amount_0", "整数(円)"),
        (
            {"kind": "brackets", "to_0": "120", "amount_0": "1", "to_2": "60", "amount_2": "2"},
            "to_2",
            "大きく",
        ),
        (
            {"kind": "brackets", "amount_0": "1", "to_1": "60", "amount_1": "2"},
            "to_0",
            "最後の行",
        ),
        ({"kind": "base_step", "base_minutes": "60"}, "base_amount", "整数(円)"),
        ({"kind": "repeat", "repeat_size": "0", "repeat_amount": "1"}, "repeat_size", "1以上"),
        ({"kind": "per_hour", "hour_amount": "1"}, "hour_step", "整数(分)"),
        ({"minimum": "500", "maximum": "400"}, "maximum", "最低額を下回って"),
        ({"transport_kind": "actual_capped"}, "transport_cap", "整数(円)"),
        ({"transport_kind": "per_km", "km_amount": "30"}, "free_km", "整数(km)"),
        ({"extra": "{"}, "extra", "JSONとして"),
        ({"extra": "[" * 9000}, "extra", "JSONとして"),
        ({"extra": "[]"}, "extra", "{ }"),
        ({"extra": '{"notes": ["\\u0000"]}'}, "extra", "{ }"),
        ({"extra": '{"notes": ["\\ud800"]}'}, "extra", "JSONとして"),
        ({"extra": '{"fee": {"kind": "none"}}'}, "extra", "どちらか一方"),
        ({"extra": '{"waiting": "counted"}'}, "extra", "上の欄"),
        ({"extra": '{"minimun": 5}'}, "extra", "不明な項目"),
        ({"extra": '{"notes": [1e400]}'}, "extra", ""),
        ({"kind": "other"}, "kind", "定められていません"),
        ({"valid_from": "いつか"}, "valid_from", "日付として"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(
    client_of, accountant, changes, field, words
):
    page = client_of(accountant).post("/tariffs/new/", tariff_data() | changes)
    form = page.context["rules_form"]
    assert page.status_code == 422
    assert words in "".join(form.errors.get(field, [])), form.errors
    for name, value in changes.items():
        assert form[name].value() == value
    assert not Tariff.objects.exists()


def test_odd_json_is_never_an_error_of_ours():
    for value in (None, 1, "x", [], {}, {"rows": None}, {"kind": []}, True, [[[]]]):
        for key in ("fee", "transport", "overrides", "add_ons", "payers", "rush", "notes"):
            form = RulesForm(data_of(FLAT) | {"kind": "other", "extra": json.dumps({key: value})})
            assert not form.is_valid()


# --- versions --------------------------------------------------------------------------------------


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


def test_a_new_version_ends_the_one_before(client_of, accountant, version):
    url = reverse("honoraria:version_new", args=[version.tariff_id])
    assert client_of(accountant).post(url, data_of(FLAT, "2027-04-01")).status_code == 302
    spans = list(TariffVersion.objects.order_by("valid_from").values_list("valid_from", "valid_to"))
    assert spans == [(date(2026, 4, 1), date(2027, 3, 31)), (date(2027, 4, 1), None)]


@pytest.mark.parametrize("day", ["2026-04-01", "2026-03-01"])
def test_versions_do_not_overlap(client_of, accountant, version, day):
    url = reverse("honoraria:version_new", args=[version.tariff_id])
    page = client_of(accountant).post(url, data_of(FLAT, day))
    assert page.status_code == 422
    assert "2026年4月1日から適用する版があります" in page.content.decode()
    assert TariffVersion.objects.count() == 1


def test_drafts_follow_a_new_version_and_earlier_ones_do_not(
    version, hana, coordinator, accountant
):
    early = confirmed(hana, coordinator, job={"start": START - timedelta(days=10)})
    late = confirmed(hana, coordinator)
    add_version(version.tariff, valid_from=START.date(), rules=FLAT, by=accountant, at=NOW)
    fees = dict(Honorarium.objects.values_list("report", "fee"))
    assert fees == {early.pk: 3000, late.pk: 900}


def test_what_is_approved_keeps_its_rules(version, hana, coordinator, accountant):
    confirmed(hana, coordinator)
    approve(Honorarium.objects.get(), by=accountant, at=NOW)
    day = START.date()
    for attempt in (
        lambda: add_version(version.tariff, valid_from=day, rules=FLAT, by=accountant, at=NOW),
        lambda: change_version(
            version, valid_from=version.valid_from, rules=FLAT, by=accountant, at=NOW
        ),
    ):
        assert code_of(attempt) == "version_in_use"
    add_version(
        version.tariff, valid_from=day + timedelta(days=1), rules=FLAT, by=accountant, at=NOW
    )
    version.refresh_from_db()
    assert (version.rules, version.valid_to) == (factories.BRACKETS, day)
    assert Honorarium.objects.get().fee == 3000


def test_a_version_in_use_cannot_be_opened_for_changes(
    client_of, accountant, version, hana, coordinator
):
    confirmed(hana, coordinator)
    approve(Honorarium.objects.get(), by=accountant, at=NOW)
    url = reverse("honoraria:version_edit", args=[version.pk])
    assert client_of(accountant).get(url).url == reverse(
        "honoraria:tariff", args=[version.tariff_id]
    )
    page = client_of(accountant).post(url, data_of(FLAT))
    assert page.status_code == 422
    assert "承認済みの謝礼または請求済みの料金に使われているため" in page.content.decode()


def test_a_version_is_corrected_and_its_drafts_with_it(
    client_of, accountant, version, hana, coordinator
):
    confirmed(hana, coordinator)
    url = reverse("honoraria:version_edit", args=[version.pk])
    client_of(accountant).post(url, data_of(FLAT, "2026-05-01"))
    version.refresh_from_db()
    assert (version.valid_from, version.rules["fee"]["amount"]) == (date(2026, 5, 1), 900)
    assert Honorarium.objects.get().fee == 900


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(2026, 11, 1)])
def test_moving_a_version_moves_the_end_of_the_one_before(version, accountant, day):
    second = add_version(
        version.tariff, valid_from=date(2026, 10, 1), rules=FLAT, by=accountant, at=NOW
    )
    change_version(second, valid_from=day, rules=FLAT, by=accountant, at=NOW)
    version.refresh_from_db()
    second.refresh_from_db()
    assert (version.valid_to, second.valid_from) == (day - timedelta(days=1), day)


def test_a_version_cannot_be_moved_over_its_neighbour(version, accountant):
    second = add_version(
        version.tariff, valid_from=date(2026, 10, 1), rules=FLAT, by=accountant, at=NOW
    )
    third = add_version(
        version.tariff, valid_from=date(2027, 10, 1), rules=FLAT, by=accountant, at=NOW
    )
    for moved, day in (
        (second, date(2026, 4, 1)),
        (second, date(2027, 12, 1)),
        (third, date(2026, 9, 1)),
    ):
        attempt = lambda moved=moved, day=day: change_version(
            moved, valid_from=day, rules=FLAT, by=accountant, at=NOW
        )
        assert code_of(attempt) == "version_overlap"
    spans = [(one.valid_from, one.valid_to) for one in TariffVersion.objects.order_by("valid_from")]
    assert spans == [
        (date(2026, 4, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2027, 9, 30)),
        (date(2027, 10, 1), None),
    ]


def test_coordinators_and_other_towns_see_no_tariffs(client_of, coordinator, town, version):
    other = factories.MembershipFactory(organization=town, role="accountant").user
    for person in (coordinator, other):
        client = client_of(person)
        for name, pk in (
            ("tariff", version.tariff_id),
            ("tariff_edit", version.tariff_id),
            ("version_new", version.tariff_id),
            ("version_edit", version.pk),
        ):
            assert client.get(reverse(f"honoraria:{name}", args=[pk])).status_code == 404


def test_a_new_form_has_no_amounts_and_a_preset_for_texts_ticks_translation(client_of, accountant):
    client = client_of(accountant)
    empty = client.get("/tariffs/new/").context["rules_form"]
    assert empty["kind"].value() == "base_step"
    assert not empty["base_amount"].value()
    assert not empty["base_minutes"].value()
    found = [one.id for one in presets() if of_texts(one.rules)]
    assert found
    for name in found:
        terms = client.get(f"/tariffs/new/?preset={name}").context["terms"]
        assert terms["modes"].value() == ["translation"]


def test_a_tariff_for_charging_says_nothing_of_how_volunteers_are_paid(client_of, accountant, city):
    version = tariff_of(city, preset("kotosapo").rules | {"role": "charge"})
    client = client_of(accountant)
    for url in (f"/tariffs/{version.tariff_id}/", "/tariffs/"):
        page = client.get(url).content.decode()
        assert version.get_paid_by_display() not in page
        assert "源泉徴収：" not in page
