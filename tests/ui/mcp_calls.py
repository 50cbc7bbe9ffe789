"""Run by ``test_mcp.py`` in an environment with the MCP packages: lists the tools of a server and calls two of them."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main(address: str, picture: str) -> None:
    data = "data:image/jpeg;base64," + base64.b64encode(Path(picture).read_bytes()).decode()
    async with (
        streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        tools = (await session.list_tools()).tools
        names = {tool.name.rsplit("_", 1)[-1]: tool.name for tool in tools}
        matched = await session.call_tool(names["match"], {"file": data, "text": "a lion lies in the grass"})
        refused = await session.call_tool(names["match"], {"file": data, "text": "  "})
    print(
        json.dumps(
            {
                "tools": {tool.name: [tool.description, tool.inputSchema] for tool in tools},
                "matched": [matched.isError, [part.text for part in matched.content]],
                "refused": [refused.isError, [part.text for part in refused.content]],
            }
        )
    )


asyncio.run(main(*sys.argv[1:]))
