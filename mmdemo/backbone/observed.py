"""A backbone that tells somebody what passes through it: what was encoded, how long it took, what was there already."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from weakref import WeakKeyDictionary

from mmdemo.backbone.base import Backbone, CacheStatistics, Media
from mmdemo.backbone.cache_outcomes import collected_outcomes
from mmdemo.backbone.similarity import SimilarityScale
from mmdemo.stepwise import run_through
from mmdemo.types import (
    Audio,
    AudioFile,
    EncodedWindow,
    Encoding,
    Float32Array,
    Image,
    ImageFile,
    Modality,
    Span,
    Text,
    Video,
    VideoFile,
)

Tower = Literal["image", "text"]
"""What is loaded when first needed; the audio tower comes with the models, and its tokens need no head."""
TOWERS: Mapping[str, Tower] = {"picture": "image", "frames": "image", "text": "text"}
Part = Literal["picture", "frames", "sound", "text"]
"""What one tower makes of media: a clip has frames and mostly sound too, which are encoded and kept apart."""


@dataclass(frozen=True, eq=False)
class Observation:
    """One thing that was asked of the backbone."""

    part: Part
    media: Media
    seconds: float  # spent inside the backbone; things that went through a tower together share the time evenly
    reused: bool  # it was in the cache
    loading: bool = False  # the seconds hold the loading of a model, as nothing had gone through its tower before
    complete: bool = True  # False: whoever asked stopped before the end
    encoding: Encoding | None = None  # none of a recording that was read window by window
    model_id: str = ""  # of the backbone


def unobserved(model: object) -> object:
    """Return what is behind an `ObservedBackbone`, and anything else as it is: what is kept by model outlives jobs."""
    return model.inner if isinstance(model, ObservedBackbone) else model


_begun: WeakKeyDictionary[Any, set[Tower]] = WeakKeyDictionary()
"""Towers through which something went, by backbone."""


@dataclass
class _Watch:
    """The time spent inside the backbone in one call, and what its cache answered."""

    seconds: float = 0.0
    outcomes: list[bool] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            with collected_outcomes() as outcomes:
                yield
        finally:
            self.seconds += time.perf_counter() - start
            self.outcomes += outcomes


class ObservedBackbone:
    """Keeps the `Backbone` protocol by passing every call on to another backbone, and reports what was encoded.

    A cache that reports nothing (see ``cache_outcomes``) counts as one in which nothing was.

    Args:
        inner: does the work.
        observe: called behind every call that encodes, in the thread of the call; must not raise.
    """

    def __init__(self, inner: Backbone, observe: Callable[[Observation], None]) -> None:
        self.inner = inner
        self._observe = observe

    @property
    def model_id(self) -> str:
        """Name of the towers (see the protocol)."""
        return self.inner.model_id

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda``."""
        return self.inner.device

    @property
    def lock(self) -> threading.RLock:
        """Held while a tower runs."""
        return self.inner.lock

    @property
    def scale(self) -> SimilarityScale:
        """How its similarities are to be read."""
        return self.inner.scale

    def encode(self, media: Media | Encoding) -> Encoding:
        """Encode media (see the protocol); the frames and the sound of a clip are timed apart."""
        if isinstance(media, Encoding):
            return self.inner.encode(media)
        if isinstance(media, Image | ImageFile):
            return self.encode_images([media])[0]
        if isinstance(media, Text):
            return self.encode_texts([media])[0]
        if isinstance(media, Video | VideoFile):
            run_through(self.encode_frames(media))
            if media.audio is not None:
                self.encode_sound(media.audio)
        else:
            self.encode_sound(media)
        return self.inner.encode(media)  # what the cache holds now, with its embedding

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        """Encode pictures in batches; same order."""
        return self._batch("picture", images, self.inner.encode_images)

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        """Encode texts in batches; same order."""
        return self._batch("text", texts, self.inner.encode_texts)

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording without its embedding (see the protocol)."""
        watch = _Watch()
        with watch.running():
            found = self.inner.encode_sound(audio)
        self._report("sound", audio, watch, True, found)
        return found

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        """Encode the pictures of a clip in steps (see the protocol)."""
        watch = _Watch()
        found: Encoding | None = None
        steps = self.inner.encode_frames(video)
        try:
            while True:
                with watch.running():
                    try:
                        share = next(steps)
                    except StopIteration as ended:
                        found = ended.value
                        break
                yield share
        finally:
            steps.close()
            self._report("frames", video, watch, found is not None, found)
        assert found is not None, "the loop ends with an encoding"
        return found

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        """Encode a recording window by window (see the protocol); what is done between them does not count."""
        watch, complete = _Watch(), False
        windows = self.inner.encode_windows(audio)
        try:
            while True:
                with watch.running():
                    window = next(windows, None)
                if window is None:
                    complete = True
                    return
                yield window
        finally:
            windows.close()
            self._report("sound", audio, watch, complete)

    def embed_spans(
        self, encoding: Encoding, span_seconds: float | None = None, hop_seconds: float | None = None
    ) -> tuple[tuple[Span, Float32Array], ...]:
        """Embed spans of sound, or the frames of a clip (see the protocol)."""
        if span_seconds is None:
            return self.inner.embed_spans(encoding)
        return self.inner.embed_spans(encoding, span_seconds, hop_seconds)

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return the calibrated probability that two items belong together (see the protocol)."""
        return self.inner.match_probability(similarity, first, second)

    def statistics(self) -> CacheStatistics:
        """Return the counters of the cache."""
        return self.inner.statistics()

    def _report(
        self, part: Part, media: Media, watch: _Watch, complete: bool, encoding: Encoding | None = None
    ) -> None:
        # The first look decides: a recording that had to be encoded is opened from the store afterwards.
        reused = bool(watch.outcomes) and watch.outcomes[0]
        loading = not reused and self._begins(part)
        self._observe(Observation(part, media, watch.seconds, reused, loading, complete, encoding, self.model_id))

    def _begins(self, part: Part) -> bool:
        """Tell whether nothing went through the tower of a part before now."""
        tower, begun = TOWERS.get(part), _begun.setdefault(self.inner, set())
        if tower is None or tower in begun:
            return False
        begun.add(tower)
        return True

    def _batch(
        self,
        part: Part,
        media: Sequence[Image | ImageFile] | Sequence[Text],
        encode: Callable[..., list[Encoding]],
    ) -> list[Encoding]:
        watch = _Watch()
        with watch.running():
            found = encode(media)
        reused = watch.outcomes if len(watch.outcomes) == len(found) else [False] * len(found)
        worked = reused.count(False)
        loading = worked > 0 and self._begins(part)
        for one, encoding, known in zip(media, found, reused, strict=True):
            # Beside pictures that go through the tower, a look into the cache takes no time worth counting.
            seconds = watch.seconds / len(found) if worked in (0, len(found)) else (1 - known) * watch.seconds / worked
            self._observe(Observation(part, one, seconds, known, loading and not known, True, encoding, self.model_id))
        return found
