"""What questions about speech are asked of: recordings as they were heard, and texts as if they had been."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.config import settings
from mmdemo.evaluation.qa_speech_recordings import PAUSE_SECONDS, SECONDS_A_LINE, QuestionRecording
from mmdemo.media import open_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.heard import Heard, heard
from mmdemo.text import text_of
from mmdemo.types import Encoding, Segment, Span, Transcript, Word

LEAST_OVERLAP = 0.5
"""Share of the shorter of two spans that both must have in common."""


def heard_recording(recording: QuestionRecording, loaded: Models) -> Heard:
    """Hear a recording; one whose text alone is given (see `QuestionRecording`) counts as heard without a fault.

    Args:
        recording: with its true lines.
        loaded: the models.
    """
    case = recording.case
    if not recording.spoken:
        return read_aloud(case.name, [line.text for line in case.lines], case.language, loaded)[0]
    return run_through(heard(open_audio(case.media, settings().limits), loaded))


def read_aloud(name: str, lines: Sequence[str], language: str, loaded: Models) -> tuple[Heard, list[Span]]:
    """Make a faultless transcript of a text that nobody read.

    Args:
        name: stands for the recording.
        lines: sentences.
        language: ISO 639-1 code.
        loaded: their names go into the encoding.

    Returns:
        The transcript as if heard, and the span of each line.
    """
    segments, spans = [], []
    for i, line in enumerate(lines):
        start = i * (SECONDS_A_LINE + PAUSE_SECONDS)
        parts = list(line) if language == "zh" else [f" {word}" for word in line.split()]
        step = SECONDS_A_LINE / len(parts)
        words = tuple(Word(part, start + j * step, start + (j + 1) * step, 0.9) for j, part in enumerate(parts))
        spans.append(Span(start, start + SECONDS_A_LINE))
        segments.append(Segment(start, start + SECONDS_A_LINE, line, words))
    duration = len(lines) * (SECONDS_A_LINE + PAUSE_SECONDS)
    nothing = np.zeros((0, 1), np.float32)
    encoding = Encoding(
        "audio", nothing, np.zeros((0, 2), np.float32), loaded.backbone.model_id, text_of(f"{name}:{lines}").sha256,
        duration=duration, voice_activity=np.zeros(0, np.float32),
    )  # fmt: skip
    return Heard(encoding, Transcript(tuple(segments), language, 1.0, duration), ()), spans


def answers_question(found: Span, true: Sequence[Span]) -> bool:
    """Tell whether a passage is one of those that answer a question."""
    return any(
        min(found.end, span.end) - max(found.start, span.start) > LEAST_OVERLAP * min(found.duration, span.duration)
        for span in true
    )
