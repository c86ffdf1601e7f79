"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Staff are entered by an administrator of their organization."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
