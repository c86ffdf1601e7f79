"""The request's log and wishes in plain Japanese: one sentence for every verb recorded. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.models import Requirement

SENTENCES = {
    "request.opened": "依頼を受け付けました",
    "request.long": "{advice}",
    "request.edited": "依頼の内容を変更しました",
    "request.cancelled": "依頼を取り消しました（{reason}）",
    "request.unmet": "手配できないまま終了しました（{reason}）",
    "request.reopened": "手配を再開しました",
    "waves.stopped": "自動の打診を止めました",
    "waves.resumed": "自動の打診を再開しました",
    "ring.sent": "第{number}波: {asked}人を呼び出しました（{reason}）",
    "wave.sent": "第{number}波: {asked}人に打診しました（{reason}）",
    "rung.opened": "つなぎ段階「{rung_label}」に進みました（{why}）",
    "rung.left_out": "つなぎ段階「{rung_label}」は使いません（{why}）",
    "rung.booking_only": "翻訳機はこの言語に対応していないため、最後の段階は後日の予約だけです",
    "rung.passed_over": "つなぎ段階「{rung_label}」を飛ばしました（{why}）",
    "rung.chosen": "職員がつなぎ段階「{rung_label}」に進めました（{reason}）",
    "rung.reopened": "職員がつなぎ段階「{rung_label}」に戻しました（{reason}）",
    "operator.dialled": "外部通訳「{operator}」に電話をかけました",
    "operator.connected": "外部通訳「{operator}」につながりました",
    "operator.failed": "外部通訳「{operator}」につながりませんでした（{reason}）",
    "operator.ended": "外部通訳「{operator}」との通話を終えました（{minutes}分・{yen}円）",
    "operator.pin_shown": "外部通訳「{operator}」のPINを表示しました",
    "device.allowed": "この内容に翻訳機を使うことを職員が認めました",
    "device.used": "翻訳機で対応しました（{after}）",
    "device.booked": "翻訳機はこの言語に対応していません（{after}）",
    "offer.accepted": "打診を承諾しました",
    "offer.declined": "打診を辞退しました{reason}",
    "offer.explained": "辞退の理由が届きました{reason}",
    "offer.late_yes": "決定後に「引き受けます」と返事がありました（控え）",
    "offer.withdrawn": "打診を取り下げました",
    "neighbours.ended": "応援協定が終了したため、{asked}人への打診を取り下げました",
    "assignment.made": "派遣を決めました",
    "assignment.reconfirmed": "前日の確認に「行けます」と返事がありました",
    "assignment.set_out": "通訳者が出発しました",
    "assignment.arrived": "通訳者が到着しました",
    "assignment.started": "通訳を開始しました",
    "assignment.over": "通訳が終わったと連絡がありました",
    "assignment.finished": "通訳を終了しました",
    "assignment.given_back": "行けなくなったとの連絡があり、手配をやり直します{reason}",
    "assignment.no_show": "通訳者が来ませんでした",
    "reconfirm.asked": "前日の確認を送りました",
    "reconfirm.asked_again": "返事がないため、前日の確認をもう一度送りました（{waiting}人）",
    "reconfirm.silent": "前日の確認に返事がない方がいます（{waiting}人）",
    "message.handled": "電話で伝えました（{what}）",
    "inbound.handled": "返信に対応しました",
    "report.submitted": "活動報告が届きました",
    "report.confirmed": "活動報告を確認しました",
    "report.returned": "活動報告を差し戻しました",
}
WHY = {
    "nobody_left": "打診できる人がいないため",
    "time_over": "時間内に決まらなかったため",
    "low_chance": "すぐに来られる見込みが低いため",
    "language": "この言語の段階ではないため",
    "field": "この分野の段階ではないため",
    "mode": "翻訳の依頼のため",
    "remote_already": "はじめから映像・電話で打診するため",
    "hours": "受付時間外のため",
    "no_agreement": "この言語の応援協定がないため",
    "no_operator": "契約のある外部通訳がないため",
    "operator_closed": "外部通訳の受付時間外のため",
}
# on the audit page, where figures and names stand apart
SHORT = {
    "request.long": "長い通訳の注意",
    "wave.sent": "打診を送信",
    "rung.opened": "つなぎ段階を進める",
    "rung.left_out": "つなぎ段階を使わない",
    "rung.passed_over": "つなぎ段階を飛ばす",
    "rung.chosen": "職員がつなぎ段階を進める",
    "rung.reopened": "職員がつなぎ段階を戻す",
    "ring.sent": "待機中の人を呼び出し",
    "neighbours.ended": "応援協定の終了により打診を取り下げ",
    "operator.dialled": "外部通訳に電話",
    "operator.connected": "外部通訳につながる",
    "operator.failed": "外部通訳につながらず",
    "operator.ended": "外部通訳との通話を終了",
    "operator.pin_shown": "外部通訳のPINを表示",
    "device.allowed": "翻訳機の使用を承認",
    "device.used": "翻訳機で対応",
    "device.booked": "翻訳機を使わず後日の予約",
    "rung.booking_only": "翻訳機の段階は予約だけ",
    "message_template.changed": "通知の文面を変更",
    "message_template.reset": "通知の文面を既定に戻す",
}
LEVELS = {"1": "△（少し）以上", "2": "○（日常会話）以上", "3": "◎（通訳可）"}
PLAIN = {"offer.declined", "offer.explained", "assignment.given_back"}
"""Verbs that stand without brackets when no reason was given."""
VIA = {
    "web": "本人・画面",
    "phone": "本人・電話",
    "sms": "本人・SMS",
    "voice": "本人・自動音声",
    "line": "本人・LINE",
    "desk": "職員が記録",
}


LOOKS = {
    "offer.accepted": ("check", "ok"),
    "assignment.made": ("check", "ok"),
    "assignment.reconfirmed": ("check", "ok"),
    "offer.declined": ("cross", "warn"),
    "neighbours.ended": ("minus-circle", "warn"),
    "assignment.given_back": ("alert", "warn"),
    "assignment.set_out": ("walk", ""),
    "assignment.arrived": ("pin", "ok"),
    "assignment.started": ("check", "ok"),
    "reconfirm.asked_again": ("mail", "warn"),
    "assignment.no_show": ("alert", "danger"),
    "reconfirm.silent": ("alert", "warn"),
    "request.cancelled": ("cross", "danger"),
    "request.unmet": ("alert", "danger"),
    "rung.opened": ("link", "warn"),
    "rung.chosen": ("link", "warn"),
    "rung.reopened": ("link", "warn"),
    "rung.passed_over": ("minus-circle", ""),
    "rung.left_out": ("minus-circle", ""),
    "ring.sent": ("bell", "ok"),
    "operator.dialled": ("phone", ""),
    "operator.connected": ("phone", "ok"),
    "operator.failed": ("phone", "warn"),
    "operator.ended": ("phone", "ok"),
    "operator.pin_shown": ("lock", ""),
    "device.allowed": ("device", "warn"),
    "device.used": ("device", "warn"),
    "device.booked": ("alert", "warn"),
    "rung.booking_only": ("device", ""),
    "wave.sent": ("mail", "ok"),
    "request.edited": ("edit", ""),
    "request.long": ("alert", "warn"),
    "message.handled": ("phone", ""),
    "waves.stopped": ("pause", "warn"),
}


def look_of_line(verb: str) -> tuple[str, str]:
    """Icon and tone (ok, warn, danger or empty) of a log line."""
    return LOOKS.get(verb, ("requests", ""))


def sentence(verb: str, detail: dict[str, Any]) -> str:
    """The sentence of a log line; an unknown verb is shown as it is."""
    words = {key: value for key, value in detail.items() if isinstance(value, str | int | float)}
    words["why"] = _why(detail)
    words["after"] = _after(detail)
    if verb in PLAIN:
        words["reason"] = f"（{detail['reason']}）" if detail.get("reason") else ""
    words["reason"] = words.get("reason") or ("" if verb in PLAIN else "理由の記載なし")
    text = SENTENCES.get(verb, verb)
    try:
        text = text.format(**words)
    except KeyError:
        text = text.partition("（")[0]
    if verb == "request.edited" and detail.get("restarted"):
        text += "（打診をやり直します）"
    return text + (f"［{VIA[detail['via']]}］" if detail.get("via") in VIA else "")


def verbs_in_words() -> dict[str, str]:
    """Every verb of this app in a few words, for the audit page."""
    return {
        verb: text.partition("（")[0].partition("{")[0] for verb, text in SENTENCES.items()
    } | SHORT


def _why(detail: dict[str, Any]) -> str:
    text = WHY.get(str(detail.get("why")), "")
    chance = detail.get("chance")
    return f"{text}：見込み{chance:.0%}" if isinstance(chance, int | float) else text


def _after(detail: dict[str, Any]) -> str:
    if detail.get("follow_up"):
        return f"後日の予約 {detail['follow_up']}"
    return f"予約なし：{detail.get('reason') or '理由の記載なし'}"


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
