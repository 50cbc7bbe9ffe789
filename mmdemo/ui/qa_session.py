"""What one visitor has on the Ask tab, and what may happen to it; knows nothing of components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmdemo.types import Answer, CaptionLanguage, Sentence
from mmdemo.ui.activity import Witness
from mmdemo.ui.qa_media import MediaFolder, MediaItem
from mmdemo.ui.qa_view import RUNNING_PHASES, AskView, Phase, Turn
from mmdemo.ui.retrieval_errors import sentence_without_path
from mmdemo.ui.texts import TEXTS

Suggestions = dict[CaptionLanguage, tuple[str, ...]]
"""Language → questions."""


@dataclass
class AskJob:
    """Media to look at, and what is asked; mutable because the Stop button must reach the handler that works on it."""

    media: tuple[MediaItem, ...]
    folder: MediaFolder
    question: str = ""  # "" only looks at the media and suggests questions
    witness: Witness | None = None
    started: bool = False
    cancelled: bool = False

    @property
    def unwanted(self) -> bool:
        """Whether it was stopped, or the page was closed, with which the files go."""
        return self.cancelled or self.folder.closed


@dataclass
class AskSession:
    """Media, conversation, and what is being worked on."""

    view: AskView = field(default_factory=AskView)
    items: tuple[MediaItem, ...] = ()
    folder: MediaFolder | None = None
    turns: tuple[Turn, ...] = ()
    suggestions: Suggestions = field(default_factory=dict)
    job: AskJob | None = None  # the last question
    look: AskJob | None = None  # the last look for questions to suggest

    @property
    def given(self) -> tuple[Path, ...]:
        """The media that are asked about."""
        return tuple(item.media.path for item in self.items)

    @property
    def answering(self) -> bool:
        """Whether a question waits for its answer."""
        return bool(self.turns) and self.turns[-1].is_open

    def take(self, paths: Sequence[Path], open_folder: Callable[[], MediaFolder]) -> tuple[int, tuple[Sentence, ...]]:
        """Take files in; those that cannot be used are left out.

        Args:
            paths: uploads or examples.
            open_folder: makes the visitor's folder when there is none.

        Returns:
            How many were taken, and what is wrong with the others.

        Raises:
            OSError: the folder cannot be made.
        """
        if self.folder is None or self.folder.closed:
            self.folder = open_folder()
        problems: list[Sentence] = []
        for path in paths:
            try:
                self.items = (*self.items, self.folder.add(path))
            except Exception as error:
                problems.append(sentence_without_path(error, path.name))
        if len(problems) < len(paths):
            self._changed(tuple(problems))
        return len(paths) - len(problems), tuple(problems)

    def remove(self, key: str) -> None:
        """Take an item out and delete its files; the numbers of those behind it move up."""
        for item in self.items:
            if item.key == key and self.folder is not None:
                self.folder.remove(item)
        self.items = tuple(item for item in self.items if item.key != key)
        self._changed(())

    def forget_lost(self) -> bool:
        """Notice that the media were deleted after an hour without use; what was said about them stays."""
        if not self.items or (self.folder is not None and not self.folder.closed):
            return False
        self.items, self.suggestions, self.folder = (), {}, None
        self.view = AskView(problems=(TEXTS["ask_media_gone"],))
        return True

    def note(self, question: str, witness: Witness | None = None) -> None:
        """Note a question about all media, so that it can be answered; looking for suggestions ends."""
        assert self.folder is not None and self.items, "there is something to ask about"
        if self.look is not None:
            self.look.cancelled = True
        self.job = AskJob(self.items, self.folder, question, witness)
        self.turns = (*self.turns, Turn(question, tuple(item.cited for item in self.items)))
        self.view = AskView("waiting")

    def finish(self, phase: Phase, answer: Answer | None = None, problem: Sentence | None = None) -> None:
        """Put what became of the last question in its place; neither answer nor problem means that it was stopped."""
        stopped = answer is None and problem is None
        self.turns = (*self.turns[:-1], replace(self.turns[-1], answer=answer, problem=problem, stopped=stopped))
        self.view = AskView(phase)

    def stop(self) -> bool:
        """Ask all work to stop; tells whether a question that waited for its turn was given up at once."""
        for job in (self.job, self.look):
            if job is not None:
                job.cancelled = True
        waiting = self.answering and self.job is not None and not self.job.started
        if waiting:
            self.finish("cancelled")
        elif self.view.phase in RUNNING_PHASES:
            self.view = replace(self.view, phase="stopping")
        return waiting

    def clear(self) -> None:
        """Forget everything and delete the files."""
        self.stop()
        if self.folder is not None:
            self.folder.close()
        self.items, self.turns, self.suggestions = (), (), {}
        self.job = self.look = self.folder = None
        self.view = AskView("cleared")

    def _changed(self, problems: tuple[Sentence, ...]) -> None:
        """Other media need other suggestions."""
        phase = self.view.phase if self.view.phase in RUNNING_PHASES else "idle"
        self.suggestions, self.view = {}, replace(self.view, phase=phase, problems=problems)
