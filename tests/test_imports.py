"""Who may import whom (app -> demo -> llb <- benchmarks, and inside both), and that importing is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import llb

ROOT = Path(__file__).parents[1]
PACKAGES = ("llb", "demo", "benchmarks")
MODULES = sorted(path.relative_to(ROOT) for folder in PACKAGES for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the full names that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def offences(path: Path, forbidden: tuple[str, ...]) -> set[str]:
    return {name for name in imported(path) if any(name == f or name.startswith(f + ".") for f in forbidden)}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_direction_of_imports(path: Path) -> None:
    forbidden: tuple[str, ...] = ("app", "tests", "scripts")
    if path.parts[0] == "llb":
        forbidden += ("benchmarks", "demo", "gradio", *(f"llb.{name}" for name in llb.__all__))
    if path.parts[0] == "demo":
        forbidden += ("benchmarks", "llb.cli", "llb.commands")
    if path.parts[0] == "benchmarks":
        forbidden += ("demo", "gradio")
    if path.parts[:2] == ("llb", "model"):
        forbidden += (
            "llb.inference",
            "llb.training",
            "llb.data",
            "llb.cli",
            "llb.commands",
            "llb.evaluation.evaluate",
            "llb.checkpoint",
        )
    if path.parts[:2] == ("llb", "inference"):
        forbidden += ("llb.training", "llb.data", "llb.cli", "llb.commands", "llb.evaluation.evaluate")
    if path.parts[:2] == ("llb", "evaluation"):
        forbidden += ("llb.training", "llb.data", "llb.cli", "llb.commands")
    if path.parts[:2] in (("llb", "data"), ("llb", "io"), ("llb", "formats")):
        forbidden += ("llb.evaluation", "llb.training", "llb.model", "llb.cli", "llb.commands")
    if path.parts in (("llb", "config.py"), ("llb", "types.py")):
        forbidden += ("llb.model", "llb.inference", "llb.training", "llb.data")
    assert not offences(path, forbidden)


DEMO_MAY_IMPORT = {
    "clips": set(),
    "models": set(),
    "components": set(),
    "runs": {"clips", "models"},
    "masks": {"runs", "clips", "models"},
    "inside": {"runs", "clips", "models"},
    "exports": {"inside", "runs", "clips", "models.settings"},  # none of the models themselves
    "lesson": {"runs", "clips"},
    "page": {"lesson", "exports", "inside", "masks", "runs", "clips", "models", "components"},
}
FOR_ALL_OF_DEMO = (
    "demo.text",
    "demo.model_text",
    "demo.result_text",
    "demo.glossary",
    "demo.components.words",
    "demo.templates",
    "demo.browser_json",
    "demo.browser_pictures",
    "demo.json_values",
    "demo.screen_colours",
    "demo.whole_file",
)


@pytest.mark.parametrize("package", DEMO_MAY_IMPORT)
def test_direction_of_imports_inside_demo(package: str) -> None:
    allowed = [f"demo.{name}" for name in (package, *sorted(DEMO_MAY_IMPORT[package]))] + [*FOR_ALL_OF_DEMO]
    wrong = {
        (str(path), name)
        for path in MODULES
        if path.parts[:2] == ("demo", package)
        for name in offences(path, ("demo",)) - offences(path, tuple(allowed))
    }
    assert not wrong


def test_every_package_of_demo_has_its_place() -> None:
    assert {path.parts[1] for path in MODULES if path.parts[0] == "demo" and len(path.parts) > 2} == set(
        DEMO_MAY_IMPORT
    )


def test_the_check_sees_an_offence() -> None:
    assert offences(Path("llb/cli.py"), ("llb.io.video_reader",)), "the imports inside functions count too"


def run(code: str) -> str:
    """Run code in a fresh interpreter at the root of the checkout and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_command_line_starts_without_torch() -> None:
    modules = "llb.cli, benchmarks.cli, demo.start, app"
    assert (
        run(f"import sys, {modules}; print(sorted({{'torch', 'timm', 'numpy', 'gradio'}} & set(sys.modules)))") == "[]"
    )


def test_importing_everything_opens_no_data_file_and_no_connection() -> None:
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
    code = f"""
import sys, importlib
import gradio, torch, timm, cv2, av
seen = []
def watch(event, args):
    if event == "socket.connect" or (
        event == "open" and str(args[0]).endswith((".safetensors", ".pth", ".tar", ".pt", ".npz", ".mp4"))
    ):
        seen.append((event, str(args)))
sys.addaudithook(watch)
for name in {[name for name in names if not name.endswith("__main__")]!r}:
    importlib.import_module(name)
print(seen)
"""
    assert run(code) == "[]"
