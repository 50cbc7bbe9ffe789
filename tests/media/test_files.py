"""The door: what may come in at all."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import EmptyFile, FileMissing, FileTooLarge, UnreadableMedia
from mmdemo.media import check_file, file_sha256, load_audio, open_audio, probe
from tests.media_factory import tone, write_wav

LIMITS = Limits()


def test_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5_000
    path = tmp_path / "data"
    path.write_bytes(data)
    assert file_sha256(path) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("path", ["", "/nowhere/at all.mp3", "a" * 5_000, "nul\0byte"])
def test_missing(path: str) -> None:
    with pytest.raises(FileMissing):
        check_file(path, LIMITS)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "none.mp4").touch()
    with pytest.raises(EmptyFile):
        probe(tmp_path / "none.mp4", LIMITS)


def test_only_regular_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for path in (tmp_path, tmp_path / "pipe.wav", Path("/dev/zero")):
        with pytest.raises(UnreadableMedia):
            open_audio(path, LIMITS)


def test_symbolic_link_is_followed(tmp_path: Path) -> None:
    write_wav(tmp_path / "real.wav", tone(0.5))
    (tmp_path / "link.wav").symlink_to(tmp_path / "real.wav")
    assert load_audio(tmp_path / "link.wav", LIMITS).duration == pytest.approx(0.5)


def test_file_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = write_wav(Path(folder) / "secret.wav", tone(0.1))
        os.chmod(path, 0o000)
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        try:
            with pytest.raises(UnreadableMedia):
                check_file(path, LIMITS)
        finally:
            if was_root:
                os.seteuid(0)


def test_size_limit_names_both_sizes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "big.wav", tone(10))
    with pytest.raises(FileTooLarge, match=r"“big.wav” is 0\.4 MB large; the limit is 0\.3 MB"):
        probe(path, Limits(image_megabytes=0.3, media_megabytes=0.3))


def test_sound_is_measured_by_the_limit_for_media_not_for_pictures(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "big.wav", tone(10))
    with pytest.raises(FileTooLarge):
        probe(path, Limits(image_megabytes=50, media_megabytes=0.3))
    assert probe(path, Limits(image_megabytes=0.1, media_megabytes=0.5)).kind == "audio"


@pytest.mark.parametrize(
    "name", ['it\'s "quoted".wav', "两个 字.wav", "concat:a|b.wav", "100%d.wav", "-i.wav", "emoji 🎧"]
)
def test_awkward_names(tmp_path: Path, name: str) -> None:
    path = write_wav(tmp_path / name, tone(0.5))
    audio = load_audio(path, LIMITS)
    assert audio.source == name
    assert np.abs(audio.waveform).max() == pytest.approx(0.5, abs=0.01)


def test_awkward_name_relative_to_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wav(tmp_path / "file:x.wav", tone(0.5))
    monkeypatch.chdir(tmp_path)
    assert load_audio("file:x.wav", LIMITS).duration == pytest.approx(0.5)


def test_name_that_is_no_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.wav"))
    write_wav(path, tone(0.5))
    assert load_audio(path, LIMITS).source == "?.wav"


def test_given_name_is_shown(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tmp8f3a.wav", np.zeros(0, np.float32))
    with pytest.raises(Exception, match="My song.wav"):
        open_audio(path, LIMITS, "My song.wav")
