"""What has no public way in Streamlit 1.67, each with its reason."""

from __future__ import annotations

import threading

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

PATIENCE = 2.0  # seconds for the server's loop, which is never that busy


class Connection:
    """The connection to the page that this run draws.

    A lost connection ends a run just as a pressed Stop does: by a `StopException`. But a page
    whose connection was lost has another client afterwards, or none.
    """

    def __init__(self) -> None:
        context = get_script_run_ctx()
        self._name = "" if context is None else context.session_id
        self._runtime = runtime = Runtime.instance() if Runtime.exists() else None  # as in AppTest
        self._session = None if runtime is None else runtime.get_app_session(self._name)
        self._client = None if runtime is None else runtime.get_client(self._name)

    def is_lost(self) -> bool:
        """Whether it was lost since the run began."""
        if self._runtime is None or self._session is None:
            return False
        if self._runtime.get_client(self._name) is self._client:
            # The run is told to stop a moment before the client is let go, both in one step of
            # the server's loop. When the loop does the next one, that is over.
            passed = threading.Event()
            self._session._event_loop.call_soon_threadsafe(passed.set)
            passed.wait(PATIENCE)
        return self._runtime.get_client(self._name) is not self._client

    def forget_unsent(self) -> None:
        """Let nothing more of what the run has drawn be sent, where nobody is connected.

        It would go to the page as soon as that is connected again. But what was sent before may
        not have arrived, and a page that gets something without what it stands in goes blank.
        """
        runtime, session, name = self._runtime, self._session, self._name
        if runtime is not None and session is not None:
            session._event_loop.call_soon_threadsafe(
                lambda: None if runtime.is_active_session(name) else session._clear_queue()
            )
