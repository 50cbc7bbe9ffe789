"""Subtitles drawn onto the pictures: where, when and in which script; everything else stays as it was."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import ContainerCannotHold, NoFontFor, TruncatedMedia, UnreadableMedia, UnusableFont, WrongMediaKind
from mmdemo.media import load_audio, subtitle_fonts
from mmdemo.media.subtitle_burning import BurnedText, blend, burn_subtitles, upright_planes
from mmdemo.media.subtitle_drawing import DrawnText, TextDrawer
from mmdemo.media.subtitle_fonts import font_files, fonts_for
from mmdemo.stepwise import run_through
from mmdemo.types import Cue, UInt8Array
from tests.media.test_subtitle_muxing import clip
from tests.media_factory import burst_times, bursts, cut, halves, tone, turn_mp4, write_sound, write_video

LIMITS = Limits()
CUES = (Cue(1, 1.0, 2.0, "Hello"), Cue(2, 3.0, 4.0, "你好"))


def burned(source: Path, out: Path, cues: tuple[Cue, ...] = CUES) -> list[tuple[float, UInt8Array]]:
    """Burn, and return the frames of the result with their times."""
    fonts = fonts_for([cue.text for cue in cues])
    run_through(burn_subtitles(source, BurnedText(cues, fonts), out, LIMITS))
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
        assert all(frame.rotation == 0 for frame in frames)
        return [(float(frame.time), frame.to_ndarray(format="gray")) for frame in frames]


def white(picture: UInt8Array) -> float:
    """Return how much of the lower half is white; of the tests' pictures, red and blue, nothing is."""
    return float((picture[picture.shape[0] // 2 :] > 200).mean())


def test_letters_stand_below_while_their_cue_lasts(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", sound=bursts(5.0, [0.5, 4.0], 48_000))
    frames = burned(source, tmp_path / "out.mp4")
    shown = [moment for moment, picture in frames if white(picture) > 0.001]
    assert shown == pytest.approx([n / 10 for n in (*range(10, 20), *range(30, 40))])
    assert all((picture[: picture.shape[0] // 2] > 200).sum() == 0 for _, picture in frames)
    assert burst_times(load_audio(tmp_path / "out.mp4", LIMITS).waveform) == pytest.approx([0.5, 4.0], abs=0.03)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.mp4", "out.mp4"]


def test_unsteady_times_are_kept(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.5, 0.52, 1.3, 1.35, 2.9]
    source = write_video(tmp_path / "vfr.mkv", [halves(96, 64)] * len(times), times)
    for name in ("out.mp4", "out.mkv"):
        assert [moment for moment, _ in burned(source, tmp_path / name)] == pytest.approx(times, abs=0.002)


def test_a_film_of_a_telephone_is_turned_with_its_text_upright(tmp_path: Path) -> None:
    source = turn_mp4(clip(tmp_path / "phone.mp4"))
    frames = burned(source, tmp_path / "out.mp4")
    assert frames[0][1].shape == (320, 240) and white(frames[15][1]) > 0.001
    # Turned clockwise, what was red on the left is above, and blue is below.
    with av.open(str(tmp_path / "out.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert picture[40, 120, 0] > 180 and picture[240, 120, 2] > 180


def test_overlapping_cues_are_shown_one_above_the_other(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    frames = dict(burned(source, tmp_path / "out.mp4", (Cue(1, 1.0, 3.0, "One"), Cue(2, 2.0, 3.0, "Two"))))
    heights = [np.flatnonzero((frames[moment] > 200).any(axis=1)) for moment in (1.5, 2.5)]
    assert len(heights[1]) > 1.5 * len(heights[0]) and heights[1][-1] >= heights[0][-1] - 2


def test_odd_sizes_and_oblong_pixels_are_shown_whole(tmp_path: Path) -> None:
    from fractions import Fraction

    pictures = [halves(98, 66)] * 3
    source = write_video(tmp_path / "a.mkv", pictures, [0, 1, 2], pixel_aspect=Fraction(3, 2))
    assert burned(source, tmp_path / "out.mp4")[0][1].shape == (66, 148)
    odd = write_video(tmp_path / "b.mkv", [halves(97, 65)] * 3, [0, 1, 2], pixel_format="yuv444p")
    assert burned(odd, tmp_path / "out.mp4")[0][1].shape == (64, 96)


def test_closing_stops_at_once_and_leaves_nothing_behind(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=20.0)
    steps = burn_subtitles(source, BurnedText(CUES, fonts_for(["Hello 你好"])), tmp_path / "out.mp4", LIMITS)
    next(steps)
    began = time.process_time()
    steps.close()
    assert time.process_time() - began < 2.0
    assert list(tmp_path.iterdir()) == [source]


def test_what_cannot_be_done_is_a_sentence(tmp_path: Path) -> None:
    text = BurnedText(CUES, fonts_for(["Hello 你好"]))
    sound = write_sound(tmp_path / "a.m4a", tone(1.0))
    source = clip(tmp_path / "a.mp4")
    foreign = clip(tmp_path / "old.avi", codec="mpeg4", sound_codec="pcm_u8")
    (tmp_path / "noise.mp4").write_bytes(b"\0\1\2\3" * 5000)
    for path, error in (
        (sound, WrongMediaKind),
        (cut(source, tmp_path / "broken.mp4", 0.5), TruncatedMedia),
        (tmp_path / "noise.mp4", UnreadableMedia),
        (foreign, ContainerCannotHold),
    ):
        with pytest.raises(error):
            run_through(burn_subtitles(path, text, tmp_path / "out.mp4", LIMITS))
    assert not [item for item in tmp_path.iterdir() if "part" in item.name or item.name.startswith("out")]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_planes_turn_as_pictures_do(turns: int) -> None:
    picture = np.random.default_rng(turns).integers(0, 255, (8, 12), np.uint8).repeat(8, 0).repeat(8, 1)
    lying = np.rot90(picture, -turns)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(lying), "gray").reformat(format="yuv420p")

    class Turned:
        rotation = 90 * turns
        reformat = frame.reformat

    planes = upright_planes(Turned(), 96, 64)  # type: ignore[arg-type]
    assert planes.shape == (96, 96)
    brightness = [values[4::8, 4::8].astype(int) for values in (planes[:64], picture)]
    assert np.array_equal(*(np.sign(np.diff(values)) for values in brightness))


def test_blending_agrees_with_doing_it_pixel_by_pixel() -> None:
    generator = np.random.default_rng(1)
    planes = generator.integers(0, 255, (12, 8), np.uint8)
    before = planes.copy()
    alpha, letters = (generator.integers(0, 256, (4, 4), np.uint8) for _ in range(2))
    blend(planes, DrawnText(2, 4, alpha, letters))
    for row in range(8):
        for column in range(8):
            a = float(alpha[row - 4, column - 2]) / 255 if 4 <= row and 2 <= column < 6 else 0.0
            light = 16 + 219 * float(letters[row - 4, column - 2]) / 255 if a else 0.0
            assert planes[row, column] == pytest.approx(before[row, column] * (1 - a) + light * a, abs=1.1)
    colours, old = planes[8:].reshape(2, 4, 4), before[8:].reshape(2, 4, 4)
    share = alpha.astype(float).reshape(2, 2, 2, 2).mean((1, 3)) / 255
    assert colours[:, 2:4, 1:3] == pytest.approx(old[:, 2:4, 1:3] * (1 - share) + 128 * share, abs=1.1)
    assert np.array_equal(colours[:, :2], old[:, :2])


def drawn(text: str, width: int = 640, height: int = 360, language: str = "") -> DrawnText | None:
    return TextDrawer(width, height, fonts_for([text], language)).draw(text)


def test_long_lines_are_broken_and_stay_inside() -> None:
    for text in ("word " * 60, "字" * 200, "x" * 300, "مرحبا بالعالم " * 30):
        found = drawn(text)
        assert found is not None and found.alpha.shape[0] > 40
        assert 0 <= found.x and found.x + found.alpha.shape[1] <= 640
        assert 0 <= found.y and found.y + found.alpha.shape[0] <= 360
        columns = np.flatnonzero(found.white.any(axis=0)) + found.x
        assert columns[0] >= 0.04 * 640 and columns[-1] <= 0.96 * 640
    assert drawn("\u200b") is None


def test_arabic_is_joined_and_runs_from_the_right() -> None:
    """Shaped letters differ from letters drawn alone, and a first word stands on the right."""
    joined, alone = drawn("بببب"), drawn("ب\u200cب\u200cب\u200cب")
    assert joined is not None and alone is not None and joined.white.shape != alone.white.shape
    long_first = drawn("ممممممممم ا")
    assert long_first is not None
    letters = np.flatnonzero(long_first.white.any(axis=0))
    gap = int(np.argmax(np.diff(letters)))
    assert letters[-1] - letters[gap + 1] > letters[gap] - letters[0]


def test_mixed_scripts_take_several_fonts_and_signs_without_a_font_are_left_out() -> None:
    assert len(fonts_for(["שלום 你好"])) == 2
    sign = "\U0001fae8"  # newer than the fonts of the tests
    with_sign, without = drawn("Hi " + sign), drawn("Hi")
    assert with_sign is not None and without is not None and with_sign.white.shape == without.white.shape


def test_a_letter_that_no_font_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    some = next(path for path in font_files() if path.name == "DejaVuSans.ttf")
    monkeypatch.setattr(subtitle_fonts, "FONT_FOLDERS", (str(some.parent),))
    with pytest.raises(NoFontFor, match="𒀀"):
        fonts_for(["Hello 𒀀"])


def test_the_font_follows_the_language_and_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {language: fonts_for(["骨"], language)[0].number for language in ("zh", "ja", "ko")}
    assert len(set(numbers.values())) == 3
    serif = next(path for path in font_files() if "Serif" in path.name and path.suffix == ".ttf")
    assert fonts_for(["Hello"], named=serif)[0].path == serif
    assert [font.path for font in fonts_for(["Hello 你"], named=serif)][0] == serif
    with pytest.raises(UnusableFont):
        fonts_for(["Hello"], named=Path(__file__))
    monkeypatch.setattr(subtitle_fonts, "FONT_FOLDERS", (str(tmp_path),))
    with pytest.raises(NoFontFor, match="apt-get install"):
        fonts_for(["Hello"])
