"""Checkpoints of the real classes with random weights, small enough to be made on the spot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPECIAL_TOKENS = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
MEDIA_TOKENS = {
    "boi_token": "<|image>",
    "eoi_token": "<image|>",
    "image_token": "<|image|>",
    "boa_token": "<|audio>",
    "eoa_token": "<audio|>",
    "audio_token": "<|audio|>",
    "video_token": "<|video|>",
}
SEED = 7


def tiny_tokenizer() -> Any:
    """Make a Gemma tokenizer of single letters and bytes."""
    from transformers import GemmaTokenizer

    letters = [chr(code) for code in range(33, 127)] + ["▁"]
    names = [*SPECIAL_TOKENS, *MEDIA_TOKENS.values(), *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    vocabulary = {name: i for i, name in enumerate(dict.fromkeys(names))}
    tokenizer = GemmaTokenizer(vocab=vocabulary, merges=[], extra_special_tokens=MEDIA_TOKENS, padding_side="right")
    tokenizer.add_bos_token = True
    return tokenizer


def make_embedding_gemma(folder: Path, seed: int = SEED) -> Path:
    """Write an EmbeddingGemma 2 of 32 dimensions inside and 768 outside.

    Args:
        folder: to write; created.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import EmbeddingGemma2Config, EmbeddingGemma2Model, EmbeddingGemma2Processor
    from transformers.models.gemma4.feature_extraction_gemma4 import Gemma4AudioFeatureExtractor
    from transformers.models.gemma4.image_processing_pil_gemma4 import Gemma4ImageProcessorPil

    tokenizer = tiny_tokenizer()
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in MEDIA_TOKENS.items()}
    config = EmbeddingGemma2Config(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 6,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 16,
            "global_head_dim": 16,
            "hidden_size_per_layer_input": 8,
            "embedding_dim": 768,
        },
        vision_config={
            "model_type": "gemma4_vision",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "position_embedding_size": 512,
        },
        audio_config={
            "model_type": "gemma4_audio",
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "subsampling_conv_channels": [128, 4],
            "output_proj_dims": 32,
        },
        boi_token_id=ids["boi_token"],
        eoi_token_id=ids["eoi_token"],
        image_token_id=ids["image_token"],
        video_token_id=ids["video_token"],
        boa_token_id=ids["boa_token"],
        eoa_token_index=ids["eoa_token"],
        audio_token_id=ids["audio_token"],
    )
    torch.manual_seed(seed)
    EmbeddingGemma2Model(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor = {
        "processor_class": EmbeddingGemma2Processor.__name__,
        "image_processor": {**Gemma4ImageProcessorPil().to_dict(), "image_processor_type": "Gemma4ImageProcessor"},
        "feature_extractor": Gemma4AudioFeatureExtractor().to_dict(),
        "video_processor": {"video_processor_type": "EmbeddingGemma2VideoProcessor"},
    }
    (folder / "processor_config.json").write_text(json.dumps(processor, default=lambda array: array.tolist()), "utf-8")
    return folder


def make_siglip(folder: Path, seed: int = SEED) -> Path:
    """Write a SigLIP 2 of 32 dimensions (its models of fixed size are of the class Siglip).

    Args:
        folder: to write; created.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import SiglipConfig, SiglipModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    tokenizer = tiny_tokenizer()
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = SiglipConfig(
        text_config={**tower, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "projection_size": 32},
        vision_config={**tower, "image_size": 32, "patch_size": 16},
    )
    torch.manual_seed(seed)
    network = SiglipModel(config)
    network.logit_scale.data.fill_(4.0)
    network.logit_bias.data.fill_(-12.0)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder
