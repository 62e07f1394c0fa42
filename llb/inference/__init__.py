"""The engine: a model applied to a clip, frame by frame."""

from llb.inference.protocol import SegmentationModel
from llb.inference.segmenter import VideoSegmenter

__all__ = ["SegmentationModel", "VideoSegmenter"]
