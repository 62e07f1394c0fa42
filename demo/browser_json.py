"""JSON as browsers read it: numbers that are none (NaN, the infinities) become null."""

from __future__ import annotations

import math
from typing import Any


def browser_json(value: Any) -> Any:
    """Return JSON values with None in place of every number that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: browser_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [browser_json(item) for item in value]
    return value
