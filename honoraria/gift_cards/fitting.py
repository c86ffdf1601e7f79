"""By how much cards may miss what is paid: by less than one card of the smallest kind in use.

More is not a difference but a mistake, or somebody helping themselves: it is refused, whatever is
typed as its reason. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable

from accounts.errors import ActionError
from honoraria.models import GiftCardKind, Payment


def difference_of(payment: Payment, value: int, chosen: Iterable[GiftCardKind], said: str) -> str:
    """What the register says where ``value`` yen of cards are not what is paid; "" when they are.

    ``said``: what becomes of the difference. Raises ActionError: too_many_yen, too_few_yen,
    difference.
    """
    missing = payment.net - value
    if not missing:
        return ""
    smallest = _smallest(payment, chosen)
    if -missing >= smallest:
        text = (
            f"額面の合計{value:,}円は、支払額{payment.net:,}円に対して{-missing:,}円超過です。"
            f"いちばん小さい額面（{smallest:,}円）以上の超過は渡せません。枚数を減らしてください。"
        )
        raise ActionError("too_many_yen", text, status=400)
    if missing >= smallest:
        text = (
            f"額面の合計{value:,}円は、支払額{payment.net:,}円に対して{missing:,}円不足です。"
            f"いちばん小さい額面（{smallest:,}円）以上の不足は残せません。"
            "枚数を増やすか、カードを買い足してください。"
        )
        raise ActionError("too_few_yen", text, status=400)
    words = f"{missing:,}円不足" if missing > 0 else f"{-missing:,}円超過"
    if not said.strip():
        text = (
            f"額面の合計{value:,}円は、支払額{payment.net:,}円に対して{words}です。"
            "枚数を直すか、差額の扱いを入力してください。"
        )
        raise ActionError("difference", text, field="difference", status=400)
    return f"{words}：{said.strip()}"[:200]


def _smallest(payment: Payment, chosen: Iterable[GiftCardKind]) -> int:
    """Yen of the smallest card that is in use or among the chosen ones."""
    kinds = GiftCardKind.objects.filter(organization=payment.organization_id, active=True)
    values = [*kinds.values_list("face_value", flat=True), *(one.face_value for one in chosen)]
    return min(values)
