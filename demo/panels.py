"""The page's own pieces of HTML, as pure functions of what a run left on disk."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape

import cv2
import numpy as np

from demo import text, visualize
from demo.clips import Clip, Labels, Rgb
from demo.colours import Colours
from demo.models import ModelChoice
from demo.store import Run, StoredTrace, VariantRecord
from llb.ablation import BASELINE, Row
from llb.palette import davis_palette

OBJECTS = 8


def colour(target: int) -> str:
    """Return an object's DAVIS colour as CSS."""
    red, green, blue = davis_palette()[target].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def legend(labels: Labels | None, ready: bool) -> str:
    """List the objects marked so far, each with its number, colour and size."""
    found = [] if labels is None else [(int(t), int((labels == t).sum())) for t in np.unique(labels) if t]
    if not found:
        return f'<div class="legend">{text.NOTHING_PAINTED}</div>'
    note = f" · {text.READY_MASK}" if ready else ""
    chips = "".join(
        f'<span class="chip"><i style="background:{colour(target)}"></i>{text.marked(target, pixels)}{note}</span>'
        for target, pixels in found
    )
    return f'<div class="legend">{chips}</div>'


def missing(choices: Iterable[ModelChoice]) -> str:
    """Name the models that cannot run, each with the reason."""
    rows = [
        f"<li><b>{escape(c.title)}</b> ({escape(c.difference)}): {escape(c.reason)}</li>" for c in choices if c.reason
    ]
    return f'<details class="missing"><summary>{text.missing(len(rows))}</summary><ul>{"".join(rows)}</ul></details>'


def ablation(rows: Iterable[Row]) -> str:
    """Show the ablation table with its spread."""
    heads = "".join(f"<th scope='col'>{escape(head)}</th>" for head in text.TABLE_HEADS)
    lines = "".join(_ablation_line(row) for row in rows)
    return f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'


def _ablation_line(row: Row) -> str:
    own, base = row.measured, row.variant == BASELINE
    cells = [
        *(f"{value:.1f}" for value in (own.jf, own.j, own.f)),
        "" if base else f"{row.difference:+.1f}",
        "" if base else f"{row.interval[0]:+.1f} to {row.interval[1]:+.1f}",
        f"{row.second.jf:.1f}" if row.second else "",
        f"{row.paper[0]:.1f}",
    ]
    name = f"<b>{row.variant.upper()}</b> <small>{escape(text.difference(row.variant))}</small>"
    return f"<tr><th scope='row'>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def notice(sentence: str, done: float | None = None) -> str:
    """Show one sentence where pictures will come, with a bar if it is about work in progress (0..1)."""
    bar = "" if done is None else f'<progress max="1" value="{done:.3f}" aria-label="{escape(sentence)}"></progress>'
    return f'<div class="notice" role="status">{escape(sentence)}{bar}</div>'


def live(records: Iterable[VariantRecord], pictures: Mapping[str, str], total: int, seconds_left: float | None) -> str:
    """Show a run at work: a bar for all, and for each variant its newest frame and pace."""
    records = list(records)
    done = sum(record.frames for record in records) / max(1, total * len(records))
    left = text.STARTING if seconds_left is None else f"{done:.0%} · {text.time_left(seconds_left)}"
    cards = "".join(_live_card(record, pictures.get(record.name), total) for record in records)
    bar = f'<progress max="1" value="{done:.3f}" aria-label="{escape(left)}"></progress>'
    return f'<div class="live" role="status">{bar}<p>{escape(left)}</p><div class="cards">{cards}</div></div>'


def _live_card(record: VariantRecord, picture: str | None, total: int) -> str:
    shown = (
        f'<img src="{picture}" alt="newest frame of {escape(record.title)}">'
        if picture
        else '<div class="blank"></div>'
    )
    words = escape(text.caption(record.title, record.seconds_per_frame, record.overlap))
    return f"<figure>{shown}<figcaption>{words} · frame {record.frames} of {total}</figcaption></figure>"


def inside(run: Run, clip: Clip, index: int, target: int) -> str:
    """Show, per variant, the search region, the gates and E1/E2 of one object at one frame."""
    frame = clip.frame(index)
    colours = Colours.of(run)
    rows = "".join(_variant(run, record, colours, frame, index, target) for record in run.variants)
    bar = png(visualize.colour_bar())
    scale = f'<span class="scale">{text.GATE_SCALE} 0 <img src="{bar}" alt="dark blue is 0, yellow is 1"> 1</span>'
    note = f"<span>{escape(text.explained(colours.basis.explained))}</span>"
    return f'<div class="inside">{rows}<p class="keys">{scale}{note}</p></div>'


def _variant(run: Run, record: VariantRecord, colours: Colours, frame: Rgb, index: int, target: int) -> str:
    head = f"<h4>{escape(record.title)} <small>{escape(text.difference(record.name.rpartition('/')[2]))}</small></h4>"
    trace = run.trace(record.name, index, target)
    if trace is None:
        return f"<section>{head}{notice(text.NOT_TRACED)}</section>"
    labels = run.labels(record.name, index)
    region = visualize.region_picture(frame, labels, trace.region, target)
    figures = _figure(f"{record.name} region", jpeg(region), text.REGION_TITLE, text.REGION_NOTE)
    figures += _gates(record, trace, frame)
    memory = text.IN_MEMORY if trace.in_memory else text.DISPLAY_ONLY
    for name, note, feature in zip(text.FEATURE_TITLES, text.FEATURE_NOTES, (trace.value, trace.label), strict=True):
        picture = png(colours.paint(record.name, name, feature))
        figures += _figure(f"{record.name} {name}", picture, name, note, memory, "cells")
    return f'<section data-variant="{escape(record.name)}">{head}<div class="figures">{figures}</div></section>'


def _gates(record: VariantRecord, trace: StoredTrace, frame: Rgb) -> str:
    if trace.gate_transduced is None or trace.gate_induced is None:
        why = text.NO_GATES if trace.predicted else text.FIRST_FRAME
        return f'<div class="nogates">{escape(why)}</div>'
    figures = ""
    gates = (trace.gate_transduced, trace.gate_induced)
    for name, note, gate in zip(text.GATE_TITLES, text.GATE_NOTES, gates, strict=True):
        picture = png(visualize.gate_picture(gate, trace.region, frame))
        figures += _figure(f"{record.name} {name}", picture, name, note, text.mean_gate(float(gate.mean())))
    return figures


def _figure(name: str, source: str, title: str, note: str, more: str = "", kind: str = "") -> str:
    tail = f"<small>{escape(more)}</small>" if more else ""
    return (
        f'<figure class="{kind}"><figcaption><b>{escape(title)}</b> {escape(note)}</figcaption>'
        f'<img data-picture="{escape(name)}" src="{source}" alt="{escape(title)}: {escape(note)}">{tail}</figure>'
    )


def png(picture: Rgb) -> str:
    """Pack a picture without loss into a data address."""
    return _pack(picture, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 3], "png")


def jpeg(picture: Rgb) -> str:
    """Pack a photograph, small, into a data address."""
    return _pack(picture, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 85], "jpeg")


def _pack(picture: Rgb, suffix: str, options: list[int], kind: str) -> str:
    done, data = cv2.imencode(suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"
