"""The command ``ask``: a question about pictures, recordings and clips."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.cli_output import DONE, ProgressLine, interface_language, print_json
from mmdemo.config import settings
from mmdemo.errors import NothingToAskAbout
from mmdemo.types import Answer, AudioFile, Evidence, ImageFile, Region, Sentence, VideoFile

if TYPE_CHECKING:
    from mmdemo.tasks.questions import Question

UNSURE = 3
"""Exit code of an answer that is not sure."""
LANGUAGES = ("auto", "en", "zh")
CONFIDENCE = Sentence("confidence {percent} %", "把握 {percent} %")
GUESSES = Sentence("best guesses:", "最可能的回答：")
PLACE = Sentence(
    "{left}–{right} % from the left, {top}–{bottom} % from the top", "距左 {left}–{right} %，距上 {top}–{bottom} %"
)


def add_commands(commands: Any) -> None:
    """Describe the command to the parser.

    Args:
        commands: what ``add_subparsers`` returned.
    """
    ask = commands.add_parser("ask", help="ask a question about pictures, recordings and videos")
    ask.add_argument("question", help="in English or Chinese")
    ask.add_argument("media", type=Path, nargs="*", metavar="MEDIA", help="“the first” is the one named first")
    ask.add_argument("--language", choices=LANGUAGES, default="auto", help="of the answer; default: the question's")
    ask.add_argument("--json", action="store_true", help="print the answer with its evidence as JSON")


def ask_media(options: argparse.Namespace) -> int:
    """Run ``mmdemo ask``; exit code 3 when the answer is not sure."""
    from mmdemo.media import open_media
    from mmdemo.tasks.questions import read_question

    limits = settings().limits
    question = read_question(options.question, limits)  # both before the models are loaded
    if options.language != "auto":
        question = replace(question, language=options.language)
    if not options.media:
        raise NothingToAskAbout()
    media = [open_media(path, limits) for path in options.media]
    answer = _answered(question, media)
    for reason in dict.fromkeys(answer.reasons):
        print(f"mmdemo: {reason.text(interface_language())}", file=sys.stderr)
    if options.json:
        print_json({"question": options.question, "media": [str(path) for path in options.media], **asdict(answer)})
    else:
        print("\n".join(answer_lines(answer, [one.source for one in media], interface_language())))
    return DONE if answer.sure else UNSURE


def _answered(question: Question, media: Sequence[ImageFile | AudioFile | VideoFile]) -> Answer:
    from mmdemo.runtime import models
    from mmdemo.tasks.qa import ask

    progress = ProgressLine(sys.stderr)
    with closing(ask(question, media, models())) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as ended:
                progress.clear()
                answer: Answer = ended.value
                return answer
            progress.show(f"{step.stage} {media[step.media].source}  {100 * step.share:.0f} %")


def answer_lines(answer: Answer, names: Sequence[str], language: str) -> list[str]:
    """Write an answer for people: the text, how sure it is, other guesses when it is not, and what it rests on.

    Args:
        answer: what there is to say.
        names: of the media.
        language: interface language tag.
    """
    percent = _percent(answer.probability)
    lines = [answer.text, CONFIDENCE.text(language).format(percent=percent)]
    if not answer.sure and answer.guesses:
        lines.append(GUESSES.text(language))
        lines += [f"  {_percent(guess.probability):2d} %  {guess.text}" for guess in answer.guesses]
    return lines + [_evidence_line(found, names, language) for found in answer.evidence]


def _percent(probability: float) -> int:
    return min(max(round(100 * probability), 1), 99)


def _evidence_line(found: Evidence, names: Sequence[str], language: str) -> str:
    from mmdemo.subtitles import format_timestamp

    parts = [f"  {found.media + 1} {names[found.media]}"]
    if found.span is not None:
        parts.append(f"{format_timestamp(found.span.start)} – {format_timestamp(found.span.end)}")
    if found.region is not None:
        parts += [_place(region, language) for region in (found.region, *found.others)]
    if found.text:
        parts.append(f"“{found.text}”")
    return "  ".join(parts)


def _place(region: Region, language: str) -> str:
    sides = {"left": region.x0, "right": region.x1, "top": region.y0, "bottom": region.y1}
    return PLACE.text(language).format(**{name: round(100 * side) for name, side in sides.items()})


COMMANDS = {"ask": ask_media}
