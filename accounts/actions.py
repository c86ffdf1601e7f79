"""Everything an administrator changes: the organization's data, its members, their tokens.

The one invariant: an organization never loses its last active administrator; the organization's
row is locked while they are counted. Whoever is switched off is signed out everywhere at once.
Passkeys that somebody made outside an office, as a volunteer, never become a second factor there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.codes import Purpose, issue_link, redeem_link
from accounts.errors import ActionError
from accounts.models import ApiToken, Membership, Organization, Role, User
from accounts.sessions import end_sessions
from realtime.outbox import Recipient, queue

PASSKEYS_REMOVED = (
    "【{organization}】担当者として登録されたため、これまでのパスキーを取り消しました。"
    "担当者としてサインインし、二段階認証をあらためて設定してください。"
)


def create_organization(
    name: str, slug: str, *, admin_email: str, admin_name: str, at: datetime
) -> tuple[Organization, str]:
    """A new tenant and the secret of its first administrator's invitation (see `add_member`).

    Raises ``slug_taken``.
    """
    with transaction.atomic():
        if Organization.objects.filter(slug=slug).exists():
            raise ActionError("slug_taken", f"「{slug}」はすでに使われています。", field="slug")
        organization = Organization.objects.create(name=name, slug=slug)
        record(
            f"organization:{organization.pk}",
            "organization.created",
            organization=organization,
            by=None,
            at=at,
        )
        _, secret = add_member(
            organization, email=admin_email, name=admin_name, role=Role.ADMIN, by=None, at=at
        )
    return organization, secret


def update_organization(
    organization: Organization, fields: dict[str, Any], *, by: User | None, at: datetime
) -> Organization:
    """Change the organization's own data; ``fields`` by model field name."""
    with transaction.atomic():
        locked = _lock(organization)
        changed = sorted(name for name, new in fields.items() if getattr(locked, name) != new)
        for name in changed:
            setattr(locked, name, fields[name])
        if changed:
            locked.save(update_fields=changed)
            record(
                f"organization:{locked.pk}",
                "organization.changed",
                organization=locked,
                by=by,
                at=at,
                fields=changed,
            )
    return locked


def add_member(
    organization: Organization,
    *,
    email: str,
    name: str,
    role: str,
    body_id: int | None = None,
    by: User | None,
    at: datetime,
) -> tuple[Membership, str]:
    """A new member and the secret of the invitation link.

    The secret is empty for a person who already signs in elsewhere: a link that sets a password
    must never open somebody's account in another organization. Raises ``already_member`` and
    ``body_missing``.
    """
    if role == Role.REQUESTER and body_id is None:
        raise ActionError("body_missing", "依頼元の機関を選んでください。", field="body")
    with transaction.atomic():
        _lock(organization)
        user = User.objects.filter(email__iexact=email).first()
        if user and user.memberships.filter(organization=organization).exists():
            raise ActionError("already_member", "この方はすでに登録されています。", field="email")
        known = user is not None
        user = user or User.objects.create_user(email.lower(), name=name)
        member = Membership.objects.create(
            user=user,
            organization=organization,
            role=role,
            requesting_body_id=body_id if role == Role.REQUESTER else None,
        )
        _forget_passkeys(member, by=by, at=at)
        secret = "" if known else issue_link(user, Purpose.INVITE, at=at)
        _record(member, "member.added", by=by, at=at, role=role)
    return member, secret


def invite_again(member: Membership, *, by: User | None, at: datetime) -> str:
    """A fresh invitation; the earlier link stops working. Raises ``already_joined``."""
    with transaction.atomic():
        if not may_be_invited(member):
            raise ActionError(
                "already_joined", "この方はパスワードを設定済みか、他団体にも登録があります。"
            )
        _record(member, "member.invited_again", by=by, at=at)
        return issue_link(member.user, Purpose.INVITE, at=at)


def may_be_invited(member: Membership) -> bool:
    """Nobody has set a password yet, and no other organization relies on this account."""
    elsewhere = Membership.objects.filter(user=member.user_id).exclude(pk=member.pk)
    return member.active and not member.user.has_usable_password() and not elsewhere.exists()


def accept_invitation(secret: str, password: str, *, at: datetime) -> User:
    """Set the password of the invited person and use the link up.

    Raises ``invitation_spent`` and, with the field, ``weak_password``.
    """
    with transaction.atomic():
        link = redeem_link(secret, Purpose.INVITE, at=at)
        if link is None or link.user is None or link.user.has_usable_password():
            raise ActionError("invitation_spent", "この招待は使えません。", status=404)
        user = link.user
        try:
            validate_password(password, user)
        except ValidationError as error:
            # raised inside the transaction on purpose: the link stays usable
            raise ActionError("weak_password", " ".join(error.messages), field="password") from None
        user.set_password(password)
        user.save(update_fields=["password"])
        for member in user.memberships.all():
            _record(member, "member.joined", by=user, at=at)
    return user


def change_role(
    member: Membership,
    role: str,
    *,
    body_id: int | None = None,
    by: User | None,
    at: datetime,
) -> Membership:
    """Give a member another role; raises ``last_admin`` and ``body_missing``."""
    if role == Role.REQUESTER and body_id is None:
        raise ActionError("body_missing", "依頼元の機関を選んでください。", field="body")
    with transaction.atomic():
        locked = _lock_member(member)
        if role != Role.ADMIN:
            _keep_an_admin(locked)
        before, locked.role = locked.role, role
        locked.requesting_body_id = body_id if role == Role.REQUESTER else None
        locked.save(update_fields=["role", "requesting_body_id"])
        _record(locked, "member.role_changed", by=by, at=at, before=before, after=role)
    return locked


def deactivate_member(member: Membership, *, by: User | None, at: datetime) -> Membership:
    """Switch a member off: pages, tokens and open sessions stop at once. Raises ``last_admin``."""
    with transaction.atomic():
        locked = _lock_member(member)
        _keep_an_admin(locked)
        locked.active = False
        locked.save(update_fields=["active"])
        sessions = end_sessions(locked.user)
        _record(locked, "member.deactivated", by=by, at=at, sessions=sessions)
    return locked


def reactivate_member(member: Membership, *, by: User | None, at: datetime) -> Membership:
    """Let a member in again, with the role as it was."""
    with transaction.atomic():
        locked = _lock_member(member)
        if not locked.active:
            locked.active = True
            locked.save(update_fields=["active"])
            _forget_passkeys(locked, by=by, at=at)
        _record(locked, "member.reactivated", by=by, at=at)
    return locked


def reset_second_factor(member: Membership, *, by: User | None, at: datetime) -> None:
    """For a lost phone: the person sets the second factor up again at the next sign-in.

    Raises ``not_only_here`` for people whom another organization relies on as well.
    """
    with transaction.atomic():
        locked = _lock_member(member)
        if Membership.objects.filter(user=locked.user_id).exclude(pk=locked.pk).exists():
            raise ActionError("not_only_here", "他団体にも登録があるため、ここでは解除できません。")
        Authenticator.objects.filter(user=locked.user_id).delete()
        end_sessions(locked.user)
        _record(locked, "member.second_factor_reset", by=by, at=at)


def revoke_token(token: ApiToken, *, by: User | None, at: datetime) -> ApiToken:
    """Stop a token for good; doing so twice changes nothing."""
    with transaction.atomic():
        locked = ApiToken.objects.select_for_update().get(pk=token.pk)
        if locked.revoked_at is None:
            locked.revoked_at = at
            locked.save(update_fields=["revoked_at"])
            record(
                f"token:{locked.pk}",
                "token.revoked",
                organization=locked.membership.organization_id,
                by=by,
                at=at,
            )
    return locked


def _lock(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)


def _lock_member(member: Membership) -> Membership:
    """The organization's row first: it guards the number of administrators."""
    _lock(member.organization)
    return (
        Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    )


def _keep_an_admin(member: Membership) -> None:
    if member.role != Role.ADMIN or not member.active:
        return
    others = Membership.objects.filter(
        organization=member.organization_id, role=Role.ADMIN, active=True, user__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise ActionError("last_admin", "管理者が一人もいなくなるため、変更できません。")


def _forget_passkeys(member: Membership, *, by: User | None, at: datetime) -> None:
    """Remove passkeys that were made without password and second factor, and say so by e-mail.

    Those are all, unless the person works in another office: volunteers make theirs behind a code
    by SMS, which must not open the register of an office.
    """
    user = User.objects.select_for_update().get(pk=member.user_id)  # see volunteers' own pages
    if user.memberships.filter(active=True).exclude(pk=member.pk).exists():
        return
    kind = Authenticator.Type.WEBAUTHN
    count = Authenticator.objects.filter(user=user, type=kind).delete()[0]
    if not count:
        return
    _record(member, "member.passkeys_removed", by=by, at=at, count=count)
    organization = member.organization
    queue(
        Recipient(
            organization.pk, f"user:{user.pk}", "email", user.email or "", user.language,
            simulated=organization.is_demo,
        ),
        kind="passkeys_removed",
        subject="パスキーの取り消し",
        body=PASSKEYS_REMOVED.format(organization=organization.name),
        dedupe_key=f"member:{member.pk}:passkeys_removed:{at.timestamp()}",
        at=at,
    )  # fmt: skip


def _record(member: Membership, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    record(
        f"member:{member.pk}",
        verb,
        organization=member.organization_id,
        by=by,
        at=at,
        name=member.user.name,
        **detail,
    )
