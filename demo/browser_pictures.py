"""Pictures as the browser gets them: shrunk, and packed into data addresses."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from jaxtyping import UInt8

from llb.types import Rgb


def shrink(picture: Rgb, width: int) -> Rgb:
    """Return a picture at most `width` pixels wide, with its sides in proportion."""
    scale = min(1.0, width / picture.shape[1])
    size = (round(picture.shape[1] * scale), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def png_address(picture: Rgb) -> str:
    """Pack a picture without loss."""
    return _pack(picture, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 3], "png")


def clear_address(picture: UInt8[np.ndarray, "h w 4"]) -> str:
    """Pack a picture that is clear in places (RGB and opacity), to lie over another one."""
    return _pack(picture, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 3], "png")


def jpeg_address(picture: Rgb, quality: int = 85) -> str:
    """Pack a photograph, small."""
    return _pack(picture, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality], "jpeg")


def _pack(picture: UInt8[np.ndarray, "h w c"], suffix: str, options: list[int], kind: str) -> str:
    order = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, data = cv2.imencode(suffix, cv2.cvtColor(picture, order), options)
    assert done
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"
