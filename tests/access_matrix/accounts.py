"""Who may open what: signing in, the staff and their organization, the demo, the styleguide."""

from __future__ import annotations

from tests.access_matrix.entries import EVERY_MEMBER, page, public, signed_in

# accounts: allauth's pages -----------------------------------------------------------------------
public("account_login", signed_in_ok=(302,))
public("account_logout", method="post", ok=(302,))
public("account_inactive")
public("account_signup", signed_in_ok=(302,))
public("account_reset_password")
public("account_reset_password_done")
public("account_reset_password_from_key", args=lambda w: ["1", "set-password"])
public("account_reset_password_from_key_done")
public("mfa_authenticate", ok=(302,))  # only in the middle of signing in
public("mfa_login_webauthn", ok=(200, 302))
signed_in("account_reauthenticate", ok=(200, 302, 403))  # 403: the person has no such means
signed_in("account_change_password", ok=(200, 302))
signed_in("account_set_password", ok=(200, 302))
signed_in("mfa_index")
signed_in("mfa_reauthenticate", ok=(200, 302, 403))
signed_in("mfa_activate_totp", ok=(200, 302))
signed_in("mfa_deactivate_totp", ok=(200, 302, 404))
signed_in("mfa_view_recovery_codes", ok=(200, 302, 404))
signed_in("mfa_generate_recovery_codes", ok=(200, 302))
signed_in("mfa_download_recovery_codes", ok=(200, 302, 404))
signed_in("mfa_list_webauthn", ok=(200, 302))
signed_in("mfa_add_webauthn", ok=(200, 302))
signed_in("mfa_reauthenticate_webauthn", ok=(200, 302, 403))
signed_in("mfa_remove_webauthn", args=lambda w: [w.outsider_passkey.pk], ok=(302, 404))
signed_in("mfa_edit_webauthn", args=lambda w: [w.outsider_passkey.pk], ok=(302, 404))
signed_in("usersessions_list")

# accounts: our own pages -------------------------------------------------------------------------
MEMBER = {"args": lambda w: [w.member.pk], "foreign": lambda w: [w.foreign_member.pk]}
page("accounts:settings", EVERY_MEMBER)
page("accounts:organization", "admin")
page("accounts:organization", "admin", method="post")
page(
    "accounts:switch",
    EVERY_MEMBER,
    method="post",
    data=lambda w: {"organization": w.city.pk},
    refused=(404,),
)
page("accounts:members", "admin")
page("accounts:members", "admin", method="post")
page("accounts:member-role", "admin", method="post", **MEMBER)
page("accounts:member-deactivate", "admin", method="post", **MEMBER)
page("accounts:member-reactivate", "admin", method="post", **MEMBER)
page("accounts:member-invite", "admin", method="post", **MEMBER)
page("accounts:member-factor", "admin", method="post", **MEMBER)
page("accounts:tokens", "admin")
page("accounts:tokens", "admin", method="post")
page(
    "accounts:token-revoke",
    "admin",
    method="post",
    args=lambda w: [w.token.pk],
    foreign=lambda w: [w.foreign_token.pk],
)
page("accounts:audit", "admin")
page("accounts:audit-csv", "admin")
public("accounts:invitation", args=lambda w: [w.invitation])
public("accounts:link", args=lambda w: [w.sign_in_link])
public("accounts:demo-sign-in", args=lambda w: [w.demo_link], ok=(404,))  # not the demo here
public("demo:index", ok=(404,))
public("demo:enter", method="post", args=lambda w: ["coordinator"], ok=(404,))
public("demo:phones", ok=(404,))
public("demo:phones-fragment", ok=(404,))
public("demo:phone", args=lambda w: [w.hana.pk], ok=(404,))
public("demo:phone-fragment", args=lambda w: [w.hana.pk], ok=(404,))
public("demo:phone-reply", method="post", args=lambda w: [w.hana.pk], ok=(404,))
public("demo:phone-key", method="post", args=lambda w: [w.hana.pk, 1], ok=(404,))
public("demo:lines", ok=(404,))
public("demo:lines", method="post", ok=(404,))

# ui: the styleguide, never in production ----------------------------------------------------------
for name in ("styleguide", "mock_board", "mock_offer", "mock_outcome", "mock_sign_in", "suggest"):
    public(f"ui:{name}", signed_in_ok=(200,))
