"""Whom the desk calls together: its own telephone, the resident's, the interpreter's.

The form decides which fields make sense now (by hand the desk's own telephone is the one that
calls) and what they begin with. It never carries the interpreter's number: that is read from the
register when the call is made.
"""

from __future__ import annotations

from django import forms

from dispatch.models import Request
from interpreting.models import PhoneConference, PhoneLeg, Seat
from interpreting.telephone.actions import interpreter_of, number_of
from interpreting.telephone.common import carrier_of
from interpreting.telephone.numbers import masked
from volunteers.phones import as_written


class StartForm(forms.Form):
    """An empty number is not called; the interpreter's comes from the register."""

    desk = forms.CharField(
        label="窓口の電話番号",
        required=False,
        max_length=30,
        help_text="この番号にかかってきます。使わないときは空にしてください。",
    )
    resident = forms.CharField(
        label="相談者の電話番号",
        required=False,
        max_length=30,
        help_text="通話が終わると消えます。ほかの方には見えません。",
    )
    beside = forms.BooleanField(label="相談者は窓口の電話で一緒に話す", required=False)
    interpreter = forms.BooleanField(label="通訳に電話する", required=False)

    def __init__(self, request: Request, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.by_hand = carrier_of(request) == PhoneConference.Carrier.HAND
        legs = PhoneLeg.objects.filter(
            conference__request=request, conference__state=PhoneConference.State.OPEN
        )
        living = set(legs.exclude(state__in=PhoneLeg.OVER).values_list("role", flat=True))
        if self.by_hand:
            del self.fields["desk"]  # the desk's telephone is the one that calls
        else:
            phone = (request.desk.phone if request.desk else "") or request.organization.phone
            known = phone and Seat.Role.DESK not in living
            self.fields["desk"].initial = as_written(phone) if known else ""
        self._name_the_interpreter(request, is_living=Seat.Role.INTERPRETER in living)
        for name in {"desk", "resident"} & set(self.fields):
            self.fields[name].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def _name_the_interpreter(self, request: Request, *, is_living: bool) -> None:
        assignment = interpreter_of(request)
        number = number_of(assignment) if assignment else ""
        field = self.fields["interpreter"]
        field.initial, field.disabled = bool(number) and not is_living, not number
        field.help_text = masked(number) or "番号の登録がありません。"
        if assignment is None:
            field.help_text = "まだ決まっていません。"
        else:
            field.label = f"通訳の{assignment.volunteer.name}さんに電話する"

    def numbers(self) -> dict[str, str]:
        """Role → number as typed, for `actions.start_conference`."""
        data = self.cleaned_data
        found = {Seat.Role.DESK: data.get("desk", ""), Seat.Role.RESIDENT: data["resident"]}
        if data["interpreter"]:
            found[Seat.Role.INTERPRETER] = "register"
        return {str(role): typed for role, typed in found.items()}

    def roles_beside(self) -> list[str]:
        """Who takes part without a telephone of their own: by hand also the desk, which calls."""
        found = [Seat.Role.DESK] if self.by_hand else []
        found += [Seat.Role.RESIDENT] if self.cleaned_data["beside"] else []
        return [str(role) for role in found]
