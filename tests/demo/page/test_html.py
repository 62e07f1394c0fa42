"""The page's own pieces of HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from demo import text
from demo.page import html
from demo.runs.run import Run, VariantRecord
from demo.templates import template_environment
from llb.evaluation.results_table import Measured, Row
from tests.support.page_fakes import FakeModels

TAGS = "<script>alert(1)</script>"


def test_models_without_weights_are_named_with_the_reason() -> None:
    found = html.missing(FakeModels().choices())
    assert "LLB-3" in found
    assert "Not trained yet." in found
    assert "JOINT" not in found


def test_a_run_shows_how_far_each_model_is(tmp_path: Path) -> None:
    records = (VariantRecord("lite/llb", "LLB", frames=3), VariantRecord("lite/joint", TAGS, frames=1))
    found = html.progress(Run(tmp_path, tmp_path, (1,), records), 8, text.time_left(20.0))
    assert 'value="0.250"' in found
    assert "25% · about 20 s left" in found
    assert "LLB 3/8 · &lt;script&gt;" in found


def test_a_repair_shows_its_own_progress() -> None:
    assert 'value="0.000"' in html.repair_progress(0.0, text.STARTING_REPAIR)
    assert "40% · about 20 s left" in html.repair_progress(0.4, text.time_left(20.0))


def test_a_notice_has_a_bar_only_for_work_in_progress() -> None:
    assert "<progress" not in html.notice("Nothing runs.")
    found = html.notice(TAGS, 0.5)
    assert 'value="0.500"' in found
    assert "<script" not in found


def test_the_baseline_has_no_difference_to_itself() -> None:
    measured = Measured("lite/llb", 80.0, 79.0, 81.0, {}, 20.0)
    baseline = Row("joint", (83.5, 80.8, 86.2), measured, 0.0, (0.0, 0.0), None)
    other = Row("llb", (84.6, 81.5, 87.7), measured, 1.25, (-0.5, 3.0), measured)
    found = html.ablation([baseline, other])
    assert found.count("></td>") == 3  # difference, interval and second seed of the baseline
    assert ">+1.2</td>" in found
    assert 'data-head="95 % interval">-0.5 to +3.0</td>' in found
    assert 'data-head="second seed">80.0</td>' in found
    alone = html.ablation([baseline, replace(other, second=None)])
    assert "second seed" not in alone
    assert 'data-head="paper&#39;s J&amp;F">84.6</td>' in alone


def test_the_head_names_whose_code_a_link_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert ">Authors’ code</a>" in html.intro()
    assert "This page’s code" not in html.intro(), "no address is known of it"
    monkeypatch.setenv("SPACE_ID", "someone/llb")
    assert 'href="https://huggingface.co/spaces/someone/llb/tree/main"' in html.intro()


def test_a_template_refuses_a_value_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text("{{ sentence }}")
    with pytest.raises(UndefinedError, match="sentence"):
        template_environment(tmp_path).get_template("one.html").render()
