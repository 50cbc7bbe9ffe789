"""Draws and speaks assets/examples and assets/tour; needs espeak-ng. The result is in the public domain (CC0 1.0).

Run ``PYTHONPATH=. python tools/make_examples.py`` from the top of the repository.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from mmdemo.config import Limits
from mmdemo.media import load_audio
from mmdemo.subtitles import format_subtitles
from mmdemo.types import SAMPLE_RATE, Cue, Float32Array
from tools.draw_sunset import sunset

FOLDER = Path("assets/examples")
TOUR_FOLDER = Path("assets/tour")
LATE_SECONDS = 4.0
"""By how much the subtitles of the tour come too late."""
WIDTH, HEIGHT, RATE = 640, 360, 12
PAUSE_SECONDS = 0.9
SKY, HILL, SUN, WALL, ROOF, INK = "#cfe3f5", "#7fa37a", "#f3b95f", "#f6efe4", "#b5544b", "#24313d"


@dataclass(frozen=True)
class Scene:
    """A sentence and the caption of its picture."""

    text: str
    title: str


MUSEUM = (
    Scene("Good morning everybody, and welcome to the museum.", "Welcome"),
    Scene("This is a short message about the opening hours.", "Opening hours"),
    Scene("The doors open at ten o'clock in the morning, and close at six in the evening.", "10:00 – 18:00"),
    Scene("Please leave your bags and umbrellas at the entrance. Thank you very much.", "Bags and umbrellas"),
)
WEATHER = (
    Scene("Buenos días, ¿cómo está usted?", ""),
    Scene("Hoy hace muy buen tiempo en Madrid.", ""),
    Scene("Por la tarde vamos a pasear por el parque con mi familia.", ""),
)


def speak(text: str, voice: str, folder: Path) -> Float32Array:
    """Return the sentence as 16 kHz samples, with a pause behind it."""
    path = folder / "sentence.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "145", "-w", str(path), text], check=True)
    return np.concatenate(
        [load_audio(path, Limits()).waveform, np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), np.float32)]
    )


def draw(title: str, seconds: float) -> PIL.Image.Image:
    """Draw a house on a hill under a sun that moves, with a title."""
    picture = PIL.Image.new("RGB", (WIDTH, HEIGHT), SKY)
    pen = PIL.ImageDraw.Draw(picture)
    sun = 60 + 22 * seconds
    pen.ellipse((sun, 60, sun + 56, 116), fill=SUN)
    pen.ellipse((-120, 210, WIDTH + 120, HEIGHT + 260), fill=HILL)
    pen.rectangle((230, 150, 410, 260), fill=WALL)
    pen.polygon([(210, 150), (320, 90), (430, 150)], fill=ROOF)
    for left in (250, 350):
        pen.rectangle((left, 175, left + 40, 215), fill=SKY, outline=INK)
    pen.rectangle((305, 200, 335, 260), fill=ROOF)
    font = PIL.ImageFont.load_default(size=26)
    pen.text((WIDTH / 2, 34), title, fill=INK, font=font, anchor="mm")
    return picture


def write_video(path: Path, scenes: tuple[Scene, ...], sounds: list[Float32Array]) -> None:
    """Write H.264 and AAC; each scene lasts as long as its sentence."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", RATE, options={"crf": "30", "preset": "slow", "tune": "animation"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", SAMPLE_RATE, layout="mono")
        sound.bit_rate = 48_000
        count = 0
        for scene, samples in zip(scenes, sounds, strict=True):
            for _ in range(round(len(samples) / SAMPLE_RATE * RATE)):
                frame = av.VideoFrame.from_image(draw(scene.title, count / RATE))
                container.mux(video.encode(frame))
                count += 1
        _encode_sound(container, sound, np.concatenate(sounds))
        container.mux(video.encode(None))


def write_sound(path: Path, sounds: list[Float32Array]) -> None:
    """Write MP3."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", SAMPLE_RATE, layout="mono")
        stream.bit_rate = 48_000
        _encode_sound(container, stream, np.concatenate(sounds))


def write_late_subtitles(path: Path, scenes: tuple[Scene, ...], sounds: list[Float32Array]) -> None:
    """Write the sentences as subtitles, each where it is spoken but all too late."""
    lengths = [len(samples) / SAMPLE_RATE for samples in sounds]
    starts = [LATE_SECONDS + sum(lengths[:number]) for number in range(len(lengths))]
    cues = [
        Cue(number, start, start + length - PAUSE_SECONDS, scene.text)
        for number, (scene, start, length) in enumerate(zip(scenes, starts, lengths, strict=True), start=1)
    ]
    path.write_text(format_subtitles(cues, "srt"), encoding="utf-8")


def _encode_sound(container: av.container.OutputContainer, stream: av.AudioStream, samples: Float32Array) -> None:
    frame = av.AudioFrame.from_ndarray(samples[None], "fltp", "mono")
    frame.sample_rate = SAMPLE_RATE
    fifo = av.AudioFifo()
    fifo.write(frame)
    resampler = av.AudioResampler(stream.format.name, "mono", SAMPLE_RATE)
    while part := fifo.read(1024, partial=True):
        for piece in resampler.resample(part):
            container.mux(stream.encode(piece))
    container.mux(stream.encode(None))


def main() -> None:
    """Write every example."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    TOUR_FOLDER.mkdir(parents=True, exist_ok=True)
    sunset().save(FOLDER / "sunset.jpg", quality=88)
    with tempfile.TemporaryDirectory() as folder:
        spoken = [speak(scene.text, "en-us", Path(folder)) for scene in MUSEUM]
        write_video(FOLDER / "museum-message.mp4", MUSEUM, spoken)
        write_late_subtitles(TOUR_FOLDER / "museum-late.srt", MUSEUM, spoken)
        write_sound(FOLDER / "buenos-dias.mp3", [speak(scene.text, "es", Path(folder)) for scene in WEATHER])


if __name__ == "__main__":
    main()
