"""To a Hugging Face Space in one command: `python -m chat.deploy USER/SPACE`; see `--help`.

Needs the package huggingface_hub, which the app itself does not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from chat.deploy.deployment import Times, deploy
from chat.deploy.plan import KEY, Plan, plan
from chat.languages.language import SpokenError, say
from chat.languages.terminal import speak_there, use_utf8
from chat.settings import PROJECT, read_values


def main(
    arguments: Sequence[str] | None = None, *, folder: Path = PROJECT, times: Times | None = None
) -> int:
    """The command; its exit code."""
    use_utf8()
    speak_there(os.environ.get("CHAT_LANGUAGE"))
    given = _given(arguments)
    try:
        values = read_values(dotenv=folder / ".env")
        speak_there(values.get("CHAT_LANGUAGE"))
        planned = plan(
            given.space,
            given.set,
            folder=folder,
            private=given.private,
            anyone=given.anyone,
            values=values,
        )
        if given.dry_run:
            print(_described(planned))
            return 0
        from huggingface_hub import HfApi

        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        page = deploy(planned, api, partial(print, flush=True), times or Times())
        print(say("deploy_ready", page=page))
    except SpokenError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("deploy_stopped"), file=sys.stderr)
        return 130
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("huggingface_hub", "httpx2", "yaml"):
            raise
        command = 'pip install "huggingface_hub>=2.4"'
        print(say("deploy_package", command=command), file=sys.stderr)
        return 1
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for. Ends the program where it cannot be understood."""
    parser = argparse.ArgumentParser(prog="python -m chat.deploy", description=say("deploy_about"))
    parser.add_argument("space", metavar="USER/SPACE")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME[=VALUE]", help=say("deploy_set")
    )
    parser.add_argument("--private", action="store_true", help=say("deploy_private"))
    parser.add_argument("--anyone", action="store_true", help=say("deploy_anyone"))
    parser.add_argument("--dry-run", action="store_true", help=say("deploy_dry_run"))
    given, rest = parser.parse_known_args(arguments)
    if rest:  # which is not said again, as it may be a key
        parser.error(say("deploy_word_too_many"))
    return given


def _described(plan: Plan) -> str:
    lines = [say("deploy_would_private" if plan.private else "deploy_would", page=plan.page)]
    lines += [say("deploy_would_secret", name=name) for name in plan.secrets]
    lines += [
        say("deploy_would_variable", name=name, value=value)
        for name, value in plan.variables.items()
    ]
    if not plan.secrets.get(KEY):
        lines += [say("deploy_would_demo", name=KEY)]
    lines += [say("deploy_would_file", file=name) for name in plan.files]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
