"""A stand-in for the tasks behind ``align`` and ``resync``, and the files that they are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from mmdemo import runtime
from mmdemo.runtime import Models
from mmdemo.tasks import subtitle_resync, transcript_alignment
from mmdemo.tasks.subtitle_resync import ResyncProgress
from mmdemo.tasks.transcript_alignment import AlignmentProgress
from mmdemo.types import AudioFile, Cue, Sentence, SubtitleAlignment, Word
from tests.fakes import fake_models

SHIFT = 2.5
WHY = Sentence("For a reason.", "有原因。")
SRT = "7\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Hello</i> you\r\n\r\n9\r\n00:00:03,000 --> 00:00:04,500\r\nthere\r\n"
ASS = (
    "[Script Info]\nTitle: mine\n[Events]\nFormat: Start, End, Style, Text\n"
    "Comment: 0:00:01.00,0:00:02.00,Default,note\nDialogue: 0:00:01.00,0:00:02.00,Sign,{\\b1}Hello\n"
)


@dataclass
class Engine:
    """Stands in for both tasks: moves cues by `SHIFT`, or gives the word n of a text the second n."""

    outcome: str = "aligned"
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def resync(
        self, media: AudioFile, subtitles: tuple[Cue, ...], models: Models, language: str | None = None
    ) -> Iterator[ResyncProgress]:
        self.asked.append((media.source, language))
        yield ResyncProgress(1.0, 8.0, "", ())
        cues = subtitles
        points: tuple[tuple[float, float], ...] = ()
        if self.outcome == "aligned":
            cues = tuple(replace(cue, start=cue.start + SHIFT, end=cue.end + SHIFT) for cue in subtitles)
            points = ((0.0, SHIFT), (4.5, 4.5 + SHIFT))
        why = () if self.outcome == "aligned" else (WHY,)
        found = SubtitleAlignment(cues, (0.75,) * len(cues), "en", 8.0, points, why)
        yield ResyncProgress(8.0, 8.0, "en", cues, found, self.outcome)  # type: ignore[arg-type]

    def align(
        self, media: AudioFile, lines: tuple[Cue, ...], models: Models, language: str | None = None
    ) -> Iterator[AlignmentProgress]:
        self.asked.append((media.source, language))
        yield AlignmentProgress(1.0, 8.0, "en", ())
        cues: tuple[Cue, ...] = ()
        if self.outcome == "aligned":
            words = [[Word(f" {text}", n, n + 0.5, 0.9) for text in line.text.split()] for n, line in enumerate(lines)]
            cues = tuple(
                replace(line, start=float(n), end=n + 0.5, words=tuple(words[n])) for n, line in enumerate(lines)
            )
        why = () if cues else (WHY,)
        found = SubtitleAlignment(cues, (0.75,) * len(cues), "en", 8.0, (), why)
        yield AlignmentProgress(8.0, 8.0, "en", cues, found)


def install_engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Let commands run on the stand-in, and say everything in English."""
    found = Engine()
    monkeypatch.setattr(runtime, "models", lambda: fake_models())
    monkeypatch.setattr(subtitle_resync, "resync", found.resync)
    monkeypatch.setattr(transcript_alignment, "align", found.align)
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")
    return found
