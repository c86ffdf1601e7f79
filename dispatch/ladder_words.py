"""What a ladder would do, in plain words: for one language, urgency, field and time.

The same rungs, in the same order and with the same rules as the engine's (`dispatch.ladder.plan`),
told beside the figures of the register. Also says where nothing would follow. Pure: values in,
sentences out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.times import local
from dispatch import ladder
from dispatch.device_languages import on_device
from dispatch.ladder import DEVICE, NEIGHBOUR, OPERATOR, VIDEO, VOLUNTEER, LeftOut, Rung
from dispatch.operators import hours_in_words
from dispatch.policy import CLASSES
from volunteers.availability import WEEKDAYS, is_holiday
from volunteers.languages import name as language_name
from volunteers.models import Field

CLASS_NAMES = {"now": "今すぐ", "today": "本日", "tomorrow": "明日", "later": "あさって以降"}
KIND_NAMES = {
    "volunteer": "現地のボランティア",
    "video": "映像のボランティア",
    "neighbour": "近隣団体のボランティア",
    "operator": "外部通訳",
    "device": "翻訳機",
}
FIELD_NAMES = {str(code): str(label) for code, label in Field.choices}
ALL_FIELDS = tuple(FIELD_NAMES)


@dataclass(frozen=True)
class Company:
    """A service of an operator: name, price and hours in words, open at the time asked about."""

    name: str
    price: str
    hours: str
    is_open: bool


@dataclass(frozen=True)
class Figures:
    """What the register and the contracts have for the case."""

    registered: int = 0
    able: int = 0
    able_video: int = 0
    on_call: int = 0
    neighbours: int = 0
    lenders: tuple[str, ...] = ()
    companies: tuple[Company, ...] = ()
    device: bool = False


@dataclass(frozen=True)
class Case:
    """For which request: language tag, class of `policy.CLASSES`, field, instant (UTC)."""

    language: str
    urgency: str
    field: str
    at: datetime
    mode: str = "onsite"


@dataclass(frozen=True)
class Step:
    """One rung in words; ``state`` is "asks", "sure" (somebody answers for certain) or "passed"."""

    kind: str
    label: str
    text: str
    state: str


@dataclass(frozen=True)
class Story:
    """The whole ladder for one case."""

    head: str
    steps: tuple[Step, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def span(minutes: float | None) -> str:
    """A length in words: 1.5 → 90秒, 4 → 4分, 90 → 1時間30分, 2880 → 2日; None → 期限なし."""
    if minutes is None:
        return "期限なし"
    seconds = round(minutes * 60)
    if seconds < 120 and seconds % 60:
        return f"{seconds}秒"
    parts = [
        (seconds // 86400, "日"),
        (seconds % 86400 // 3600, "時間"),
        (seconds % 3600 // 60, "分"),
        (seconds % 60, "秒"),
    ]
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0分"


def story(policy: dict[str, Any], case: Case, figures: Figures) -> Story:
    """What would happen; ``policy`` holds the ladder to be told, stored or still being edited."""
    rungs, left_out = ladder.plan(policy, case.urgency, case.mode, case.language, case.field)
    steps: list[Step] = []
    for index, rung in enumerate(rungs):
        text, state = _said(rung, case, figures)
        opening = "まず、" if not any(s.state != "passed" for s in steps) else ""
        if state != "passed":
            text = opening + text + _deadline(rungs, index, case)
        steps.append(Step(rung["kind"], rung["label"], text, state))
    return Story(
        head=_head(case),
        steps=tuple(steps),
        left_out=tuple(_reason(one) for one in left_out),
        warnings=tuple(_warnings(rungs, steps)),
    )


def _head(case: Case) -> str:
    here = local(case.at)
    kind = "祝" if is_holiday(here.date()) else WEEKDAYS[here.weekday()]
    name, field = language_name(case.language, "ja"), FIELD_NAMES.get(case.field, case.field)
    time = f"{here:%-m月%-d日}（{kind}）{here:%-H:%M}"
    return f"{name}・{CLASS_NAMES[case.urgency]}・{field}（{time}）"


def _said(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    if not ladder.within_hours(rung["hours"], case.at):
        hours = hours_in_words(rung["hours"])
        return f"この時間は使わないため、飛ばします（使う時間：{hours}）。", "passed"
    tell = {VOLUNTEER: _volunteer, VIDEO: _video, NEIGHBOUR: _neighbour, OPERATOR: _operator}
    text, state = tell.get(rung["kind"], _device)(rung, case, figures)
    if case.field in rung["needs_yes_fields"] and state != "passed":
        text = f"{FIELD_NAMES.get(case.field, case.field)}なので、職員の許可を得てから、{text}"
    return text, state


def _trained(rung: Rung, case: Case) -> str:
    return "研修を修了した方だけに" if case.field in rung["certified_fields"] else ""


def _volunteer(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    able, who = figures.able, f"{rung['label']}（登録{figures.registered}人"
    if not able:
        return f"{who}、いま動ける人なし）のため、すぐ次に進みます。", "passed"
    return f"{who}、いま動ける{able}人）に{_trained(rung, case)}打診します。", "asks"


def _video(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    trained = _trained(rung, case)
    if figures.on_call:
        others = max(0, figures.able_video - figures.on_call)
        more = f"（ほかに{others}人へ打診できます）" if others else ""
        text = f"待機中の{figures.on_call}人に{trained}映像での通訳を頼みます{more}。"
        return text, "sure" if case.urgency == "now" else "asks"
    if not figures.able_video:
        return "映像で動ける人がいないため、すぐ次に進みます。", "passed"
    return f"映像で動ける{figures.able_video}人に{trained}打診します（待機中の人なし）。", "asks"


def _neighbour(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    if not figures.lenders:
        return "この言語の応援協定がないため、飛ばします。", "passed"
    who = "・".join(figures.lenders)
    if not figures.neighbours:
        return f"{who}に、映像で動ける人がいないため、すぐ次に進みます。", "passed"
    return f"{who}の{figures.neighbours}人に、映像での通訳を打診します。", "asks"


def _operator(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    if not figures.companies:
        return "この言語の契約がないため、飛ばします。", "passed"
    there = [one for one in figures.companies if one.is_open]
    if not there:
        hours = "、".join(f"{one.name} {one.hours}" for one in figures.companies)
        return f"受付時間の外なので、飛ばします（{hours}）。", "passed"
    named = "、または".join(f"{one.name}（{one.price}、{one.hours}）" for one in there)
    return f"外部通訳の{named}に電話します。", "sure"


def _device(rung: Rung, case: Case, figures: Figures) -> tuple[str, str]:
    if not figures.device:
        return "翻訳機はこの言語に対応していません。後日の通訳を予約します。", "passed"
    return "翻訳機で対応し、後日の通訳を予約します。", "sure"


def _deadline(rungs: list[Rung], index: int, case: Case) -> str:
    if index + 1 >= len(rungs):
        return ""
    rung, following = rungs[index], rungs[index + 1]
    lead = following.get("lead_minutes") if case.urgency != "now" else None
    latest = f"遅くとも開始の{span(lead)}前に" if lead is not None else ""
    asks = rung["kind"] in ladder.ASKING  # offers of an earlier rung always stay open
    beside = "打診を続けたまま、次の段階も始めます。" if asks else "次に進みます。"
    if case.urgency == "now" and starts_early(following) and rung["kind"] == VOLUNTEER:
        beside += "すぐに来られる見込みが低ければ、待たずに始めます。"
    if rung["minutes"] is None:
        return f"{latest}{beside}" if latest else "期限がないため、自動では次に進みません。"
    return f"{span(rung['minutes'])}たっても決まらなければ{'（' + latest + '）' if latest else ''}、{beside}"


def starts_early(rung: Rung) -> bool:
    """Whether the rung may open early at the counter: only video, beside people who come."""
    stored = rung["parallel"]
    stored = [*CLASSES] if stored is True else stored or []
    return rung["kind"] == VIDEO and "now" in stored


def _reason(left_out: LeftOut) -> str:
    why = {
        "mode": "この方法では使いません",
        "remote_already": "はじめから映像・電話なので使いません",
        "language": "この言語では使いません",
        "field": "この分野では使いません",
    }
    return f"{left_out.label}：{why.get(left_out.why, '使いません')}"


def _warnings(rungs: list[Rung], steps: list[Step]) -> Iterable[str]:
    if not any(step.state != "passed" for step in steps):
        yield "行き止まりです。この言語・分野・時間に使える段階がありません。"
        return
    if not any(step.state == "sure" for step in steps):
        yield "だれも引き受けないと行き止まりになります。外部通訳か翻訳機の段階をご用意ください。"
    for rung in rungs[:-1]:
        if rung["minutes"] is None:
            yield f"「{rung['label']}」に期限がないため、後の段階は自動では始まりません。"


def dead_ends(
    policy: dict[str, Any],
    tags: Iterable[str],
    served: dict[str, bool],
    device: tuple[str, ...],
    urgency: str = "now",
) -> list[tuple[str, list[str]]]:
    """(language, fields) for which nothing sure follows when nobody says yes, whatever the hour.

    ``served``: which of the tags some operator under contract serves.
    """
    found = []
    for tag in tags:
        ends = {OPERATOR} if served.get(tag) else set()
        ends |= {DEVICE} if on_device(tag, device) else set()
        open_ended = [
            field
            for field in ALL_FIELDS
            if not any(
                rung["kind"] in ends
                for rung in ladder.plan(policy, urgency, "onsite", tag, field)[0]
            )
        ]
        if open_ended:
            found.append((tag, open_ended))
    return found


def rung_in_words(rung: Rung) -> list[str]:
    """The settings of one stored rung, a line each, for those who only read."""
    lines = []
    if any(rung["minutes"][c] is not None for c in CLASSES):  # the last one simply stays open
        limits = "、".join(f"{CLASS_NAMES[c]} {span(rung['minutes'][c])}" for c in CLASSES)
        lines.append(f"次の段階まで：{limits}")
    if rung["lead_minutes"] is not None:
        lines.append(f"遅くとも開始の{span(rung['lead_minutes'])}前に始めます")
    if starts_early(rung):
        lines.append("すぐに来られる見込みが低ければ、早めに始めます（今すぐ）")
    if rung["languages"]:
        lines.append("言語：" + "、".join(language_name(tag, "ja") for tag in rung["languages"]))
    if rung["hours"]:
        lines.append(f"時間：{hours_in_words(rung['hours'])}")
    for key, words in (
        ("fields", "この分野だけ"),
        ("except_fields", "使わない分野"),
        ("certified_fields", "研修を修了した方だけに打診する分野"),
        ("needs_yes_fields", "職員の許可が要る分野"),
    ):
        if rung[key]:
            lines.append(f"{words}：" + "、".join(FIELD_NAMES.get(f, f) for f in rung[key]))
    return lines
