"""Pictures of examples, as they are kept, under the precision of any processor."""

from __future__ import annotations

import numpy as np
import torch

from mmdemo.training.caption_examples import CaptionExamples


def test_pictures_are_gathered_in_half_precision_where_the_processor_multiplies_bfloat16() -> None:
    views = torch.arange(24, dtype=torch.float16).reshape(3, 4, 2)
    examples = CaptionExamples([views], [torch.ones(3, 5, dtype=torch.float16)], np.array([2, 0]), {}, ("a", "b"))
    with torch.autocast("cpu", torch.bfloat16):
        compressed, logits = examples.pictures([0, 0], [0, 1])
    assert torch.equal(compressed, views[[2, 0]]) and logits.shape == (2, 5)
