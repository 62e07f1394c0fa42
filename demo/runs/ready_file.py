"""The results of the examples that are shipped: one zip per example (``python -m scripts.prepare_examples``).

With shared regions a model's results depend on whose regions it looks at. So a zip has columns: the results of one
entry (`demo.models.settings.entry_name`) in a run that another one leads. A run of any entries whose columns are there
can be put together of them. Times are left out: they would be those of another machine.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from demo.clips.examples import EXAMPLES, hash_of
from demo.models import flow_baseline, simple_segmenter
from demo.models.settings import Settings, with_leads
from demo.runs.frame_stats import ModelStats
from demo.runs.run import Run, VariantRecord
from demo.runs.run_key import engine_version
from demo.runs.trace_file import KEYS
from demo.whole_file import whole_file, write_whole

FOLDER = Path(__file__).parents[1] / "clips" / "ready"
PRECISION = "fp32"  # whatever the machine could do: what is shipped is the same on all
FLOW = [Path(flow_baseline.__file__), Path(simple_segmenter.__file__)]  # a model whose code is all there is of it
DIGITS = 6  # of a figure
RECORD = "record.json"
CONFIRMED = FOLDER / "confirmed.json"  # later stamps under which the same was found; the zips stay as they are


@dataclass(frozen=True)
class Column:
    """What one entry found on an example, in a run that `lead` leads; a model of another kind has no lead."""

    entry: str
    lead: str
    labels: UInt8[np.ndarray, "time height width"]
    stats: Sequence[ModelStats]
    traces: Mapping[int, bytes]  # npz files, by frame

    @property
    def folder(self) -> str:
        """Where it lies in the zip."""
        return folder_of(self.entry, self.lead)


@dataclass(frozen=True)
class ReadyFile:
    """The columns of one example."""

    path: Path

    @classmethod
    def of(cls, example: str) -> ReadyFile:
        """Return an example's file, whether it is there or not."""
        return cls(FOLDER / f"{example}.zip")

    def holds(self, stamp: str) -> bool:
        """Tell whether it was computed, or confirmed, with what a stamp stands for (`stamp_of`)."""
        with zipfile.ZipFile(self.path) as archive:
            computed = str(json.loads(archive.read(RECORD))["stamp"])
        return stamp in (computed, _confirmed().get(self.path.name))

    def weights(self) -> dict[str, str]:
        """Return the sha256 of the weights by the entries that it holds."""
        with zipfile.ZipFile(self.path) as archive:
            return dict(json.loads(archive.read(RECORD))["weights"])

    def has(self, entries: Iterable[str]) -> bool:
        """Tell whether a run of these entries, in this order, can be put together."""
        with zipfile.ZipFile(self.path) as archive:
            names = set(archive.namelist())
        return all(f"{folder_of(*pair)}/labels.npy" in names for pair in with_leads(entries))

    def columns(self, entries: Iterable[str]) -> list[Column]:
        """Read the columns of a run."""
        with zipfile.ZipFile(self.path) as archive:
            return [_read(archive, *pair) for pair in with_leads(entries)]

    def confirm(self, stamp: str) -> None:
        """Note that the same would be computed with what a stamp stands for."""
        _write_confirmed({**_confirmed(), self.path.name: stamp})

    def write(self, columns: Iterable[Column], stamp: str, weights: Mapping[str, str]) -> None:
        """Write the whole file; a column that is given twice is written once."""
        entries = {RECORD: _record(stamp, weights)}
        for column in columns:
            array = io.BytesIO()
            np.lib.format.write_array(array, column.labels, allow_pickle=False)
            entries[f"{column.folder}/labels.npy"] = array.getvalue()
            entries[f"{column.folder}/stats.json"] = json.dumps([each.to_json() for each in column.stats]).encode()
            for index, trace in sorted(column.traces.items()):
                entries[f"{column.folder}/traces/{index:05d}.npz"] = trace
        self._write(entries)
        _write_confirmed({name: known for name, known in _confirmed().items() if name != self.path.name})

    def replace_traces(self, columns: Iterable[Column]) -> None:
        """Put the traces of some columns in place of theirs; all else stays as it is."""
        columns = list(columns)
        with zipfile.ZipFile(self.path) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        for column in columns:
            folder = f"{column.folder}/traces/"
            entries = {name: content for name, content in entries.items() if not name.startswith(folder)}
            entries.update({f"{folder}{index:05d}.npz": trace for index, trace in sorted(column.traces.items())})
        self._write(entries)

    def _write(self, entries: Mapping[str, bytes]) -> None:
        """Write the zip without the time of day, so that the same results make the same file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.path) as draft, zipfile.ZipFile(draft, "w") as archive:
            for name, content in entries.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_LZMA
                archive.writestr(info, content)


def stamp_of(example: str, weights: Mapping[str, str]) -> str:
    """Return a text that changes when an example's results have to be computed anew.

    That is with the clip and its masks, the weights of the entries, the settings, the precision and the engine's code.
    """
    files = [hashlib.sha256(file.read_bytes()).hexdigest() for file in EXAMPLES[example].files]
    known = [files, sorted(weights.items()), asdict(Settings()), PRECISION, engine_version(), hash_of(FLOW)]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def folder_of(entry: str, lead: str) -> str:
    """Return where a column lies in the zip."""
    name = entry.replace("/", "-")
    return f"{lead.replace('/', '-')}/{name}" if lead else name


def column_of(run: Run, record: VariantRecord, lead: str, kept: Iterable[int], clicked: Collection[int] = ()) -> Column:
    """Take a column from a finished run, with the inside of the frames that are to be `kept`.

    Memory keys, by which a click on a pixel is answered, are taken along for the frames in `clicked` alone.
    """
    labels = np.stack([run.labels(record.name, index) for index in range(run.frames)])
    stats = [_portable(frame.models[record.name]) for frame in run.frame_stats()]
    folder = run.traces(record.name)
    found = [folder.read(index, target) for index in clicked for target in run.objects]
    holders = {trace.keys_frame for trace in found if trace}
    paths = {index: folder.path(index) for index in {*kept, *holders}}
    traces = {index: _packed(path, index in holders) for index, path in paths.items() if path.exists()}
    return Column(record.name, lead, labels, stats, traces)


def _portable(stats: ModelStats) -> ModelStats:
    """Leave out what depends on the machine, or on the other models of a run, and figures beyond `DIGITS`."""
    entries = {**stats.to_json(), "seconds": None}
    for target in entries["objects"].values():
        target.pop("agreement", None)
        for name, value in target.items():
            if isinstance(value, float):
                target[name] = round(value, DIGITS)
            elif isinstance(value, list):
                target[name] = [round(each, DIGITS) for each in value]
    return ModelStats.from_json(entries)


def _packed(path: Path, with_keys: bool) -> bytes:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored if with_keys or not key.endswith(f".{KEYS}")}
    written = io.BytesIO()
    np.savez(written, **arrays)  # not compressed: the zip around it does that
    return written.getvalue()


def _read(archive: zipfile.ZipFile, entry: str, lead: str) -> Column:
    folder = folder_of(entry, lead)
    labels = np.lib.format.read_array(io.BytesIO(archive.read(f"{folder}/labels.npy")), allow_pickle=False)
    stats = [ModelStats.from_json(each) for each in json.loads(archive.read(f"{folder}/stats.json"))]
    traces = {
        int(Path(name).stem): archive.read(name) for name in archive.namelist() if name.startswith(f"{folder}/traces/")
    }
    return Column(entry, lead, labels, stats, traces)


def _record(stamp: str, weights: Mapping[str, str]) -> bytes:
    return json.dumps({"stamp": stamp, "weights": dict(weights)}).encode()


def _confirmed() -> dict[str, str]:
    """Return the stamps that were confirmed last, by the names of the files."""
    return dict(json.loads(CONFIRMED.read_text())) if CONFIRMED.exists() else {}


def _write_confirmed(stamps: Mapping[str, str]) -> None:
    write_whole(CONFIRMED, json.dumps(stamps, indent=1, sort_keys=True) + "\n")
