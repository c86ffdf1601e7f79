"""The one kind of error an action raises: a code for machines and a sentence for people."""

from __future__ import annotations

# what a screen says when somebody else was faster
MOVED = "状態が変わったため、この操作はできません。画面を更新してご確認ください。"


class ActionError(Exception):
    """An action that was refused; nothing was written.

    ``code`` is stable and part of the API; ``text`` is for the reader's screen; ``field`` names
    the input it belongs to, if any; ``status`` is the HTTP status the API answers with.
    """

    def __init__(self, code: str, text: str, *, field: str = "", status: int = 409) -> None:
        super().__init__(text)
        self.code, self.text, self.field, self.status = code, text, field, status
