"""The editor of the ladder, and the words that say what would happen."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.ladder import fingerprint, reset_ladder, save_ladder
from dispatch.actions.requests import open_request
from dispatch.ladder_form import read_span
from dispatch.ladder_words import Case, Company, Figures, dead_ends, span, story
from dispatch.models import Request
from dispatch.policy import DEFAULT, policy_for, rungs_of
from tests.conftest import Clock
from tests.dispatch.drafts import draft
from tests.factories import OperatorServiceFactory, RequestFactory
from volunteers.models import Volunteer

PAGE, PREVIEW = "/settings/ladder/", "/settings/ladder/preview/"
FIGURES = Figures(
    registered=23,
    able=7,
    able_video=5,
    on_call=2,
    neighbours=3,
    lenders=("日野国際交流協会",),
    companies=(Company("○○通訳", "1分80円", "毎日 9:00〜18:00", True),),
    device=True,
)


def told(now: datetime, figures: Figures = FIGURES, **options: Any) -> Any:
    policy = deepcopy(DEFAULT) | options.pop("policy", {})
    case = Case("vi", options.pop("urgency", "now"), options.pop("field", "administrative"), now)
    return story(policy, case, figures)


# ---- Words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1.5, "90秒"), (4, "4分"), (90, "1時間30分"), (2880, "2日"), (0.5, "30秒"), (2.5, "2分30秒"), (None, "期限なし")],
)  # fmt: skip
def test_lengths_read_as_people_say_them_and_come_back_the_same(
    minutes: float | None, words: str
) -> None:
    assert span(minutes) == words
    if minutes is not None:
        assert read_span(words) == minutes


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("4", 4), ("1時間半", 90), ("1.5分", 1.5), ("0分", 0), ("あす", None), ("", None),
     ("9" * 400, None), ("9" * 5000 + "秒", None), ("-5", None)],
)  # fmt: skip
def test_typed_lengths(typed: str, minutes: float | None) -> None:
    assert read_span(typed) == minutes


def test_the_whole_ladder_is_told_in_plain_words(now: datetime) -> None:
    found = told(now)
    assert found.head == "ベトナム語・今すぐ・行政手続き（11月24日（火）10:00）"
    texts = [step.text for step in found.steps]
    assert texts[0].startswith(
        "まず、ボランティア（現地）（登録23人、いま動ける7人）に打診します。90秒たっても"
    )
    assert "打診を続けたまま" in texts[0]
    assert "待機中の2人に映像での通訳を頼みます（ほかに3人へ打診できます）。4分たっても" in texts[1]
    assert "日野国際交流協会の3人に" in texts[2]
    assert "○○通訳（1分80円、毎日 9:00〜18:00）に電話します" in texts[3]
    assert texts[4] == "翻訳機で対応し、後日の通訳を予約します。"
    assert found.warnings == ()


def test_a_rung_without_anybody_is_said_to_be_passed(now: datetime) -> None:
    found = told(now, Figures(registered=3, device=True))
    assert [step.state for step in found.steps] == ["passed"] * 4 + ["sure"]
    assert found.steps[4].text.startswith("まず、翻訳機で")


def test_a_medical_matter_needs_a_human_before_the_device(now: datetime) -> None:
    assert "職員の許可を得てから、翻訳機で" in told(now, field="medical").steps[-1].text
    assert "許可" not in told(now, field="school").steps[-1].text


def test_a_closed_operator_and_a_rung_outside_its_hours_are_passed(now: datetime) -> None:
    closed = Figures(able=1, companies=(Company("○○通訳", "1分80円", "月〜金 9:00〜18:00", False),))
    assert told(now, closed).steps[3].state == "passed"
    ladder = deepcopy(DEFAULT["ladder"])
    ladder[3]["hours"] = {"weekdays": [5, 6], "from": 540, "to": 1020}
    shut = told(now, policy={"ladder": ladder}).steps[3]
    assert shut.state == "passed"
    assert "土・日 9:00〜17:00" in shut.text


def test_it_warns_of_dead_ends_and_of_rungs_that_never_open(now: datetime) -> None:
    nobody = told(now, Figures())
    assert any("行き止まりです" in text for text in nobody.warnings)
    only_people = told(now, Figures(able=3, able_video=3))
    assert any("だれも引き受けないと" in text for text in only_people.warnings)
    ladder = deepcopy(DEFAULT["ladder"])
    ladder[0]["minutes"]["now"] = None
    stuck = told(now, policy={"ladder": ladder})
    assert any("自動では始まりません" in text for text in stuck.warnings)


def test_dead_ends_are_found_for_every_language_and_field() -> None:
    ladder = deepcopy(DEFAULT["ladder"])
    ladder[4]["except_fields"] = ["medical"]
    ladder[3]["languages"] = ["vi"]
    found = dead_ends(
        DEFAULT | {"ladder": ladder}, ["vi", "ur", "tet"], {"vi": True, "ur": True}, ("vi", "ur")
    )
    assert found[0] == ("ur", ["medical"])
    assert found[1][0] == "tet"
    assert len(found[1][1]) == 9


# ---- Saving -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_before_and_after_stands_in_the_trail(
    city: Organization, admin: User, now: datetime
) -> None:
    rungs = rungs_of(DEFAULT)[:2]
    save_ladder(city, rungs, ["en", "fr"], by=admin, at=now)
    city.refresh_from_db()
    assert policy_for(city)["ladder"] == rungs
    line = AuditEntry.objects.get(verb="ladder.saved")
    assert line.detail["before"] == {"ladder": None, "device_languages": None}
    assert line.detail["after"]["device_languages"] == ["en", "fr"]
    save_ladder(city, rungs, ["en", "fr"], by=admin, at=now)
    assert AuditEntry.objects.filter(verb="ladder.saved").count() == 1
    reset_ladder(city, by=admin, at=now)
    city.refresh_from_db()
    assert city.policy == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda rungs: rungs.clear(),
        lambda rungs: rungs[0].update(kind="magic"),
        lambda rungs: rungs[0].update(minutes={"now": -1}),
        lambda rungs: rungs[0].update(label=" "),
        lambda rungs: rungs[0].update(hours={"from": 0}),
        lambda rungs: rungs[0].pop("fields"),
        lambda rungs: rungs.extend(deepcopy(rungs) * 5),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(
    city: Organization, now: datetime, spoil: Callable[[Any], Any]
) -> None:
    rungs = rungs_of(DEFAULT)
    spoil(rungs)
    with pytest.raises(ActionError):
        save_ladder(city, rungs, by=None, at=now)
    city.refresh_from_db()
    assert city.policy == {}


@pytest.mark.django_db
def test_a_change_somebody_else_made_meanwhile_is_not_overwritten(
    city: Organization, now: datetime
) -> None:
    seen = fingerprint(city)
    save_ladder(city, rungs_of(DEFAULT)[:1], by=None, at=now)
    city.refresh_from_db()
    with pytest.raises(ActionError) as refused:
        save_ladder(city, rungs_of(DEFAULT)[:3], seen=seen, by=None, at=now)
    assert refused.value.code == "changed_meanwhile"


@pytest.mark.django_db
def test_a_running_request_keeps_the_ladder_it_opened_with(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    before = RequestFactory(organization=city)
    ladder = deepcopy(before.ladder)
    save_ladder(city, rungs_of(DEFAULT)[:1], by=None, at=now)
    before.refresh_from_db()
    city.refresh_from_db()
    assert before.ladder == ladder
    opened = open_request(city, draft(now), by=None, at=now)
    assert len(Request.objects.get(pk=opened.pk).ladder) == 1


# ---- The page -----------------------------------------------------------------------------------


@pytest.fixture
def page(admin: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(admin)


class FormReader(HTMLParser):
    """Collects what a browser would send of every form on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.open: dict[str, Any] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in one:
            if one.get("type") not in ("checkbox", "radio") or "checked" in one:
                self.data.setdefault(one["name"], []).append(one.get("value", ""))
        elif tag in ("select", "textarea") and "name" in one:
            self.open = {"tag": tag, "name": one["name"], "value": None, "text": ""}
        elif (
            tag == "option"
            and self.open.get("tag") == "select"
            and (self.open.get("value") is None or "selected" in one)
        ):
            self.open["value"] = one.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.open.get("tag") == "textarea":
            self.open["text"] += data

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open["tag"]:
            value = self.open["text"].strip() if tag == "textarea" else self.open["value"]
            self.data.setdefault(self.open["name"], []).append(value or "")
            self.open = {}


def typed_in(html: str) -> dict[str, Any]:
    """Everything the page's form would send."""
    reader = FormReader()
    reader.feed(html)
    return {name: values for name, values in reader.data.items() if name != "csrfmiddlewaretoken"}


def labels(html: str) -> list[str]:
    found = typed_in(html)
    total = int(found["rung-TOTAL_FORMS"][0])
    return [found[f"rung-{i}-label"][0] for i in range(total)]


@pytest.mark.django_db
def test_saving_an_untouched_page_changes_nothing(page: Client, city: Organization) -> None:
    form = typed_in(page.get(PAGE).content.decode())
    answer = page.post(PAGE, form | {"do": "save"})
    assert answer.status_code == 302
    city.refresh_from_db()
    assert policy_for(city)["ladder"] == DEFAULT["ladder"]
    assert "device_languages" not in city.policy


@pytest.mark.django_db
def test_rungs_move_come_and_go_without_script_and_keep_what_is_typed(page: Client) -> None:
    form = typed_in(page.get(PAGE).content.decode())
    form["rung-1-label"] = ["三者通話"]
    form["rung-1-now"] = ["なるはや"]
    moved = page.post(PAGE, form | {"do": "up:1"}).content.decode()
    assert labels(moved)[:2] == ["三者通話", "ボランティア（現地）"]
    assert "なるはや" in moved
    assert "まだ保存していません" in moved
    fewer = page.post(PAGE, typed_in(moved) | {"do": "remove:1"}).content.decode()
    assert len(labels(fewer)) == 4
    more = page.post(PAGE, typed_in(fewer) | {"do": "add:operator"}).content.decode()
    assert labels(more)[-1] == "外部通訳"
    assert AuditEntry.objects.filter(verb="ladder.saved").count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["²", "9" * 500, "-1", "007"])
def test_a_block_with_a_strange_number_is_left_out(page: Client, place: str) -> None:
    form = typed_in(page.get(PAGE).content.decode())
    sent = form | {f"rung-{place}-label": ["x"], "do": "up:0"}
    assert labels(page.post(PAGE, sent).content.decode()) == labels(page.get(PAGE).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("do", ["up:99", "down:-1", "remove:x", "add:magic", "nonsense", "up:0"])
def test_a_move_that_makes_no_sense_leaves_the_ladder(page: Client, do: str) -> None:
    form = typed_in(page.get(PAGE).content.decode())
    assert labels(page.post(PAGE, form | {"do": do}).content.decode()) == labels(
        page.get(PAGE).content.decode()
    )


@pytest.mark.django_db
def test_conditions_are_stored_as_the_engine_reads_them(page: Client, city: Organization) -> None:
    form = typed_in(page.get(PAGE).content.decode())
    form |= {
        "rung-3-languages": ["ベトナム語、ネパール語, English"],
        "rung-3-weekdays": ["0", "1", "2", "3", "4"],
        "rung-3-from_minute": ["9:00"], "rung-3-to_minute": ["18:00"],
        "rung-0-certified_fields": ["medical"], "rung-4-except_fields": ["legal"],
        "rung-3-now": ["2分30秒"], "rung-3-lead": [""], "do": "save",
    }  # fmt: skip
    assert page.post(PAGE, form).status_code == 302
    city.refresh_from_db()
    ladder = policy_for(city)["ladder"]
    assert ladder[3]["languages"] == ["vi", "ne", "en"]
    assert ladder[3]["hours"] == {"weekdays": [0, 1, 2, 3, 4], "from": 540, "to": 1080}
    assert ladder[3]["minutes"]["now"] == 2.5
    assert ladder[3]["lead_minutes"] is None
    assert ladder[0]["certified_fields"] == ["medical"]
    assert ladder[4]["except_fields"] == ["legal"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rung-0-now": ["すぐ"]}, "「90秒」「4分」"),
        ({"rung-0-label": [""]}, "名前を入力してください"),
        ({"rung-2-languages": ["ベトナム語、ほげ語"]}, "「ほげ語」という言語が見つかりません"),
        ({"rung-2-from_minute": ["9:00"]}, "両方を入力"),
        ({"device_languages": ["ほげ語"]}, "「ほげ語」という言語が見つかりません"),
    ],
)
def test_errors_stand_beside_the_field_and_nothing_is_lost(
    page: Client, city: Organization, changes: dict[str, Any], text: str
) -> None:
    form = typed_in(page.get(PAGE).content.decode()) | {"rung-4-label": ["うちの翻訳機"]}
    answer = page.post(PAGE, form | changes | {"do": "save"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert text in shown
    assert "うちの翻訳機" in shown
    city.refresh_from_db()
    assert city.policy == {}


@pytest.mark.django_db
def test_the_story_follows_what_is_typed_before_it_is_saved(
    page: Client, hana: Volunteer, city: Organization
) -> None:
    OperatorServiceFactory(operator__organization=city, operator__name="○○通訳")
    form = typed_in(page.get(PAGE).content.decode())
    form |= {"case_language": ["べとなむ"], "rung-0-now": ["45秒"], "case_field": ["medical"]}
    answer = page.post(PREVIEW, form, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "ベトナム語・今すぐ・医療" in answer
    assert "45秒たっても" in answer
    assert "○○通訳（1分80円" in answer
    without_script = page.post(PREVIEW, form).content.decode()
    assert "45秒たっても" in without_script
    assert "まだ保存していません" in without_script


@pytest.mark.django_db
def test_what_cannot_be_read_stops_the_story_not_the_page(page: Client) -> None:
    form = typed_in(page.get(PAGE).content.decode()) | {"rung-0-now": ["すぐ"]}
    answer = page.post(PREVIEW, form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "項目を直すと" in answer.content.decode()
    assert page.post(PREVIEW, {"case_language": "ほげ"}).status_code == 200


@pytest.mark.django_db
def test_a_coordinator_reads_and_tries_but_cannot_change(
    coordinator: User, client_of: Callable[[User], Client], clock: Clock, hana: Volunteer
) -> None:
    desk = client_of(coordinator)
    shown = desk.get(PAGE).content.decode()
    assert "次の段階まで：今すぐ 90秒" in shown
    assert 'value="save"' not in shown
    tried = desk.post(PREVIEW, {"case_language": "ベトナム語", "case_urgency": "later"})
    assert "ベトナム語・あさって以降" in tried.content.decode()
    assert desk.post(PAGE, {"do": "reset"}).status_code == 404


@pytest.mark.django_db
def test_back_to_the_default_is_one_press(page: Client, city: Organization, now: datetime) -> None:
    save_ladder(city, rungs_of(DEFAULT)[:1], by=None, at=now + timedelta(0))
    assert page.post(PAGE, {"do": "reset"}).status_code == 302
    city.refresh_from_db()
    assert city.policy == {}


def test_early_means_video_at_the_counter_and_offers_always_stay_open(now: datetime) -> None:
    ladder = deepcopy(DEFAULT["ladder"])
    assert "待たずに始めます" in told(now).steps[0].text
    ladder[1]["parallel"] = []
    ladder[3]["parallel"] = ["now"]
    steps = told(now, policy={"ladder": ladder}).steps
    assert not any("待たずに始めます" in step.text for step in steps)
    assert all("打診を続けたまま" in step.text for step in steps[:3])
    assert "打診を続けたまま" not in steps[3].text


@pytest.mark.django_db
def test_the_editor_offers_an_early_start_only_for_video(
    admin: User, client_of: Callable[[User], Client], clock: Clock
) -> None:
    page = client_of(admin).get(PAGE).content.decode()
    assert page.count("早めに始める（今すぐの依頼）") == 1
    assert page.count("つねに職員の許可が要ります") == 1
