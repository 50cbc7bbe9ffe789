"""What the page or a client sent to the Subtitles tab, checked: files, a pasted text, or something strange."""

from __future__ import annotations

from pathlib import Path

from mmdemo.ui.alignment_inputs import Inputs, understand
from mmdemo.ui.common import checked_path, sentence_for, user_error


def is_nothing(value: object) -> bool:
    """Tell whether an input was left empty."""
    return value is None or (isinstance(value, str) and not value.strip())


def read_inputs(file: object, text_file: object, pasted: object, language: str) -> Inputs:
    """Find out what the given files ask for.

    Args:
        file: of the first field, or whatever a client sent.
        text_file: of the second field.
        pasted: text.
        language: interface language of errors.

    Returns:
        The mode, or what is missing or cannot be read.

    Raises:
        gr.Error: something is no file.
    """
    path, text_path = (None if is_nothing(one) else checked_path(one, language) for one in (file, text_file))
    try:
        return understand(path, text_path, pasted if isinstance(pasted, str) else "", language)
    except Exception as error:
        return Inputs(None, sentence_for(error, text_path.name if text_path else ""))


def checked_inputs(file: object, text_file: object, pasted: object, language: str) -> tuple[Path, Inputs]:
    """Check that something can be done with what was given.

    Args:
        file: of the first field, or whatever a client sent.
        text_file: of the second field.
        pasted: text.
        language: interface language of errors.

    Returns:
        The file of the first field, and what to do.

    Raises:
        gr.Error: something is missing, is no file, or cannot be read.
    """
    if is_nothing(text_file) and is_nothing(pasted):
        checked_path(file, language)  # nothing at all has a sentence of its own
    inputs = read_inputs(file, text_file, pasted, language)
    if inputs.mode is None:
        raise user_error(inputs.sentence, language)
    return checked_path(file, language), inputs
