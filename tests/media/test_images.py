"""Pictures of every kind become upright RGB without alpha."""

import hashlib
import io
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from PIL import TiffImagePlugin

from mmdemo.config import Limits
from mmdemo.errors import FileTooLarge, MMDemoError, TooManyPixels, TruncatedMedia, UnreadableMedia, WrongMediaKind
from mmdemo.media import file_sha256, load_image, probe
from mmdemo.types import UInt8Array
from tests.media_factory import cut, halves, scene_pictures, tone, write_png_bomb, write_wav

LIMITS = Limits()
RED, BLUE = (255, 0, 0), (0, 0, 255)


def corners(pixels: UInt8Array) -> tuple[str, str, str, str]:
    """Name the colours of the corners, clockwise from the top left."""
    names = []
    for row, column in ((2, 2), (2, -3), (-3, -3), (-3, 2)):
        red, _, blue = (int(value) for value in pixels[row, column])
        names.append("red" if red > 150 > blue else "blue" if blue > 150 > red else "other")
    return names[0], names[1], names[2], names[3]


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "gif", "webp", "jpeg", "jp2", "avif", "ppm"])
def test_common_formats(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file without ending"
    PIL.Image.fromarray(halves(64, 48)).save(path, kind.replace("jp2", "jpeg2000"))
    image = load_image(path, LIMITS)
    assert image.pixels.shape == (48, 64, 3) and image.pixels.dtype == np.uint8
    assert corners(image.pixels) == ("red", "blue", "blue", "red")
    assert image.sha256 == file_sha256(path)
    info = probe(path, LIMITS)
    assert (info.kind, info.width, info.height, info.duration) == ("image", 64, 48, 0.0)


# EXIF orientation → colours of the corners of a picture stored red on the left, clockwise from the top left.
TURNED = {
    1: ("red", "blue", "blue", "red"),
    2: ("blue", "red", "red", "blue"),
    3: ("blue", "red", "red", "blue"),
    4: ("red", "blue", "blue", "red"),
    5: ("red", "red", "blue", "blue"),
    6: ("red", "red", "blue", "blue"),
    7: ("blue", "blue", "red", "red"),
    8: ("blue", "blue", "red", "red"),
}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", TURNED)
def test_exif_orientation(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo"
    PIL.Image.fromarray(halves(64, 32)).save(path, kind, exif=exif)
    info = probe(path, LIMITS)
    image = load_image(path, LIMITS)
    assert corners(image.pixels) == TURNED[orientation]
    assert image.pixels.shape == ((64, 32, 3) if orientation >= 5 else (32, 64, 3))
    assert (info.height, info.width, 3) == image.pixels.shape


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's note for the log; the picture is read all the same
def test_damaged_exif_costs_nothing(tmp_path: Path) -> None:
    PIL.Image.fromarray(halves(64, 32)).save(tmp_path / "a.jpg", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert load_image(tmp_path / "a.jpg", LIMITS).pixels.shape == (32, 64, 3)


def test_alpha_lies_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:4] = (255, 0, 0, 255)
    rgba[4:] = (0, 0, 0, 128)
    PIL.Image.fromarray(rgba).save(tmp_path / "a.png")
    PIL.Image.fromarray(rgba).convert("LA").save(tmp_path / "la.png")
    pixels = load_image(tmp_path / "a.png", LIMITS).pixels
    assert tuple(pixels[0, 0]) == RED
    assert tuple(pixels[7, 7]) == (127, 127, 127)
    assert tuple(load_image(tmp_path / "la.png", LIMITS).pixels[7, 7]) == (127, 127, 127)


def test_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    picture = PIL.Image.new("P", (8, 8), 0)
    picture.putpalette([9, 9, 9, 0, 0, 255])
    picture.paste(1, (0, 0, 4, 8))
    picture.save(tmp_path / "p.png", transparency=0)
    picture.save(tmp_path / "bytes.png", transparency=b"\x00\xff")
    for name in ("p.png", "bytes.png"):
        pixels = load_image(tmp_path / name, LIMITS).pixels
        assert tuple(pixels[0, 0]) == BLUE and tuple(pixels[0, 7]) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LA", "RGBA", "I", "F", "HSV", "La", "RGBa"])
def test_every_mode_of_pillow(mode: str) -> None:
    grey = np.full((16, 16, 3), 255, np.uint8)
    grey[:8] = 0
    source = PIL.Image.fromarray(grey)
    if mode in ("La", "RGBa"):
        source = source.convert("LA" if mode == "La" else "RGBA")
    pixels = load_image(source.convert(mode), LIMITS).pixels
    assert pixels[0, 0].max() <= 2 and pixels[15, 15].min() >= 253


def test_cmyk_jpeg_keeps_its_colours(tmp_path: Path) -> None:
    PIL.Image.fromarray(halves(64, 64)).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    with PIL.Image.open(tmp_path / "print.jpg") as stored:
        assert stored.mode == "CMYK"
    assert corners(load_image(tmp_path / "print.jpg", LIMITS).pixels) == ("red", "blue", "blue", "red")


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path, ending: str) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    PIL.Image.fromarray(ramp).save(tmp_path / f"deep.{ending}")
    pixels = load_image(tmp_path / f"deep.{ending}", LIMITS).pixels
    assert pixels.mean() == pytest.approx(127.5, abs=0.5)
    assert (pixels.min(), pixels.max()) == (0, 255)


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_animation_shows_its_first_frame_with_content(tmp_path: Path, kind: str) -> None:
    blank = PIL.Image.new("RGB", (40, 30))
    frames = [blank, PIL.Image.fromarray(halves(40, 30)), PIL.Image.fromarray(halves(40, 30)[:, ::-1].copy())]
    options: dict[str, Any] = {"lossless": True} if kind == "webp" else {}
    frames[0].save(tmp_path / "a", kind, save_all=True, append_images=frames[1:], duration=100, **options)
    assert corners(load_image(tmp_path / "a", LIMITS).pixels) == ("red", "blue", "blue", "red")


def test_animation_of_blank_frames_is_still_a_picture(tmp_path: Path) -> None:
    frames = [PIL.Image.new("RGB", (40, 30), (index, 0, 0)) for index in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert tuple(load_image(tmp_path / "a.gif", LIMITS).pixels[0, 0]) == (0, 0, 0)


def test_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    path = write_png_bomb(tmp_path / "bomb.png")
    assert path.stat().st_size < 3_000_000
    tracemalloc.start()
    try:
        for read in (load_image, probe):
            with pytest.raises(TooManyPixels, match="40000 × 40000 pixels; the limit is 40 megapixels"):
                read(path, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_bomb_under_the_limit_is_a_picture(tmp_path: Path) -> None:
    """The bomb is a valid picture: only its size is at fault."""
    assert load_image(write_png_bomb(tmp_path / "small.png", 400, 300), LIMITS).pixels.shape == (300, 400, 3)


def test_gif_whose_frames_reach_beyond_its_canvas(tmp_path: Path) -> None:
    PIL.Image.fromarray(halves(64, 32)).save(tmp_path / "a.gif")
    data = bytearray((tmp_path / "a.gif").read_bytes())
    descriptor = data.index(b"\x2c\x00\x00\x00\x00\x40\x00\x20\x00")
    data[descriptor + 5 : descriptor + 9] = b"\xff\xff\xff\xff"
    (tmp_path / "a.gif").write_bytes(data)
    with pytest.raises(TooManyPixels):
        load_image(tmp_path / "a.gif", LIMITS)


def test_limit_of_a_pillow_image_and_of_an_array() -> None:
    small = Limits(image_megapixels=0.001)
    for source in (PIL.Image.new("RGB", (50, 50)), np.zeros((50, 50), np.uint8)):
        with pytest.raises(TooManyPixels):
            load_image(source, small)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "bmp", "gif", "avif", "jpeg2000"])
@pytest.mark.parametrize("fraction", [0.02, 0.3, 0.7, 0.97])
def test_cut_picture_is_an_error_in_one_sentence(tmp_path: Path, kind: str, fraction: float) -> None:
    picture = scene_pictures(1, 320, 240)[0] ^ np.random.default_rng(0).integers(0, 32, (240, 320, 3), np.uint8)
    PIL.Image.fromarray(picture).save(tmp_path / "whole", kind)
    with pytest.raises((TruncatedMedia, UnreadableMedia)):
        load_image(cut(tmp_path / "whole", tmp_path / "cut", fraction), LIMITS)


def test_cut_jpeg_says_that_it_breaks_off(tmp_path: Path) -> None:
    PIL.Image.fromarray(scene_pictures(1, 320, 240)[0]).save(tmp_path / "a.jpg")
    with pytest.raises(TruncatedMedia, match="breaks off before its end"):
        load_image(cut(tmp_path / "a.jpg", tmp_path / "b.jpg", 0.5), LIMITS)


def test_random_damage_never_escapes_as_another_exception(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    picture = PIL.Image.fromarray(scene_pictures(1, 64, 48)[0])
    outcomes = set()
    for kind in ("jpeg", "png", "gif", "webp", "tiff", "bmp", "avif", "jpeg2000"):
        whole = io.BytesIO()
        picture.save(whole, kind)
        for _ in range(25):
            data = np.frombuffer(whole.getvalue(), np.uint8).copy()
            places = generator.integers(0, min(len(data), 400), 6)
            data[places] = generator.integers(0, 256, 6)
            (tmp_path / "damaged").write_bytes(data.tobytes())
            try:
                outcomes.add(load_image(tmp_path / "damaged", LIMITS).pixels.shape[2])
            except MMDemoError as error:
                outcomes.add(type(error).__name__)
    assert 3 in outcomes and "UnreadableMedia" in outcomes


def test_postscript_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    with pytest.raises(UnreadableMedia):
        load_image(tmp_path / "a.eps", LIMITS)


def test_sound_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(WrongMediaKind, match="of the kind “audio”, but this needs image"):
        load_image(write_wav(tmp_path / "a.png", tone(0.2)), LIMITS)


def test_size_limit_of_pictures(tmp_path: Path) -> None:
    PIL.Image.fromarray(scene_pictures(1, 320, 240)[0]).save(tmp_path / "a.bmp")
    with pytest.raises(FileTooLarge):
        load_image(tmp_path / "a.bmp", Limits(image_megabytes=0.1))


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.full((4, 4, 3), 0.5, np.float32), 128),
        (np.full((4, 4), 0.5, np.float64), 128),
        (np.full((4, 4, 1), 7, np.uint8), 7),
        (np.full((4, 4), True), 255),
        (np.full((4, 4, 3), 65535, np.uint16), 255),
        (np.full((4, 4, 3), 200.0, np.float32), 200),
        (np.full((4, 4, 3), np.nan, np.float32), 0),
        (np.full((4, 4, 3), 1e300), 0),
        (np.full((4, 4, 3), -5, np.int64), 0),
        (np.dstack([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8)]), 255),
    ],
)
def test_arrays(array: Any, expected: int) -> None:
    assert (load_image(array, LIMITS).pixels == expected).all()


@pytest.mark.parametrize("shape", [(0, 4, 3), (4,), (4, 4, 5), (2, 4, 4, 3)])
def test_arrays_that_are_no_picture(shape: tuple[int, ...]) -> None:
    with pytest.raises(UnreadableMedia):
        load_image(np.zeros(shape, np.uint8), LIMITS)


def test_hash_of_pixels_knows_the_shape() -> None:
    wide, high = load_image(np.zeros((2, 8), np.uint8), LIMITS), load_image(np.zeros((8, 2), np.uint8), LIMITS)
    again = load_image(PIL.Image.new("RGB", (8, 2)), LIMITS)
    assert wide.sha256 == again.sha256 != high.sha256
    assert len(wide.sha256) == hashlib.sha256().digest_size * 2


def test_source_array_is_left_alone() -> None:
    array = np.full((4, 4, 3), 9, np.uint8)
    load_image(array, LIMITS).pixels[:] = 1
    assert (array == 9).all()


def test_pillow_keeps_its_settings(tmp_path: Path) -> None:
    from PIL import ImageFile

    before = (PIL.Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, TiffImagePlugin.READ_LIBTIFF)
    test_cut_jpeg_says_that_it_breaks_off(tmp_path)
    assert before == (PIL.Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, TiffImagePlugin.READ_LIBTIFF)
