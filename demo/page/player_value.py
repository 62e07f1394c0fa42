"""What the player component is given of a run; pictures and figures it fetches by itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from demo import text
from demo.clips.clip import Clip
from demo.page.frame_chunks import MOST
from demo.runs.file_address import address_of
from demo.runs.run import Run, VariantRecord
from llb.io.label_png import davis_palette


@dataclass(frozen=True)
class PlayerVariant:
    """A model's pane: `done` are the frames that can be shown; `imported` tells masks of another program."""

    name: str
    title: str
    badge: str
    difference: str
    done: int
    pace: str
    imported: bool

    @classmethod
    def of(cls, run: Run, record: VariantRecord) -> PlayerVariant:
        """Describe one model of a run."""
        return cls(
            name=record.name,
            title=record.title,
            badge=text.KNOCK_OUT_BADGE if record.is_knock_out else text.IMPORTED_BADGE if record.imported else "",
            difference=record.difference,
            done=record.frames,
            pace=text.pace(record.seconds_per_frame, record.overlap, run.in_company),
            imported=record.imported,
        )


@dataclass(frozen=True)
class PlayerObject:
    """An object: its number, its colour (0..255 each) and the visitor's name for it, if any."""

    id: int
    rgb: tuple[int, int, int]
    name: str


@dataclass(frozen=True)
class PlayerValue:
    """The value of the player component.

    Attributes:
        token: of the visitor's session.
        run: the name by which the player's questions call the run.
        stamp: tells runs apart: another one, another stamp.
        state: ``running`` or ``finished``.
        title: of the clip.
        total: frames of the clip.
        times: of the frames, in seconds.
        width: of the clip, in pixels.
        height: of the clip, in pixels.
        chunk: most frames in one answer.
        previews: address of the frames' chunks (`demo.page.frame_chunks`).
        labels: address of the chunks of all models' labels; another one once the run has ended.
        truth: address of the exact masks' chunks; empty without them.
        objects: in the order of their numbers.
        latest: the frame to show first, or the one just done.
        opens_at: the frame to show first of finished results, the worst one; None: the middle one.
        repairs: whether this is a repair of an earlier run.
        rewrites: whether labels of finished frames may still be replaced.
        variants: the models in the order of their panes.
        channels: of E1; 0 as long as nothing is stored.
        shown_object: the object that the inside shows first: one with something to show at `latest`, if there is any.
    """

    token: str
    run: str
    stamp: str
    state: str
    title: str
    total: int
    times: tuple[float, ...]
    width: int
    height: int
    chunk: int
    previews: str
    labels: str
    truth: str
    objects: tuple[PlayerObject, ...]
    latest: int
    opens_at: int | None
    repairs: bool
    rewrites: bool
    variants: tuple[PlayerVariant, ...]
    channels: int
    shown_object: int

    @classmethod
    def of(cls, run: Run, clip: Clip, *, token: str, name: str, latest: int | None = None) -> PlayerValue:
        """Describe a run; `name` is what the player's questions call it, `latest` the frame that was just done."""
        if latest is None:
            latest = run.repair.at if run.repair else run.frames - 1
        return cls(
            token=token,
            run=name,
            stamp=address_of(run.folder),
            state="running" if run.state == "running" else "finished",
            title=clip.title,
            total=len(clip),
            times=clip.times,
            width=clip.width,
            height=clip.height,
            chunk=MOST,
            previews=address_of(clip.folder / "previews"),
            labels=address_of(run.folder / "labels" / run.state),
            truth=address_of(clip.folder / "truth") if clip.has_truth else "",
            objects=_objects(run),
            latest=latest,
            opens_at=run.opens_at,
            repairs=bool(run.repair),
            rewrites=run.rewrites,
            variants=tuple(PlayerVariant.of(run, record) for record in run.variants),
            channels=_channels(run),
            shown_object=_shown_object(run, latest),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON."""
        return asdict(self)


def _objects(run: Run) -> tuple[PlayerObject, ...]:
    colours = davis_palette().tolist()
    return tuple(PlayerObject(target, tuple(colours[target]), run.names.get(target, "")) for target in run.objects)


def _shown_object(run: Run, index: int) -> int:
    """Return the first object of which a model keeps something at a frame; the first of all if there is none."""
    folders = [run.traces(record.name) for record in run.variants]
    for target in run.objects if run.state != "running" else ():  # the inside is shown of finished runs
        found = (traces.read(traces.stored_frame(index), target) for traces in folders)
        if any(trace and trace.features for trace in found):
            return target
    return run.objects[0]


def _channels(run: Run) -> int:
    """Return how many channels E1 has; 0 as long as nothing is stored."""
    for traces in (run.traces(record.name) for record in run.variants):
        for index in traces.frames():
            for target in run.objects:
                trace = traces.read(index, target)
                if trace and trace.features:
                    return len(trace.features["value"])
    return 0
