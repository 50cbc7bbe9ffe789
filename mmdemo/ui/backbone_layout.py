"""The components of the Backbone tab and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.ui.activity import Totals
from mmdemo.ui.activity_view import totals_html
from mmdemo.ui.i18n import ENGLISH, Localisation
from mmdemo.ui.retrieval_map import MAP_SCRIPT

LIVE_SECONDS = 2.0
"""Between two looks at the record while the tab is open."""


@dataclass(frozen=True)
class BackboneComponents:
    """Everything on the tab that an event reads or changes."""

    totals: gr.HTML
    contents: gr.HTML
    map: gr.HTML
    first: gr.Dropdown
    second: gr.Dropdown
    compare: gr.Button
    pair: gr.HTML
    timer: gr.Timer

    @property
    def outputs(self) -> list[Any]:
        """What an event may change."""
        return [self.totals, self.contents, self.map, self.first, self.second, self.pair]


def build_components(localisation: Localisation) -> BackboneComponents:
    """Make the components inside the current ``gr.Tab``.

    Args:
        localisation: learns which component shows which text.

    Returns:
        The components.
    """
    make = localisation.make
    make(gr.Markdown, {"value": "backbone_help"})
    totals = gr.HTML(totals_html(Totals(), ENGLISH), elem_id="mm-totals")
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=320):
            contents = gr.HTML("", elem_id="mm-contents")
        with gr.Column(scale=5, min_width=320):
            space = gr.HTML("", js_on_load=MAP_SCRIPT, elem_id="mm-seen-map")
    with gr.Row(elem_id="mm-pair-row", equal_height=False):
        chosen = [
            make(
                gr.Dropdown,
                {"label": key},
                choices=[],
                value=None,
                filterable=False,
                interactive=True,
                scale=4,
                min_width=200,
                elem_id=f"mm-{key.replace('_', '-')}",
            )
            for key in ("pair_first", "pair_second")
        ]
        compare = make(
            gr.Button, {"value": "pair_compare"}, variant="primary", scale=1, min_width=110, elem_id="mm-pair-compare"
        )
    pair = gr.HTML("", elem_id="mm-pair")
    timer = gr.Timer(LIVE_SECONDS, active=False)
    return BackboneComponents(totals, contents, space, chosen[0], chosen[1], compare, pair, timer)
