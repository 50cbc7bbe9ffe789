"""Sound: right samples at the right times, in constant memory, or one sentence."""

import inspect
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import (
    InvalidSamples,
    MediaTooLong,
    NoAudio,
    NoSamples,
    UnreadableMedia,
    WrongMediaKind,
)
from mmdemo.media import audio_blocks, audio_from_samples, file_sha256, load_audio, missing_seconds, open_audio, probe
from mmdemo.types import AudioFile
from tests.media_factory import (
    burst_times,
    bursts,
    cut,
    scene_pictures,
    speak,
    tone,
    with_cover,
    write_scenes,
    write_sound,
    write_wav,
)

LIMITS = Limits()


def peak_frequency(samples: np.ndarray) -> float:
    """Find the loudest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * 16_000 / len(samples))


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "libmp3lame", 44_100),
        ("a.m4a", "aac", 48_000),
        ("a.aac", "aac", 32_000),
        ("a.ogg", "libopus", 48_000),
        ("a.flac", "flac", 44_100),
        ("a.webm", "libopus", 48_000),
        ("a.mka", "pcm_s16le", 22_050),
        ("a.aiff", "pcm_s16be", 11_025),
        ("a.avi", "libmp3lame", 44_100),
        ("a.ts", "aac", 48_000),
        ("a.au", "pcm_mulaw", 8_000),
        ("a.mov", "aac", 44_100),
    ],
)
def test_formats_and_rates(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    starts = (0.25, 1.0, 2.6)
    path = write_sound(tmp_path / name, bursts(3.0, starts, rate), rate, codec)
    info = probe(path, LIMITS)
    assert (info.kind, info.has_audio, info.video_codec, info.width) == ("audio", True, "", 0)
    audio = load_audio(path, LIMITS)
    assert audio.waveform.dtype == np.float32 and audio.sample_rate == 16_000
    # AAC and MP3 without a gapless header keep up to two frames of encoder delay.
    late = 0.06 if name in ("a.aac", "a.avi", "a.ts") else 0.003
    assert burst_times(audio.waveform) == pytest.approx(starts, abs=late)
    assert audio.duration == pytest.approx(3.0, abs=0.1)
    assert audio.sha256 == file_sha256(path)


def test_mu_law_telephone_in_stereo(tmp_path: Path) -> None:
    linear = tone(1.0, 440.0, 8_000, 0.5)
    magnitude = np.round(np.log1p(255 * np.abs(linear)) / np.log(256) * 127).astype(np.uint8)
    coded = ~np.where(linear < 0, magnitude | 0x80, magnitude).astype(np.uint8)
    path = write_wav(tmp_path / "call.wav", np.stack([coded, coded], axis=1), 8_000, "mulaw")
    audio = load_audio(path, LIMITS)
    assert len(audio.waveform) == 16_000
    assert peak_frequency(audio.waveform) == pytest.approx(440, abs=2)
    assert np.abs(audio.waveform[2_000:-2_000]).max() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("sample_format", ["u8", "s16", "s32", "f32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 6, 9, 32])
def test_full_scale_does_not_clip_however_many_channels(tmp_path: Path, sample_format: str, channels: int) -> None:
    mono = tone(0.5, 300.0, 16_000, 0.9)
    path = write_wav(tmp_path / "a.wav", np.stack([mono] * channels, axis=1), 16_000, sample_format)
    heard = load_audio(path, LIMITS).waveform[1_000:7_000]
    if channels == 6:  # a WAV without a mask: FFmpeg guesses 5.1 and leaves the low-frequency channel out
        assert np.abs(heard).max() == pytest.approx(0.9, abs=0.02)
    else:
        assert heard == pytest.approx(mono[1_000:7_000], abs=0.02)


def test_tracks_of_a_field_recorder_are_all_heard(tmp_path: Path) -> None:
    for channel in range(10):
        samples = np.zeros((8_000, 10), np.float32)
        samples[:, channel] = tone(0.5)
        heard = load_audio(write_wav(tmp_path / "a.wav", samples), LIMITS).waveform
        assert np.abs(heard).max() == pytest.approx(0.05, abs=0.005)


def test_speech_survives(tmp_path: Path) -> None:
    path = speak(tmp_path / "hello.wav", "Hello, this is a test.")
    audio = load_audio(path, LIMITS)
    assert audio.duration == pytest.approx(probe(path, LIMITS).duration, abs=0.01)
    assert 0.1 < np.abs(audio.waveform).max() <= 1.0


def test_zero_length(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(0, np.float32))
    with pytest.raises(NoSamples, match="not a single sample"):
        open_audio(path, LIMITS)
    with pytest.raises(NoSamples):
        next(audio_blocks(AudioFile(path, 0.0, "a.wav", "")))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_samples_that_are_no_numbers(tmp_path: Path, value: float) -> None:
    samples = tone(1.0, rate=44_100)
    samples[20_000:20_010] = value
    path = write_wav(tmp_path / "a.wav", np.stack([samples, samples], axis=1), 44_100, "f32")
    if value == 3e38:  # a number, if a silly one: it is clipped
        assert np.abs(load_audio(path, LIMITS).waveform).max() == 1.0
        return
    with pytest.raises(InvalidSamples, match="NaN or infinity"):
        load_audio(path, LIMITS)


def test_floats_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", 4 * tone(1.0), 16_000, "f32")
    waveform = load_audio(path, LIMITS).waveform
    assert (waveform.min(), waveform.max()) == (-1.0, 1.0)
    assert np.mean(np.abs(waveform) == 1.0) > 0.5


def test_video_without_sound_and_picture(tmp_path: Path) -> None:
    silent = write_scenes(tmp_path / "a.mp4", scene_pictures(1), 0.5)
    with pytest.raises(NoAudio):
        open_audio(silent, LIMITS)
    from PIL import Image

    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(WrongMediaKind):
        open_audio(tmp_path / "a.png", LIMITS)


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    import io

    from PIL import Image

    cover = io.BytesIO()
    Image.fromarray(scene_pictures(1, 300, 300)[0]).save(cover, "jpeg")
    path = with_cover(write_sound(tmp_path / "a.mp3", tone(1.0, rate=44_100), 44_100, "libmp3lame"), cover.getvalue())
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1
    info = probe(path, LIMITS)
    assert (info.kind, info.audio_codec, info.width) == ("audio", "mp3", 0)
    assert load_audio(path, LIMITS).duration == pytest.approx(1.0, abs=0.06)


def test_blocks_have_their_length_and_lose_nothing(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", bursts(7.3, [0.9999, 2.0, 7.1], 44_100), 44_100, "flac")
    handle = open_audio(path, LIMITS)
    blocks = list(audio_blocks(handle, 2.0))
    assert [len(block) for block in blocks] == [32_000, 32_000, 32_000, 20_800]
    whole = load_audio(path, LIMITS).waveform
    assert np.array_equal(np.concatenate(blocks), whole)
    assert burst_times(whole) == pytest.approx([0.9999, 2.0, 7.1], abs=0.002)


def test_blocks_do_not_share_memory(tmp_path: Path) -> None:
    blocks = list(audio_blocks(open_audio(write_wav(tmp_path / "a.wav", tone(3.0)), LIMITS), 1.0))
    blocks[0][:] = 7
    assert np.abs(blocks[1]).max() <= 1 and np.abs(blocks[2]).max() <= 1


def test_only_the_beginning(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(5.0))
    assert load_audio(path, LIMITS, max_seconds=1.25).duration == 1.25
    assert load_audio(path, LIMITS, max_seconds=60).duration == 5.0


def test_consumer_may_stop_early(tmp_path: Path) -> None:
    handle = open_audio(write_wav(tmp_path / "a.wav", tone(20.0)), LIMITS)

    def is_open() -> bool:
        files = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        return str(handle.path) in files

    blocks = audio_blocks(handle, 1.0)
    assert inspect.isgenerator(blocks)
    next(blocks)
    assert is_open()
    blocks.close()
    assert not is_open()


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    peaks = []
    for minutes in (1, 6):
        path = write_wav(tmp_path / "a.wav", np.tile(tone(60.0, rate=8_000), minutes), 8_000, "u8")
        handle = open_audio(path, LIMITS)
        tracemalloc.start()
        total = sum(len(block) for block in audio_blocks(handle, 10.0))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert total == pytest.approx(minutes * 60 * 16_000, abs=16)
    assert peaks[1] < 1.2 * peaks[0] < 5_000_000  # six minutes whole are 23 MB


def test_undeclared_duration_meets_the_limit_while_decoding(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.aac", tone(10.0, rate=16_000), 16_000, "aac")
    handle = open_audio(path, Limits(media_minutes=0.05))
    assert handle.duration == 0.0
    assert missing_seconds(handle, 5.0) == 0.0
    with pytest.raises(MediaTooLong, match="the limit is 0.05 minutes"):
        list(audio_blocks(handle, 1.0, Limits(media_minutes=0.05)))
    assert sum(len(block) for block in audio_blocks(handle)) / 16_000 == pytest.approx(10.0, abs=0.2)


def flac_declaring(path: Path, samples: int) -> Path:
    """Overwrite the number of samples that the header of a FLAC declares."""
    data = bytearray(path.read_bytes())
    field = 4 + 4 + 13  # magic, block header, then the last 36 bits of 8 bytes at offset 10
    assert data[:4] == b"fLaC"
    data[field] = data[field] & 0xF0 | samples >> 32
    data[field + 1 : field + 5] = (samples & 0xFFFFFFFF).to_bytes(4, "big")
    path.write_bytes(data)
    return path


def test_duration_that_lies(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", bursts(9.0, [0.5, 8.5]), 16_000, "flac")
    short = open_audio(flac_declaring(path, 16_000), Limits(media_minutes=0.1))
    assert short.duration == 1.0
    with pytest.raises(MediaTooLong):
        list(audio_blocks(short, 1.0, Limits(media_minutes=0.1)))
    assert burst_times(load_audio(path, LIMITS).waveform) == pytest.approx([0.5, 8.5], abs=0.002)

    long = open_audio(flac_declaring(path, 16_000 * 60), LIMITS)
    decoded = sum(len(block) for block in audio_blocks(long)) / 16_000
    assert decoded == pytest.approx(9.0, abs=0.01)
    assert missing_seconds(long, decoded) == pytest.approx(51.0, abs=0.01)
    with pytest.raises(MediaTooLong, match="runs for 200 minutes; the limit is 120 minutes"):
        open_audio(flac_declaring(path, 16_000 * 60 * 200), LIMITS)


def test_cut_sound_gives_what_is_there(tmp_path: Path) -> None:
    whole = write_sound(tmp_path / "a.mp3", bursts(10.0, [1.0, 4.0, 9.0], 44_100), 44_100, "libmp3lame")
    handle = open_audio(cut(whole, tmp_path / "b.mp3", 0.6), LIMITS)
    samples = np.concatenate(list(audio_blocks(handle)))
    assert burst_times(samples) == pytest.approx([1.0, 4.0], abs=0.003)
    assert missing_seconds(handle, len(samples) / 16_000) == pytest.approx(4.0, abs=0.2)


def test_wav_of_a_stream_with_no_length(tmp_path: Path) -> None:
    for declared in (0xFFFFFFFF, 0x7FFFFFF0):
        path = write_wav(tmp_path / "a.wav", tone(2.0), data_bytes=declared)
        assert load_audio(path, LIMITS).duration == 2.0


def test_damage_in_the_middle_keeps_the_times(tmp_path: Path) -> None:
    starts = [0.5 + index for index in range(20)]
    path = write_sound(tmp_path / "a.m4a", bursts(20.0, starts, 48_000), 48_000, "aac")
    data = bytearray(path.read_bytes())
    media = data.index(b"mdat") + 4
    length = data.index(b"moov") - media
    damaged = slice(media + int(length * 0.45), media + int(length * 0.55))
    data[damaged] = np.random.default_rng(0).integers(0, 256, damaged.stop - damaged.start, np.uint8).tobytes()
    path.write_bytes(data)
    waveform = load_audio(path, LIMITS).waveform
    assert len(waveform) / 16_000 == pytest.approx(20.0, abs=0.05)
    heard = burst_times(waveform)
    assert all(any(abs(time - start) < 0.01 for time in heard) for start in starts[:8] + starts[12:])


def test_unknown_codec_and_impossible_rate(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    data = bytearray(path.read_bytes())
    data[20:22] = b"\x34\x12"
    path.write_bytes(data)
    with pytest.raises(UnreadableMedia):
        open_audio(path, LIMITS)
    for rate in (1, 999, 1_000_000, 2**31 - 1):
        path = write_wav(tmp_path / "b.wav", tone(0.2), rate)
        with pytest.raises((UnreadableMedia, MediaTooLong)):
            load_audio(path, LIMITS)


def test_random_damage_never_escapes_as_another_exception(tmp_path: Path) -> None:
    from mmdemo.errors import MMDemoError

    generator = np.random.default_rng(2)
    codecs = [("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.ogg", "libopus"), ("a.flac", "flac"), ("a.mka", "aac")]
    outcomes: set[object] = set()
    for name, codec in codecs:
        original = write_sound(tmp_path / name, tone(0.5, rate=48_000), 48_000, codec).read_bytes()
        for _ in range(12):
            data = np.frombuffer(original, np.uint8).copy()
            places = generator.integers(0, len(data), 12)
            data[places] = generator.integers(0, 256, len(places))
            (tmp_path / "damaged").write_bytes(data.tobytes())
            try:
                outcomes.add(load_audio(tmp_path / "damaged", LIMITS).sample_rate)
            except MMDemoError as error:
                outcomes.add(type(error).__name__)
    assert 16_000 in outcomes and len(outcomes) > 1


@pytest.mark.parametrize(
    "samples",
    [
        tone(1.0, rate=44_100, amplitude=1.0),
        (tone(1.0, rate=44_100, amplitude=1.0) * 32_767).astype(np.int16),
        (tone(1.0, rate=44_100, amplitude=1.0) * (2**31 - 1)).astype(np.int32),
        np.round(tone(1.0, rate=44_100, amplitude=1.0) * 127 + 128).astype(np.uint8),
        np.stack([tone(1.0, rate=44_100, amplitude=1.0)] * 2, axis=1),
        np.stack([tone(1.0, rate=44_100, amplitude=1.0)] * 2, axis=0),
        tone(1.0, rate=44_100, amplitude=1.0).astype(np.float64)[:, None],
    ],
)
def test_arrays(samples: np.ndarray) -> None:
    audio = audio_from_samples(samples, 44_100, "microphone")
    assert len(audio.waveform) == 16_000 and audio.waveform.dtype == np.float32
    expected = tone(1.0, amplitude=1.0)
    assert audio.waveform[500:-500] == pytest.approx(expected[500:-500], abs=0.02)
    assert audio.source == "microphone"


def test_arrays_at_the_right_rate_are_copied_and_hashed() -> None:
    samples = 2 * tone(1.0)
    audio = audio_from_samples(samples, 16_000)
    assert samples.max() > 0.9 and audio.waveform.max() <= 1.0
    assert audio.sha256 == audio_from_samples(samples.copy(), 16_000, "other").sha256
    assert audio.sha256 != audio_from_samples(samples[:-1], 16_000).sha256


def test_arrays_that_are_no_sound() -> None:
    with pytest.raises(NoSamples):
        audio_from_samples(np.zeros((0, 2), np.int16), 16_000)
    for bad in (np.full(9, np.nan), np.full(9, np.inf), np.full(9, 1e300), np.zeros((2, 2, 2)), np.zeros(9, complex)):
        with pytest.raises(InvalidSamples):
            audio_from_samples(bad, 16_000)
    with pytest.raises(UnreadableMedia):
        audio_from_samples(np.zeros(9, np.int16), 3)
    with pytest.raises(MediaTooLong):
        audio_from_samples(np.zeros(32_000, np.int16), 8_000, limits=Limits(media_minutes=0.01))


def test_import_loads_no_model_library() -> None:
    code = "import sys, mmdemo.media; print([m for m in ('torch', 'gradio', 'librosa', 'scipy') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
