"""`python -m chat`: the same conversation in a terminal, or through a pipe; see `--help`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing

from chat import __version__
from chat.conversation.answer import Answer
from chat.conversation.events import Reread, TextDelta
from chat.conversation.files import File
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.errors import ChatError
from chat.files.bounds import Bounds, Kinds
from chat.files.faults import FileError
from chat.files.reading import read_all
from chat.languages.language import say, spoken
from chat.languages.terminal import speak_there, use_utf8
from chat.options import MOST_ROUNDS
from chat.services.base import Service
from chat.services.connect import connect
from chat.settings import Settings, SettingsError
from chat.words import text

# A model's text must not move the cursor, set the title or worse: no control character but
# tab and line break reaches a terminal.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def main() -> int:
    """Hold a conversation with standard input; the exit code is 1 if a question failed."""
    speak_there(os.environ.get("CHAT_LANGUAGE"))
    use_utf8()
    if sys.argv[1:] == ["--version"]:
        print(f"chat {__version__}")
        return 0
    paths = _paths(sys.argv[1:])
    if paths is None:
        return _explain(*sys.argv[1:])
    try:
        settings = Settings.load()
        speak_there(settings.language)
        bounds = Bounds.of(files=settings.files_count, megabytes=settings.files_megabytes)
        files = read_all(paths, bounds, Kinds(settings.files))
    except SettingsError as error:
        _say(text.SETTINGS_WRONG, str(error))
        return 1
    except FileError as error:
        _say(text.file_fault(error, bounds))
        return 2
    return int(_converse(settings, files))


def _converse(settings: Settings, files: list[File]) -> bool:
    """Ask what standard input says, the first time with files; whether a question failed."""
    service = connect(settings)
    interactive = bool(sys.stdin) and sys.stdin.isatty()
    if service.is_demo:
        _say(text.TERMINAL_DEMO)
    if interactive:
        _say(text.TERMINAL_HELP)
    conversation = _new(settings)
    failed = False
    while (line := _next_line(interactive=interactive)) is not None:
        command, _, value = line.strip().partition(" ")
        if not command:
            continue
        if command == "/quit":
            break
        if command == "/new":
            conversation = _new(settings, conversation.rounds)
            _say(text.STARTED_OVER)
        elif command == "/rounds":
            _say(_set_rounds(conversation, value))
        elif command.startswith("/"):
            _say(say("unknown_command", command=command), text.TERMINAL_HELP)
        else:
            failed = not _answer(conversation, service, line, files) or failed
    if files and not interactive and not failed:  # nothing was asked but for them
        failed = not _answer(conversation, service, "", files)
    return failed


def _paths(arguments: Sequence[str]) -> list[str] | None:
    """The paths in `--file NAME --file NAME …`; None where that is not what there is."""
    named = arguments[1::2]
    is_all = len(arguments) == 2 * len(named) and {*arguments[::2]} <= {"--file"}
    return [*named] if is_all else None


def _explain(*arguments: str) -> int:
    """Say how the program is used; its exit code."""
    is_asked = {*arguments} <= {"-h", "--help"}
    unknown = [argument for argument in arguments[::2] if argument != "--file"]
    if not is_asked and unknown:
        _say(say("unknown_argument", argument=unknown[0]))
    usage = f"{text.TERMINAL_USAGE}\n{text.TERMINAL_HELP}"
    print(usage, file=sys.stdout if is_asked else sys.stderr)
    return 0 if is_asked else 2


def _new(settings: Settings, rounds: int | None = None) -> Conversation:
    return Conversation(
        system_prompt=settings.system_prompt, rounds=settings.rounds if rounds is None else rounds
    )


def _next_line(*, interactive: bool) -> str | None:
    """The next line without its line break; None at the end of the input (Ctrl-D)."""
    while True:
        try:
            if interactive:
                return input(text.TERMINAL_PROMPT)
            line = sys.stdin.readline() if sys.stdin else ""
            return line.rstrip("\r\n") if line else None
        except KeyboardInterrupt:
            _say("")
        except EOFError:
            _say("")
            return None


def _set_rounds(conversation: Conversation, value: str) -> str:
    allowed = {str(rounds): rounds for rounds in range(MOST_ROUNDS + 1)}
    if value.strip() not in allowed:
        return say("rounds_allowed", most=MOST_ROUNDS)
    conversation.rounds = allowed[value.strip()]
    return say("remembering", count=conversation.rounds)


def _answer(conversation: Conversation, service: Service, question: str, files: list[File]) -> bool:
    """Stream the answer to a question with files, which are taken; whether it did not fail."""
    try:
        answer = conversation.ask(question, files=files).answer
    except ChatError as error:
        _say_failure(error)
        return False
    files.clear()
    with closing(answer.grow(service.stream(Window.of(conversation), service.defaults))) as events:
        try:
            for event in events:
                if isinstance(event, Reread):  # what is on the screen were thoughts
                    print("\n", event.text.translate(_CONTROLS), sep="\n", end="", flush=True)
                if isinstance(event, TextDelta):
                    print(event.text.translate(_CONTROLS), end="", flush=True)
        except KeyboardInterrupt:
            pass  # Ctrl-C stops the answer; closing its events marks it so
    return _end(answer)


def _end(answer: Answer) -> bool:
    if answer.text:
        print(flush=True)
    if answer.error is not None:
        _say_failure(answer.error)
        if answer.error.detail:
            _say(text.REASON + ":", answer.error.detail)
    elif (ending := text.ending(answer)) is not None:
        _say(ending)
    return answer.error is None


def _say_failure(error: ChatError) -> None:
    owners = text.for_owner(text.owners_advice(error))
    _say(*text.failure(error), owners)


def _say(*sentences: str) -> None:
    """Say something about the conversation, apart from it: a pipe carries only the answers."""
    said = spoken().joined(*sentences).translate(_CONTROLS)
    print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:  # before there was anything to stop
        code = 130
    except OSError as error:  # whoever read the answers has left, or there is no room for them
        if not isinstance(error, BrokenPipeError):
            _say(text.OUTPUT_LOST)
        # Python flushes standard output once more at its end, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
