"""Who may open what: the addresses that providers, browsers and mail programs call."""

from __future__ import annotations

from tests.access_matrix.entries import public

# signed by the provider: an unsigned one gets 403
for name in ("sms_status", "sms_inbound"):
    public(f"hooks:{name}", method="post", ok=(403,))
for name in ("voice_twiml", "voice_keys", "voice_dialled", "voice_status"):
    public(f"hooks:{name}", method="post", args=lambda w: [1], ok=(403,))
public("hooks:line", method="post", ok=(403,))
public("hooks:push_receipt", method="post", args=lambda w: [1, "nobody"], ok=(403,))
public("hooks:email_unsubscribe", args=lambda w: ["nobody"], ok=(404,))
public("hooks:email_unsubscribe", method="post", args=lambda w: ["nobody"], ok=(404,))
