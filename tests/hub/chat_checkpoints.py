"""Chat models of the real classes with random weights, small enough to be written on the spot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GEMMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|turn>' + message['role'] + '\n' }}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<|image|>' }}"
    "{% elif part['type'] == 'audio' %}{{ '<|audio|>' }}{% else %}{{ part['text'] | trim }}{% endif %}{% endfor %}"
    "{{ '<turn|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|turn>model\n' }}{% endif %}"
)
SMOLVLM_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
    "{% if message['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}"
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}"
    "{% elif part['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
ALIGNER_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<|audio_start|><|audio_pad|><|audio_end|>"
    "{% else %}{{ part['text'] }}<timestamp><timestamp>{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
)
BASIC = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!:;'\"()<>|_-▁"
WORDS = ("yes", "no", "▁yes", "▁no", "▁a", "▁the", "▁dog", "▁runs", "是", "不", "有", "没", "狗", "\n")


def _tokenizer(controls: dict[str, str], more: tuple[str, ...] = ()) -> Any:
    from transformers import GemmaTokenizer

    texts = [*BASIC, *controls.values(), *more, *(f"<0x{i:02X}>" for i in range(256)), *LETTERS, *WORDS]
    vocabulary = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    tokenizer = GemmaTokenizer(vocab=vocabulary, merges=[], extra_special_tokens=controls)
    tokenizer.add_special_tokens({"additional_special_tokens": list(more)})
    return tokenizer


def _write(folder: Path, network: Any, tokenizer: Any, template: str, processor: dict[str, Any]) -> Path:
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    (folder / "processor_config.json").write_text(json.dumps(processor), "utf-8")
    return folder


def write_gemma4(folder: Path) -> Path:
    """Write a Gemma 4 with vision and audio towers, 0.3 M parameters."""
    import torch
    from transformers import Gemma4AudioFeatureExtractor, Gemma4Config, Gemma4ForConditionalGeneration
    from transformers.models.gemma4.image_processing_pil_gemma4 import Gemma4ImageProcessorPil

    controls = {"image_token": "<|image|>", "boi_token": "<|image>", "eoi_token": "<image|>"}
    controls |= {"audio_token": "<|audio|>", "boa_token": "<|audio>", "eoa_token": "<audio|>"}
    controls |= {"sot_token": "<|turn>", "eot_token": "<turn|>"}
    tokenizer = _tokenizer(controls, ("<|video|>",))
    place = tokenizer.convert_tokens_to_ids
    text = {"vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 4}
    text |= {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "global_head_dim": 16}
    text |= {"layer_types": ["sliding_attention", "full_attention"] * 2, "num_kv_shared_layers": 2}
    text |= {"vocab_size_per_layer_input": len(tokenizer), "hidden_size_per_layer_input": 8, "sliding_window": 64}
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    vision |= {"num_key_value_heads": 2, "head_dim": 16, "position_embedding_size": 1024}
    audio = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "output_proj_dims": 32}
    config = Gemma4Config(
        text_config=text,
        vision_config=vision,
        audio_config=audio,
        boi_token_id=place("<|image>"),
        eoi_token_id=place("<image|>"),
        image_token_id=place("<|image|>"),
        video_token_id=place("<|video|>"),
        boa_token_id=place("<|audio>"),
        eoa_token_index=place("<audio|>"),
        audio_token_id=place("<|audio|>"),
    )
    torch.manual_seed(0)
    network = Gemma4ForConditionalGeneration(config)
    network.generation_config.update(eos_token_id=[1, place("<turn|>")], pad_token_id=0, bos_token_id=2)
    described = {
        "processor_class": "Gemma4Processor",
        "image_processor": json.loads(Gemma4ImageProcessorPil().to_json_string()),
        "feature_extractor": json.loads(Gemma4AudioFeatureExtractor().to_json_string()),
    }
    return _write(folder, network, tokenizer, GEMMA_TEMPLATE, described)


def write_smolvlm(folder: Path) -> Path:
    """Write a SmolVLM, 0.1 M parameters; its turns are marked with words, as the real one's."""
    import torch
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration
    from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

    controls = {"image_token": "<image>", "fake_image_token": "<fake_token_around_image>", "video_token": "<video>"}
    controls |= {"end_of_utterance_token": "<end_of_utterance>", "global_image_token": "<global-img>"}
    tokenizer = _tokenizer(
        controls, ("<|im_start|>", *(f"<row_{r}_col_{c}>" for r in range(1, 5) for c in range(1, 5)))
    )
    place = tokenizer.convert_tokens_to_ids
    layers = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {"model_type": "llama", "vocab_size": len(tokenizer), "num_key_value_heads": 1, "pad_token_id": 0}
    config = SmolVLMConfig(
        image_token_id=place("<image>"),
        vision_config={**layers, "image_size": 32, "patch_size": 8},
        text_config={**layers, **text, "max_position_embeddings": 4096},
        scale_factor=2,
    )
    torch.manual_seed(0)
    network = SmolVLMForConditionalGeneration(config)
    network.generation_config.update(eos_token_id=place("<end_of_utterance>"), pad_token_id=0, bos_token_id=2)
    pictures = SmolVLMImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    described = {
        "processor_class": "SmolVLMProcessor",
        "image_processor": json.loads(pictures.to_json_string()),
        "image_seq_len": 4,
    }
    return _write(folder, network, tokenizer, SMOLVLM_TEMPLATE, described)


def write_aligner(folder: Path) -> Path:
    """Write a Qwen3 forced aligner with 50 bins of 80 ms, 0.3 M parameters."""
    import torch
    from transformers import Qwen3ASRConfig, Qwen3ASRFeatureExtractor, Qwen3ASRForTokenClassification

    controls = {"audio_token": "<|audio_pad|>", "audio_bos_token": "<|audio_start|>"}
    controls |= {"audio_eos_token": "<|audio_end|>"}
    tokenizer = _tokenizer(controls, ("<timestamp>", "<|im_start|>", "<|im_end|>"))
    place = tokenizer.convert_tokens_to_ids
    audio = {"encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 64, "d_model": 32}
    audio |= {"output_dim": 32, "downsample_hidden_size": 16}
    text = {"model_type": "qwen3", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64}
    text |= {"num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16}
    config = Qwen3ASRConfig(
        audio_config=audio,
        text_config=text,
        audio_token_id=place("<|audio_pad|>"),
        timestamp_token_id=place("<timestamp>"),
        pad_token_id=0,
        eos_token_id=1,
        num_labels=50,
    )
    torch.manual_seed(0)
    described = {
        "processor_class": "Qwen3ASRProcessor",
        "feature_extractor": json.loads(Qwen3ASRFeatureExtractor().to_json_string()),
        "timestamp_segment_time": 80,
    }
    return _write(folder, Qwen3ASRForTokenClassification(config), tokenizer, ALIGNER_TEMPLATE, described)
