"""Opening an item of the library: on its player at once, or after a copy that browsers play was made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import gradio as gr

from mmdemo.ui.common import Session
from mmdemo.ui.i18n import merged
from mmdemo.ui.retrieval_errors import search_errors
from mmdemo.ui.retrieval_layout import RetrievalComponents
from mmdemo.ui.retrieval_library import Library, LibraryItem, RetrievalSession
from mmdemo.ui.retrieval_player import make_copy, playable
from mmdemo.ui.retrieval_updates import Updates, detail_updates, map_updates, player_updates


def open_item(
    parts: RetrievalComponents, session: Session, state: RetrievalSession, library: Library, item: LibraryItem
) -> Updates:
    """Choose an item and show it, or say that a copy of it is being made.

    Args:
        parts: the components.
        session: knows the interface language.
        state: learns what is chosen, and whether `copy_item` has to go on.
        library: of the visitor.
        item: in the library.

    Raises:
        gr.Error: the file cannot be read.
    """
    state.chosen, state.copying = item.item_id, False
    with search_errors(lambda: session.language, item.name):
        path = item.path if item.modality == "image" else playable(item, library.folder).path
        state.copying = path is None
        return merged(
            detail_updates(parts, state, library, session.language),
            player_updates(parts, item.modality, path),
            map_updates(parts, state, library, session.language),
        )


def copy_item(
    parts: RetrievalComponents, session: Session, state: RetrievalSession, library: Library, item: LibraryItem
) -> Iterator[Updates]:
    """Make a copy of the chosen item for the player and show it, unless something else is chosen meanwhile.

    Args:
        parts: the components.
        session: knows the interface language.
        state: says what is chosen.
        library: of the visitor.
        item: the chosen one.

    Raises:
        gr.Error: the file cannot be decoded or the copy cannot be written.
    """

    def unwanted() -> bool:
        return state.chosen != item.item_id

    try:
        with closing(make_copy(item, playable(item, library.folder), unwanted)) as copies:
            for path in copies:
                if path is None:
                    yield {parts.detail: gr.skip()}  # a page that was closed is noticed only at a yield
                elif not unwanted():
                    state.copying = False
                    detail = detail_updates(parts, state, library, session.language)
                    yield detail | player_updates(parts, item.modality, path)
    except Exception as error:
        if unwanted():  # then nobody wants to hear of it either
            return
        state.copying = False
        yield detail_updates(parts, state, library, session.language)
        with search_errors(lambda: session.language, item.name):
            raise error
