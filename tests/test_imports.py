"""Data flows one way through the modules, and nothing heavy loads at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mmdemo"

LAYERS = (
    {"traditional"},
    {"types"},
    {"errors", "reasons"},
    {"config", "zero_gpu"},
    {"text", "device", "verified_files", "stepwise", "recently_used", "subtitles"},
    {"media"},
    {"whisper_weights"},
    {"weights", "hub"},
    {"backbone"},
    {"detection", "separation"},
    {"generators"},
    {"word_times", "kept_recognition"},
    {"whisper_decoding", "whisper_text_alignment", "alignment"},
    {"speech"},
    {"runtime", "doctor"},
    {"tasks"},
    {"ui", "evaluation"},
    {"training"},
    {"cli_output"},
    {"cli_caption_output", "cli_alignment_files", "cli_alignment_pairs"},
    {"cli_alignment_folders"},
    {"cli_retrieval", "cli_captioning", "cli_alignment", "cli_qa", "cli_export"},
    {"cli"},
    {"__main__"},
)
"""Modules and packages from the bottom up; each may import only what stands below it, or its own package."""


def _imported(path: Path) -> set[str]:
    """Return the top-level names of mmdemo that a file imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mmdemo."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "mmdemo":
            names |= {alias.name for alias in node.names if not alias.name.startswith("__")}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("mmdemo.")}
    return names


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_flow_of_data(path: Path) -> None:
    order = {name: level for level, names in enumerate(LAYERS) for name in names}
    unit = _unit(path)
    if unit == "__init__":
        assert not _imported(path)
        return
    allowed = {name for name, level in order.items() if level < order[unit]} | {unit}
    assert _imported(path) <= allowed


def test_only_ui_imports_gradio() -> None:
    found = {_unit(path) for path in _modules() if "import gradio" in path.read_text("utf-8")}
    assert found <= {"ui"}


def test_nothing_heavy_loads_with_the_app() -> None:
    heavy = {"torch", "transformers", "ctranslate2", "faster_whisper", "librosa", "av"}
    code = f"import sys, app; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip().splitlines()[-1] == "[]"
