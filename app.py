"""Entry point of the app, here and on a Hugging Face Space."""

from mmdemo import zero_gpu
from mmdemo.errors import MMDemoError
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.serving import load_ahead

gpu = zero_gpu.declare()  # before everything else that could touch a GPU; None but on ZeroGPU

try:
    demo = build_demo()
except MMDemoError as error:  # a setting in the environment that cannot be used
    raise SystemExit(f"{error.sentence.en} / {error.sentence.zh}") from None

if __name__ == "__main__":
    demo.launch(**launch_kwargs(), prevent_thread_lock=True)
    load_ahead()  # not before: it would take the cores that the first page needs
    demo.block_thread()
