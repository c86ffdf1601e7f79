"""How allauth behaves here: nobody signs up by themselves, secrets are encrypted at rest."""

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from accounts.models import Membership, User


class AccountAdapter(DefaultAccountAdapter):
    """Staff are entered by an administrator of their organization."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def reauthenticate(self, user: User, password: str) -> bool:
        """The password again; the address is the user's own, not one of allauth's table."""
        found = self.authenticate(allauth_context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not for somebody who typed the password just now and sets up the first factor."""
        request = allauth_context.request
        if app == "allauth.mfa" and not is_mfa_enabled(request.user) and _typed_password(request):
            return False
        return bool(super().is_reauthentication_required(app=app))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """People of demo organizations never get anything real."""
        memberships = Membership.objects.filter(user__email__iexact=email, active=True)
        if memberships.filter(organization__is_demo=True).exists():
            return
        super().send_mail(template_prefix, email, context)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are kept encrypted with SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        """Called by allauth before it stores a secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Called by allauth when it needs a secret."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _typed_password(request: HttpRequest) -> bool:
    recent = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(one["method"] == "password" and one["at"] > recent for one in records)


def _cipher() -> Fernet:
    key = hashlib.sha256(b"accounts.mfa" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
