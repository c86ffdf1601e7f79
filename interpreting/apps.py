"""App configuration."""

from django.apps import AppConfig

# verbs of rooms: on the audit page, and in the request's log with the role they are about
ROOM_WORDS = {
    "room.opened": "通訳ルームを開いた",
    "room.entered": "通訳ルームの席についた",
    "room.invited": "通訳ルームへの案内を作った",
    "room.bound": "通訳ルームの席を端末に結びつけた",
    "room.admitted": "通訳ルームへの入室を許可した",
    "room.removed": "通訳ルームから退室させた",
    "room.relabelled": "通訳ルームの表示名を変えた",
    "room.left": "通訳ルームから退室した",
    "room.locked": "通訳ルームを施錠した",
    "room.unlocked": "通訳ルームの施錠を解いた",
    "room.code_made": "タブレット用の番号を作った",
    "room.code_used": "タブレットを窓口の端末にした",
    "room.taking_over_asked": "交代の通訳者に依頼した",
    "room.taking_over_given_up": "交代の依頼を取りやめた",
    "room.handed_over": "通訳を引き継ぐ方を決めた",
    "room.ended": "通訳ルームを終了した",
}
ABOUT_A_SEAT = (
    "entered", "invited", "bound", "admitted", "removed", "relabelled", "left", "code_used",
)  # fmt: skip


class InterpretingConfig(AppConfig):
    """See the package docstring."""

    name = "interpreting"

    def ready(self) -> None:
        """Say the verbs of this app in words on the audit page."""
        from accounts import audit
        from dispatch import log_texts
        from interpreting.telephone.legs import known_calls
        from realtime import voice

        voice.other_calls.append(known_calls)
        about = {f"room.{verb}" for verb in ABOUT_A_SEAT}
        log_texts.SENTENCES.update(
            {
                verb: f"{words}（{{role}}）" if verb in about else words
                for verb, words in ROOM_WORDS.items()
            }
        )
        audit.WORDS.update(ROOM_WORDS)
        audit.WORDS.update(
            {
                "report.submitted": "活動報告を提出",
                "report.confirmed": "活動報告を確認",
                "report.returned": "活動報告を差し戻し",
            }
        )
