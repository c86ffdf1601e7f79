"""What became of messages in words of the desk: why one did not arrive, what kind it was. Pure.

The codes are those of the transports and, after «code», the provider's own (Twilio's error
dictionary, https://www.twilio.com/docs/api/errors). An unknown one is shown as it is.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from dispatch.calls import TO_SAY

KINDS: Final = TO_SAY | {
    "account_changed": "振込先口座を変更したこと",
    "code": "確認番号",
    "canary": "通信確認",
    "contact_changed": "連絡先を変更したこと",
    "line_connected": "LINEの接続",
    "line_greeting": "LINEの案内",
    "passkey_added": "パスキーを登録したこと",
    "push_test": "プッシュ通知の確認",
    "ring_stop": "呼び出しの終了",
}
WHY: Final = {
    "unknown_result": "送信できたか確認できません",
    "provider_down": "回線の障害のため、送りませんでした",
    "cost_cap": "1日の通信費の上限に達したため、送りませんでした",
    "taken_back": "取りやめました（連絡が不要になりました）",
    "no_receipt": "到達の通知がありません",
    "gave_up": "くり返し送りましたが、送れませんでした",
    "lease": "送信の途中で止まりました",
    "canary": "通信確認が届いていません",
    "stopped": "本人が受信を停止しています",
    "blocked": "本人がブロックしています",
    "gone": "通知の登録がなくなっています",
    "refused": "受付を拒否されました",
    "no connection": "回線につながりません",
    "monthly limit": "今月の送信数の上限に達しました",
    "too late to be of use": "間に合わないため、送りませんでした",
    "not a possible e-mail": "メールアドレスに誤りがあります",
    "the push service is busy or away": "プッシュ通知の回線がこみ合っています",
    "busy": "話し中でした",
    "no-answer": "電話に出ませんでした",
    "canceled": "取り消されました",
    "machine": "留守番電話でした",
    "not_heard": "最後まで聞かれませんでした",
    "21211": "番号に誤りがあります",
    "21610": "本人が受信を停止しています",
    "21614": "SMSを受けられない番号です",
    "30003": "圏外、または電源が切れています",
    "30004": "受信が拒否されました",
    "30005": "使われていない番号です",
    "30006": "SMSを受けられない番号です（固定電話など）",
    "30007": "通信会社の迷惑メッセージ対策で止められました",
    "30008": "通信会社から理由の通知がありません",
    "undelivered": "通信会社から届けられませんでした",
}
_PATTERNS: Final = (
    (re.compile(r"no .*(is|for web push is) configured"), "この方法は設定されていません"),
    (re.compile(r"(provider|mail server) (429|503|421)"), "回線がこみ合っています"),
    (re.compile(r"(provider|mail server) 5\d\d"), "回線の障害です"),
    (re.compile(r"Read ?Timeout|timed? ?out|Timeout"), "回線から返事がありません"),
    (re.compile(r"(recipient|address).*refused"), "メールアドレスが受け付けられません"),
    (re.compile(r"mail server"), "メールの回線につながりません"),
)


def why(error: str) -> str:
    """An error of a message in words."""
    found = WHY.get(error)
    number = re.search(r"\d{5}", error)
    if found is None and number:
        found = WHY.get(number.group())
    if found is None:
        found = next((words for pattern, words in _PATTERNS if pattern.search(error)), None)
    return found or (f"その他（{error}）" if error else "理由の通知がありません")


def kind_in_words(kind: str) -> str:
    """What a message told."""
    return KINDS.get(kind, "お知らせ")


def span_in_words(span: object) -> str:
    """A timedelta such as «40秒» or «1分20秒»; nothing for anything else."""
    if not isinstance(span, timedelta):
        return ""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds}秒"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}分{rest}秒" if rest else f"{minutes}分"
    return f"{minutes // 60}時間{minutes % 60}分"
