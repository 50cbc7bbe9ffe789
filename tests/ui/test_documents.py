"""Every command and snippet that our documents show is run, or its short form is, with arguments checked as written.

``docs/api.md`` is run by ``tests/ui/test_api_documented.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from pysubs2 import SSAEvent
from pysubs2 import SSAFile as SubtitleFile

from mmdemo import cli
from mmdemo.evaluation.app_process import free_port
from mmdemo.runtime import Models
from tests.snippets import Block, blocks_of
from tests.test_app import ROOT
from tests.ui.test_api_documented import LATE, TRANSCRIPT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "assets").rglob("*.md"))]
BLOCKS = [block for path in DOCUMENTS for block in blocks_of(path, ROOT)]
INLINE = re.compile(r"`((?:\.venv/bin/)?python -m [^`]+|make [a-z]+|mmdemo [a-z-]+ [^`]+)`")

SHORTENED = {
    "mmdemo.evaluation.cold_start": "tests/evaluation/test_cold_start.py",
    "mmdemo.evaluation.load_test": "tests/ui/test_load.py",
    "mmdemo.evaluation.subtitle_alignment": "tests/evaluation/test_subtitle_alignment.py",
    "mmdemo.evaluation.transcription": "tests/evaluation/test_benchmarks.py",
    "mmdemo.evaluation.retrieval": "tests/evaluation/test_retrieval.py",
    "mmdemo.evaluation.index_speed": "tests/evaluation/test_index_speed.py",
    "mmdemo.evaluation.captioning": "tests/evaluation/test_captioning.py",
    "mmdemo.evaluation.caption_heatmaps": "tests/evaluation/test_caption_benchmarks.py",
    "mmdemo.evaluation.caption_speed": "tests/evaluation/test_caption_benchmarks.py",
    "mmdemo.evaluation.familiarity": "tests/evaluation/test_familiarity.py",
    "mmdemo.evaluation.qa": "tests/evaluation/test_qa_visual.py",
    "mmdemo.evaluation.qa_speech": "tests/evaluation/test_commands_of_answers.py",
    "mmdemo.training.answers": "tests/evaluation/test_commands_of_answers.py",
    "mmdemo.training.answer_presence": "tests/evaluation/test_commands_of_answers.py",
    "mmdemo.training.sound_kinds": "tests/evaluation/test_commands_of_answers.py",
    "mmdemo.training.filled_pauses": "tests/training/test_filled_pauses.py",
    "mmdemo.training.spoken_phones": "tests/training/test_spoken_phones.py",
    "mmdemo.training.joint_space": "tests/training/test_joint_space.py",
    "mmdemo.training.compare_losses": "tests/training/test_joint_space.py",
    "mmdemo.training.decoder": "tests/training/test_decoder.py",
    "mmdemo.training.caption_ranking": "tests/evaluation/test_caption_benchmarks.py",
    "mmdemo.training.expected_ngrams": "tests/generators/test_expected_ngrams.py",
    "mmdemo.training.familiarity": "tests/training/test_familiarity.py",
    "mmdemo.training.detector_weights": "tests/training/test_things.py",
    "mmdemo.training.thing_counts": "tests/training/test_things.py",
}
"""Module → the test file that runs it with small data; what takes hours is not run twice."""


class Accepted(Exception):
    """The arguments were read without complaint."""


def lines_of(block: Block) -> Iterator[str]:
    """Give the commands of a shell block, comments removed."""
    for line in block.code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield shlex.join(words).replace("'>'", ">")


def commands(start: str) -> list[str]:
    """Return all commands that documents show, in blocks or in sentences, that begin like this."""
    found = [line for block in BLOCKS if block.language in ("bash", "") for line in lines_of(block)]
    found += [match for path in DOCUMENTS for match in INLINE.findall(path.read_text("utf-8"))]
    bare = [re.sub(r"^(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?", "", line) for line in found]
    return sorted({line for line in bare if line.startswith(start)})


def test_nothing_is_shown_that_no_test_knows() -> None:
    known = ("python -m mmdemo", "mmdemo ", "make ", "docker ")
    for block in BLOCKS:
        assert block.language in ("bash", "python", ""), f"{block}: what is {block.language}?"
        for line in lines_of(block) if block.language != "python" else ():
            bare = re.sub(r"^(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?", "", line)
            assert bare.startswith(known), f"{block}: {line}"


@pytest.mark.parametrize("line", commands("python -m mmdemo."))
def test_modules_take_the_arguments_as_written(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, name, *arguments = shlex.split(line)
    read = argparse.ArgumentParser.parse_args

    def stop(parser: argparse.ArgumentParser, *given: Any) -> None:
        read(parser, *given)
        raise Accepted

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    with pytest.raises(Accepted):
        importlib.import_module(name).main(arguments)


@pytest.mark.parametrize("name", sorted({shlex.split(line)[2] for line in commands("python -m mmdemo.")}))
def test_modules_are_run_in_a_shortened_form(name: str) -> None:
    source, short = (ROOT / SHORTENED[name]).read_text("utf-8"), name.rsplit(".", 1)[1]
    assert re.search(rf"\b{short}\.main\(|import .*\bmeasure\b|\b{re.escape(name)}\b", source), "nobody runs it"


@pytest.mark.parametrize("line", commands("make "))
def test_make_knows_what_it_would_do(line: str) -> None:
    done = subprocess.run([*shlex.split(line), "-n"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    steps = [shlex.split(step, comments=True) for step in done.stdout.replace("\\\n", " ").splitlines()]
    modules = [words[2] for words in steps if len(words) > 2 and words[1] == "-m" and words[2].startswith("mmdemo")]
    assert all(importlib.util.find_spec(module) for module in modules)
    scripts = [word for words in steps for word in words if word.endswith((".py", ".sh", "requirements.txt"))]
    assert steps and all((ROOT / script).is_file() for script in scripts)


@pytest.mark.parametrize("line", commands("docker "))
def test_containers_are_built_and_started_as_the_dockerfile_says(line: str) -> None:
    _, action, *arguments = shlex.split(line)
    if action == "build":
        assert arguments[-1] == "." and (ROOT / "Dockerfile").is_file()
    else:
        port = arguments[arguments.index("-p") + 1].split(":")[1]
        assert action == "run" and f"EXPOSE {port}" in (ROOT / "Dockerfile").read_text("utf-8")
    assert "mmdemo" in arguments, "what is built is what is run"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader stands: the assets, and the files that commands name."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "assets").mkdir()
    shutil.copytree(ROOT / "assets" / "examples", folder / "assets" / "examples")
    (folder / "transcript.txt").write_text(TRANSCRIPT, "utf-8")
    (folder / "late.srt").write_text(LATE, "utf-8")
    return folder


def write_pair(folder: Path) -> None:
    """Write subtitles that are right and the same ones three seconds late."""
    right = SubtitleFile()
    for number in range(40):
        start = 1000 + 4000 * number + 700 * (number * number % 5)
        right.append(SSAEvent(start, start + 1200 + 300 * (number % 4), text=f"This is line {number}."))
    right.save(str(folder / "right.srt"))
    right.shift(s=3)
    right.save(str(folder / "late.srt"))


@pytest.fixture
def at_home(folder: Path, real_models: Models, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's terminal, with models that are loaded once for all commands."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("mmdemo.runtime._models", real_models)
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")
    return folder


def in_order(start: str) -> list[str]:
    """Return the commands of blocks in the order in which they stand."""
    lines = [line for block in BLOCKS for line in lines_of(block) if block.language == "bash"]
    return [line.removeprefix(".venv/bin/") for line in lines if line.startswith(start)]


@pytest.mark.real
@pytest.mark.parametrize("line", in_order(".venv/bin/python -m mmdemo "))
def test_commands_run_as_written(line: str, at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, _, target = line.partition(" > ")
    arguments = shlex.split(command)[3:]
    if arguments[0] == "app":
        arguments[arguments.index("--port") + 1] = str(free_port())  # any, as others may run here
        monkeypatch.setattr(gr.Blocks, "block_thread", lambda self: self.close())
    if "right.srt" in arguments:
        write_pair(at_home)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert cli.main(arguments) == 0, said.getvalue()
    if target:
        (at_home / target).write_text(said.getvalue(), "utf-8")
    if "--output" in arguments:
        stem, _, ending = arguments[arguments.index("--output") + 1].partition(".")  # of two languages two files come
        written = list(at_home.glob(f"{stem}*.{ending}"))
        assert written and all(path.stat().st_size > 50 for path in written)
    elif not target and arguments[0] != "app":
        assert said.getvalue().strip()


@pytest.mark.real
@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_python_snippets_run_as_written(block: Block, at_home: Path) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block.code, str(block), "exec"), {})
    assert "museum" in said.getvalue()
