"""Who may open what: links in messages and volunteers' own pages."""

from __future__ import annotations

from tests.access_matrix.entries import ELSEWHERE, OWN_JOB, page, public, volunteer_page

# volunteers' phones: the link in a message, signing in, the person's own pages -------------------
LINK = {"args": lambda w: [w.offer.token]}
public("dispatch:offer", **LINK)
public("dispatch:offer_fragment", **LINK)
public("dispatch:offer_accept", ok=(303,), **LINK)
public("dispatch:offer_accept", method="post", ok=(303,), **LINK)
public("dispatch:offer_decline", ok=(303,), **LINK)
public("dispatch:offer_decline", method="post", ok=(303,), **LINK)
public("dispatch:offer_reason", method="post", ok=(303,), **LINK)
public("dispatch:offer_details", method="post", ok=(303,), **LINK)  # nothing to show before a yes
public("volunteer:sign_in", ok=(200, 302))
public("volunteer:sign_in", method="post", ok=(422,))
public("volunteer:code", ok=(302,))
public("volunteer:code_again", method="post", ok=(302,))
public("volunteer:choose", ok=(302,))
public("volunteer:sign_out", method="post", ok=(302,))
volunteer_page("volunteer:home", **ELSEWHERE)
volunteer_page("volunteer:home_fragment", **ELSEWHERE)
volunteer_page("volunteer:history", **ELSEWHERE)
volunteer_page("volunteer:on_call", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_subscribe", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_unsubscribe", method="post", **ELSEWHERE)
volunteer_page("volunteer:push_try", method="post", **ELSEWHERE)
public("dispatch:service_worker")
public("dispatch:manifest")
volunteer_page("volunteer:job", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_confirm", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_start", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_on_the_way", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_arrived", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_finish", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:calendar", **ELSEWHERE)
volunteer_page("volunteer:calendar", method="post", **ELSEWHERE)
volunteer_page("volunteer_money:money", **ELSEWHERE)
volunteer_page(
    "volunteer_money:statement",
    args=lambda w: [w.honorarium.activity_date.year],
    foreign=lambda w: [1999],
    ok=(200, 404),  # a draft is in no statement
    **ELSEWHERE,
)
volunteer_page("volunteer_money:account", **ELSEWHERE)
volunteer_page("volunteer_money:account_new", ok=(302,), **ELSEWHERE)  # to the code first
volunteer_page("volunteer_money:account_new", method="post", **ELSEWHERE)
volunteer_page("volunteer_money:account_code", **ELSEWHERE)
volunteer_page("volunteer_money:account_code", method="post", **ELSEWHERE)
volunteer_page(
    "volunteer_money:statement_paper",
    args=lambda w: [w.payment.decided_on.year, w.payment.volunteer_id],
    foreign=lambda w: [w.minhs_payment.decided_on.year, w.minhs_payment.volunteer_id],
    **ELSEWHERE,
)
volunteer_page(
    "volunteer_money:payment_paper",
    args=lambda w: [w.payment.pk],
    foreign=lambda w: [w.minhs_payment.pk],
    **ELSEWHERE,
)
volunteer_page("volunteer_money:gifts", **ELSEWHERE)
volunteer_page(
    "volunteer_money:gift_receipt",
    method="post",
    args=lambda w: [w.gift.pk],
    foreign=lambda w: [w.minhs_gift.pk],
    **ELSEWHERE,
)
volunteer_page("volunteer_money:cash", **ELSEWHERE)
volunteer_page(
    "volunteer_money:cash_receipt",
    method="post",
    args=lambda w: [w.handed_cash.pk],
    foreign=lambda w: [w.minhs_cash.pk],
    **ELSEWHERE,
)
public("dispatch:feed", args=lambda w: ["x" * 43], ok=(404,))  # the secret is the permission
volunteer_page("volunteer:job_give_back", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer:job_give_back", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page("volunteer_report:report", ok=(302,), **OWN_JOB, **ELSEWHERE)  # not begun yet
volunteer_page("volunteer_report:report", method="post", **OWN_JOB, **ELSEWHERE)
volunteer_page(
    "volunteer_report:receipt",
    args=lambda w: [w.receipt.pk],
    foreign=lambda w: [w.foreign_receipt.pk],
    **ELSEWHERE,
)
page("interpreting:guest_languages", "coordinator admin")
LANGUAGE = {"args": lambda w: ["fa-AF"], "foreign": lambda w: ["xx"], "everywhere": True}
page("interpreting:guest_language", "coordinator admin", **LANGUAGE)
page("interpreting:guest_language_sheet", "coordinator admin", **LANGUAGE)

volunteer_page(
    "volunteer:shift_absent",
    method="post",
    data={"day": "2099-12-01"},
    args=lambda w: [w.shift.pk],
    foreign=lambda w: [w.foreign_shift.pk],
    **ELSEWHERE,
)
volunteer_page("volunteer:neighbours", method="post", **ELSEWHERE)
volunteer_page("volunteer:line", **ELSEWHERE)
volunteer_page("volunteer:line", method="post", data={"do": "code"}, **ELSEWHERE)

# the person's own settings -----------------------------------------------------------------------
for _name in (
    "me",
    "hours",
    "away",
    "languages",
    "certificates",
    "channels",
    "devices",
    "data",
    "leave",
):
    volunteer_page(f"volunteer:{_name}", **ELSEWHERE)
for _name in ("hours", "away", "languages", "certificates", "channels", "data"):
    volunteer_page(f"volunteer:{_name}", method="post", **ELSEWHERE)
for _name in ("channels_order", "channels_test", "devices_end", "passkey_add"):
    volunteer_page(f"volunteer:{_name}", method="post", **ELSEWHERE)
volunteer_page("volunteer:leave", method="post", ok=(422,), **ELSEWHERE)  # not without a tick
volunteer_page(
    "volunteer:switch_organization",
    method="post",
    ok=(302,),
    data=lambda w: {"volunteer": w.hana.pk},
    **ELSEWHERE,
)
public("volunteer:passkey")  # a challenge, bound to the session that asked
public("volunteer:passkey", method="post", ok=(302,))
public("volunteer:prove", ok=(302,))
public("volunteer:prove", method="post", ok=(302,))
public("volunteer:left")
public("dispatch:offer_prove", ok=(303,), **LINK)
public("dispatch:offer_prove", method="post", ok=(422,), **LINK)
public("dispatch:offer_not_mine", **LINK)
public("dispatch:offer_not_mine", method="post", ok=(200,), **LINK)
CONTACT = {"args": lambda w: ["mobile"], "foreign": lambda w: ["pigeon"]}
volunteer_page("volunteer:contact", **CONTACT, **ELSEWHERE)
volunteer_page("volunteer:contact", method="post", **CONTACT, **ELSEWHERE)
volunteer_page("volunteer:contact_code", ok=(302,), **CONTACT, **ELSEWHERE)
volunteer_page("volunteer:contact_code", method="post", **CONTACT, **ELSEWHERE)
for _name, _kind in (("away_remove", "day_off"), ("certificate_remove", "training")):
    volunteer_page(
        f"volunteer:{_name}",
        method="post",
        args=lambda w, kind=_kind: [getattr(w, kind).pk],
        foreign=lambda w, kind=_kind: [getattr(w, f"minhs_{kind}").pk],
        **ELSEWHERE,
    )
PASSKEY = {"args": lambda w: [w.passkey.pk], "foreign": lambda w: [w.minhs_passkey.pk]}
volunteer_page("volunteer:passkey_rename", **PASSKEY, **ELSEWHERE)
volunteer_page("volunteer:passkey_rename", method="post", **PASSKEY, **ELSEWHERE)
volunteer_page("volunteer:passkey_remove", method="post", **PASSKEY, **ELSEWHERE)
# the term and its renewal ------------------------------------------------------------------------
volunteer_page("volunteer:term", **ELSEWHERE)
volunteer_page("volunteer:term", method="post", **ELSEWHERE)
volunteer_page("volunteer:stay", method="post", **ELSEWHERE)
volunteer_page("volunteer:card", **ELSEWHERE)
