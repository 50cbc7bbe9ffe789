"""The Gradio app: one tab a file; only this package turns failures into ``gr.Error``."""

import os
import tempfile
from pathlib import Path

# Gradio reads both when it is imported and when components are made, so they must stand before that.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(tempfile.gettempdir()) / "mmdemo-uploads"))
