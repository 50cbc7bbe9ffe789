from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from mmdemo.backbone.observed import Observation
from mmdemo.text import text_of
from mmdemo.types import AudioFile, Encoding, Image
from mmdemo.ui import pipeline
from mmdemo.ui.activity import Witness, observed
from mmdemo.ui.backbone_tab import BackboneSession, BackboneTab
from mmdemo.ui.common import Session
from mmdemo.ui.i18n import CHINESE, Localisation
from mmdemo.ui.pair_view import pair_html
from tests.fakes import models_of
from tests.tasks.word_backbone import WordBackbone

BELLS = AudioFile(Path("bells.wav"), 20.0, "bells <b>.wav", "b" * 64)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = models_of(WordBackbone())
    monkeypatch.setattr(pipeline, "load_models", lambda: found)
    return found


@pytest.fixture
def tab() -> BackboneTab:
    with gr.Blocks():
        return BackboneTab(Localisation(), gr.State(Session()))


@pytest.fixture
def session(models: Any) -> Session:
    """A page that transcribed bells and searched for a part of them."""
    session = Session()
    session.ledger.observe("subtitles", Observation("sound", BELLS, 2.0, False))
    query = text_of("bells part2")
    session.ledger.add_text(query)
    observed(models, Witness(session.ledger, "search")).backbone.encode(query)
    return session


def value(updates: dict[Any, Any], part: Any) -> str:
    return str(updates[part]["value"])


def compared(tab: BackboneTab, session: Session, state: BackboneSession) -> Iterator[str]:
    for updates in tab.compare(session, state):
        yield value(updates, tab.parts.pair)


def test_the_record_is_shown_and_what_has_no_place_gets_one(tab: BackboneTab, session: Session) -> None:
    state = BackboneSession()
    shown = tab.show(session, state)
    assert "bells &lt;b&gt;.wav" in value(shown, tab.parts.contents) and "2.0 s" in value(shown, tab.parts.totals)
    assert value(shown, tab.parts.map).count("data-item") == 1, "the sound was only transcribed"
    placed = tab.place(session, state)
    assert value(placed, tab.parts.map).count("data-item") == 2
    assert tab.parts.map not in tab.show(session, state), "nothing new: the map keeps its focus"
    assert session.ledger.totals.saved == 0.0, "looking at it for the map saves nobody any time"


def test_two_items_are_chosen_on_the_map_and_compared(tab: BackboneTab, session: Session) -> None:
    state = BackboneSession()
    tab.place(session, state)
    for item in session.ledger.items():
        shown = tab.choose_mark(session, state, SimpleNamespace(index=item.sha256))  # type: ignore[arg-type]
    assert set(state.pair) == {item.sha256 for item in session.ledger.items()}
    assert value(shown, tab.parts.map).count("mm-chosen") == 2
    waiting, found = compared(tab, session, state)
    assert "Comparing" in waiting and "similarity" in found and "probability that they match" in found
    assert "best at 0:10 – 0:15" in found and "<b>" not in found and "compared as a whole" in found
    session.language = CHINESE
    assert "选择两项内容" in value(tab.relabel(session, state), tab.parts.pair)


def test_bad_choices_are_sentences(tab: BackboneTab, session: Session) -> None:
    state = BackboneSession()
    first = session.ledger.items()[0].sha256
    for pair in (("", ""), (first, first), (first, "somebody else's"), (None, {"a": 1}), ([first], first)):
        tab.choose(session, state, *pair)
        with pytest.raises(gr.Error, match="two different items"):
            list(tab.compare(session, state))
    assert tab.choose_mark(session, state, SimpleNamespace(index="foreign")) == {tab.parts.pair: gr.skip()}  # type: ignore[arg-type]


def test_what_is_no_longer_at_hand_is_named(tab: BackboneTab, session: Session) -> None:
    picture = Image(np.zeros((4, 4, 3), np.uint8), "gone.png", "g" * 64)
    vector = np.ones(32, np.float32) / np.sqrt(32).astype(np.float32)
    held = Encoding("image", np.zeros((81, 4)), np.zeros((81, 4), np.float32), "words", "g" * 64, vector)
    session.ledger.observe("caption", Observation("picture", picture, 1.0, False, encoding=held))
    state = BackboneSession()
    tab.choose(session, state, "g" * 64, BELLS.sha256)
    assert "gone.png" in list(compared(tab, session, state))[-1], "as long as the cache holds it"
    del held
    with pytest.raises(gr.Error, match="“gone.png” is no longer at hand"):
        list(tab.compare(session, state))


def test_a_grid_is_drawn_over_the_picture_and_alone_without_it() -> None:
    from mmdemo.tasks.matching_parts import Comparison, Parts
    from mmdemo.ui.activity import SeenItem

    grid = np.linspace(-0.2, 0.4, 81, dtype=np.float32).reshape(9, 9)
    found = Comparison(0.2, None, Parts(grid=grid), Parts(grid=grid / 100))
    items = SeenItem("a", "image", '<i>"a"', preview="data:image/jpeg;base64,AA"), SeenItem("b", "image", "b")
    shown = pair_html(*items, found, "en")
    assert shown.count("mm-shade") == 1 and "No region stands out" in shown, "noise is not blown up"
    assert "<i>" not in shown and "left out: −0.20 to 0.40" in shown
    assert "no probability" in shown and "grid alone" in shown
