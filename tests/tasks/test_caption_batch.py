"""Captions of whole folders: order, odd files, tables that survive kills, full disks and second runs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from mmdemo.config import Limits
from mmdemo.errors import (
    FileMissing,
    NoMediaFound,
    NoPicturesFound,
    NotACaptionTable,
    OutputDiskFull,
    OutputInUse,
    OutputNotWritable,
    UnknownCaptionFormat,
)
from mmdemo.runtime import Models
from mmdemo.tasks import caption_table
from mmdemo.tasks.caption_batch import CaptionRow, caption_files, list_pictures, write_rows
from mmdemo.tasks.caption_rows import COLUMNS, csv_lines, harmless, row_of_cells
from mmdemo.tasks.caption_table import CaptionTable
from mmdemo.tasks.captioning import CaptionRequest
from mmdemo.types import Caption, Sentence
from tests.fakes import fake_models
from tests.media_factory import cut, tone, write_wav
from tests.tasks.index_media import picture
from tests.tasks.picture_backbone import PictureBackbone

BOTH = CaptionRequest(languages=("en", "zh"), count=2)
ENGLISH = CaptionRequest()
IN_A_PROCESS = """
import sys, time
from pathlib import Path
from mmdemo.config import Limits
from mmdemo.tasks.caption_batch import caption_files
from mmdemo.tasks.captioning import CaptionRequest
from tests.tasks.picture_backbone import PictureBackbone
from tests.tasks.test_caption_batch import models_of

folder, output = map(Path, sys.argv[1:])
rows = caption_files([folder], models_of(PictureBackbone()), CaptionRequest(), Limits(), output)
"""


def models_of(backbone: PictureBackbone) -> Models:
    return fake_models(backbone)  # type: ignore[arg-type]


@pytest.fixture
def backbone() -> PictureBackbone:
    return PictureBackbone()


@pytest.fixture
def models(backbone: PictureBackbone) -> Models:
    return models_of(backbone)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Twenty pictures and, in a folder inside, other things."""
    folder = tmp_path / "album"
    (folder / "more").mkdir(parents=True)
    for seed in range(20):
        picture(folder / f"{seed:02d}.png", seed)
    (folder / "more" / "notes.txt").write_text("no picture")
    write_wav(folder / "more" / "sound.wav", tone(0.2))
    return folder


def run(path: Path, models: Models, request: CaptionRequest = ENGLISH, output: Path | None = None) -> list[CaptionRow]:
    return list(caption_files([path], models, request, Limits(), output))


def same(first: CaptionRow, second: CaptionRow) -> None:
    """Compare what a table has to keep; scores have four digits there."""
    for name in ("path", "name", "reasons", "problem", "sha256", "request"):
        assert getattr(first, name) == getattr(second, name), name
    assert [(one.text, one.language) for one in first.captions] == [(one.text, one.language) for one in second.captions]
    assert [one.score for one in first.captions] == pytest.approx([one.score for one in second.captions], abs=1e-4)


def table_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_pictures_are_captioned_in_order_and_in_batches(album: Path, models: Models, backbone: PictureBackbone) -> None:
    rows = run(album, models, BOTH)
    assert [row.name for row in rows] == [f"{n:02d}.png" for n in range(20)]
    assert [row.done for row in rows] == list(range(1, 21)) and {row.total for row in rows} == {20}
    assert {row.skipped for row in rows} == {2}
    assert [caption.language for caption in rows[0].captions] == ["en", "en", "zh", "zh"]
    assert backbone.batches == [16, 4]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_second_run_computes_nothing(
    album: Path, models: Models, backbone: PictureBackbone, tmp_path: Path, ending: str
) -> None:
    output = tmp_path / "new" / f"captions.{ending}"
    first = run(album, models, BOTH, output)
    written = output.read_bytes()
    again = run(album, models, BOTH, output)
    assert backbone.batches == [16, 4] and all(row.known for row in again)
    assert output.read_bytes() == written
    for old, new in zip(first, again, strict=True):
        same(old, new)
    assert not [path for path in output.parent.iterdir() if path != output], "nothing is left beside it"


def test_another_request_or_model_or_content_is_computed_again(album: Path, models: Models, tmp_path: Path) -> None:
    output = tmp_path / "captions.csv"
    run(album, models, BOTH, output)
    other = PictureBackbone(model_id="another")
    assert not any(row.known for row in run(album, models, ENGLISH, output))
    assert not any(row.known for row in run(album, models_of(other), ENGLISH, output))
    picture(album / "03.png", 99)
    rows = run(album, models_of(other), ENGLISH, output)
    assert [row.name for row in rows if not row.known] == ["03.png"]
    assert len(table_rows(output)) == 20, "one row a file"
    assert [row["name"] for row in table_rows(output)] == [f"{n:02d}.png" for n in range(20)]


def test_explaining_does_not_matter_to_a_table(album: Path, models: Models, tmp_path: Path) -> None:
    run(album, models, ENGLISH, tmp_path / "captions.csv")
    assert all(row.known for row in run(album, models, replace(ENGLISH, explain=True), tmp_path / "captions.csv"))


def test_twins_and_moved_files_are_computed_once(
    album: Path, models: Models, backbone: PictureBackbone, tmp_path: Path
) -> None:
    shutil.copy(album / "00.png", album / "00 copy.png")
    output = tmp_path / "captions.jsonl"
    rows = run(album, models, ENGLISH, output)
    assert [row.known for row in rows[:2]] == [False, True] and rows[0].captions[0].text == rows[1].captions[0].text
    (album / "00.png").rename(album / "renamed.png")
    backbone.encoded.clear()
    assert all(row.known for row in run(album, models, ENGLISH, output)) and not backbone.encoded
    assert str(album / "renamed.png") in output.read_text("utf-8")


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_closing_early_keeps_what_was_given_out(album: Path, models: Models, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"captions.{ending}"
    rows = caption_files([album], models, ENGLISH, Limits(), output)
    begun = list(islice(rows, 5))
    rows.close()  # type: ignore[attr-defined]
    again = run(album, models, ENGLISH, output)
    assert [row.known for row in again] == [True] * 5 + [False] * 15
    same(begun[4], again[4])


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_table_cut_anywhere_is_mended(album: Path, models: Models, tmp_path: Path, ending: str) -> None:
    shutil.copy(album / "00.png", album / 'odd, "name"\nof two lines.png')
    output = tmp_path / f"captions.{ending}"
    run(album, models, BOTH, output)
    whole = output.read_bytes()
    ends = [0, *(i + 1 for i, byte in enumerate(whole) if byte == 10)]
    for size in {*range(0, len(whole), 97), *ends, *(end - 1 for end in ends[1:]), *(end + 1 for end in ends[:-1])}:
        output.write_bytes(whole[:size])
        with CaptionTable(output):
            kept = output.read_bytes()
        assert whole.startswith(kept) and (kept.endswith(b"\n") or not kept)
    output.write_bytes(whole[: len(whole) * 2 // 3])
    run(album, models, BOTH, output)
    assert sorted(output.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_rows_that_make_no_sense_are_written_anew(album: Path, models: Models, tmp_path: Path) -> None:
    output = tmp_path / "captions.csv"
    run(album, models, ENGLISH, output)
    lines = output.read_bytes().split(b"\r\n")
    lines[3] = b"\0" * 40  # what a power cut may leave
    lines[5] = lines[5].replace(b"0.", b"x.", 1)
    output.write_bytes(b"\r\n".join(lines))
    rows = run(album, models, ENGLISH, output)
    assert [row.name for row in rows if not row.known] == ["02.png", "04.png"]
    assert len(table_rows(output)) == 20 and b"\0" not in output.read_bytes()


def test_killing_the_process_leaves_a_table_to_go_on_with(album: Path, tmp_path: Path) -> None:
    output = tmp_path / "captions.csv"
    code = IN_A_PROCESS + "for row in rows: print(row.done, flush=True); time.sleep(0.02)"
    with subprocess.Popen([sys.executable, "-c", code, str(album), str(output)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while b"7" not in (line := process.stdout.readline()):
            assert line, "it ended before it was killed"
        process.send_signal(signal.SIGKILL)
    rows = run(album, models_of(PictureBackbone()), ENGLISH, output)
    assert sum(row.known for row in rows) >= 7 and len(table_rows(output)) == 20


def test_odd_pictures_are_captioned_or_refused_in_a_sentence(tmp_path: Path, models: Models) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 4)).astype(np.uint8)
    photo = PIL.Image.fromarray(noise[:, :, :3])
    photo.save(folder / "a whole.jpg")
    PIL.Image.fromarray(noise).save(folder / "rgba.png")
    photo.convert("CMYK").save(folder / "cmyk.jpg")
    PIL.Image.fromarray(noise[:1, :1, :3]).save(folder / "one pixel.png")
    photo.save(folder / "animated.gif", save_all=True, append_images=[photo.rotate(90)])
    PIL.Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257).save(folder / "sixteen bits.png")
    photo.save(folder / "no ending", "PNG")
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("no picture at all, whatever its name says")
    cut(folder / "a whole.jpg", folder / "truncated.jpg", 0.6)
    (folder / "broken link.png").symlink_to(folder / "nowhere.png")
    os.mkfifo(folder / "pipe")
    rows = {row.name: row for row in run(folder, models, BOTH, tmp_path / "captions.csv")}
    problems = {name: row.problem.en for name, row in rows.items() if row.problem is not None}
    assert set(problems) == {"empty.jpg", "text.jpg", "truncated.jpg", "broken link.png"}
    assert all(name in problem for name, problem in problems.items())
    assert all(len(row.captions) == 4 for name, row in rows.items() if name not in problems)
    assert len(rows) == 11 and next(iter(rows.values())).skipped == 1
    assert {row["name"] for row in table_rows(tmp_path / "captions.csv") if row["problem_zh"]} == set(problems)
    again = {row.name: row for row in run(folder, models, BOTH, tmp_path / "captions.csv")}
    assert {name for name, row in again.items() if not row.known} == set(problems), "they may have been mended"
    assert len(table_rows(tmp_path / "captions.csv")) == 11


def test_a_mended_picture_takes_the_place_of_its_problem(tmp_path: Path, models: Models) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"nothing yet")
    output = tmp_path / "captions.csv"
    assert run(photo, models, ENGLISH, output)[0].problem is not None
    picture(photo, 1)
    assert run(photo, models, ENGLISH, output)[0].captions
    assert [row["problem_en"] for row in table_rows(output)] == [""]


def test_files_that_are_named_are_never_skipped(album: Path, models: Models) -> None:
    named = [album / "more" / "sound.wav", album / "more" / "notes.txt", album / "00.png"]
    rows = list(caption_files(named, models, ENGLISH, Limits()))
    assert [row.problem is None for row in rows] == [False, False, True]
    assert rows[0].problem is not None and "audio" in rows[0].problem.en


def test_folders_without_pictures(tmp_path: Path, models: Models) -> None:
    with pytest.raises(NoMediaFound):
        caption_files([tmp_path], models, ENGLISH, Limits())
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(NoPicturesFound, match="1 other files"):
        caption_files([tmp_path], models, ENGLISH, Limits())
    with pytest.raises(FileMissing):
        list_pictures([tmp_path / "nowhere"], Limits())


def test_memory_that_runs_out_is_the_row_of_one_picture(album: Path) -> None:
    def fail(source: str) -> None:
        if source == "02.png":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    rows = run(album, models_of(PictureBackbone(on_encode=fail)))
    assert [row.name for row in rows if row.problem] == ["02.png"]


def test_outputs_that_cannot_be_written_are_refused_before_any_work(
    album: Path, models: Models, backbone: PictureBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def attempt(output: Path) -> None:
        caption_files([album], models, ENGLISH, Limits(), output)

    foreign = tmp_path / "foreign.csv"
    foreign.write_text("name,price\nchair,3\n")
    lines = tmp_path / "foreign.jsonl"
    lines.write_text('{"a": 1}\n')
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(NotACaptionTable):
        attempt(foreign)
    with pytest.raises(NotACaptionTable):
        attempt(lines)
    for place in (tmp_path / "folder.csv", Path("/proc/none/x.csv"), foreign / "x.csv"):
        with pytest.raises(OutputNotWritable):
            attempt(place)
    with pytest.raises(UnknownCaptionFormat):
        attempt(tmp_path / "captions.xlsx")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 5_000))
    with pytest.raises(OutputDiskFull):
        attempt(tmp_path / "captions.csv")
    assert foreign.read_text() == "name,price\nchair,3\n" and not (tmp_path / "captions.csv").exists()
    assert not backbone.encoded


def test_a_disk_that_fills_up_leaves_whole_rows(album: Path, tmp_path: Path) -> None:
    """A limit on the size of files fails in the middle of a write, as a full disk does."""
    output = tmp_path / "captions.csv"
    code = (
        "import resource; from mmdemo.errors import OutputNotWritable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        + IN_A_PROCESS
        + "try:\n  list(rows)\nexcept OutputNotWritable: sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(album), str(output)], check=False)
    assert done.returncode == 7
    data = output.read_bytes()
    assert data.endswith(b"\r\n") and 1_000 < len(data) <= 1_500
    assert (
        sum(row.known for row in run(album, models_of(PictureBackbone()), ENGLISH, output))
        == len(data.splitlines()) - 1
    )


def test_two_writers_do_not_mix(album: Path, models: Models, tmp_path: Path) -> None:
    output = tmp_path / "captions.csv"
    rows = caption_files([album], models, ENGLISH, Limits(), output)
    next(rows)
    with pytest.raises(OutputInUse):
        run(album, models, ENGLISH, output)
    rows.close()  # type: ignore[attr-defined]
    assert len(run(album, models, ENGLISH, output)) == 20


def test_a_link_to_a_table_stays_a_link(album: Path, models: Models, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    run(album, models, BOTH, real)
    link.symlink_to(real)
    run(album, models, ENGLISH, link)
    assert link.is_symlink() and len(table_rows(real)) == 20


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'", "'="])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    caption = Caption(f"{start}1+1", "en", 0.5)
    sentence = Sentence(f"{start}reason", f"{start}原因")
    row = CaptionRow(Path(f"{start}x.png"), f"{start}x.png", (caption,), (sentence,), sentence, request="short:en:1:x")
    cells = next(csv.reader(io.StringIO(csv_lines([row]).decode(), newline="")))
    assert not any(cell and cell[0] in "=+-@\t\r\n＝＋－＠" for cell in cells)
    same(row, row_of_cells(cells))


def test_harmless_leaves_the_rest_alone() -> None:
    assert [harmless(cell) for cell in ("", "a=b", "0.5", "狗")] == ["", "a=b", "0.5", "狗"]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_rows_are_written_for_download(album: Path, models: Models, tmp_path: Path, ending: str) -> None:
    rows = run(album, models, CaptionRequest(languages=("zh", "en"), count=3, style="detailed"))
    output = tmp_path / f"download.{ending}"
    write_rows(rows, output)
    if ending == "csv":
        assert output.read_bytes().startswith(b"\xef\xbb\xbfpath,name,caption_en")
        assert tuple(table_rows(output)[0]) == COLUMNS
    else:
        assert json.loads(output.read_text("utf-8").splitlines()[0])["captions"][0]["language"] == "zh"
    with CaptionTable(output) as table:
        for row in rows:
            found = table.find(row.sha256, row.request)
            assert found is not None
            same(row, found)
    with pytest.raises(OutputNotWritable):
        write_rows(rows, Path("/proc/none") / output.name)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_names_that_are_no_unicode(tmp_path: Path, models: Models) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    picture(folder / "plain.png", 1)
    os.rename(os.fsencode(folder / "plain.png"), os.fsencode(folder) + b"/caf\xe9.png")
    for ending in ("csv", "jsonl"):
        output = tmp_path / f"captions.{ending}"
        assert not run(folder, models, ENGLISH, output)[0].known
        assert run(folder, models, ENGLISH, output)[0].known
        assert rb"caf\xe9" in output.read_bytes().replace(rb"\\", b"\\")


def test_a_large_known_folder_is_quick(tmp_path: Path, models: Models) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(300):
        picture(folder / f"{seed:03d}.png", seed)
    output = tmp_path / "captions.csv"
    run(folder, models, ENGLISH, output)
    picture(folder / "000.png", 1000)
    rows = caption_files([folder], models, ENGLISH, Limits(), output)
    started = time.process_time()
    assert not next(rows).known, "the first does not wait for all the others"
    assert time.process_time() - started < 2.0
    assert sum(row.known for row in rows) == 299
    assert caption_table.table_format(output) == "csv"
