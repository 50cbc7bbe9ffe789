"""The Gradio app: one tab a file; only this package turns failures into ``gr.Error``."""

import os
import tempfile
from pathlib import Path

USER_FOLDER = Path(tempfile.gettempdir()) / f"mmdemo-{os.getuid() if hasattr(os, 'getuid') else 'files'}"
"""Of temporary files: what one user made, another may not write to."""
UPLOAD_FOLDERS = USER_FOLDER / "uploads"
"""One for each process, as two apps that are given the same bytes would share a file, and either deletes it."""

# Gradio reads both when it is imported and when components are made, so they must stand before that.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_TEMP_DIR", str(UPLOAD_FOLDERS / str(os.getpid())))
"""Files of visitors go an hour after their last use, also those that a killed process left behind."""
