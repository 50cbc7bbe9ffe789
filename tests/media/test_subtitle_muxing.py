"""Subtitles as a track: pictures and sound stay what they were, and the texts come out at their times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from mmdemo.config import Limits
from mmdemo.errors import ContainerCannotHold, OutputNotWritable, TruncatedMedia, UnknownVideoFormat, WrongMediaKind
from mmdemo.media import load_audio
from mmdemo.media.subtitle_muxing import TextTrack, mux_subtitles, one_at_a_time
from mmdemo.stepwise import run_through
from mmdemo.types import Cue
from tests.media_factory import burst_times, bursts, cut, halves, tone, turn_mp4, write_sound, write_video

LIMITS = Limits()
CUES = (Cue(1, 0.5, 1.5, "Hello {you}\n你好"), Cue(2, 1.25, 2.0, "both"), Cue(3, 3.0, 4.0, r"back\slash"))
STYLED = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Loud,Arial,40

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Loud,,0,0,0,,{\\i1}Hello
"""


def clip(path: Path, seconds: float = 5.0, **options: Any) -> Path:
    count = round(seconds * 10)
    sound = options.pop("sound", tone(seconds, rate=48_000))
    fast = {} if "codec" in options else {"options": {"preset": "ultrafast"}}
    times = [n / 10 for n in range(count)]
    return write_video(path, [halves(320, 240)] * count, times, sound=sound, **fast, **options)


def muxed(source: Path, out: Path, track: TextTrack) -> Path:
    assert run_through(mux_subtitles(source, track, out, LIMITS)) == 0
    return out


def texts(path: Path, place: int = 0) -> list[tuple[float, float, str]]:
    """Read the entries of a subtitle track: start, end, text."""
    found = []
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[place]
        counted = stream.codec_context.name == "mov_text"
        for packet in container.demux(stream):
            data = bytes(packet)[2:] if counted else bytes(packet)
            if packet.size and data:
                start, length = float(packet.pts * packet.time_base), float(packet.duration * packet.time_base)
                found.append((round(start, 3), round(start + length, 3), data.decode()))
    return found


def stream_bytes(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        streams = [*container.streams.video, *container.streams.audio]
        packets = [packet for packet in container.demux(*streams) if packet.size]
        return [b"".join(bytes(p) for p in packets if p.stream.index == one.index) for one in streams]


def test_matroska_gets_the_cues_as_they_are(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    out = muxed(source, tmp_path / "out.mkv", TextTrack(CUES, "zh-CN"))
    assert texts(out) == [(cue.start, cue.end, cue.text) for cue in CUES]
    with av.open(str(out)) as container:
        assert container.streams.subtitles[0].metadata["language"] in ("zho", "chi")
        assert container.streams.subtitles[0].disposition & av.stream.Disposition.default
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.mp4", "out.mkv"]


def test_mp4_shows_one_text_at_a_time_and_copies_every_byte(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    out = muxed(source, tmp_path / "out.mp4", TextTrack(CUES, "en"))
    assert texts(out) == [
        (0.5, 1.25, "Hello {you}\n你好"),
        (1.25, 1.5, "Hello {you}\n你好\nboth"),
        (1.5, 2.0, "both"),
        (3.0, 4.0, r"back\slash"),
    ]
    assert stream_bytes(out) == stream_bytes(source)
    with av.open(str(out)) as container:
        assert container.streams.subtitles[0].metadata["language"] == "eng"


def test_sound_and_pictures_keep_their_times(tmp_path: Path) -> None:
    starts = [0.5, 2.0, 4.25]
    source = clip(tmp_path / "a.ts", sound=bursts(5.0, starts, 48_000))
    out = muxed(source, tmp_path / "out.mkv", TextTrack(CUES))
    before, after = (burst_times(load_audio(path, LIMITS).waveform) for path in (source, out))
    assert after == pytest.approx(before, abs=0.03) and len(after) == 3


def test_an_upright_film_of_a_telephone_stays_upright(tmp_path: Path) -> None:
    source = turn_mp4(clip(tmp_path / "phone.mp4"))
    out = muxed(source, tmp_path / "out.mp4", TextTrack(CUES))
    turns = []
    for path in (source, out):
        with av.open(str(path)) as container:
            turns.append(next(container.decode(video=0)).rotation)
    assert turns[0] == turns[1] != 0


def test_styles_reach_matroska_only(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    out = muxed(source, tmp_path / "out.mkv", TextTrack(CUES, "en", STYLED))
    assert texts(out) == [(1.0, 2.5, r"0,0,Loud,,0,0,0,,{\i1}Hello")]
    with av.open(str(out)) as container:
        assert b"Style: Loud,Arial,40" in container.streams.subtitles[0].codec_context.extradata
    assert len(texts(muxed(source, tmp_path / "out.mp4", TextTrack(CUES, "en", STYLED)))) == 4


def test_tracks_that_were_there_stay_where_they_can(tmp_path: Path) -> None:
    first = muxed(clip(tmp_path / "a.mp4"), tmp_path / "one.mkv", TextTrack(CUES[:1], "en"))
    second = muxed(first, tmp_path / "two.mkv", TextTrack(CUES[1:], "de"))
    assert texts(second, 0) == texts(first) and [text for *_, text in texts(second, 1)] == ["both", r"back\slash"]
    assert run_through(mux_subtitles(first, TextTrack(CUES), tmp_path / "three.mp4", LIMITS)) == 1


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    steps = mux_subtitles(source, TextTrack(CUES), tmp_path / "out.mp4", LIMITS)
    next(steps)
    assert len(list(tmp_path.iterdir())) == 2
    steps.close()
    assert list(tmp_path.iterdir()) == [source]


def test_a_slow_caller_does_not_slow_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(n * 0.001 for n in range(10**6))
    pause = [0.0]
    monkeypatch.setattr("mmdemo.media.video_output.time.monotonic", lambda: next(moments) + pause[0])
    reports = 0
    for _ in mux_subtitles(clip(tmp_path / "a.mp4"), TextTrack(CUES), tmp_path / "out.mp4", LIMITS):
        reports, pause[0] = reports + 1, pause[0] + 100.0
    assert 1 <= reports < 5, "a pause of the caller must not make every packet a report"


def test_what_cannot_be_done_is_a_sentence(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    sound = write_sound(tmp_path / "a.m4a", tone(1.0))
    foreign = clip(tmp_path / "old.avi", codec="mpeg4", sound_codec="pcm_u8")
    broken = cut(source, tmp_path / "broken.mp4", 0.5)
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").touch()
    for path, out, error in (
        (sound, "out.mp4", WrongMediaKind),
        (source, "out.wmv", UnknownVideoFormat),
        (foreign, "out.mp4", ContainerCannotHold),
        (broken, "out.mp4", TruncatedMedia),
        (source, "folder.mp4", OutputNotWritable),
        (source, "file/out.mp4", OutputNotWritable),
    ):
        with pytest.raises(error):
            run_through(mux_subtitles(path, TextTrack(CUES), tmp_path / out, LIMITS))
    assert not [item for item in tmp_path.iterdir() if "part" in item.name or item.name.startswith("out")]
    muxed(foreign, tmp_path / "out.mkv", TextTrack(CUES))


def test_cutting_agrees_with_looking_at_every_moment() -> None:
    cues = [Cue(1, 0.0, 4.0, "a"), Cue(2, 1.0, 2.0, "b"), Cue(3, 1.0, 5.0, "c"), Cue(4, 7.0, 8.0, "d")]
    pieces = one_at_a_time(cues)
    for moment in (n / 4 for n in range(36)):
        wanted = [cue.text for cue in cues if cue.start <= moment < cue.end]
        found = [piece.text.split("\n") for piece in pieces if piece.start <= moment < piece.end]
        assert found == ([wanted] if wanted else [])
