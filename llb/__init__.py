"""Learning to Learn Better for video object segmentation: models, engine, training, evaluation.

What a program needs is here by name and imported at its first use, so that ``import llb`` itself loads nothing.
"""

TYPE_CHECKING = False  # typing's own would double what this import costs
if TYPE_CHECKING:
    from llb.checkpoint import load_model
    from llb.config import InferenceConfig
    from llb.inference.segmenter import VideoSegmenter
    from llb.io.label_png import read_labels, write_labels
    from llb.io.video_reader import read_frames
    from llb.types import TraceRequest

__all__ = [
    "InferenceConfig",
    "TraceRequest",
    "VideoSegmenter",
    "load_model",
    "read_frames",
    "read_labels",
    "write_labels",
]

MODULES = {
    "InferenceConfig": "llb.config",
    "TraceRequest": "llb.types",
    "VideoSegmenter": "llb.inference.segmenter",
    "load_model": "llb.checkpoint",
    "read_frames": "llb.io.video_reader",
    "read_labels": "llb.io.label_png",
    "write_labels": "llb.io.label_png",
}


if not TYPE_CHECKING:  # a type checker would take it to have every name

    def __getattr__(name: str) -> object:
        """Import one of `__all__` from its module at its first use."""
        if name not in MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(MODULES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
