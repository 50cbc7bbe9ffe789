"""Files that lie, break off or reach for other files end in one sentence."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import pytest

from mmdemo.config import Limits
from mmdemo.errors import MMDemoError, TooManyPixels, TruncatedMedia, UnreadableMedia
from mmdemo.media import load_audio, load_image, load_video, mp4_boxes, open_audio, probe
from mmdemo.media.frames import decode_every, to_rgb
from mmdemo.media.mp4_boxes import is_truncated_mp4
from mmdemo.types import UInt8Array
from tests.media_factory import bursts, cut, scene_pictures, tone, write_scenes, write_sound, write_video, write_wav

LIMITS = Limits()
READERS = (probe, open_audio, load_video, load_image)


def playlists(target: Path) -> dict[str, str]:
    """Write down every kind of playlist that makes FFmpeg open another file."""
    return {
        "ffconcat": f"ffconcat version 1.0\nfile '{target}'\n",
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{target}\n#EXT-X-ENDLIST\n",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "mpd": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{target}'
        "</BaseURL></Period></MPD>",
        "asx": f'<ASX version="3.0"><Entry><Ref href="{target}"/></Entry></ASX>',
        "pls": f"[playlist]\nFile1={target}\nNumberOfEntries=1\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="file://{target}"/></svg>',
    }


@pytest.mark.parametrize("kind", ["ffconcat", "m3u8", "sdp", "mpd", "asx", "pls", "svg"])
@pytest.mark.parametrize("ending", [None, "mp4", "wav", "png"])
def test_playlists_are_refused(tmp_path: Path, kind: str, ending: str | None) -> None:
    target = write_wav(tmp_path / "secret.wav", tone(1.0))
    path = tmp_path / f"list.{ending or kind}"
    path.write_text(playlists(target)[kind])
    for read in READERS:
        with pytest.raises(UnreadableMedia):
            read(path, LIMITS)


def test_the_danger_of_playlists_is_real(tmp_path: Path) -> None:
    """Without the list of allowed formats FFmpeg follows the playlist: what the test above guards against."""
    write_wav(tmp_path / "secret.wav", tone(1.0))
    path = tmp_path / "innocent.mp4"
    path.write_text("ffconcat version 1.0\nfile secret.wav\n")
    with av.open(str(path)) as container:
        assert container.format.name == "concat"
        assert sum(frame.samples for frame in container.decode(audio=0)) == 16_000


@pytest.mark.parametrize("name", ["pipe:0", "concat:a.wav|b.wav", "http://127.0.0.1:9/a.mp3", "lavfi:sine", "data:,x"])
def test_addresses_are_file_names(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MMDemoError, match="There is no file"):
        probe(name, LIMITS)


@pytest.mark.parametrize("ending", ["mp4", "wav", "mp3", "png", "avi", "txt", "srt", "ansi"])
def test_text_is_no_media(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"notes.{ending}"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nThe quick brown fox jumps over the lazy dog.\n\n" * 50)
    for read in READERS:
        with pytest.raises(UnreadableMedia):
            read(path, LIMITS)


def film(path: Path, faststart: bool, fragmented: bool = False) -> Path:
    flags = "faststart" if faststart else "frag_keyframe+empty_moov" if fragmented else ""
    options = {"movflags": flags} if flags else {}
    return write_scenes(
        path, scene_pictures(3), 1.0, sound=bursts(3.0, [1.0], 48_000), container_options=options, options={"g": "10"}
    )


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["moov at the end", "faststart", "fragmented"])
def test_cut_mp4_is_told_up_front(tmp_path: Path, kind: str, fraction: float) -> None:
    whole = film(tmp_path / "whole.mp4", kind == "faststart", kind == "fragmented")
    assert not is_truncated_mp4(whole)
    assert load_audio(whole, LIMITS).duration == pytest.approx(3.0, abs=0.25)
    path = cut(whole, tmp_path / "cut.mp4", fraction)
    for read in (probe, open_audio, load_video):
        with pytest.raises(TruncatedMedia, match="“cut.mp4” breaks off before its end"):
            read(path, LIMITS)


def boxes(*parts: tuple[bytes, int]) -> bytes:
    """Write boxes of a type and a payload length."""
    return b"".join(struct.pack(">I4s", length + 8, kind) + bytes(length) for kind, length in parts)


START = boxes((b"ftyp", 16))
INDEX = boxes((b"moov", 100))


@pytest.mark.parametrize(
    ("data", "truncated"),
    [
        (START + INDEX + boxes((b"mdat", 50)), False),
        (START + boxes((b"mdat", 50)) + INDEX, False),
        (START + boxes((b"mdat", 50)), True),
        (START + INDEX, True),
        (START + INDEX + boxes((b"mdat", 50))[:-1], True),
        (START + INDEX + struct.pack(">I4sQ", 1, b"mdat", 66) + bytes(50), False),
        (START + INDEX + struct.pack(">I4sQ", 1, b"mdat", 67) + bytes(50), True),
        (START + INDEX + struct.pack(">I4sQ", 1, b"mdat", 2**40) + bytes(50), True),
        (START + INDEX + struct.pack(">I4s", 1, b"mdat") + b"\0\0\0", True),
        (START + INDEX + struct.pack(">I4s", 0, b"mdat") + bytes(50), False),
        (START + boxes((b"wide", 0), (b"mdat", 9)) + INDEX + b"\0\0\0", False),
        (START + boxes((b"mdat", 9)) + INDEX + b"rubbish behind the end", False),
        (START + INDEX + boxes((b"moof", 20), (b"mdat", 20)) * 40, False),
        (START + struct.pack(">I4s", 3, b"free") + INDEX + boxes((b"mdat", 9)), True),
        (INDEX + boxes((b"mdat", 9)), False),
        (b"RIFF" + bytes(40), False),
        (b"", False),
        (b"\0\0\0\x18ftyp", True),
    ],
)
def test_walk_over_boxes(tmp_path: Path, data: bytes, truncated: bool) -> None:
    (tmp_path / "a.mp4").write_bytes(data)
    assert is_truncated_mp4(tmp_path / "a.mp4") is truncated


def test_walk_over_countless_boxes_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4_boxes, "MAX_BOXES", 1_000)
    (tmp_path / "a.mp4").write_bytes(START + boxes((b"free", 0)) * 1_001)
    assert not is_truncated_mp4(tmp_path / "a.mp4")  # given up before the end, where the missing index would show
    with pytest.raises(UnreadableMedia):
        probe(tmp_path / "a.mp4", LIMITS)


def test_mp4_with_a_damaged_index(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(START + INDEX + boxes((b"mdat", 50)))
    with pytest.raises(UnreadableMedia):
        probe(tmp_path / "a.mp4", LIMITS)


def test_still_picture_in_mp4_clothing_is_no_video(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4", True).read_bytes()
    (tmp_path / "a.heic").write_bytes(data[:8] + b"heic" + data[12:])
    with pytest.raises(UnreadableMedia):
        probe(tmp_path / "a.heic", LIMITS)


def test_video_frames_past_the_pixel_limit(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", scene_pictures(1, 400, 300) * 3, [0, 0.1, 0.2])
    with pytest.raises(TooManyPixels, match="400 × 300 pixels"):
        load_video(path, Limits(image_megapixels=0.1))


def test_video_frames_larger_than_their_container_says(tmp_path: Path) -> None:
    """A header that declares small frames does not get large ones decoded."""
    path = write_video(
        tmp_path / "a.mkv", scene_pictures(1, 400, 300) * 3, [0, 0.1, 0.2], codec="mjpeg", pixel_format="yuvj420p"
    )
    data = path.read_bytes()
    assert data.count(b"\xb0\x82\x01\x90\xba\x82\x01\x2c") == 1  # PixelWidth 400, PixelHeight 300
    path.write_bytes(data.replace(b"\xb0\x82\x01\x90\xba\x82\x01\x2c", b"\xb0\x82\x00\x28\xba\x82\x00\x1e"))
    with pytest.raises((TooManyPixels, UnreadableMedia)):
        load_video(path, Limits(image_megapixels=0.1))


def test_frames_that_grow_midway_are_not_decoded(tmp_path: Path) -> None:
    small, large = scene_pictures(1, 40, 30)[0], scene_pictures(1, 400, 300)[0]
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.height, stream.width, stream.pix_fmt = 30, 40, "yuvj420p"
        for index, picture in enumerate([small] * 5 + [large] * 5):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.height, encoder.width = picture.shape[:2]
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 10)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream = stream
                packet.pts = packet.dts = index
                packet.time_base = Fraction(1, 10)
                container.mux(packet)
    heights = {frame.shape[0] for frame in decoded_frames(path, LIMITS)}
    assert heights == {30, 300}
    assert {frame.shape[0] for frame in decoded_frames(path, Limits(image_megapixels=0.1))} == {30}


def decoded_frames(path: Path, limits: Limits) -> list[UInt8Array]:
    return [to_rgb(timed, 999) for timed in decode_every(path, limits, "x", 0.0, 100)]


def test_names_do_not_matter(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "a.mp3", tone(1.0, rate=44_100), 44_100, "libmp3lame")
    (tmp_path / "picture.png").write_bytes(sound.read_bytes())
    assert probe(tmp_path / "picture.png", LIMITS).audio_codec == "mp3"
