"""Kubernetes quantities: `100m`, `1.5`, `512Mi`, `1e9`.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any

from pydantic import PlainValidator

from pullet.manifests.schema import wrong

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30}))"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_SCALE = {
    **{name: Decimal(1024) ** (power + 1) for power, name in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))},
    **{name: Decimal(1000) ** (power + 1) for power, name in enumerate("kMGTPE")},
    **{name: Decimal(1000) ** -(power + 1) for power, name in enumerate("mun")},
}
_LARGEST = 2**63 - 1
_DIVISORS = frozenset({"0", "1", "1m", *(f"1{name}" for name in _SCALE if name not in {"m", "u", "n"})})


def _quantity(value: Any) -> Decimal:
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise wrong("must be a quantity", 'such as 500m, 0.5, 512Mi or 1G; there is no "MB" and no space')
    exponent = Decimal(10) ** int(match["exponent"] or 0)
    amount = Decimal(match["number"]) * _SCALE.get(match["suffix"], Decimal(1)) * exponent
    if not 0 <= amount <= _LARGEST:
        raise wrong("must be a quantity from 0 to 2^63-1")
    return amount


def _divisor(value: Any) -> Decimal:
    """What the API server takes for a divisor; 0 stands for 1."""
    if str(value) not in _DIVISORS:
        raise wrong("must be a divisor", "1, 1k, 1M, 1G, 1Ki, 1Mi, 1Gi and the like, or 1m for cpu")
    return _quantity(value) or Decimal(1)


def thousandths(amount: Decimal) -> int:
    """Rounded up, as Kubernetes does."""
    return whole(amount * 1000)


def whole(amount: Decimal) -> int:
    """Rounded up, as Kubernetes does."""
    return int(amount.to_integral_value(ROUND_CEILING))


Quantity = Annotated[Any, PlainValidator(_quantity)]
Divisor = Annotated[Any, PlainValidator(_divisor)]
