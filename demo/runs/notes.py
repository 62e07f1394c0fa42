"""What a session notes of its visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Notes:
    """The folder of the `clip` that is chosen, and the files that were uploaded last."""

    clip: Path | None = None
    source: tuple[Path, ...] = ()

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Notes:
        """Read what `to_json` returned."""
        clip = facts.get("clip")
        return cls(Path(clip) if clip else None, tuple(map(Path, facts.get("source", ()))))

    def to_json(self) -> dict[str, Any]:
        """Return the notes as JSON values."""
        return {"clip": str(self.clip) if self.clip else None, "source": [str(path) for path in self.source]}
