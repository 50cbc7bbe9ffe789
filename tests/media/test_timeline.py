"""The sample index is media time, whatever the timestamps do."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import MediaTooLong
from mmdemo.media import load_audio, open_audio
from mmdemo.media.waveform import Resampler, Timeline
from mmdemo.types import Float32Array
from tests.media_factory import burst_times, bursts, scene_pictures, tone, write_sound, write_video

LIMITS = Limits()


def frame(samples: Float32Array, start: float | None, rate: int = 16_000) -> av.AudioFrame:
    """Wrap mono samples as a decoded frame that begins at a moment."""
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "flt", "mono")
    made.sample_rate, made.time_base = rate, Fraction(1, 1_000_000)
    made.pts = None if start is None else round(start * 1_000_000)
    return made


def run(timeline: Timeline, *frames: av.AudioFrame) -> Float32Array:
    """Feed frames and put everything that comes out together."""
    pieces = [piece for item in frames for piece in timeline.feed(item)]
    return np.concatenate([*pieces, *timeline.finish()])[:, 0]


def timeline(**options: float | bool) -> Timeline:
    return Timeline(Resampler("test"), **options)  # type: ignore[arg-type]


def test_gap_becomes_silence() -> None:
    out = run(timeline(), frame(bursts(1.0, [0.5]), 0.0), frame(bursts(1.0, [0.5]), 4.0))
    assert len(out) == 5 * 16_000
    assert burst_times(out) == pytest.approx([0.5, 4.5], abs=0.001)


def test_late_start_becomes_silence_however_short() -> None:
    assert burst_times(run(timeline(), frame(bursts(1.0, [0.2]), 0.03))) == pytest.approx([0.23], abs=0.001)


def test_early_start_is_cut_off() -> None:
    out = run(timeline(origin=1.0), frame(bursts(1.0, [0.5]), 0.8))
    assert len(out) == round(0.8 * 16_000)
    assert burst_times(out) == pytest.approx([0.3], abs=0.001)


def test_jitter_is_not_heard() -> None:
    sine = tone(2.0)
    frames = [frame(sine[n * 320 : (n + 1) * 320], n * 0.02 + (0.008 if n % 2 else 0.0)) for n in range(100)]
    assert run(timeline(), *frames) == pytest.approx(sine, abs=1e-6)


def test_slow_drift_is_followed() -> None:
    """A clock that runs one part in a hundred slow: the sound keeps within the jitter of its timestamps."""
    frames = [frame(bursts(0.5, [0.1]), n * 0.505) for n in range(60)]
    heard = burst_times(run(timeline(), *frames))
    assert heard == pytest.approx([n * 0.505 + 0.1 for n in range(60)], abs=0.056)


def test_doubled_sound_is_dropped() -> None:
    out = run(timeline(), frame(bursts(1.0, [0.2]), 0.0), frame(bursts(1.0, [0.1, 0.6]), 0.7), frame(tone(0.1), 1.7))
    assert burst_times(out)[:2] == pytest.approx([0.2, 1.3], abs=0.001)
    assert len(out) == round(1.8 * 16_000)


def test_clock_set_back_goes_on_where_it_was() -> None:
    out = run(timeline(), frame(tone(2.0), 0.0), frame(bursts(1.0, [0.5]), -500.0), frame(bursts(1.0, [0.5]), -499.0))
    assert len(out) == 4 * 16_000


def test_timestamp_far_beyond_the_end_is_not_believed() -> None:
    out = run(timeline(declared_end=3.0), frame(tone(1.0), 0.0), frame(tone(1.0), 5_000.0), frame(tone(1.0), 5_001.0))
    assert len(out) == 3 * 16_000


def test_transport_streams_may_set_their_clock_anew() -> None:
    for transport, seconds in ((True, 11), (False, 801)):
        frames = (frame(tone(1.0), 0.0), frame(tone(1.0), 9.0), frame(tone(1.0), 800.0))
        assert len(run(timeline(transport=transport), *frames)) == seconds * 16_000


def test_frames_without_times_follow_each_other() -> None:
    sine = tone(1.0)
    assert run(timeline(), frame(sine[:5_000], None), frame(sine[5_000:], None)) == pytest.approx(sine, abs=1e-6)


def test_rate_may_change_midway() -> None:
    out = run(timeline(), frame(tone(1.0), 0.0), frame(bursts(1.0, [0.5], 48_000), 1.0, 48_000))
    assert len(out) == pytest.approx(32_000, abs=40)
    assert burst_times(out)[-1] == pytest.approx(1.5, abs=0.003)


def test_long_silence_comes_in_pieces() -> None:
    line = timeline()
    list(line.feed(frame(tone(0.1), 0.0)))
    sizes = [len(piece) for piece in line.feed(frame(tone(0.1), 3_600.0))]
    assert sum(sizes) == pytest.approx(3_600 * 16_000, abs=2) and max(sizes) <= 160_000


@pytest.mark.parametrize(("ending", "codec"), [("mkv", "pcm_s16le"), ("mp4", "aac"), ("mov", "aac"), ("ts", "aac")])
def test_sound_that_starts_later_than_the_pictures(tmp_path: Path, ending: str, codec: str) -> None:
    pictures, times = scene_pictures(1) * 40, [index / 10 for index in range(40)]
    sound = bursts(3.0, [1.0], 48_000)
    for delay in (0.0, 0.7):
        path = write_video(
            tmp_path / f"a.{ending}",
            pictures,
            times,
            options={"bf": "0"},
            sound=sound,
            sound_codec=codec,
            sound_delay=delay,
        )
        # The AAC encoder's own delay is declared in MP4 and left in transport streams.
        heard = burst_times(load_audio(path, LIMITS).waveform)
        assert heard == pytest.approx([1.0 + delay], abs=0.03 if ending == "ts" else 0.004)


@pytest.mark.parametrize("ending", ["mka", "m4a", "ts"])
def test_gap_in_a_file(tmp_path: Path, ending: str) -> None:
    codec = "pcm_s16le" if ending == "mka" else "aac"
    path = write_sound(tmp_path / f"a.{ending}", bursts(4.0, [0.5, 3.0], 48_000), 48_000, codec, shifts=[(2.0, 2.5)])
    heard = burst_times(load_audio(path, LIMITS).waveform)
    assert heard == pytest.approx([0.5, 5.5], abs=0.06 if ending == "ts" else 0.005)


def test_hostile_gap_is_bounded_by_the_limit(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.mka", tone(4.0), 16_000, "pcm_s16le", shifts=[(2.0, 7_300.0)])
    with pytest.raises(MediaTooLong):
        open_audio(path, LIMITS)


def test_clock_that_starts_anywhere(tmp_path: Path) -> None:
    for ending, codec in (("mka", "pcm_s16le"), ("ts", "aac"), ("flac", "flac")):
        path = write_sound(tmp_path / f"a.{ending}", bursts(3.0, [1.0], 48_000), 48_000, codec, shifts=[(-1.0, 95.0)])
        assert burst_times(load_audio(path, LIMITS).waveform) == pytest.approx([1.0], abs=0.06)
