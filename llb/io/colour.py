"""Decoded video frames in 8-bit RGB: the right matrix, transparent parts black, and HDR brought down to SDR.

Curves and matrices are those of ITU-R BT.2100 (PQ and HLG), BT.2087 (BT.2020 to BT.709) and BT.2408 (reference white).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32, UInt16

from llb.io.picture_file import BAND, black_where_transparent
from llb.types import Rgb

UNSPECIFIED, BT709 = 2, 1  # ITU-T H.273 code points of the matrix
PQ, HLG = 16, 18  # ... of the transfer
WIDE = 9  # ... of the primaries of BT.2020
SD_HEIGHT, SD_WIDTH = 576, 1279  # the largest untagged frames that are BT.601, as players take them
WHITE = 203.0  # cd/m2 of HDR's reference white, which becomes SDR's white
KNEE = 0.8  # of white; what is brighter is rolled off
TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of BT.2020's primaries
Codes = Float32[np.ndarray, "_"]
Light = Float32[np.ndarray, "rows width 3"]


def to_rgb(frame: Any, size: tuple[int, int]) -> Rgb:
    """Convert a decoded frame of any format to RGB of `size` (width, height), not turned yet."""
    options: dict[str, Any] = {"width": size[0], "height": size[1]}
    components = frame.format.components
    if frame.colorspace == UNSPECIFIED and not frame.format.is_rgb and is_hd(frame.width, frame.height):
        options["src_colorspace"] = BT709
    if is_hdr(frame):
        return _to_sdr(frame.to_ndarray(format="rgb48le", **options), frame)
    if any(component.is_alpha for component in components):
        return black_where_transparent(frame.to_ndarray(format="rgba", **options))
    return np.ascontiguousarray(frame.to_ndarray(format="rgb24", **options))


def is_hdr(frame: Any) -> bool:
    """Tell whether a frame's values are coded as PQ or HLG."""
    return frame.color_trc in (PQ, HLG)


def is_hd(width: int, height: int) -> bool:
    """Tell whether an untagged video of this size is BT.709; smaller ones are BT.601."""
    return height > SD_HEIGHT or width > SD_WIDTH


def _to_sdr(deep: UInt16[np.ndarray, "height width 3"], frame: Any) -> Rgb:
    """Tone a 16-bit HDR picture: linear light, BT.709 primaries, highlights rolled off, sRGB's curve."""
    wide = frame.color_primaries in (WIDE, UNSPECIFIED)
    codes = np.arange(65536, dtype=np.float32) / 65535
    to_light: Callable[..., Light]
    table, to_light = (_pq(codes), _as_is) if frame.color_trc == PQ else (_hlg(codes), _hlg_display)
    result = np.empty(deep.shape, np.uint8)
    rows = max(1, BAND // deep.shape[1])
    for top in range(0, len(deep), rows):
        light = to_light(table[deep[top : top + rows]])
        if wide:
            light = cv2.transform(light, TO_BT709)
        result[top : top + rows] = _srgb(_rolled_off(np.maximum(light, 0.0)))
    return result


def _pq(code: Codes) -> Codes:
    """Return the light of PQ codes (SMPTE ST 2084), 1 = reference white."""
    power = code.astype(np.float64) ** (32 / 2523)
    light = np.maximum(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)
    return (10000 / WHITE * light ** (16384 / 2610)).astype(np.float32)


def _hlg(code: Codes) -> Codes:
    """Return the scene's light of HLG codes, 0 to 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)


def _hlg_display(scene: Light) -> Light:
    """Return what a display of 1,000 cd/m2 shows of a scene (system gamma 1.2), 1 = reference white."""
    bright = np.maximum(scene @ LUMINANCE, 1e-6)[..., None] ** np.float32(0.2)
    return np.asarray(scene * bright * np.float32(1000 / WHITE), np.float32)


def _as_is(light: Light) -> Light:
    return light


def _rolled_off(light: Light) -> Light:
    """Bring light above the knee below 1, by the brightest channel so that the hue stays."""
    peak = np.maximum(light.max(-1, keepdims=True), np.float32(1e-6))
    room = np.float32(1 - KNEE)
    soft = KNEE + room * (1 - np.exp(-np.maximum(peak - KNEE, 0) / room))
    return np.asarray(light * np.where(peak > KNEE, soft / peak, 1), np.float32)


def _srgb(light: Light) -> Rgb:
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)
    return np.clip(255 * coded + 0.5, 0, 255).astype(np.uint8)
