"""Whom the desk calls together: its own telephone, the resident's, the interpreter's."""

from __future__ import annotations

from django import forms

from dispatch.models import Request
from interpreting.models import Seat
from interpreting.telephone.actions import interpreter_of, number_of
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
        phone = (request.desk.phone if request.desk else "") or request.organization.phone
        self.fields["desk"].initial = as_written(phone) if phone else ""
        assignment = interpreter_of(request)
        number = number_of(assignment) if assignment else ""
        field = self.fields["interpreter"]
        field.initial, field.disabled = bool(number), not number
        if assignment and number:
            field.label = f"{assignment.volunteer.name}さんに電話する（{masked(number)}）"
        elif assignment:
            field.label = f"{assignment.volunteer.name}さんに電話する（番号の登録がありません）"
        else:
            field.label = "通訳に電話する（まだ決まっていません）"
        for name in ("desk", "resident"):
            self.fields[name].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def numbers(self) -> dict[str, str]:
        """Role → number as typed, for `actions.start_conference`."""
        data = self.cleaned_data
        found = {Seat.Role.DESK: data["desk"], Seat.Role.RESIDENT: data["resident"]}
        if data["interpreter"]:
            found[Seat.Role.INTERPRETER] = "register"
        return {str(role): typed for role, typed in found.items()}

    def roles_beside(self) -> list[str]:
        """Who takes part without a telephone of their own."""
        return [str(Seat.Role.RESIDENT)] if self.cleaned_data["beside"] else []
