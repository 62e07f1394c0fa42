"""What a session notes of its visit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.whole_file import write_whole

FILE = "notes.json"


@dataclass(frozen=True)
class Notes:
    """The folder of the `clip` that is chosen, and the files that were uploaded last.

    `newest` names the visitor's newest result at the moment when the clip was chosen; `shown` the results in the
    session's folder that a link has put on show since, empty for those that the clip itself has.
    """

    clip: Path | None = None
    source: tuple[Path, ...] = ()
    newest: str = ""
    shown: str = ""

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Notes:
        """Read what `to_json` returned."""
        clip = facts.get("clip")
        source = tuple(map(Path, facts.get("source", ())))
        return cls(Path(clip) if clip else None, source, str(facts.get("newest", "")), str(facts.get("shown", "")))

    @classmethod
    def read(cls, folder: Path) -> Notes:
        """Return the notes of the session in a folder."""
        path = folder / FILE
        return cls.from_json(json.loads(path.read_text())) if path.exists() else cls()

    def write(self, folder: Path) -> None:
        """Keep them in a session's folder."""
        write_whole(folder / FILE, json.dumps(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        """Return the notes as JSON values."""
        clip = str(self.clip) if self.clip else None
        source = [str(path) for path in self.source]
        return {"clip": clip, "source": source, "newest": self.newest, "shown": self.shown}
