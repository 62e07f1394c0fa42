"""The package's front door: seven names, imported when they are first used, with their types."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import llb

SOURCE = Path(llb.__file__)


def test_each_name_is_the_one_of_its_module() -> None:
    assert set(llb.__all__) == set(llb.MODULES)
    for name, module in llb.MODULES.items():
        assert getattr(llb, name) is getattr(import_module(module), name)
    assert set(llb.__all__) <= set(dir(llb))


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(AttributeError, match="'llb' has no attribute 'segment_everything'"):
        llb.segment_everything  # noqa: B018
    with pytest.raises(ImportError, match="segment_everything"):
        exec("from llb import segment_everything")


def test_a_type_checker_finds_the_same_names_in_the_same_modules() -> None:
    seen = {
        alias.name: node.module
        for block in ast.parse(SOURCE.read_text()).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == llb.MODULES
    assert SOURCE.with_name("py.typed").exists()


def test_importing_it_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import llb; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE.parents[1], capture_output=True, text=True)
    assert done.stdout.split() == ["llb"]
