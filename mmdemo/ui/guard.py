"""Around every handler that runs models: the number of jobs is limited, and what came of them is written down."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from mmdemo.ui import journal
from mmdemo.ui.common import BACKBONE_QUEUE, EXPORT_QUEUE, Session
from mmdemo.ui.i18n import preferred_language
from mmdemo.ui.rates import admit

GUARDED_QUEUES = (BACKBONE_QUEUE, EXPORT_QUEUE)


def guard(demo: gr.Blocks) -> None:
    """Wrap the handlers of a page that is built.

    Jobs of the page are counted where they are noted, before they wait; those of the API when they begin.

    Args:
        demo: with all its events.
    """
    for event in demo.fns.values():
        if event.fn is not None and event.concurrency_id in GUARDED_QUEUES:
            event.fn = guarded(event.fn, counted=event.api_visibility == "public")


def guarded(handler: Callable[..., Any], counted: bool) -> Callable[..., Any]:
    """Wrap a handler.

    Args:
        handler: a function or a generator function.
        counted: whether each call is a job to be counted.
    """
    inner = getattr(handler, "func", handler)  # of a partial
    name = inner.__qualname__

    def enter(arguments: tuple[object, ...]) -> None:
        if counted:
            admit(_language(arguments))

    if inspect.isgeneratorfunction(inner):

        @functools.wraps(inner)
        def steps(*arguments: Any, **named: Any) -> Iterator[Any]:
            with _written(name, arguments):
                enter(arguments)
                yield from handler(*arguments, **named)

        return _with_signature(steps, handler)

    @functools.wraps(inner)
    def call(*arguments: Any, **named: Any) -> Any:
        with _written(name, arguments):
            enter(arguments)
            return handler(*arguments, **named)

    return _with_signature(call, handler)


def _with_signature(wrapper: Callable[..., Any], handler: Callable[..., Any]) -> Callable[..., Any]:
    """Let Gradio see the parameters of the handler: without those of a partial that are set already."""
    wrapper.__signature__ = inspect.signature(handler)  # type: ignore[attr-defined]
    return wrapper


@contextmanager
def _written(name: str, arguments: tuple[object, ...]) -> Iterator[None]:
    started = time.perf_counter()
    known = journal.described(journal.given_files(arguments))
    outcome, error = "done", ""
    try:
        yield
        if any(getattr(getattr(argument, "job", None), "cancelled", False) for argument in arguments):
            outcome = "cancelled"  # by the button of the page
    except BaseException as failure:
        outcome, error = journal.outcome_of(failure)
        raise
    finally:
        journal.write(journal.Entry(name, outcome, time.perf_counter() - started, error=error, **known))


def _language(arguments: tuple[object, ...]) -> str:
    """Find the interface language: that of the visitor's page, or what the caller's headers ask for."""
    for argument in arguments:
        if isinstance(argument, Session):
            return argument.language
        if isinstance(argument, gr.Request):
            return preferred_language(argument.headers.get("accept-language"))
    return preferred_language(None)
