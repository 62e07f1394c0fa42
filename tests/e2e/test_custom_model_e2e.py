"""A model of one's own in a real browser: its card, its pane, and the place where its inside would be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.inside.diagram import NO_INSIDE
from demo.models.combined import BASELINES, CombinedModels
from demo.models.custom import CustomModels
from tests.e2e.driver import LONG, go_to, opened, run, shows_mask, stored
from tests.support.page_fakes import FakeModels, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def test_a_model_of_ones_own_is_ticked_and_runs_beside_the_others(page: Page, tmp_path: Path) -> None:
    models = CombinedModels([FakeModels(), CustomModels(BASELINES)])
    (flow,) = (choice for choice in models.choices() if choice.name == "flow")
    with served(models, tmp_path) as url:
        opened(page, url)
        card = page.locator("#models label", has_text=flow.title)
        assert flow.difference in card.inner_text()
        assert not card.locator("input").is_checked()
        card.click()
        run(page)
        names = page.locator(".player .panes canvas").evaluate_all("all => all.map(c => c.dataset.variant)")
        assert names[-1] == "flow"
        go_to(page, 3)
        page.select_option(".player .views", "mask")
        labels = stored(page, tmp_path).labels("flow", 3)
        assert labels.any()
        assert shows_mask(page, "flow", labels)
        page.select_option(".inside .first-model", "flow")
        page.wait_for_selector(f'.inside [data-model="flow"] .absent >> text={NO_INSIDE.sentence}', timeout=LONG)
