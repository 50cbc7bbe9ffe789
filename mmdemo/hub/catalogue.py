"""What the hub profile may fetch: repositories at a commit, and the files that are wanted of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WANTED_FILES = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")
"""Weights without code, settings, chat templates and tokenizers."""
UNWANTED_FILES = ("*/*",)
"""Folders of a repository hold the same model in other formats; transformers reads the files at the top."""
LATEST = "main"


@dataclass(frozen=True)
class HubModel:
    """A model of the hub at one commit, or a folder that holds one."""

    repository: str  # owner/name, or the path of a folder
    revision: str = LATEST  # a commit; the branch is asked only while nothing is on the disk
    download_bytes: int = 0  # as its card says; 0 = not known before the hub is asked
    parameters: int = 0  # likewise
    patterns: tuple[str, ...] = WANTED_FILES
    checksums: Mapping[str, str] = field(default_factory=dict)  # file name → SHA-256, where published

    @property
    def folder(self) -> Path | None:
        """The folder that `repository` names, if it is one."""
        path = Path(self.repository).expanduser()
        return path if path.is_dir() else None

    @property
    def name(self) -> str:
        """Repository and commit in one word."""
        return f"{self.repository}@{self.revision[:12]}"


EMBEDDING_GEMMA_2 = HubModel(
    repository="google/embeddinggemma-2",
    revision="914f7f89142e33e77833254d9c9b90c3cef7303b",
    download_bytes=1_490_000_000,
    parameters=744_000_000,
)
"""Apache-2.0; text, pictures, sound and clips in 768 dimensions (figures from its card)."""
GEMMA_4_E2B = HubModel("google/gemma-4-E2B-it", download_bytes=10_200_000_000, parameters=5_100_000_000)
"""Apache-2.0; writes about pictures and sound of up to 30 s; for a GPU (figures from its card)."""
SMOLVLM2_500M = HubModel(
    "HuggingFaceTB/SmolVLM2-500M-Video-Instruct", download_bytes=1_800_000_000, parameters=500_000_000
)
"""Apache-2.0; writes about pictures; for a CPU (figures from its card). No commit of the generators is pinned, as none
was at hand to be checked; a copy that is on the disk stays as it is."""
QWEN3_ALIGNER = HubModel("Qwen/Qwen3-ForcedAligner-0.6B-hf", parameters=600_000_000)
"""Apache-2.0; times of words (parameters as its name says)."""
KNOWN_MODELS = (EMBEDDING_GEMMA_2, GEMMA_4_E2B, SMOLVLM2_500M, QWEN3_ALIGNER)


def named_model(name: str, known: tuple[HubModel, ...] = KNOWN_MODELS) -> HubModel:
    """Read what a setting names: a known repository, another one, or a folder.

    Args:
        name: ``owner/name``, ``owner/name@revision``, or a path.
        known: models whose commit is pinned here.

    Returns:
        The model; one that is not known is taken at its latest commit and stays there once it is on the disk.
    """
    repository, _, revision = name.strip().partition("@") if not Path(name).expanduser().is_dir() else (name, "", "")
    for model in known:
        if model.repository == repository and revision in ("", model.revision):
            return model
    return HubModel(repository, revision or LATEST)
