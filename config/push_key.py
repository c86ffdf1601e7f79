"""Keys for web push; the demo and the tests make one for themselves, once, in ``var/``.

Several processes may start at once: the file appears with its content, and whoever comes second
reads what the first one wrote.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

NAME = "push.key"


def new_push_key() -> str:
    """A key for ``VAPID_PRIVATE_KEY``: the private number in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def own_push_key(folder: Path) -> str:
    """The key kept in the folder, made if there is none."""
    path = folder / NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f"{NAME}.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(new_push_key())
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text().strip()
