"""How answers and their evidence are rendered; files of the conversation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo.types import Answer, Evidence, Guess, ImageFile, MediaInfo, Region, Sentence, Span
from mmdemo.ui.i18n import CHINESE
from mmdemo.ui.qa_chat import announcement_html, chat_html
from mmdemo.ui.qa_evidence import MOST_SHOWN, region_style
from mmdemo.ui.qa_files import answer_json, conversation_markdown
from mmdemo.ui.qa_media import MediaItem
from mmdemo.ui.qa_strip import file_address, strip_html
from mmdemo.ui.qa_view import AskView, Cited, Turn, percent, status_html
from mmdemo.ui.texts import TEXTS

HOSTILE = '"><img src=x onerror="alert(1)">'
INFO = MediaInfo("image", 0.0, False, 640, 480, "jpeg", "", "")


def item(name: str = "dog.jpg", shown: Path | None = Path("/tmp/shown.jpg")) -> MediaItem:
    return MediaItem("key1", ImageFile(Path("/tmp/x"), name, "0" * 64), INFO, shown)


def turn(answer: Answer | None = None, name: str = "dog.jpg", question: str = "What?") -> Turn:
    return Turn(question, (Cited("key1", name, "image"),), answer)


ANSWER = Answer("A dog.", "en", 0.83, True)


def test_everything_from_outside_is_escaped() -> None:
    reason = Sentence(HOSTILE, HOSTILE)
    evidence = (
        Evidence(0, "passage", 0.5, Span(1.0, 2.0), text=HOSTILE),
        Evidence(0, "region", 0.5, region=Region(0, 0, 1, 1), text=HOSTILE),
    )
    answer = Answer(HOSTILE, "en", 0.3, False, (Guess(HOSTILE, 0.3),), evidence, (reason,))
    turns = [turn(answer, HOSTILE, HOSTILE), replace(turn(name=HOSTILE), problem=reason)]
    for html in (
        chat_html(turns, [item(HOSTILE)], "en"),
        strip_html([item(HOSTILE)], CHINESE),
        announcement_html(turns[:1], "en"),
        announcement_html(turns, "en"),
        status_html(AskView("encoding", 0.5, 1, 1, HOSTILE, (reason,)), True, "en"),
    ):
        assert "<img src=x" not in html and "&lt;img src=x" in html


def test_everything_that_was_counted_is_marked() -> None:
    others = (Region(0.5, 0, 0.6, 0.1), Region(0.9, 0, 1, 0.1))
    counted = Evidence(0, "region", 0.5, region=Region(0.1, 0.2, 0.3, 0.4), text="dog", others=others)
    one = turn(replace(ANSWER, evidence=(counted,)))
    html = chat_html([one], [item()], "en")
    places = "0.1000,0.2000,0.3000,0.4000;0.5000,0.0000,0.6000,0.1000;0.9000,0.0000,1.0000,0.1000"
    assert f'data-region="{places}"' in html
    assert html.count("mm-ask-mark") == 3


@pytest.mark.parametrize(
    ("probability", "sure", "word"),
    [(0.95, True, "✓</span> sure"), (0.6, True, "fairly sure"), (0.95, False, "Not sure")],
)
def test_confidence_is_a_word_a_number_and_a_bar(probability: float, sure: bool, word: str) -> None:
    html = chat_html([turn(replace(ANSWER, probability=probability, sure=sure))], [], "en")
    assert word in html and f"Confidence {percent(probability)}" in html and f"width: {100 * probability:.0f}%" in html


def test_a_percentage_never_claims_certainty() -> None:
    assert (percent(1.0), percent(0.0), percent(0.5)) == ("99 %", "1 %", "50 %")


def test_guesses_are_shown_only_when_it_is_not_sure() -> None:
    answer = replace(ANSWER, guesses=(Guess("a wolf", 0.1),))
    assert "a wolf" not in chat_html([turn(answer)], [], "en")
    assert "a wolf" in chat_html([turn(replace(answer, sure=False))], [], "en")


def test_evidence_links_only_into_media_that_can_be_shown() -> None:
    found = replace(ANSWER, evidence=(Evidence(0, "whole", 0.9), Evidence(5, "whole", 0.9), Evidence(-1, "whole", 0.9)))
    assert chat_html([turn(found)], [item()], "en").count("data-cite=") == 1
    assert "data-cite=" not in chat_html([turn(found)], [item(shown=None)], "en")
    gone = chat_html([turn(found)], [], "en")
    assert "data-cite=" not in gone and "(removed)" in gone and "dog.jpg" in gone
    many = replace(ANSWER, evidence=(Evidence(0, "whole", 0.9),) * 20)
    assert chat_html([turn(many)], [item()], "en").count("data-cite=") == MOST_SHOWN


def test_a_region_stays_inside_its_picture() -> None:
    assert region_style(Region(0.1, 0.2, 0.5, 0.9)) == "left: 10.00%; top: 20.00%; width: 40.00%; height: 70.00%"
    assert region_style(Region(1.5, -1.0, 0.5, 2.0)) == "left: 50.00%; top: 0.00%; width: 50.00%; height: 100.00%"


def test_addresses_hold_strange_names() -> None:
    assert file_address(Path("/tmp/a b/片段 #1?.mp4")) == "gradio_api/file=/tmp/a%20b/%E7%89%87%E6%AE%B5%20%231%3F.mp4"


def test_questions_of_several_lines_stay_one_heading_in_markdown() -> None:
    written = conversation_markdown([turn(ANSWER, question="a\n# b [x](y)")], "en")
    assert "## a \\# b \\[x\\]\\(y\\)\n" in written and "**A dog.**" in written


def test_evidence_beyond_the_media_is_told_without_a_name() -> None:
    described = answer_json(replace(ANSWER, evidence=(Evidence(3, "whole", 0.9),)), ["dog.jpg"], "en")
    assert described["evidence"][0]["file"] == "" and described["evidence"][0]["media"] == 4
    assert "4." in conversation_markdown([turn(replace(ANSWER, evidence=(Evidence(3, "whole", 0.9),)))], "en")


def test_every_text_stands_in_both_languages() -> None:
    own = {key: sentence for key, sentence in TEXTS.items() if key.startswith("ask_")}
    assert len(own) > 40
    for key, sentence in own.items():
        assert sentence.en != sentence.zh and any("一" <= letter <= "鿿" for letter in sentence.zh), key
        assert sentence.en.count("{") == sentence.zh.count("{"), key
