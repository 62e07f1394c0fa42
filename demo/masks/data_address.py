"""Pictures on their way between browser and server, as data addresses (``data:image/png;base64,...``)."""

from __future__ import annotations

import base64

from llb.io.label_png import encode_labels
from llb.types import Labels

LARGEST = 20_000_000  # characters of a picture that a visitor sends


def to_address(labels: Labels) -> str:
    """Return labels as a PNG's data address."""
    return "data:image/png;base64," + base64.b64encode(encode_labels(labels)).decode()


def from_address(address: str) -> bytes:
    """Return the file in a data address; raise ValueError if there is none or it is too large."""
    head, _, body = address[: LARGEST * 2].partition(",")
    if not head.startswith("data:") or len(body) > LARGEST:
        raise ValueError("This picture cannot be read or is too large: give a PNG.")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:  # other letters than those of ASCII, too
        raise ValueError("This picture cannot be read: give a PNG.") from error
