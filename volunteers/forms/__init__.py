"""Forms of the register's staff pages."""

from volunteers.forms.entry import EntryForm
from volunteers.forms.find import FindForm
from volunteers.forms.states import PauseForm, RenewForm, WithdrawForm

__all__ = ["EntryForm", "FindForm", "PauseForm", "RenewForm", "WithdrawForm"]
