"""To a Hugging Face Space in one command: `python -m chat.deploy USER/SPACE`.

Checks what is here, creates the Space or takes the one that exists, uploads what git tracks, sets
the key as a Secret, and waits until the page runs. Needs the package huggingface_hub, which the
app itself does not.
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
from chat.deploy.rules import DeployError
from chat.settings import PROJECT


def main(
    arguments: Sequence[str] | None = None, *, folder: Path = PROJECT, times: Times | None = None
) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m chat.deploy", description=__doc__)
    parser.add_argument("space", metavar="USER/SPACE")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a setting for the Space; without a value, the one that is set here",
    )
    parser.add_argument("--private", action="store_true", help="only you can see the Space")
    parser.add_argument("--anyone", action="store_true", help="let anybody spend your key")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    given, rest = parser.parse_known_args(arguments)
    if rest:  # which is not said again, as it may be a key
        parser.error("there is a word too many: a setting is written --set NAME=value")
    try:
        planned = plan(
            given.space, given.set, folder=folder, private=given.private, anyone=given.anyone
        )
        if given.dry_run:
            print(_described(planned))
            return 0
        from huggingface_hub import HfApi

        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        say = partial(print, flush=True)
        print(f"Ready: {deploy(planned, api, say, times or Times())}")
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What the Hub has begun goes on there.", file=sys.stderr)
        return 130
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("huggingface_hub", "httpx2", "yaml"):
            raise
        print('First run: pip install "huggingface_hub>=2.4"', file=sys.stderr)
        return 1
    return 0


def _described(plan: Plan) -> str:
    lines = [f"Would deploy to {plan.page}{' (private)' if plan.private else ''}"]
    lines += [f"Secret   {name}" for name in plan.secrets]
    lines += [f"Variable {name} = {value}" for name, value in plan.variables.items()]
    if not plan.secrets.get(KEY):
        lines += [f"No {KEY} is set here: the demo answers, unless the Space has a key already."]
    lines += [f"File     {name}" for name in plan.files]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
