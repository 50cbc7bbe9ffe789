"""The commands ``index``, ``search``, ``classify`` and ``match``."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mmdemo.cli_output import DONE, NOTHING_FOUND, interface_language, print_json
from mmdemo.config import settings
from mmdemo.errors import NoQuery
from mmdemo.types import Hit, Sentence

MODALITIES = ("image", "audio", "video")


def add_commands(commands: Any) -> None:
    """Describe the commands to the parser.

    Args:
        commands: what ``add_subparsers`` returned.
    """
    index = commands.add_parser("index", help="add files and folders to a search index; can be stopped and repeated")
    index.add_argument("media", type=Path, nargs="+", metavar="FOLDER_OR_FILE")
    index.add_argument("--index", required=True, help="folder of the index, or the URI of an object store")
    index.add_argument("--json", action="store_true")

    search = commands.add_parser("search", help="search an index by a text (English or Chinese) or by a file")
    search.add_argument("query", nargs="?", help="what to look for")
    search.add_argument("--file", type=Path, help="search by a picture, a recording or a clip instead")
    search.add_argument("--index", required=True, help="folder of the index, or the URI of an object store")
    search.add_argument("--modality", choices=MODALITIES, help="only items of this kind")
    search.add_argument("--limit", type=int, default=10, help="how many items at most (default: 10)")
    search.add_argument("--json", action="store_true")

    classify = commands.add_parser("classify", help="tell which of some labels fits media best")
    classify.add_argument("media", type=Path)
    classify.add_argument("label", nargs="+", help="two or more, in English or Chinese")
    classify.add_argument("--json", action="store_true")

    match = commands.add_parser("match", help="tell how probably a text describes media")
    match.add_argument("text")
    match.add_argument("media", type=Path)
    match.add_argument("--json", action="store_true")


def index_files(options: argparse.Namespace) -> int:
    """Run ``mmdemo index``; exit code 1 when nothing is in the index afterwards."""
    from mmdemo.runtime import models
    from mmdemo.tasks.retrieval import EmbeddingIndex

    library = EmbeddingIndex.open(options.index, models().backbone)
    counts = {"added": 0, "known": 0, "failed": 0}
    failures: list[dict[str, str]] = []
    live = sys.stderr.isatty()
    with closing(library.add(options.media)) as steps:  # type: ignore[type-var]
        for step in steps:
            counts[step.outcome] += 1
            if step.problem is not None:
                failures.append({"path": str(step.path), "reason": step.problem.text(interface_language())})
                if not options.json:
                    print(f"mmdemo: {failures[-1]['reason']}", file=sys.stderr)
            if live:
                print(f"\r\033[K{step.done} / {step.total}", end="", file=sys.stderr, flush=True)
    if live:
        print("\r\033[K", end="", file=sys.stderr)
    items = library.count()
    if options.json:
        print_json({**counts, "items": items, "model_id": library.model_id, "failures": failures})
    else:
        print("  ".join(f"{name}={count}" for name, count in {**counts, "items": items}.items()))
    return DONE if items else NOTHING_FOUND


def search_index(options: argparse.Namespace) -> int:
    """Run ``mmdemo search``; exit code 1 when there is no hit."""
    from mmdemo.media import open_media
    from mmdemo.runtime import models
    from mmdemo.tasks.retrieval import EmbeddingIndex
    from mmdemo.text import read_text

    if (options.query is None) == (options.file is None) or options.limit < 1:
        raise NoQuery()
    limits = settings().limits
    query = open_media(options.file, limits) if options.file else read_text(options.query, limits)
    library = EmbeddingIndex.load(options.index, models().backbone)
    hits = library.search(query, options.limit, options.modality)
    if options.json:
        print_json([asdict(hit) for hit in hits])
    else:
        for hit in hits:
            print(_hit_line(hit))
    return DONE if hits else NOTHING_FOUND


def _hit_line(hit: Hit) -> str:
    moment = "" if hit.span is None else f"  {hit.span.start:.1f}–{hit.span.end:.1f} s"
    return f"{100 * hit.probability:3.0f} %  {hit.score:.3f}  {hit.modality}  {hit.source}{moment}"


def classify_media(options: argparse.Namespace) -> int:
    """Run ``mmdemo classify``."""
    from mmdemo.media import open_media
    from mmdemo.runtime import models
    from mmdemo.tasks.zero_shot import check_labels, classify

    limits = settings().limits
    labels = check_labels(options.label, limits)  # before the models are loaded
    found = classify(open_media(options.media, limits), labels, models().backbone, limits)
    _print_reasons(found.reasons)
    if options.json:
        print_json(asdict(found))
    else:
        for score in found.labels:
            print(f"{score.probability:.3f}  {score.label}")
    return DONE


def match_pair(options: argparse.Namespace) -> int:
    """Run ``mmdemo match``."""
    from mmdemo.media import open_media
    from mmdemo.runtime import models
    from mmdemo.tasks.pair_matching import match
    from mmdemo.text import read_text

    limits = settings().limits
    read_text(options.text, limits)  # before the models are loaded
    found = match(options.text, open_media(options.media, limits), models().backbone, limits)
    _print_reasons(found.reasons)
    if options.json:
        print_json(asdict(found))
    else:
        print(f"probability={found.probability:.3f}  similarity={found.similarity:.3f}")
    return DONE


def _print_reasons(reasons: tuple[Sentence, ...]) -> None:
    for reason in reasons:
        print(f"mmdemo: {reason.text(interface_language())}", file=sys.stderr)


COMMANDS = {"index": index_files, "search": search_index, "classify": classify_media, "match": match_pair}
