"""App configuration."""

from django.apps import AppConfig


class InterpretingConfig(AppConfig):
    """See the package docstring."""

    name = "interpreting"

    def ready(self) -> None:
        """Say the verbs of this app in words on the audit page."""
        from accounts import audit

        audit.WORDS.update(
            {
                "report.submitted": "活動報告を提出",
                "report.confirmed": "活動報告を確認",
                "report.returned": "活動報告を差し戻し",
            }
        )
