"""The app as its front door has it, with leases upon a Redis server that run out soon."""

from __future__ import annotations

import runpy

import streamlit as st

from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.redis import RedisStore
from chat.services.base import log
from chat.settings import PROJECT
from chat.ui import process, server
from tests.racing import LEASE

if __name__ != "__main__":
    shared = process.current()
    assert shared.settings.redis_url is not None
    shared.limits = Limits(
        Ledger(RedisStore(shared.settings.redis_url, lease=LEASE), log),
        visitor_tokens=shared.settings.visitor_tokens,
        daily_tokens=shared.settings.daily_tokens,
        lease=LEASE,
    )
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware())
else:
    runpy.run_path(str(PROJECT / "streamlit_app.py"), run_name="__main__")
