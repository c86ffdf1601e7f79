"""How allauth behaves here: nobody signs up by themselves, secrets are encrypted at rest."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
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
        from allauth.core import context

        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

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


def _cipher() -> Fernet:
    key = hashlib.sha256(b"accounts.mfa" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
