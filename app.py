"""Entry point of the app, here and on a Hugging Face Space."""

from mmdemo import zero_gpu
from mmdemo.errors import MMDemoError
from mmdemo.ui.app import build_demo, launch_kwargs

gpu = zero_gpu.declare()  # before everything else that could touch a GPU; None but on ZeroGPU

try:
    demo = build_demo()
except MMDemoError as error:  # a setting in the environment that cannot be used
    raise SystemExit(f"{error.sentence.en} / {error.sentence.zh}") from None

if __name__ == "__main__":
    demo.launch(**launch_kwargs(), prevent_thread_lock=True)
    from mmdemo import runtime
    from mmdemo.ui.qa_backend import read_dictionaries

    # After the page is up: loading beforehand would take the cores that the first page needs.
    runtime.preload(read_dictionaries)
    demo.block_thread()
