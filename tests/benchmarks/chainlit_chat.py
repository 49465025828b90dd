"""Chainlit in front of the same service, as its guide to streaming has it."""

from __future__ import annotations

from typing import Any

import chainlit as cl
from openai import AsyncOpenAI

client = AsyncOpenAI()


@cl.on_message  # type: ignore[untyped-decorator, unused-ignore]
async def answer(_: cl.Message) -> None:
    """Stream the answer."""
    history: Any = cl.chat_context.to_openai()
    stream: Any = await client.chat.completions.create(
        model="gpt-4o", messages=history, stream=True
    )
    reply = cl.Message(content="")
    async for chunk in stream:
        await reply.stream_token(chunk.choices[0].delta.content or "")
    await reply.update()
