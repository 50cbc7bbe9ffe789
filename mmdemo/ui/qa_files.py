"""Answers as plain data, and the conversation of the Ask tab as files to download."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdemo.text import clock
from mmdemo.types import Answer, Evidence, Region
from mmdemo.ui.i18n import text
from mmdemo.ui.qa_view import Turn, percent

DOWNLOADS = ("md", "json")
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")
"""Signs that could turn into a heading, a link or HTML where the file is shown."""


def answer_json(answer: Answer, names: Sequence[str], language: str) -> dict[str, Any]:
    """Describe an answer for programs.

    Args:
        answer: what there is to say.
        names: of the media that it counts.
        language: interface language of the reasons.

    Returns:
        Plain data; times in seconds, regions in parts of the picture's sides, media by number from 1 and by name.
    """
    return {
        "answer": answer.text,
        "language": answer.language,
        "probability": round(answer.probability, 4),
        "sure": answer.sure,
        "guesses": [{"text": guess.text, "probability": round(guess.probability, 4)} for guess in answer.guesses],
        "evidence": [_evidence_json(found, names) for found in answer.evidence],
        "reasons": [reason.text(language) for reason in answer.reasons],
    }


def _evidence_json(found: Evidence, names: Sequence[str]) -> dict[str, Any]:
    span, region = found.span, found.region
    return {
        "media": found.media + 1,
        "file": names[found.media] if 0 <= found.media < len(names) else "",
        "kind": found.kind,
        "score": round(found.score, 4),
        "start": None if span is None else round(span.start, 3),
        "end": None if span is None else round(span.end, 3),
        "region": None if region is None else _sides(region),
        "others": [_sides(other) for other in found.others],
        "text": found.text,
    }


def _sides(region: Region) -> dict[str, float]:
    return {name: round(getattr(region, name), 4) for name in ("x0", "y0", "x1", "y1")}


def conversation_json(turns: Sequence[Turn], language: str) -> dict[str, Any]:
    """Describe a conversation for programs; see `answer_json`."""
    described: list[dict[str, Any]] = []
    for turn in turns:
        names = [cited.name for cited in turn.media]
        entry: dict[str, Any] = {"question": turn.question, "media": names}
        if turn.answer is not None:
            entry |= answer_json(turn.answer, names, language)
        elif turn.problem is not None:
            entry["problem"] = turn.problem.text(language)
        else:
            entry["stopped"] = True
        described.append(entry)
    return {"turns": described}


def conversation_markdown(turns: Sequence[Turn], language: str) -> str:
    """Write a conversation for people; what they and the media say cannot become markup."""
    lines = [f"# {text('ask_log', language)}", ""]
    for turn in turns:
        names = ", ".join(f"{number}. {_plain(cited.name)}" for number, cited in enumerate(turn.media, start=1))
        lines += [f"## {_plain(turn.question)}", "", f"{text('ask_media', language)}: {names}", ""]
        lines += _reply_lines(turn, language) + [""]
    return "\n".join(lines)


def _reply_lines(turn: Turn, language: str) -> list[str]:
    if turn.answer is None:
        return [_plain(turn.problem.text(language) if turn.problem else text("ask_stopped", language))]
    answer = turn.answer
    sure = text("ask_confidence", language, percent=percent(answer.probability))
    doubt = "" if answer.sure else f"{text('ask_not_sure', language)} · "
    lines = [f"**{_plain(answer.text)}**", "", f"{doubt}{sure}", ""]
    if not answer.sure:
        lines += [f"- {_plain(guess.text)} ({percent(guess.probability)})" for guess in answer.guesses]
    for found in answer.evidence:
        lines.append(f"- {_evidence_line(found, turn)}")
    return lines + [f"- {_plain(reason.text(language))}" for reason in answer.reasons]


def _evidence_line(found: Evidence, turn: Turn) -> str:
    name = turn.media[found.media].name if 0 <= found.media < len(turn.media) else ""
    moment = f" {clock(found.span.start)}–{clock(found.span.end)}" if found.span is not None else ""
    said = f": “{_plain(found.text)}”" if found.text else ""
    return f"{found.media + 1}. {_plain(name)}{moment}{said}"


def _plain(written: str) -> str:
    """Keep a text on one line and its signs from being read as Markdown or HTML."""
    return MARKDOWN_SIGNS.sub(r"\\\1", " ".join(written.split()))


def write_conversation(turns: Sequence[Turn], language: str, folder: Path) -> dict[str, Path]:
    """Write the files that hold a conversation.

    Args:
        turns: in order.
        language: interface language.
        folder: an existing folder.

    Returns:
        Kind of file → path; empty when nothing was asked.
    """
    if not turns:
        return {}
    paths = {kind: folder / f"conversation.{kind}" for kind in DOWNLOADS}
    paths["md"].write_text(conversation_markdown(turns, language), encoding="utf-8", errors="backslashreplace")
    described = json.dumps(conversation_json(turns, language), ensure_ascii=False, indent=2)
    paths["json"].write_text(described + "\n", encoding="utf-8", errors="backslashreplace")
    return paths
