"""Reasoning that a model writes into its answer, between all known forms of tags. Pure.

    <think>…</think>  <thinking>…</thinking>  <thought>…</thought>  [THINK]…[/THINK]  and the like
    …</think>Answer                                           (the beginning was in the prompt)
    <|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>Answer

A tag in code is code, as `codespans` tells, and so is a tag in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from itertools import islice

from chat.conversation.events import ReasoningDelta, Reread, TextDelta
from chat.services.codespans import Code

Piece = TextDelta | ReasoningDelta | Reread

_NAMES = (
    *("think", "thinking", "thought", "thoughts", "reasoning", "reason", "antthinking"),
    *("seed:think", "mm:think", "longcat_think", "think_fast", "think_faster"),
    *("inner_thought", "inner_thoughts"),
)
_OPENING = (
    *(f"<{name}>" for name in _NAMES),
    *("[think]", "◁think▷", "<|begin_of_thought|>", "<|start_thinking|>", "<|channel>thought"),
)
_CLOSING = (
    *(f"</{name}>" for name in _NAMES),
    *("[/think]", "◁/think▷", "<|end_of_thought|>", "<|end_thinking|>", "<channel|>"),
)
# OpenAI's harmony: a message is a header, from its beginning to `message`, and then its words.
_HEADER = ("<|start|>", "<|channel|>", "<|constrain|>")
_MESSAGE = "<|message|>"
_END = ("<|end|>", "<|return|>", "<|call|>")
# What some models put around an answer behind their thoughts.
_ANSWER, _ANSWER_END = "<answer>", "</answer>"
_AROUND = (
    *("<|begin_of_solution|>", "<|end_of_solution|>", "<|start_response|>", "<|end_response|>"),
    *("<|begin_of_box|>", "<|end_of_box|>"),
)
# The end of a turn, which a server should have kept to itself.
_TURN = (
    *("<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>", "<end_of_turn>"),
    *("<|end_of_turn|>", "<｜end▁of▁sentence｜>"),
)
_TAGS = (*_OPENING, *_CLOSING, *_HEADER, _MESSAGE, *_END, _ANSWER, _ANSWER_END, *_AROUND, *_TURN)
_TAG = re.compile("|".join(map(re.escape, _TAGS)), re.IGNORECASE)
_BEGIN = re.compile(rf"\A\s*(?:{'|'.join(map(re.escape, _OPENING))})", re.IGNORECASE)
_FINISH = re.compile(rf"(?:{'|'.join(map(re.escape, _CLOSING))})\s*\Z", re.IGNORECASE)
_FIRST = re.compile(r"[<\[◁]")  # with which a tag begins
LONGEST_TAG = max(map(len, _TAGS))
LONGEST_HEADER = 200  # characters; a longer one is text
MOST_REREADS = 3  # of one answer, as each hands out all of it
QUOTES = "\"'“‘«„"


class _Mode(Enum):
    TEXT = auto()
    THOUGHT = auto()
    HEADER = auto()


class Thinking:
    """Keeps thoughts apart from the answer in a text that arrives in pieces.

    What was taken for the one and turns out to be the other is handed out again, as `Reread`.
    """

    def __init__(self) -> None:
        self._mode = _Mode.TEXT
        self._pending = ""  # the end of the text, where a tag may have begun
        self._blank = ""  # white space before the answer's first word
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._code = Code()  # of the answer
        self._thoughts_code = Code()
        self._behind = 0  # the number of texts when the last thought ended
        self._trims = False  # the white space between the thoughts and the answer
        self._begun = 0  # the number of thoughts before the one that is open
        self._opened: str | None = None  # the tag, where it stands behind text
        self._doubtful: int | None = None  # the index in the thoughts of an end tag that is in code
        self._header = ""
        self._is_harmony = False
        self._is_wrapped = False  # the answer stands between tags
        self._turn = ""  # the end of a turn, as long as nothing comes behind it
        self._is_apart = False  # the last piece was a thought that came apart
        self._closing = ""  # the tag at its end, as long as no other one comes behind it
        self._rereads = 0

    def add_thought(self, thought: str) -> Iterator[Piece]:
        """A thought that came apart from the answer, without the tags around it."""
        thought, self._closing = self._closing + thought, ""
        if _FIRST.search(thought):
            thought = thought if self._is_apart else _BEGIN.sub("", thought)
            if found := _FINISH.search(thought):
                thought, self._closing = thought[: found.start()], found[0]
        self._is_apart = True
        if thought:
            self._thoughts.append(thought)
            yield ReasoningDelta(thought)

    def take(self, piece: str) -> Iterator[Piece]:
        """The thoughts and the text in the next piece of the answer."""
        if piece:
            self._is_apart, self._closing = False, ""
        if not self._pending and not ("<" in piece or "[" in piece or "◁" in piece):
            yield from self._add(piece)
            return
        text = self._pending + piece
        kept = _begun_tag(text)
        self._pending = text[len(text) - kept :]
        yield from self._scan(text[: len(text) - kept])

    def end(self, *, is_cut: bool = False) -> Iterator[Piece]:
        """What is left when no piece comes any more; `is_cut`: the answer is not whole."""
        pending, self._pending = self._pending, ""
        yield from self._add(pending)
        if self._mode is _Mode.HEADER:
            yield from self._leave_header()
        if self._blank and not self._trims:
            self._texts.append(self._blank)
            yield TextDelta(self._blank)
        if self._mode is not _Mode.THOUGHT:
            return
        if self._doubtful is not None:
            begun = self._thoughts[self._doubtful + 1 :]
            text = "".join((*self._texts, "".join(begun).lstrip()))
            yield Reread(text, "".join(self._thoughts[: self._doubtful]))
        elif self._opened is not None and not is_cut:  # it was no tag, but spoken of
            text = "".join((*self._texts, self._opened, *self._thoughts[self._begun :]))
            yield Reread(text, "".join(self._thoughts[: self._begun]))

    def _scan(self, text: str) -> Iterator[Piece]:
        position = 0
        for found in _TAG.finditer(text):
            yield from self._add(text[position : found.start()])
            position = found.end()
            yield from self._take_tag(found.group())
        yield from self._add(text[position:])

    def _take_tag(self, written: str) -> Iterator[Piece]:
        tag = written.lower()
        if self._mode is _Mode.HEADER:
            yield from self._take_in_header(written, tag)
        elif self._mode is _Mode.THOUGHT:
            yield from self._take_in_thought(written, tag)
        elif self._texts and (self._code.is_inside() or self._is_quoted(tag)):
            yield from self._add(written)
        elif tag in _HEADER:
            self._mode, self._header = _Mode.HEADER, written
        elif tag in _OPENING:
            self._open(written)
        elif tag in _CLOSING:
            yield from self._close_unopened(written)
        elif not self._is_around(written, tag) and not self._is_harmony:
            yield from self._add(written)

    def _is_around(self, written: str, tag: str) -> bool:
        """Whether a tag stands around an answer, or behind it, and is not seen."""
        if tag == _ANSWER:
            is_first = self._trims and not self._texts
            self._is_wrapped |= is_first
            return is_first
        if tag == _ANSWER_END:
            return self._is_wrapped
        # Behind a space it is what is spoken of.
        if tag in _TURN and self._texts and self._code.last[-1:] not in ("", " "):
            self._turn += written
            return True
        return tag in _AROUND

    def _take_in_thought(self, written: str, tag: str) -> Iterator[Piece]:
        code = self._thoughts_code
        is_code = code.is_fenced or (code.last[-1:] == "`" and code.is_inside())
        is_end = tag in _CLOSING and not is_code
        if is_end or (self._is_harmony and tag in _END):
            self._close()
        elif self._is_harmony and tag in _HEADER:
            self._close()
            self._mode, self._header = _Mode.HEADER, written
        elif tag not in _OPENING or any(map(str.strip, islice(self._thoughts, self._begun, None))):
            if code.is_fenced and self._doubtful is None and tag in _CLOSING:
                self._doubtful = len(self._thoughts)
            yield from self._add(written)

    def _take_in_header(self, written: str, tag: str) -> Iterator[Piece]:
        if tag != _MESSAGE:
            self._header += written
            return
        channel = self._header.lower().rpartition("<|channel|>")[2].strip()
        self._is_harmony = True
        if "<|channel|>" in self._header.lower() and not channel.startswith("final"):
            self._open(None)
        else:
            self._close()
        self._header = ""
        yield from ()

    def _leave_header(self) -> Iterator[Piece]:
        """It was none."""
        self._mode = _Mode.TEXT
        header, self._header = self._header, ""
        yield from self._add(header)

    def _open(self, tag: str | None) -> None:
        self._begun = len(self._thoughts)
        self._opened = tag if self._texts else None
        self._mode, self._blank, self._doubtful = _Mode.THOUGHT, "", None
        self._thoughts_code = Code()

    def _close(self) -> None:
        self._mode, self._opened = _Mode.TEXT, None
        self._behind = len(self._texts)
        self._trims = not self._texts
        self._blank = ""

    def _close_unopened(self, written: str) -> Iterator[Piece]:
        """An end without a beginning: what came before was thought, where that can be."""
        if not self._texts:
            self._close()
        elif self._rereads < MOST_REREADS and (not self._thoughts or self._code.is_at_line_start):
            self._rereads += 1
            self._thoughts += self._texts[self._behind :]
            del self._texts[self._behind :]
            self._close()
            self._code = Code()
            yield Reread("".join(self._texts), "".join(self._thoughts))
        else:
            yield from self._add(written)

    def _is_quoted(self, tag: str) -> bool:
        before, quote = self._code.last[:-1], self._code.last[-1:]
        if not quote or quote not in QUOTES:
            return False
        return tag not in _CLOSING or before in " \n(:="  # else the thought ends with a quotation

    def _add(self, text: str) -> Iterator[Piece]:
        if not text:
            return
        if self._mode is _Mode.HEADER:
            self._header += text
            if len(self._header) > LONGEST_HEADER:
                yield from self._leave_header()
            return
        if self._mode is _Mode.THOUGHT:
            self._thoughts_code.add(text)
            self._thoughts.append(text)
            yield ReasoningDelta(text)
            return
        if self._turn and text.strip():
            text, self._turn = self._turn + text, ""
        self._code.add(text)
        if not self._texts:
            text = self._blank + text
            self._blank = ""
            if not text.strip():
                self._blank = "" if self._trims else text
                return
            text = text.lstrip() if self._trims else text
        self._texts.append(text)
        yield TextDelta(text)


def _begun_tag(text: str) -> int:
    """The length of the end of a text that may be the beginning of a tag."""
    start = max(0, len(text) - LONGEST_TAG + 1)
    for found in _FIRST.finditer(text, start):
        begun = text[found.start() :].lower()
        if any(tag.startswith(begun) and tag != begun for tag in _TAGS):
            return len(begun)
    return 0
