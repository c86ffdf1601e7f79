"""App configuration."""

from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    """See the package docstring."""

    name = "volunteers"

    def ready(self) -> None:
        """Give the audit page the words for what happens to lists."""
        from accounts import audit

        audit.WORDS.update(
            {
                "volunteer.first_sign_in": "ボランティアが初めてサインイン",
                "volunteer.training_added": "資格・研修を追加",
                "volunteer.training_removed": "資格・研修を取消し",
                "volunteer.training_verified": "資格・研修を確認",
                "volunteer.sms_stopped": "SMSの停止を希望",
                "volunteer.sms_resumed": "SMSの再開を希望",
                "volunteer.channel_stopped": "連絡方法の停止を希望",
                "volunteer.contact_wrong": "電話番号が本人のものではないと連絡",
                "volunteer.line_connected": "LINEを接続",
                "volunteer.line_first": "LINEを最初の連絡方法に変更",
                "volunteer.line_disconnected": "LINEの接続を解除",
                "volunteer.line_gone": "LINEで連絡不能",
                "volunteer.passkey_added": "パスキーを登録",
                "volunteer.passkey_removed": "パスキーを取消し",
                "volunteer.signed_out_devices": "端末をサインアウト",
                "volunteer.data_downloaded": "自分のデータを受取り",
                "import.started": "名簿のファイルを受け取り",
                "import.confirmed": "名簿の取り込みを開始",
                "import.finished": "名簿の取り込みを完了",
                "import.abandoned": "名簿の取り込みを中止",
                "register.exported": "名簿をExcelへ書き出し",
            }
        )
