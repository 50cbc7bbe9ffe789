"""What one visitor's page has asked of the backbone: a bounded record that no other page sees and that ends with it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar
from weakref import ReferenceType, WeakValueDictionary, ref

from mmdemo.types import AudioFile, Encoding, Float32Array, Image, ImageFile, Modality, Text, VideoFile
from mmdemo.ui.activity_costs import first_costs
from mmdemo.ui.previews import preview_of

if TYPE_CHECKING:
    from mmdemo.backbone.observed import Observation, Part
    from mmdemo.runtime import Models

Task = Literal["caption", "subtitles", "search", "ask", "backbone"]
"""The tab that asked; the last one is the panel itself, which has to look at what it compares."""
KINDS: Mapping[str, Modality] = {"picture": "image", "frames": "video", "sound": "audio", "text": "text"}
MOST_ITEMS = 60
MOST_EVENTS = 200
LONGEST_NAME = 80
TOGETHER_SECONDS = 1.0
"""Texts that one task asks for within this time are one event; a caption alone is ranked among many."""

File = ImageFile | AudioFile | VideoFile
AnyModels = TypeVar("AnyModels", bound="Models")


@dataclass(frozen=True)
class Event:
    """Something was encoded, or served from the cache."""

    when: float  # seconds of the system's clock
    task: Task
    part: Part
    name: str
    seconds: float  # inside the backbone
    reused: bool
    saved: float | None = None  # seconds, measured; None: how long the first encoding took is not known
    count: int = 1  # texts that came together
    complete: bool = True
    loading: bool = False  # of a model, within the seconds


@dataclass(frozen=True)
class PartRecord:
    """What became of one part of an item, such as the sound of a clip, in this session."""

    when: float  # first asked for
    encoded: int = 0  # times it went through its tower
    seconds: float = 0.0  # that took
    reused: int = 0
    saved: float = 0.0  # seconds, as far as it was measured
    loading: bool = False  # of a model, within the seconds
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, eq=False)
class SeenItem:
    """A picture, a sound, a clip or a text that this page has worked with."""

    sha256: str
    kind: Modality
    name: str
    media: File | Text | None = None  # to look at it again; None of what was only in memory
    embedding: Float32Array | None = None  # [D] unit norm; None until somebody needs it
    held: ReferenceType[Encoding] | None = None  # as long as the cache holds it
    records: Mapping[Part, PartRecord] = field(default_factory=dict)
    preview: str = ""  # data URI of a picture
    model_id: str = ""  # of the backbone that made the embedding; those of others do not compare


@dataclass(frozen=True)
class Totals:
    """Sums over the whole session, whatever was dropped from the lists."""

    encoded: int = 0  # pictures, frames of clips, sounds
    texts: int = 0
    encoded_seconds: float = 0.0
    reused: int = 0
    reused_seconds: float = 0.0
    saved: float = 0.0  # seconds, measured
    unmeasured: int = 0  # reuses of what was encoded before this process, or while a model was loaded


_lock = threading.Lock()
"""One for all ledgers, held for microseconds; a ledger of its own with a lock could not be copied for every page."""


class Ledger:
    """The record of one page."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._items: OrderedDict[str, SeenItem] = OrderedDict()
        self._totals = Totals()
        self._version = 0
        self._model_id = ""
        self._closed = False

    @property
    def version(self) -> int:
        """Grows with everything that is recorded."""
        return self._version

    @property
    def model_id(self) -> str:
        """Name of the backbone that was asked last; people can change it."""
        return self._model_id

    @property
    def totals(self) -> Totals:
        """The sums."""
        return self._totals

    def events(self) -> tuple[Event, ...]:
        """Return the last events, the newest first."""
        with _lock:
            return tuple(reversed(self._events))

    def items(self) -> tuple[SeenItem, ...]:
        """Return what was worked with, in the order it came."""
        with _lock:
            return tuple(self._items.values())

    def item(self, sha256: str) -> SeenItem | None:
        """Return an item by the hash of its content."""
        with _lock:
            return self._items.get(sha256)

    def close(self) -> None:
        """Forget everything; what still runs for the page that was closed is no longer recorded."""
        with _lock:
            self._closed = True
            self._events.clear()
            self._items.clear()
            self._totals = Totals()

    def observe(self, task: Task, seen: Observation, again: bool = False) -> None:
        """Record what passed through the backbone.

        Args:
            task: that asked.
            seen: what for, and what became of it.
            again: the same job has asked for the same before; the cache then spares nobody any time.
        """
        sha256 = seen.media.sha256
        first = first_costs.settle(
            f"{seen.model_id}:{seen.part}", sha256, seen.seconds, seen.reused, seen.complete, seen.loading
        )
        saved = max(first - seen.seconds, 0.0) if seen.reused and first is not None else None
        name = _name_of(seen)
        event = Event(
            time.time(), task, seen.part, name, seen.seconds, seen.reused, saved, 1, seen.complete, seen.loading
        )
        with _lock:
            if self._closed:
                return
            self._version += 1
            self._model_id = seen.model_id
            counts = not seen.reused or not (again or task == "backbone")  # nor do the panel's own looks
            if counts:
                self._add(event)
            if seen.part != "text" or sha256 in self._items:  # most texts are candidates that nobody wrote or reads
                self._items[sha256] = _updated(self._items.get(sha256), seen, event, counts)
                self._bound()

    def add_text(self, text: Text) -> None:
        """Let a text that the visitor wrote or was given stand among the items."""
        with _lock:
            if not self._closed and text.sha256 not in self._items:
                self._items[text.sha256] = SeenItem(text.sha256, "text", _short(text.text), text)
                self._version += 1
                self._bound()

    def place(self, sha256: str, embedding: Float32Array, model_id: str) -> None:
        """Note the embedding of an item that came without one."""
        with _lock:
            item = self._items.get(sha256)
            if item is not None:
                self._items[sha256] = replace(item, embedding=embedding, model_id=model_id)
                self._version += 1

    def _add(self, event: Event) -> None:
        last = self._events[-1] if self._events else None
        together = last is not None and event.part == "text" == last.part and last.task == event.task
        if last is not None and together and last.reused == event.reused and event.when - last.when < TOGETHER_SECONDS:
            saved = None if last.saved is None and event.saved is None else (last.saved or 0.0) + (event.saved or 0.0)
            seconds = last.seconds + event.seconds
            self._events[-1] = replace(last, when=event.when, seconds=seconds, saved=saved, count=last.count + 1)
        else:
            self._events.append(event)
        totals = self._totals
        if event.reused:
            self._totals = replace(
                totals,
                reused=totals.reused + 1,
                reused_seconds=totals.reused_seconds + event.seconds,
                saved=totals.saved + (event.saved or 0.0),
                unmeasured=totals.unmeasured + (event.saved is None),
            )
        else:
            self._totals = replace(
                totals,
                encoded=totals.encoded + (event.complete and event.part != "text"),
                texts=totals.texts + (event.part == "text"),
                encoded_seconds=totals.encoded_seconds + event.seconds,
            )

    def _bound(self) -> None:
        while len(self._items) > MOST_ITEMS:
            self._items.popitem(last=False)


@dataclass(frozen=True)
class Witness:
    """Writes what a job asks of the backbone into the record of the page it works for."""

    ledger: Ledger
    task: Task
    asked: set[tuple[str, str]] = field(default_factory=set)  # part and content

    def __call__(self, seen: Observation) -> None:
        """Record an observation."""
        key = seen.part, seen.media.sha256
        self.ledger.observe(self.task, seen, key in self.asked)
        self.asked.add(key)


class Ledgers:
    """Which page has which record, so that it can be emptied when the page is closed; holds none of them alive."""

    def __init__(self) -> None:
        self._ledgers: WeakValueDictionary[str, Ledger] = WeakValueDictionary()

    def add(self, visitor: str, ledger: Ledger) -> None:
        """Remember whose a record is."""
        self._ledgers[visitor] = ledger

    def close(self, visitor: str) -> None:
        """Empty the record of a visitor who left."""
        ledger = self._ledgers.pop(visitor, None)
        if ledger is not None:
            ledger.close()


def observed(models: AnyModels, witness: Witness | None) -> AnyModels:
    """Let somebody see what is asked of the backbone.

    Args:
        models: of the process.
        witness: None when nobody looks.

    Returns:
        The same models with a backbone that tells.
    """
    if witness is None:
        return models
    from mmdemo.backbone.observed import ObservedBackbone

    return replace(models, backbone=ObservedBackbone(models.backbone, witness))


def _short(name: str) -> str:
    flat = " ".join(name.split())
    return flat if len(flat) <= LONGEST_NAME else flat[: LONGEST_NAME - 1] + "…"


def _name_of(seen: Observation) -> str:
    from pathlib import Path

    return _short(seen.media.text if isinstance(seen.media, Text) else Path(seen.media.source).name)


def _updated(item: SeenItem | None, seen: Observation, event: Event, counts: bool) -> SeenItem:
    """Return an item with one more use of it, if that counts."""
    media = seen.media if isinstance(seen.media, ImageFile | AudioFile | VideoFile | Text) else None
    item = item or SeenItem(seen.media.sha256, KINDS[seen.part], event.name, media)
    if seen.part == "frames" and item.kind != "video":  # until now only its sound was known
        item = replace(item, kind="video", media=media, embedding=None)
    record = item.records.get(seen.part) or PartRecord(event.when)
    tasks = tuple(dict.fromkeys([*record.tasks, event.task]))
    if not counts:
        record = item.records.get(seen.part) or PartRecord(event.when)
    elif event.reused:
        saved = record.saved + (event.saved or 0.0)
        record = replace(record, reused=record.reused + 1, saved=saved, tasks=tasks)
    else:
        seconds = record.seconds + event.seconds
        loading = record.loading or event.loading
        count = record.encoded + event.complete
        record = replace(record, encoded=count, seconds=seconds, loading=loading, tasks=tasks)
    item = replace(item, media=item.media or media, records={**item.records, seen.part: record})
    if seen.encoding is not None and KINDS[seen.part] == item.kind:
        item = replace(item, held=ref(seen.encoding))
        if seen.encoding.embedding is not None:
            item = replace(item, embedding=seen.encoding.embedding, model_id=seen.model_id)
    if isinstance(seen.media, Image) and not item.preview:
        item = replace(item, preview=preview_of(seen.media.pixels))
    return item
