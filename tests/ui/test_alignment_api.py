"""The endpoint ``/align``: with a fake pipeline, and with the real models on a real clip."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from mmdemo.subtitles import load_subtitles
from mmdemo.ui import alignment_api
from tests.ui.conftest import PATIENT
from tests.ui.fakes import REASON, FakePipeline
from tests.ui.museum import LINES, MUSEUM, museum_srt
from tests.ui.test_alignment_inputs import PLAIN, SRT

Served = tuple[str, FakePipeline]


@pytest.fixture(scope="module")
def client(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(
        served[0], verbose=False, httpx_kwargs=PATIENT, download_files=str(tmp_path_factory.mktemp("downloads"))
    )


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "my talk 演讲.srt"
    path.write_text(SRT)
    return path


def test_subtitles_get_new_times_in_one_call(client: Client, clip: Path, srt: Path) -> None:
    result, files = client.predict(handle_file(clip), handle_file(srt), api_name="/align")
    assert (result["mode"], result["outcome"], result["complete"]) == ("resync", "aligned", True)
    assert result["reasons"] == [REASON.en] and result["time_map"] == [[6.0, 1.0], [11.0, 6.0]]
    assert [(cue["start"], cue["confidence"]) for cue in result["cues"]] == [(1.0, 0.9), (4.0, 0.3)]
    names = {Path(path).name: Path(path).read_text(encoding="utf-8") for path in files}
    assert "00:00:01,000 --> 00:00:03,000" in names["my talk 演讲.aligned.srt"]
    assert len(names) == 8


def test_a_text_is_placed_in_one_call(client: Client, clip: Path) -> None:
    job = client.submit(handle_file(clip), text=PLAIN, language="en", api_name="/align")
    result, files = job.result(timeout=60)
    assert result["mode"] == "align" and result["time_map"] == [] and len(files) == 7
    assert result["cues"][0]["words"][0]["text"] == "Hello out there"
    partial = [one["seconds_done"] for one, files in job.outputs() if files is None]
    assert partial == sorted(partial) and not any(one["complete"] for one, files in job.outputs() if files is None)
    refused, files = client.predict(handle_file(clip), text="Another film", api_name="/align")
    assert (refused["outcome"], refused["cues"], files) == ("refused", [], [])


def test_what_is_missing_is_a_sentence(client: Client, clip: Path, srt: Path) -> None:
    with pytest.raises(AppError, match="no text to align"):
        client.predict(handle_file(clip), api_name="/align")
    with pytest.raises(AppError, match="is a subtitle file and has no sound"):
        client.predict(handle_file(srt), api_name="/align")
    with pytest.raises(AppError, match="keep one of them"):
        client.predict(handle_file(clip), handle_file(srt), PLAIN, api_name="/align")
    with pytest.raises(AppError, match="is not a language"):
        client.predict(handle_file(clip), handle_file(srt), "", "klingon", api_name="/align")


def test_the_api_without_a_server_speaks_the_language_of_the_caller(fake: FakePipeline, clip: Path) -> None:
    reached: list[tuple[float, float]] = []
    request = SimpleNamespace(headers={"accept-language": "zh"})
    progress = lambda step, unit: reached.append(step)  # noqa: E731
    results = list(alignment_api.align(str(clip), None, SRT, "en", request, progress))  # type: ignore[arg-type]
    assert results[-1][0]["reasons"] == [REASON.zh] and reached[-1] == (80.0, 80.0)


@pytest.mark.real
def test_a_real_clip_is_aligned_over_the_api(real_address: str, tmp_path: Path) -> None:
    client = Client(real_address, verbose=False, httpx_kwargs=PATIENT, download_files=str(tmp_path / "downloads"))
    late = tmp_path / "late.srt"
    late.write_text(museum_srt(4.0))
    result, files = client.predict(handle_file(MUSEUM), handle_file(late), api_name="/align")
    assert result["outcome"] == "aligned", result
    assert [cue["start"] for cue in result["cues"]] == pytest.approx([start for start, _, _ in LINES], abs=0.15)
    (retimed,) = [Path(path) for path in files if path.endswith("late.aligned.srt")]
    assert [cue.text for cue in load_subtitles(retimed).cues] == [line for _, _, line in LINES]

    text = "\n".join(line for _, _, line in LINES)
    placed, _ = client.predict(handle_file(MUSEUM), text=text, language="en", api_name="/align")
    assert (placed["mode"], placed["outcome"], placed["language"]) == ("align", "aligned", "en")
    assert [cue["start"] for cue in placed["cues"]] == pytest.approx([start for start, _, _ in LINES], abs=0.15)
    assert all(cue["words"] for cue in placed["cues"])
