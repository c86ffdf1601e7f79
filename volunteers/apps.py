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
                "import.started": "名簿のファイルを受け取り",
                "import.confirmed": "名簿の取り込みを開始",
                "import.finished": "名簿の取り込みを完了",
                "import.abandoned": "名簿の取り込みを中止",
                "register.exported": "名簿をExcelへ書き出し",
            }
        )
