"""Amounts (金额) of a document that must agree: a total is the sum of its lines, in one currency."""

from collections.abc import Sequence

from isthmus.contracts.business import Line
from isthmus.contracts.money import Money
from isthmus.http import FieldError, Unprocessable


def check_total(lines: Sequence[Line], total: Money | None) -> None:
    """Raise a 422 problem that names `/total` unless it is the sum of the lines' amounts.

    Nothing is checked while there is no total, or no line that has an amount.
    """
    amounts = [line.amount for line in lines if line.amount is not None]
    if total is None or not amounts:
        return
    if any(amount.currency != total.currency for amount in amounts):
        raise _refused("currency_mismatch", f"Every line must be in the total's currency {total.currency}.")
    expected = sum(amount.amount_minor for amount in amounts)
    if total.amount_minor != expected:
        raise _refused("total_mismatch", f"The lines add up to {expected}, the total says {total.amount_minor}.")


def _refused(code: str, detail: str) -> Unprocessable:
    return Unprocessable(code, detail, [FieldError("/total", code, detail)])
