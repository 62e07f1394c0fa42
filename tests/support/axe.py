"""axe-core, which finds what keeps people from using a page; `npm ci` installs it with the linters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


def violations(page: Page) -> list[str]:
    """Return a line for each place of the page that breaks one of axe's rules.

    Without axe-core the test is skipped, or fails where LLB_REQUIRE_BROWSER=1, as in the gate.
    """
    if not SCRIPT.exists():
        reason = "axe-core is not installed: run npm ci"
        if os.environ.get("LLB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    page.add_script_tag(path=SCRIPT)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
