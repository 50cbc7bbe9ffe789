"""The heads: shapes, unit norm, independence of batch and padding, strict loading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mmdemo.backbone.chinese_text import CharacterTokenizer, is_chinese, known_characters
from mmdemo.backbone.head_files import head_parts, heads_id, read_head, write_head
from mmdemo.backbone.heads import build_heads
from mmdemo.backbone.joint_space import Calibration, JointSpace, unit_rows
from mmdemo.errors import WeightsCorrupt, WeightsMissing

CONFIG = {
    "format": 1,
    "image": {
        "shape": {"input_width": 16, "width": 24, "heads": 2, "positions": 81, "mean_residual": True},
        "token_width": 1280,
        "members": 2,
    },
    "english": {"shape": {"input_width": 384, "width": 24, "heads": 2}, "members": 2},
    "chinese": {"shape": {"input_width": 16, "width": 24, "heads": 2, "layers": 1}, "characters": "一只狗在跑"},
    "audio": {"shape": {"input_width": 512, "width": 24, "heads": 2, "layers": 1, "halvings": 2}},
    "matching": {"image-text": {"slope": 10.0, "offset": -3.0}, "audio-text": {"slope": 5.0, "offset": 0.0}},
}


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    for name, head in build_heads(CONFIG).items():
        save_file({key: value.half() for key, value in head.state_dict().items()}, tmp_path / f"{name}.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(CONFIG | {"model_id": heads_id(tmp_path, CONFIG)}), "utf-8")
    return tmp_path


@pytest.fixture()
def space(folder: Path) -> JointSpace:
    return JointSpace.load(folder)


def test_pictures_do_not_depend_on_their_batch(space: JointSpace) -> None:
    tokens = np.random.default_rng(0).random((5, 81, 1280)).astype(np.float32)
    together = space.embed_images(tokens)
    assert together.shape == (5, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(space.embed_images(tokens[3:4])[0], together[3], atol=1e-5)


def test_padding_changes_nothing(space: JointSpace) -> None:
    generator = np.random.default_rng(1)
    sounds = [generator.standard_normal((length, 512)).astype(np.float32) for length in (1, 50, 77, 1400)]
    together = space.embed_audio(sounds)
    for sound, embedding in zip(sounds, together, strict=True):
        np.testing.assert_allclose(space.embed_audio([sound])[0], embedding, atol=1e-4)
    texts = ["狗", "一只狗在跑跑跑跑"]
    np.testing.assert_allclose(space.embed_chinese(texts)[0], space.embed_chinese(texts[:1])[0], atol=1e-5)


def test_english_without_a_word_is_embedded_too(space: JointSpace) -> None:
    generator = np.random.default_rng(2)
    pooled = unit_rows(generator.standard_normal((2, 384)).astype(np.float32))
    tokens = [np.zeros((0, 384), np.float32), generator.standard_normal((7, 384)).astype(np.float32)]
    together = space.embed_english(pooled, tokens)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(space.embed_english(pooled[1:], tokens[1:])[0], together[1], atol=1e-5)


def test_nothing_gives_nothing(space: JointSpace) -> None:
    assert space.embed_chinese([]).shape == (0, 384)
    assert space.embed_audio([]).shape == (0, 384)


def test_traditional_and_simplified_are_one(space: JointSpace) -> None:
    np.testing.assert_array_equal(space.embed_chinese(["一隻狗"]), space.embed_chinese(["一只狗"]))


def test_the_id_follows_the_weights(folder: Path) -> None:
    before = heads_id(folder, CONFIG)
    assert before.startswith("joint-space-") and len(before) == len("joint-space-") + 12
    torch.manual_seed(1)
    save_file(build_heads(CONFIG)["audio"].state_dict(), folder / "audio.safetensors")
    assert heads_id(folder, CONFIG) != before
    assert heads_id(folder, CONFIG | {"matching": {}}) != heads_id(folder, CONFIG)


def test_large_heads_are_cut_into_files_and_joined_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmdemo.backbone.head_files.PART_BYTES", 4000)
    state = {f"layer{i}.weight": torch.full((40, 40), i / 8) for i in range(3)}
    write_head(tmp_path, "image", {"old": torch.zeros(3)})
    paths = write_head(tmp_path, "image", state)
    assert [path.name for path in paths] == [f"image-{i}-of-3.safetensors" for i in (1, 2, 3)]
    assert head_parts(tmp_path, "image") == paths == sorted(tmp_path.iterdir())
    assert {name: float(value.mean()) for name, value in read_head(tmp_path, "image").items()} == {
        f"layer{i}.weight": i / 8 for i in range(3)
    }
    paths[2].unlink()
    with pytest.raises(WeightsMissing):
        read_head(tmp_path, "image")


def test_matrices_in_eight_bits_come_back_within_half_a_step_of_each_row(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = {
        "weight": torch.randn(30, 20) * torch.logspace(-3, 1, 30)[:, None],  # rows of very different sizes
        "nothing": torch.zeros(4, 4),
        "bias": torch.randn(30),
    }
    (path,) = write_head(tmp_path, "small", state, eight_bits=True)
    assert load_file(path)["weight"].dtype == torch.int8
    restored = read_head(tmp_path, "small")
    assert set(restored) == set(state)
    half_steps = state["weight"].abs().amax(dim=1, keepdim=True) / 127 / 2
    assert ((restored["weight"] - state["weight"]).abs() <= half_steps * 1.001).all()
    assert not restored["nothing"].any()
    torch.testing.assert_close(restored["bias"], state["bias"].half().float())


def test_a_missing_file_is_said(folder: Path) -> None:
    (folder / "english.safetensors").unlink()
    with pytest.raises(WeightsMissing):
        JointSpace.load(folder)


@pytest.mark.parametrize("damage", ["truncated", "other shape", "missing tensor", "one bit", "config"])
def test_damage_is_said(folder: Path, damage: str) -> None:
    path = folder / "image.safetensors"
    state = build_heads(CONFIG)["image"].state_dict()
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "other shape":
        save_file(state | {"combine.weight": torch.zeros(3, 3)}, path)
    elif damage == "missing tensor":
        save_file({name: value for name, value in state.items() if name != "combine.weight"}, path)
    elif damage == "one bit":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        (folder / "config.json").write_text("{}", "utf-8")
    if damage in ("other shape", "missing tensor"):  # found even by who writes the new name into the config
        config = json.loads((folder / "config.json").read_text("utf-8"))
        (folder / "config.json").write_text(json.dumps(config | {"model_id": heads_id(folder, config)}), "utf-8")
    with pytest.raises(WeightsCorrupt):
        JointSpace.load(folder)


def test_probabilities_rise_with_similarity(space: JointSpace) -> None:
    assert Calibration(10.0, -3.0).probability(0.3) == pytest.approx(0.5)
    assert space.match_probability(0.1, "image", "text") < space.match_probability(0.5, "video", "text")
    assert space.match_probability(0.0, "text", "audio") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("一只狗", True),
        ("a dog", False),
        ("一只 dog", True),
        ("IKEA 在 the big city of Paris", False),
        ("123", False),
        ("", False),
    ],
)
def test_the_script_decides(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def test_characters_are_numbered_by_frequency() -> None:
    characters = known_characters(["狗狗 跑", "狗跑 猫"])
    assert characters == "狗跑"
    assert CharacterTokenizer(characters).numbers("跑狗鸟") == [3, 2, 1]
    assert CharacterTokenizer(characters).numbers(" ") == [1]
