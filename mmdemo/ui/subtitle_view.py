"""What the Subtitles tab shows at one moment, and its rendering as HTML; everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mmdemo.text import clock
from mmdemo.types import Cue, MediaKind, Outcome, Sentence, Word
from mmdemo.ui.alignment_inputs import GivenText, Inputs, Mode
from mmdemo.ui.i18n import text
from mmdemo.ui.spoken_languages import language_name
from mmdemo.ui.texts import TEXTS

if TYPE_CHECKING:
    from mmdemo.ui.subtitle_tracks import Tracks

Phase = Literal[
    "idle",
    "waiting",
    "reading",
    "loading",
    "transcribing",
    "aligning",
    "stopping",
    "player",
    "player_cancelled",
    "done",
    "cancelled",
]

RUNNING_PHASES = frozenset({"waiting", "reading", "loading", "transcribing", "aligning", "stopping", "player"})
FINAL_PHASES = frozenset({"player", "player_cancelled", "done", "cancelled"})
"""The cues no longer change by themselves, so that they can be edited and downloaded."""

SURE = 0.8
DOUBTFUL = 0.5
"""Word probabilities at which the shading changes; the legend names them."""

LOW_CONFIDENCE, LOW_WORDS_CONFIDENCE = 0.5, 0.4
"""Aligned lines below the first are marked, which the reasons of ``tasks.transcript_alignment`` count too; of a
transcription, whose confidence is about its words, those below the second."""

LIVE_LINES = 30
"""Lines of transcript sent while the work runs; the whole of a long one would be sent every two seconds."""


@dataclass(frozen=True)
class SubtitleView:
    """Everything the Subtitles tab shows."""

    phase: Phase = "idle"
    name: str = ""  # of the file, as the user knows it
    kind: MediaKind | None = None
    player_path: Path | None = None  # None until there is something the browser can play
    seconds_done: float = 0.0
    duration: float = 0.0  # 0.0 = unknown
    language: str = ""  # "" until known
    language_probability: float = 0.0
    language_chosen: bool = False
    cues: tuple[Cue, ...] = ()
    reasons: tuple[Sentence, ...] = ()
    problem: Sentence | None = None
    mode: Mode = "transcribe"
    outcome: Outcome | None = None  # of an alignment that has ended
    confidence: tuple[float, ...] = ()  # 0..1 of the times, one a cue; empty when they were not aligned
    given: GivenText | None = None  # subtitles that came in and got new times
    tracks: Tracks | None = None  # what the picture of an alignment shows besides the cues
    corrected: frozenset[int] = frozenset()  # rows of the cues whose times somebody put right
    waveform: bytes = b""  # how loud it is from moment to moment, see ``subtitle_timeline``

    def is_unsure(self, row: int) -> bool:
        """Tell whether a cue needs a look: its time, or its words; nothing is marked where no time was changed."""
        if row >= len(self.confidence):
            return False
        if self.mode == "transcribe":
            return self.confidence[row] < LOW_WORDS_CONFIDENCE
        return self.outcome == "aligned" and self.confidence[row] < LOW_CONFIDENCE


def start_text(inputs: Inputs | None, language: str) -> str:
    """Name the Start button after what it would do."""
    mode = inputs.mode if inputs is not None else None
    return text("start" if mode in (None, "transcribe") else f"start_{mode}", language)


def mode_html(inputs: Inputs | None, language: str) -> str:
    """Say in one line what will be done with what was given, or what is missing."""
    sentence = TEXTS["mode_open"] if inputs is None else inputs.sentence
    missing = inputs is not None and inputs.mode is None and sentence != TEXTS["mode_open"]
    kind = "mm-mode mm-missing" if missing else "mm-mode"
    return f'<p class="{kind}" role="status">{escape(sentence.text(language))}</p>'


def status_text(view: SubtitleView, language: str) -> str:
    """Say in one line what is going on."""
    done, count = clock(view.seconds_done), len(view.cues)
    match view.phase:
        case "reading":
            return text("status_reading", language, name=view.name)
        case "transcribing" | "aligning" if view.duration:
            return text(f"status_{view.phase}", language, done=done, duration=clock(view.duration))
        case "transcribing" | "aligning":
            return text(f"status_{view.phase}_open", language, done=done)
        case "done" if view.outcome == "refused" and not count:
            return text("status_unplaced", language)
        case "done" if view.outcome:
            return text(f"status_{view.outcome}", language, count=count)
        case "done" | "player_cancelled":
            return text(f"status_{view.phase}", language, count=count)
        case "cancelled" if not view.cues and view.mode != "transcribe":
            return text("status_cancelled_alignment", language)
        case "cancelled" if not view.cues:
            return text("status_cancelled_early", language)
        case "cancelled":
            return text("status_cancelled", language, done=done, count=count)
        case _:
            return text(f"status_{view.phase}", language)


def status_html(view: SubtitleView, language: str) -> str:
    """Render the status line, the progress bar and the problem, if there is one."""
    parts = [f'<p class="mm-status-text">{escape(status_text(view, language))}</p>']
    if view.phase in RUNNING_PHASES:
        known = view.phase in ("transcribing", "aligning") and view.duration > 0
        value = f'value="{min(view.seconds_done / view.duration, 1.0):.3f}"' if known else 'class="mm-busy"'
        parts.append(f'<progress max="1" {value} aria-label="{escape(text("progress", language))}"></progress>')
    if view.problem is not None:
        parts = [f'<p class="mm-problem" role="alert">{escape(view.problem.text(language))}</p>']
    return f'<div class="mm-status" role="status">{"".join(parts)}</div>'


def summary_html(view: SubtitleView, language: str) -> str:
    """Render the language of the speech and the reasons to distrust the result; empty while there are none."""
    parts = []
    if view.language:
        name = language_name(view.language, language)
        if view.language_chosen:
            line = text("chosen_language", language, language=name)
        elif view.language_probability:
            percent = round(100 * view.language_probability)
            line = text("detected_language", language, language=name, percent=percent)
        else:
            line = text("chosen_language", language, language=name)
        parts.append(f'<p class="mm-language">{escape(line)}</p>')
    if view.reasons:
        items = "".join(f"<li>{escape(reason.text(language))}</li>" for reason in view.reasons)
        parts.append(
            f'<div class="mm-reasons"><strong>{escape(text("reasons", language))}</strong><ul>{items}</ul></div>'
        )
    return "".join(parts)


def _level(probability: float) -> str:
    if probability >= SURE:
        return "high"
    return "medium" if probability >= DOUBTFUL else "low"


def _words_html(words: Sequence[Word], language: str) -> str:
    parts = []
    for word in words:
        bare = word.text.strip()
        lead = " " if word.text[:1].isspace() else ""
        title = escape(text("word_probability", language, percent=round(100 * word.probability)))
        parts.append(f'{lead}<span class="mm-{_level(word.probability)}" title="{title}">{escape(bare)}</span>')
    return "".join(parts).strip()


def _line_html(cue: Cue, language: str, confidence: float | None, what: str) -> str:
    time = clock(cue.start)
    title = escape(text("seek", language, time=time))
    words = _words_html(cue.words, language) if cue.words else escape(" ".join(cue.text.split()))
    button = f'<button type="button" class="mm-time" data-seek="{cue.start:.3f}" title="{title}">{time}</button>'
    if confidence is None:
        return f'<li>{button}<span class="mm-line">{words}</span></li>'
    sure = escape(text(f"{what}_title", language, percent=round(100 * confidence)))
    mark = f'<span class="mm-check" title="{sure}">{escape(text(what, language))}</span>'
    return f'<li class="mm-unsure">{button}<span class="mm-line">{words} {mark}</span></li>'


def legend_html(language: str) -> str:
    """Explain the shading of words."""
    samples = " ".join(
        f'<span class="mm-{level}">{escape(text(f"legend_{level}", language))}</span>'
        for level in ("high", "medium", "low")
    )
    return f'<p class="mm-legend">{escape(text("legend", language))} {samples}</p>'


def transcript_html(view: SubtitleView, language: str) -> str:
    """Render the lines with every word shaded by its probability, and the legend.

    Args:
        view: its cues are shown, the last `LIVE_LINES` of them while the work runs.
        language: interface language tag.

    Returns:
        HTML without anything executable in it.
    """
    title = escape(text("transcript", language))
    heading = f'<h3 class="mm-heading">{title}</h3>'
    if not view.cues:
        empty = text(_empty_transcript(view), language)
        return f'{heading}<p class="mm-empty">{escape(empty)}</p>'
    live = view.phase in RUNNING_PHASES - FINAL_PHASES
    shown = view.cues[-LIVE_LINES:] if live else view.cues
    hidden = len(view.cues) - len(shown)
    earlier = f'<p class="mm-empty">{escape(text("transcript_earlier", language, count=hidden))}</p>' if hidden else ""
    what = "unsure_words" if view.mode == "transcribe" else "unsure_time"
    lines = "".join(
        _line_html(cue, language, view.confidence[row] if view.is_unsure(row) else None, what)
        for row, cue in enumerate(shown, start=hidden)
    )
    speech = f' lang="{escape(view.language)}"' if view.language else ""
    title = escape(text("transcript", language))
    body = (
        f'<div class="mm-lines" role="region" tabindex="0" aria-label="{title}">{earlier}<ol{speech}>{lines}</ol></div>'
    )
    legend = legend_html(language) if any(cue.words for cue in view.cues) else ""
    return heading + legend + body


def _empty_transcript(view: SubtitleView) -> str:
    if view.mode == "transcribe":
        return "transcript_none" if view.phase in FINAL_PHASES else "transcript_empty"
    return "transcript_unplaced" if view.phase in FINAL_PHASES else "transcript_aligning"
