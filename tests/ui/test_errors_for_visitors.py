"""What a visitor reads when something fails: no folder of the server, no command, no setting, no class name."""

from __future__ import annotations

import logging
import re
import string

import pytest

from mmdemo.errors import MMDemoError, NoFontFor, WeightsMissing
from mmdemo.ui.common import sentence_for
from mmdemo.ui.i18n import INTERFACE_LANGUAGES
from mmdemo.ui.texts import TEXTS
from tests.test_errors import _all_errors as all_errors

TECHNICAL = re.compile(r"/srv|run-this|MMDEMO_|HF_[A-Z]|--\w|\bmmdemo\b|\bpip\b|[a-z][A-Z]\w+Error|Traceback")


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_no_failure_shows_what_only_the_command_line_needs(kind: type[MMDemoError]) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(kind.en) if name}
    given = {"path": "/srv/secret", "command": "run-this --now"}
    sentence = sentence_for(kind(**{name: given.get(name, "7") for name in names}), "clip.mp4")
    for _, tag in INTERFACE_LANGUAGES:
        assert not TECHNICAL.search(sentence.text(tag)), sentence.text(tag)


def test_the_log_keeps_the_command(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        shown = sentence_for(WeightsMissing(component="decoder", command="git pull"), "clip.mp4")
    assert shown == TEXTS["server_models"] and "git pull" in caplog.text
    assert sentence_for(NoFontFor(letters="字", command="apt"), "clip.mp4") == TEXTS["server_font"]
    assert sentence_for(ZeroDivisionError("x"), "clip.mp4") == TEXTS["unexpected_error"]
