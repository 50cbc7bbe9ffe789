"""The processor of a model of the hub: what turns pictures, sounds and chats into its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmdemo.errors import ModelUnusable
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.loading import SAFE

PARTS_OF_TOKENIZERS = ("image_token", "video_token", "audio_token", "boi_token", "eoi_token", "boa_token", "eoa_token")
"""Attributes of processors and tokenizers that name placeholders of media, not always as special tokens."""


VIDEO = "video_processor"


class _NoVideo:
    """Stands where a processor wants its video part, which needs torchvision; frames go in as pictures here."""

    num_frames = 1
    fps = 1


def load_processor(model: HubModel, folder: Path) -> Any:
    """Load a processor that takes pictures and has a chat template, without its part for video.

    Args:
        model: for the sentences.
        folder: of the model.

    Returns:
        The processor.

    Raises:
        HubError: a sentence for what is missing (see `mmdemo.hub.failures.loading_failures`).
    """
    import transformers

    with loading_failures(model, folder):
        own = _class_with_video(folder)
        load = transformers.AutoProcessor.from_pretrained if own is None else own.from_pretrained
        processor = load(folder, **SAFE)
    cause = _lacking(processor)
    if cause:
        kind = transformers.AutoConfig.from_pretrained(folder, **SAFE).model_type
        raise ModelUnusable(model=model.repository, kind=kind, cause=cause)
    return processor


def _lacking(processor: Any) -> str:
    """Return what a processor lacks for a chat about pictures; AutoProcessor may hand back a bare tokenizer."""
    if getattr(processor, "image_processor", None) is None:
        return "it has no image processor"
    template = getattr(processor, "chat_template", None) or getattr(processor.tokenizer, "chat_template", None)
    return "" if template else "it has no chat template"


def _class_with_video(folder: Path) -> Any:
    """Return the processor class of a model made to do without its video part; None where it has no such part."""
    import transformers
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES  # type: ignore[attr-defined]
    from transformers.processing_utils import MODALITY_TO_AUTOPROCESSOR_MAPPING

    named = PROCESSOR_MAPPING_NAMES.get(transformers.AutoConfig.from_pretrained(folder, **SAFE).model_type)
    own: Any = getattr(transformers, named) if isinstance(named, str) else None
    if own is None or VIDEO not in own.get_attributes():
        return None

    class WithoutVideo(own):  # type: ignore[misc]  # chosen at run time
        """The same processor for pictures and sound alone."""

        @classmethod
        def get_attributes(cls) -> list[str]:
            return list(own.get_attributes())

        @classmethod
        def _get_arguments_from_pretrained(cls, path: Path, described: Any = None, **options: Any) -> list[Any]:
            return [
                _NoVideo()
                if part == VIDEO
                else MODALITY_TO_AUTOPROCESSOR_MAPPING[part].from_pretrained(path, **options)
                for part in own.get_attributes()
            ]

        def check_argument_for_proper_class(self, argument_name: str, argument: Any) -> Any:
            return None if argument_name == VIDEO else super().check_argument_for_proper_class(argument_name, argument)

        def __repr__(self) -> str:  # the inherited one writes every part as JSON
            return str(own.__name__)

    return WithoutVideo


def control_tokens(processor: Any) -> frozenset[str]:
    """Return every string that the processor or its tokenizer does not read as plain words.

    Args:
        processor: see `load_processor`.
    """
    tokenizer = processor.tokenizer
    found = {str(token) for token in tokenizer.all_special_tokens}
    found |= {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    for owner in (processor, tokenizer):
        found |= {value for name in PARTS_OF_TOKENIZERS if isinstance(value := getattr(owner, name, None), str)}
    return frozenset(token for token in found if token.strip())
