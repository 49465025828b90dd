"""Tests of `chat.files`."""
