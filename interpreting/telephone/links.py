"""How telephone calls hang together with requests: a panel on their page, and an end with them.

Dispatch knows nothing of calls; it is told here through its subscriptions. A request that is over
has no open conference, so no number outlives it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts import audit
from dispatch import log_texts, subscriptions
from dispatch.models import Request
from interpreting.models import PhoneConference
from interpreting.telephone.actions import end_conference

WORDS = {
    "telephone.started": "三者通話の電話をかけ始めました",
    "telephone.redialled": "電話をかけ直しました：",
    "telephone.hung_up": "電話を切りました：",
    "telephone.noted": "電話番号の連絡がありました：",
    "telephone.revealed": "電話番号を表示しました：",
    "telephone.joined": "電話で三者通話に参加しました：",
    "telephone.left": "三者通話の電話を終えました：",
    "telephone.busy": "電話が話し中でした：",
    "telephone.no_answer": "電話に応答がありませんでした：",
    "telephone.failed": "電話がつながりませんでした：",
    "telephone.ended": "三者通話を終了しました",
}


def register() -> None:
    """Called by ``config.wiring``."""
    say_words()
    subscriptions.request_panels.append(request_panel)
    subscriptions.on_over.append(on_over)


def say_words() -> None:
    """The verbs of calls in words, on the audit page and in a request's log."""
    audit.WORDS.update({verb: text.removesuffix("：") for verb, text in WORDS.items()})
    log_texts.SENTENCES.update(
        {verb: text + "{role}" if text.endswith("：") else text for verb, text in WORDS.items()}
    )
    log_texts.LOOKS.update(dict.fromkeys(WORDS, ("phone", "")))


def request_panel(request: Request) -> tuple[str, dict[str, Any]] | None:
    """A way to the call from the request's page, while somebody could be called."""
    conference = request.phone_conferences.first()
    is_open = conference is not None and conference.state == PhoneConference.State.OPEN
    over = request.status in {Request.Status.CANCELLED, Request.Status.FINISHED}
    if over and conference is None:
        return None
    return "telephone/_request_panel.html", {"conference": conference, "is_open": is_open}


def on_over(request: Request, at: datetime) -> None:
    """A request that ends takes its call with it."""
    for conference in request.phone_conferences.filter(state=PhoneConference.State.OPEN):
        end_conference(conference, by=None, at=at, reason="request_over")
