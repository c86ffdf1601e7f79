"""The request's log and wishes in plain Japanese: one sentence for every verb recorded. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.models import Requirement

SENTENCES = {
    "request.opened": "依頼を受け付けました",
    "request.edited": "依頼の内容を変更しました",
    "request.cancelled": "依頼を取り消しました（{reason}）",
    "request.unmet": "手配できないまま終了しました（{reason}）",
    "request.reopened": "手配を再開しました",
    "waves.stopped": "自動の打診を止めました",
    "waves.resumed": "自動の打診を再開しました",
    "wave.sent": "第{number}波: {asked}人に打診しました（{reason}）",
    "rung.opened": "つなぎ段階「{rung_label}」に進みました（{why}）",
    "offer.accepted": "打診を承諾しました",
    "offer.declined": "打診を辞退しました{reason}",
    "offer.explained": "辞退の理由が届きました{reason}",
    "offer.late_yes": "決定後に「引き受けます」と返事がありました（控え）",
    "offer.withdrawn": "打診を取り下げました",
    "assignment.made": "派遣を決めました",
    "assignment.reconfirmed": "前日の確認に「行けます」と返事がありました",
    "assignment.started": "通訳を開始しました",
    "assignment.finished": "通訳を終了しました",
    "assignment.given_back": "行けなくなったとの連絡があり、手配をやり直します{reason}",
    "assignment.no_show": "通訳者が来ませんでした",
    "reconfirm.asked": "前日の確認を送りました",
    "reconfirm.silent": "前日の確認に返事がない方がいます（{waiting}人）",
    "message.handled": "電話で伝えました（{what}）",
    "report.submitted": "活動報告が届きました",
    "report.confirmed": "活動報告を確認しました",
    "report.returned": "活動報告を差し戻しました",
}
WHY = {"nobody_left": "打診できる人がいないため", "time_over": "時間内に決まらなかったため"}
LEVELS = {"1": "△（少し）以上", "2": "○（日常会話）以上", "3": "◎（通訳可）"}
VIA = {"web": "本人・画面", "phone": "本人・電話", "desk": "職員が記録"}


LOOKS = {
    "offer.accepted": ("check", "ok"),
    "assignment.made": ("check", "ok"),
    "assignment.reconfirmed": ("check", "ok"),
    "offer.declined": ("cross", "warn"),
    "assignment.given_back": ("alert", "warn"),
    "assignment.no_show": ("alert", "danger"),
    "reconfirm.silent": ("alert", "warn"),
    "request.cancelled": ("cross", "danger"),
    "request.unmet": ("alert", "danger"),
    "rung.opened": ("link", "warn"),
    "wave.sent": ("mail", "ok"),
    "request.edited": ("edit", ""),
    "message.handled": ("phone", ""),
    "waves.stopped": ("pause", "warn"),
}


def look_of_line(verb: str) -> tuple[str, str]:
    """Icon and tone (ok, warn, danger or empty) of a log line."""
    return LOOKS.get(verb, ("requests", ""))


def sentence(verb: str, detail: dict[str, Any]) -> str:
    """The sentence of a log line; an unknown verb is shown as it is."""
    words = {key: value for key, value in detail.items() if isinstance(value, str | int | float)}
    words["why"] = WHY.get(str(detail.get("why")), "")
    if verb in {"offer.declined", "offer.explained", "assignment.given_back"}:
        words["reason"] = f"（{detail['reason']}）" if detail.get("reason") else ""
    words.setdefault("reason", "理由の記載なし")
    text = SENTENCES.get(verb, verb)
    try:
        text = text.format(**words)
    except KeyError:
        text = text.partition("（")[0]
    if verb == "request.edited" and detail.get("restarted"):
        text += "（打診をやり直します）"
    return text + (f"［{VIA[detail['via']]}］" if detail.get("via") in VIA else "")


def wish_text(requirement: Requirement, *, person: str = "") -> str:
    """A requirement in words, such as «女性の通訳者（必ず）»; ``person``: instead of the name."""
    strength = "必ず" if requirement.hard else "できれば"
    genders = {"female": "女性", "male": "男性", "other": "その他の性別"}
    gender = genders.get(requirement.value, requirement.value)
    person = person or (requirement.volunteer.name if requirement.volunteer else "")
    level = LEVELS.get(requirement.value, LEVELS["3"])
    return {
        "gender": f"{gender}の通訳者（{strength}）",
        "level": f"{level}の方（{strength}）",
        "qualified": f"分野の研修修了者（{strength}）",
        "dialect": f"方言：{requirement.value}（{strength}）",
        "preferred": f"希望：{person}（{strength}）",
        "excluded": f"避けたい：{person}",
    }[requirement.kind]
