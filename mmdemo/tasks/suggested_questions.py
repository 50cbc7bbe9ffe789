"""Questions worth asking about media, drawn from what is in it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np

from mmdemo.runtime import Models
from mmdemo.tasks.counting_suggestions import counting_questions
from mmdemo.tasks.heard import Heard, heard
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_media import Askable, AskProgress, Medium, look, medium_of
from mmdemo.tasks.qa_presence import SEEN, presence
from mmdemo.tasks.question_words import content_words
from mmdemo.tasks.unfamiliar_pictures import everyday_labels
from mmdemo.tasks.video_answer_frames import seen_clip
from mmdemo.types import CaptionLanguage, Float32Array, Sentence

SUGGESTED = 4
MOST_THINGS = 4
SURE_NAME = 0.4
"""Probability from which the image tower's own name of a thing is taken."""
LEAST_SAID = 2
"""Times that a word must be said to be worth a question."""
_PEOPLE = frozenset({"a person", "a man", "a woman", "a child", "a baby", "a crowd"})
_ANIMALS = frozenset(
    "a dog|a cat|a horse|a cow|a sheep|a bird|a fish|a lion|an elephant|a bear|a monkey|a wild animal|an insect".split(
        "|"
    )
)
_COLOURED = frozenset(
    "a car|a bus|a truck|a train|a bicycle|a motorcycle|a boat|a house|a flower|a bag|clothes|a chair|a toy".split("|")
)
_PLACES = frozenset(
    "a beach|the sea|a mountain|a street|a city|a forest|a garden|a room|a kitchen|a lake|a river|a road|snow".split(
        "|"
    )
)


@dataclass(frozen=True)
class ShownThing:
    """Something that media shows, by a name in both languages."""

    en: str  # with its article
    zh: str
    probability: float

    @property
    def definite(self) -> str:
        """The English name with “the”."""
        return f"the {self.en.removeprefix('the ').removeprefix('a ').removeprefix('an ')}"


def suggest_questions(
    media: Sequence[Askable],
    models: Models,
    languages: Sequence[CaptionLanguage] = ("en", "zh"),
    count: int = SUGGESTED,
) -> Generator[AskProgress, None, dict[CaptionLanguage, tuple[str, ...]]]:
    """Suggest questions.

    Args:
        media: what they are about; what is to be seen is encoded if it is not yet, but nothing is transcribed for this
            alone.
        models: backbone, speech recogniser and generator.
        languages: to suggest them in.
        count: how many at most in each.

    Yields:
        Progress while media is encoded; closing the generator stops the work.

    Returns:
        Up to ``count`` questions in each language; none without media.

    Raises:
        InputError: media cannot be decoded.
    """
    own: list[list[Sentence]] = []
    every = [medium_of(place, found) for place, found in enumerate(media)]
    things: list[list[ShownThing]] = []
    for medium in every:
        seen = [] if medium.kind == "audio" else (yield from _things(medium, models))
        said = _if_heard(medium, models)
        counted = counting_questions((yield from look(medium, models))) if medium.kind == "image" else []
        own.append(_about(medium, seen, said, counted))
        things.append(seen)
    several = _about_several(every, things) if len(every) > 1 else []
    mixed = [question for question in chain.from_iterable(zip_longest(*own)) if question is not None]
    distinct = list(dict.fromkeys([*several, *mixed]))[:count]
    return {language: tuple(question.text(language) for question in distinct) for language in languages}


def _things(medium: Medium, models: Models) -> Generator[AskProgress, None, list[ShownThing]]:
    """Name what a picture or the main scenes of a clip show, most probable first."""
    encoding = yield from look(medium, models)
    if encoding.modality == "image":
        embeddings, picture = whole_embedding(encoding)[None], encoding
    else:
        clip = seen_clip(encoding, models.backbone)
        frames = clip.main_frames(MOST_THINGS)
        embeddings, picture = clip.embeddings[frames], clip.frame(frames[0])
    yield AskProgress("reading", 0.5, medium.place)
    named = [ShownThing(f"a {thing.en}", thing.zh, thing.probability) for thing in models.generator.names(picture)]
    sure = [thing for thing in named if thing.probability >= SURE_NAME]
    return [*_labelled(embeddings, models), *sure[:1]][:MOST_THINGS]


def _labelled(embeddings: Float32Array, models: Models) -> list[ShownThing]:
    """Return everyday things that pictures [N, D] show, by the joint space."""
    known = _PEOPLE | _ANIMALS | _COLOURED | _PLACES
    labels = [(english, chinese) for english, chinese in everyday_labels() if english in known]
    found = [
        ShownThing(english, chinese, float(np.max(presence(english, "en", embeddings, models.backbone))))
        for english, chinese in labels
    ]
    return sorted((thing for thing in found if thing.probability >= SEEN), key=lambda thing: -thing.probability)


def _if_heard(medium: Medium, models: Models) -> Heard | None:
    """Return what was heard before; nothing is listened to for a suggestion."""
    if medium.sound is None:
        return None
    # A recording that was encoded has its transcript beside it, which only an encoding leads to.
    steps = heard(medium.sound, models)
    try:
        next(steps)
    except StopIteration as ended:
        found: Heard = ended.value
        return found
    steps.close()
    return None


def _about(
    medium: Medium, things: Sequence[ShownThing], said: Heard | None, counted: Sequence[Sentence]
) -> list[Sentence]:
    """Return questions about one of the media, the best first."""
    if medium.kind == "audio":
        return _about_sound(said)
    shown = [question for thing in things for question in _about_thing(thing, medium.kind == "video")]
    if medium.kind == "video":
        spoken = _about_sound(said)[:1] if medium.sound is not None else []
        return [Sentence("What is this video about?", "这段视频讲的是什么内容？"), *shown[:2], *spoken, *shown[2:]]
    general = [
        Sentence("What is in this picture?", "这张图片里有什么？"),
        Sentence("How many people are there?", "有几个人？"),
        Sentence("Where is this?", "这是在哪里？"),
    ]
    return [*shown[:1], *counted[:1], *shown[1:3], *general, *shown[3:]]


def _about_thing(thing: ShownThing, moving: bool) -> list[Sentence]:
    name, chinese = thing.definite, thing.zh
    if moving:
        return [
            Sentence(f"When does {name} appear?", f"{chinese}什么时候出现？"),
            Sentence(f"What happens after {name} appears?", f"{chinese}出现之后发生了什么？"),
        ]
    if thing.en in _PLACES:
        return [Sentence("Where is this?", "这是在哪里？")]
    if thing.en in _PEOPLE:
        doing = Sentence(f"What is {name} doing?", f"{chinese}在做什么？")
        return [doing, Sentence("How many people are there?", "有几个人？")]
    colour = Sentence(f"What colour is {name}?", f"{chinese}是什么颜色的？")
    if thing.en in _COLOURED:
        return [colour]
    return [colour, Sentence(f"Where is {name}?", f"{chinese}在哪里？")]


def _about_sound(said: Heard | None) -> list[Sentence]:
    """Return questions about a recording, with words of it where it was heard."""
    if said is not None and not said.has_speech:
        return [
            Sentence("What sound is this?", "这是什么声音？"),
            Sentence("Is anybody speaking?", "有人在说话吗？"),
        ]
    words = _frequent_words(said) if said is not None else []
    general = [Sentence("What is said?", "说了什么？"), Sentence("What is this about?", "主要讲了什么？")]
    if said is None:
        return [*general, Sentence("What can be heard?", "能听到什么？")]
    chinese = said.transcript.language == "zh"
    about = [Sentence(f"What is said about {word}?", f"关于{word}说了什么？") for word in words[:1]]
    when = [
        Sentence(f"When is {word} mentioned?", f"什么时候提到{word}？") for word in words[1:2] or words[:1]
    ]  # fmt: skip
    # A word is asked about in the language it was said in; the other language quotes it.
    return [general[1], *about, *when, general[0]] if words or chinese else general


def _frequent_words(said: Heard) -> list[str]:
    """Return the longest of the words that are said most often."""
    language: CaptionLanguage = "zh" if said.transcript.language == "zh" else "en"
    counts: dict[str, int] = {}
    for segment in said.transcript.segments:
        for word in content_words(segment.text, language):
            if len(word) > (1 if language == "zh" else 3) and word.isalpha():
                counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts, key=lambda word: (-counts[word], -len(word)))
    often = [word for word in ranked if counts[word] >= LEAST_SAID]
    return often or ranked[:2]


def _about_several(media: Sequence[Medium], things: Sequence[Sequence[ShownThing]]) -> list[Sentence]:
    """Return questions that tell several media apart or compare them."""
    kinds = {medium.kind for medium in media}
    first = next((thing for own in things for thing in own), None)
    found = []
    if first is not None and len([own for own in things if own]) > 0 and len(kinds - {"audio"}) > 0:
        found.append(Sentence(f"Which of these shows {first.en}?", f"哪一个里面有{first.zh}？"))
    if len(media) == 2 and "audio" in kinds and len(kinds) == 2:
        seen = "picture" if "image" in kinds else "video"
        chinese = "图片" if "image" in kinds else "视频"
        found.append(Sentence(f"Does the recording describe the {seen}?", f"这段录音描述的是这个{chinese}吗？"))
    if kinds == {"image"}:
        found.append(Sentence("What do these pictures have in common?", "这些图片有什么共同点？"))
    return found
