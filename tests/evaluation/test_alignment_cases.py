"""Cases of alignment as files: what is written comes back, and what is no case is said to be none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdemo.errors import FileMissing, UnreadableSubtitles
from mmdemo.evaluation.alignment_cases import read_case, read_cases, write_case
from mmdemo.types import SAMPLE_RATE, Span
from tests.evaluation.alignment_scene import case, tones


def _file(folder: Path, content: object, stem: str = "a") -> Path:
    soundfile.write(folder / f"{stem}.wav", np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_a_case_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = case(tmp_path)
    write_case(written, tones(written.lines))
    assert list(read_cases([tmp_path])) == [written]
    assert soundfile.info(written.media).duration == pytest.approx(written.duration)


def test_the_layout_of_the_development_cases_is_read(tmp_path: Path) -> None:
    line = {"text": "um this", "start": 8.016, "end": 17.2, "words": None}
    read = read_case(_file(tmp_path, {"name": "talk", "lang": "en", "duration": 52.4, "note": "n", "lines": [line]}))
    assert (read.kind, read.language, read.translation_language) == ("given", "en", "")
    assert read.lines[0].span == Span(8.016, 17.2)
    assert read.cues()[0].index == 1


@pytest.mark.parametrize("word", [["hi", 1.0, 1.5], {"word": "hi", "start": 1.0, "end": 1.5}])
def test_words_are_read_however_they_are_written(tmp_path: Path, word: object) -> None:
    line = {"text": "hi", "start": 1.0, "end": 1.5, "words": [word]}
    read = read_case(_file(tmp_path, {"name": "a", "lang": "en", "duration": 2.0, "lines": [line]}))
    assert (read.lines[0].words[0].text, read.lines[0].words[0].span) == ("hi", Span(1.0, 1.5))


@pytest.mark.parametrize("content", [{"name": "a"}, [], {"name": "a", "lang": "en", "duration": "x", "lines": []}])
def test_what_is_no_case_is_refused_by_its_name(tmp_path: Path, content: object) -> None:
    with pytest.raises(UnreadableSubtitles, match=r"a\.json"):
        read_case(_file(tmp_path, content))


def test_a_case_without_sound_names_the_file_that_is_missing(tmp_path: Path) -> None:
    path = _file(tmp_path, {})
    path.with_suffix(".wav").unlink()
    with pytest.raises(FileMissing, match=r"a\.wav"):
        read_case(path)
    with pytest.raises(FileMissing, match="nowhere"):
        list(read_cases([tmp_path / "nowhere"]))
