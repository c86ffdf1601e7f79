"""Keeps links that open doors out of the log: whoever may read it must not sign in with it.

Addresses appear in refusals, in the first line of tracebacks and in texts of errors. They stay
readable, only the secret part is replaced; the rest of the line is left alone.
"""

from __future__ import annotations

import logging
import re

# offers, rooms, invitations, sign-in by link (volunteers and demo), new passwords, calendars, an
# applicant's own page, whether somebody stays, and what providers and browsers tell us
SECRET = re.compile(
    r"(/(?:o|r|invitation|sign-in|reset/key|confirm-email|feeds|apply/status|stay|hooks/email"
    r"|hooks/push/\d+|hooks/twilio/voice/conference|hooks/twilio/voice)/)[^/\s?#'\"<>]+"
)
_formatter = logging.Formatter()


def masked(text: str) -> str:
    """The text with ``/o/…/`` for ``/o/gK3…x/`` and the like."""
    return SECRET.sub(r"\1…", text)


class MaskSecrets(logging.Filter):
    """For handlers: masks the message with its arguments, and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass, masked."""
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True
