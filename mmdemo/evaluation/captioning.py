"""Measures captions against those that people wrote.

``python -m mmdemo.evaluation.captioning --data ../shared/data --split val --json runs/captioning.json`` reads a folder
that holds ``flickr8k/``, or one laid out like ``flickr8k`` itself, and captions every picture as the app does:
without reranking, with it, and without the image tower's labels.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.errors import FileMissing
from mmdemo.evaluation.caption_data import CaptionedPicture, archive_pictures, captioned_pictures
from mmdemo.evaluation.caption_metrics import caption_words, score_captions
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.generators.base import CaptionPrompt, Generator, Sampling
from mmdemo.runtime import Models, models
from mmdemo.tasks.caption_ranking import RankedCaption, rank_candidates
from mmdemo.tasks.captioning import LANGUAGES
from mmdemo.types import CaptionLanguage, Encoding, Image

BATCH = 16
UNITS = {"en": ("word",), "zh": ("word", "character")}


@dataclass(frozen=True)
class Written:
    """The caption of one picture."""

    name: str
    language: CaptionLanguage
    system: str
    text: str
    similarity: float  # to the picture, in the joint space


def encoded_split(folder: Path, split: str, count: int | None, found: Models) -> Iterator[list[Encoding]]:
    """Encode the pictures of a split, a batch at a time."""
    pixels = islice(archive_pictures(folder / f"{split}.tar"), count)
    images = (Image(picture, f"{split}:{place}", f"{split}:{place}") for place, picture in enumerate(pixels))
    while batch := list(islice(images, BATCH)):
        yield found.backbone.encode_images(batch)


def write_captions(
    pictures: Sequence[CaptionedPicture],
    batches: Iterator[list[Encoding]],
    languages: Sequence[CaptionLanguage],
    systems: dict[str, Generator],
    found: Models,
) -> list[Written]:
    """Caption every picture by every system, ranked by the joint space and not.

    Args:
        pictures: names, in order.
        batches: their encodings.
        languages: to write in.
        systems: generators by name.
        found: the models.
    """
    written: list[Written] = []
    names = iter(pictures)
    for encodings in batches:
        own = list(islice(names, len(encodings)))
        for language in languages:
            prompts = [CaptionPrompt(language)] * len(encodings)
            for system, generator in systems.items():
                candidates = generator.captions(encodings, prompts, Sampling(count=generator.beams))
                for picture, encoding, few in zip(own, encodings, candidates, strict=True):
                    ranked = rank_candidates(encoding, [few], [language], found.backbone)[0]
                    written += _both(picture.name, language, system, few[0].text, ranked)
    return written


def _both(
    name: str, language: CaptionLanguage, system: str, most_probable: str, ranked: Sequence[RankedCaption]
) -> list[Written]:
    """Return what the search alone would say, and what the ranking says."""
    plain = next(candidate for candidate in ranked if candidate.text == most_probable)
    return [
        Written(name, language, system, plain.text, plain.similarity),
        Written(name, language, f"{system}, reranked", ranked[0].text, ranked[0].similarity),
    ]


def score_rows(
    written: Sequence[Written], pictures: Sequence[CaptionedPicture], language: CaptionLanguage
) -> list[dict[str, object]]:
    """Score what each system wrote in a language, by every unit that the language is counted in."""
    references = {picture.name: picture.captions for picture in pictures}
    rows: list[dict[str, object]] = []
    for system in dict.fromkeys(one.system for one in written if one.language == language):
        own = [one for one in written if one.language == language and one.system == system and references[one.name]]
        for unit in UNITS[language]:
            by = "character" if unit == "character" else "word"
            scores = score_captions(
                [caption_words(one.text, language, by) for one in own],  # type: ignore[arg-type]
                [[caption_words(text, language, by) for text in references[one.name]] for one in own],  # type: ignore[arg-type]
            )
            figures = {name: round(value, 4) for name, value in asdict(scores).items()}
            similarity = round(float(np.mean([one.similarity for one in own])), 4)
            about = {"language": language, "unit": unit, "system": system, "pictures": len(own)}
            rows.append({**about, **figures, "similarity": similarity})
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--language", choices=LANGUAGES, nargs="+", default=list(LANGUAGES))
    parser.add_argument("--pictures", type=int, help="only the first ones")
    parser.add_argument("--captions", type=Path, help="JSONL file for every caption written")
    options = parser.parse_args(arguments)
    folder = options.data / "flickr8k" if (options.data / "flickr8k").is_dir() else options.data
    if not folder.is_dir():
        raise FileMissing(name=str(options.data))
    found = models()
    split = {
        language: captioned_pictures(folder, language, options.split)[: options.pictures]
        for language in options.language
    }
    pictures = split[options.language[0]]
    batches = encoded_split(folder, options.split, options.pictures, found)
    written = write_captions(pictures, batches, options.language, _systems(found), found)
    rows = [row for language in options.language for row in score_rows(written, split[language], language)]
    if options.captions:
        lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in written]
        options.captions.write_text("".join(lines), "utf-8")
    about = {"split": options.split, "model_id": found.generator.model_id, "load_average": load_average()}
    headline = {
        f"{row['language']} {row['unit']} {figure}": row[figure]
        for row in rows
        if row["system"] == "labels, reranked"
        for figure in ("cider", "bleu4")
    }
    finish({"rows": rows, **about}, rows, headline, options.json)
    return 0


def _systems(found: Models) -> dict[str, Generator]:
    """Return the generator that ships, and the same without labels where it can do without."""
    from mmdemo.device import torch_device
    from mmdemo.generators.decoder import DecoderGenerator
    from mmdemo.generators.decoder_files import decoder_folder

    systems: dict[str, Generator] = {"labels": found.generator}
    if isinstance(found.generator, DecoderGenerator):
        device = torch_device(found.backbone.device)
        systems["no labels"] = DecoderGenerator(decoder_folder(), device, found.backbone.lock, with_labels=False)
    return systems


if __name__ == "__main__":
    sys.exit(main())
