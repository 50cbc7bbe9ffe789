"""The app as an MCP server, in an environment with the packages of ``requirements-mcp.txt``, called by a client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from mmdemo.evaluation.app_process import running_app, wait_for
from mmdemo.evaluation.sample_media import sample
from tests.test_app import ROOT
from tests.ui.test_api_documented import DOCUMENT, ENDPOINTS


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that sees the packages of this one, below those of the MCP server."""
    if os.environ.get("MMDEMO_SKIP_MCP") == "1":
        pytest.skip("MMDEMO_SKIP_MCP=1")
    folder = tmp_path_factory.mktemp("mcp")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = folder / "bin" / "python"
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "below.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", found, "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-r", ROOT / "requirements-mcp.txt"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.stderr[-1000:]}\nSet MMDEMO_SKIP_MCP=1 to go without."
    return found


@pytest.fixture(scope="module")
def answered(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a client was told by the server and its tools."""
    folder = tmp_path_factory.mktemp("mcp-app")
    with running_app(folder, python=str(python), GRADIO_MCP_SERVER="true") as app:
        wait_for(app, key="models_loaded")
        script = [python, ROOT / "tests" / "ui" / "mcp_calls.py", app.address, sample("images/lion.jpg")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.real
def test_every_feature_is_a_documented_tool(answered: dict[str, Any]) -> None:
    assert set(answered["tools"]) == ENDPOINTS
    for name, (description, schema) in answered["tools"].items():
        assert len(description) > 60 and "Returns:" in description, name
        assert all(parameter.get("description") or "additional_description" in str(parameter) for parameter in
                   schema["properties"].values()), name  # fmt: skip
        assert schema["required"], name


@pytest.mark.real
def test_a_tool_answers_and_refuses_in_a_sentence(answered: dict[str, Any]) -> None:
    failed, (text, *_) = answered["matched"]
    assert failed is not True and "'complete': True" in text.replace('"', "'").replace("true", "True")
    failed, (text, *_) = answered["refused"]
    assert failed is True and "The text is empty" in text


def test_the_document_tells_how() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert "GRADIO_MCP_SERVER=true" in text and "requirements-mcp.txt" in text and "/gradio_api/mcp/" in text
