"""The parts of the page for other programs' results: the upload, and the table of `llb view`."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from demo import result_text
from demo.components import browser_files, words
from demo.page.events import EVERY, HIDDEN, Endpoint, Events
from demo.page.result_handlers import ResultHandlers
from demo.page.updates import ImportUpdate, SequenceUpdate
from demo.page.uploads import uploads_only


@dataclass(frozen=True)
class ResultParts:
    """The components; without `llb view` there is no table."""

    upload: gr.UploadButton
    table: gr.HTML | None
    timer: gr.Timer | None

    @classmethod
    def build_table(cls) -> tuple[gr.HTML, gr.Timer]:
        """Lay the table of sequences, and what asks for it until it is complete."""
        table = gr.HTML(
            html_template='<div class="sequences" hidden></div>',
            js_on_load=browser_files.mount_script("sequences"),
            words=words.SEQUENCES_WORDS,
            elem_id="sequences",
        )
        return table, gr.Timer(1.0)

    @classmethod
    def build_upload(cls) -> gr.UploadButton:
        """Lay the button for zips of masks."""
        with gr.Accordion(result_text.RESULTS_UPLOAD_TITLE, open=False, elem_id="compare-results"):
            gr.Markdown(result_text.RESULTS_UPLOAD_NOTE, elem_classes="hint")
            return uploads_only(
                gr.UploadButton(
                    result_text.RESULTS_UPLOAD, file_types=[".zip"], file_count="multiple", elem_id="result-zips"
                )
            )

    def connect(self, events: Events, handlers: ResultHandlers) -> None:
        """Bind what happens on a click."""
        token, steps, results = events.visit.token, events.steps, events.results
        shown = ImportUpdate(results.status, results.title, results.player, results.undo)
        self.upload.upload(
            handlers.upload,
            [token, self.upload],
            [*shown],
            show_progress_on=[self.upload, results.status],
            **EVERY,
            **_hidden("import_results"),
        )
        if self.table is None or self.timer is None:
            return
        opened = SequenceUpdate(self.table, steps.canvas, steps.trim, steps.examples, *shown)
        self.timer.tick(handlers.table, token, [self.table, self.timer], **HIDDEN, **_hidden("table"))
        self.table.submit(
            handlers.open,
            token,
            [*opened],
            show_progress_on=[results.status, results.player],
            **EVERY,
            **_hidden("open"),
        )


def _hidden(name: str) -> Endpoint:
    """Name an endpoint that serves the page alone."""
    return {"api_name": name, "api_visibility": "undocumented"}
