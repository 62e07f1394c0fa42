"""An uploaded file becomes the visitor's clip."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from demo import text
from demo.clips.clip import Clip
from demo.clips.upload import FrameRange, Limits, import_clip
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.runs.session import Session


@dataclass(frozen=True)
class ClipImport:
    """Reads a visitor's files into their session; `report` is told (frames done, of how many) while it reads."""

    session: Session
    limits: Limits
    report: Callable[[int, int], object] = lambda done, of: None

    def upload(self, sources: Sequence[Path]) -> Clip:
        """Read newly uploaded files and choose their clip; the clip chosen before stays if these cannot be used.

        Raises:
            ValueError: they cannot be used, or a clip is being read; one sentence says why and what to do.
        """
        with self._reading():
            clip = self._read(sources, FrameRange())
            self.session.note(clip=clip.folder, source=sources)
            return clip

    def trim(self, frames: FrameRange) -> Clip:
        """Read other frames of the uploaded files; masks of frames that are in both clips are copied.

        Raises:
            ValueError: nothing was uploaded, a clip is being read, or these frames cannot be used.
        """
        with self._reading():
            before, sources = chosen_clip(self.session), self.sources()
            if not before.source_frames or not sources:
                raise ValueError(text.NO_CLIP)
            clip = self._read(sources, frames)
            Annotations.of(self.session, clip).copy_from(Annotations.of(self.session, before), before, clip)
            choose_clip(self.session, clip)
            return clip

    def sources(self) -> Sequence[Path]:
        """Return the files that were uploaded last."""
        return self.session.notes().source

    def _read(self, sources: Sequence[Path], frames: FrameRange) -> Clip:
        chosen = self.session.notes().clip
        needed = [run.clip_folder for run in self.session.runs()] + ([chosen] if chosen else [])
        folder = self.session.new_folder("clip", needed)
        title = text.upload_title([path.stem for path in sources])
        try:
            return import_clip(sources, title, folder, self.limits, frames, self.report)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _reading(self) -> AbstractContextManager[None]:
        """Keep the session, and its visitor from starting a run or reading another clip, while a block reads one."""
        return self.session.store.at_work.reading(self.session.token)
