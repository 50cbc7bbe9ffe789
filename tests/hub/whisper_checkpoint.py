"""A Whisper with random weights in CTranslate2's format, with as many mel bins as large-v3 has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

WIDTH = 64
MEL_BINS = 128


def write_whisper(folder: Path, base: Path) -> Path:
    """Write it, 3.5 M parameters, nearly all of them the vocabulary.

    Args:
        folder: to write.
        base: folder of Whisper base, whose tokenizer it takes.
    """
    import torch
    from ctranslate2.converters.transformers import WhisperLoader
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    tokens = json.loads((base / "vocabulary.json").read_text("utf-8"))
    layers = {"encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    config = WhisperConfig(
        vocab_size=len(tokens),
        num_mel_bins=MEL_BINS,
        d_model=WIDTH,
        encoder_ffn_dim=WIDTH,
        decoder_ffn_dim=WIDTH,
        **layers,
    )
    torch.manual_seed(0)
    with torch.no_grad():
        spec = WhisperLoader().get_model_spec(WhisperForConditionalGeneration(config).eval())
        known = json.loads((base / "config.json").read_text("utf-8"))
        for name in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
            setattr(spec.config, name, known[name])
        spec.config.alignment_heads = [(1, 0), (1, 1)]
        spec.register_vocabulary(tokens)
        spec.validate()
        spec.optimize()
        spec.save(str(folder))
    shutil.copy(base / "tokenizer.json", folder)
    return folder
