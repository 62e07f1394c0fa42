"""What the documents name is there: files, functions, classes, attributes, modules, commands, links, figures."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from benchmarks.cli import app as benchmark
from demo.inside.pca_colours import colours_of
from llb.cli import app
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import fake_shelf

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "weights/README.md")
)
FOLDERS = ("llb", "demo", "benchmarks", "scripts", "tests", "weights", "docs", ".ci")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ATTRIBUTE = re.compile(r"([A-Z]\w*[a-z]\w*)\.([a-z_]\w*)")
MODULE = re.compile(r"python3? -m ((?:llb|demo|benchmarks|scripts|tests)[\w.]*)")
LLB_COMMAND = re.compile(r"(?:python -m |^)llb ([a-z]+)\b([^;&|#\"]*)")
TABLE_LINE = re.compile(r"^\s*(\||!\[)")


def text_of(document: Path) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def named(document: Path) -> Iterator[str]:
    """Yield what stands in backticks outside of fences."""
    yield from CODE.findall(FENCE.sub("", text_of(document)))


@cache
def python_names(path: Path) -> frozenset[str]:
    """Return the top-level names of a module, and ``Class.member`` of its classes."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        own = defined(node)
        found |= own
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{member}" for inner in node.body for member in defined(inner)}
    return frozenset(found)


def defined(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def has_name(path: Path, name: str) -> bool:
    if path.suffix == ".py":
        return name in python_names(path)
    return (
        re.search(rf"\b(function|const|let|class)\s+{re.escape(name)}\b", path.read_text(encoding="utf-8")) is not None
    )


def missing_file(code: str) -> str | None:
    """Return what is wrong with a path such as ``llb/config.py`` or ``llb/config.py::SCALES``, None if nothing is."""
    place, _, name = code.partition("::")
    if not re.fullmatch(r"[\w./-]+", place) or place.split("/")[0] not in FOLDERS or "/" not in place:
        return None
    if not (ROOT / place).exists():
        return f"there is no {place}"
    return f"{place} has no {name}" if name and not has_name(ROOT / place, name) else None


@cache
def class_members() -> dict[str, set[str]]:
    """Return the members of every class of the packages, those of classes of one name together."""
    found: dict[str, set[str]] = {}
    for path in (path for folder in ("llb", "demo", "benchmarks") for path in (ROOT / folder).rglob("*.py")):
        for name in python_names(path):
            holder, dot, member = name.partition(".")
            found.setdefault(holder, set()).update([member] if dot else [])
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_and_functions_that_a_document_names_exist(document: Path) -> None:
    assert [wrong for code in named(document) if (wrong := missing_file(code))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_attributes_that_a_document_names_exist(document: Path) -> None:
    pairs = [match.groups() for code in named(document) if (match := ATTRIBUTE.fullmatch(code))]
    assert [pair for pair in pairs if pair[1] not in class_members().get(pair[0], set())] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(text_of(document)) if "://" not in link]
    assert [link for link in links if not (ROOT / document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_modules_that_a_document_runs_exist(document: Path) -> None:
    paths = [ROOT / module.rstrip(".").replace(".", "/") for module in MODULE.findall(text_of(document))]
    assert [path for path in paths if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_make_targets_of_a_document_exist(document: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    asked = {command.split()[1] for command in commands(text_of(document)) if command.startswith("make ")}
    assert asked <= set(targets)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_and_options_of_a_document_exist(document: Path) -> None:
    known = typer.main.get_command(app).commands
    for command in commands(text_of(document)):
        for name, rest in LLB_COMMAND.findall(command):
            assert name in known, command
            assert options(rest) <= options_of(known[name]), command
        if command.startswith("python -m benchmarks"):
            assert options(command) <= options_of(typer.main.get_command(benchmark)), command


def options(command: str) -> set[str]:
    return set(re.findall(r"--[a-z][\w-]*", command))


def options_of(command: Any) -> set[str]:
    """Return the options of a typer command, those that switch something off and ``--help`` too."""
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {
        "--help"
    }


def commands(text: str) -> list[str]:
    """Return the shell lines of a document, continued lines joined, and its commands in backticks."""
    blocks = [body for language, body in FENCE.findall(text) if language in ("sh", "bash")]
    lines = [line.strip() for body in blocks for line in body.replace("\\\n", " ").splitlines()]
    return lines + [code for code in CODE.findall(FENCE.sub("", text)) if re.match(r"(python|llb|make) ", code)]


def test_the_check_sees_what_is_missing() -> None:
    assert missing_file("llb/nowhere.py")
    assert missing_file("llb/config.py::NOTHING")
    assert missing_file("llb/inference/memory.py::Memory.nothing")
    assert missing_file("llb/inference/memory.py::Memory.add") is None
    assert "exact_paste" in class_members()["InferenceConfig"]


def test_at_least_twenty_questions_are_answered() -> None:
    rows = re.findall(r"^\| [^|]+\? \| .*`.*$", text_of(Path("docs/architecture.md")), re.MULTILINE)
    assert len(rows) >= 20


def test_every_file_of_a_run_and_its_clip_stands_in_the_architecture(tmp_path: Path) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    run = finished_run(tmp_path / "run-1", clip)
    colours_of(run)
    listed = set(re.findall(r"^\| `((?:clip|run)-N/[^`]+)`", text_of(Path("docs/architecture.md")), re.MULTILINE))
    written = {f"clip-N/{general(path, clip.folder)}" for path in clip.folder.rglob("*.*")}
    written |= {f"run-N/{general(path, run.folder)}" for path in run.folder.rglob("*.*")}
    later = {"run-N/stop", "run-N/marked-before/00000.png", "run-N/downloads/STATE-FRAMES/..."}
    assert written | later == listed


def general(path: Path, folder: Path) -> str:
    """Return a file's place in a clip's or a run's folder, for any frame and any model."""
    place = re.sub(r"\d{5}", "00000", path.relative_to(folder).as_posix())
    return re.sub(r"^lite-\w+", "MODEL", place)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_lines_are_at_most_120_columns_but_for_tables(document: Path) -> None:
    lines = FENCE.sub("", text_of(document)).splitlines()
    assert [line for line in lines if len(line) > 120 and not TABLE_LINE.match(line)] == []


def test_figures_for_several_objects_are_those_of_the_committed_results() -> None:
    rows = re.findall(
        r"^\| `lite/([\w-]+)`, several objects \| (.+) \|$", text_of(Path("weights/README.md")), re.MULTILINE
    )
    assert rows
    for name, cells in rows:
        result = json.loads((ROOT / f"weights/results/multi_lite_{name}.json").read_text())
        lowest = min(sequence["J&F"] for sequence in result["sequences"])
        figures = [*(result[key] for key in ("J&F", "J", "F")), lowest]
        assert cells.split(" | ") == [f"{100 * figure:.1f}" for figure in figures]


def test_the_figures_of_the_baseline_are_those_of_the_committed_result() -> None:
    result = json.loads((ROOT / "weights/results/flow.json").read_text())
    figures = " | ".join(f"{100 * result[key]:.1f}" for key in ("J&F", "J", "F"))
    assert f"| optical flow, nothing learnt | {figures} |" in text_of(Path("README.md"))


def test_versions_agree() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert f"\n## [{version[1]}] - " in text_of(Path("CHANGELOG.md"))
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version[1]


def test_the_citation_has_what_the_format_asks_for() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    for entry in (citation, *citation["references"]):
        assert entry["title"]
        assert all("name" in author or {"family-names", "given-names"} <= set(author) for author in entry["authors"])
    assert citation["message"]
    assert [entry["year"] for entry in citation["references"]] == [2023, 2021]
