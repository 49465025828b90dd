"""A plan carried out on the Hub, by its package huggingface_hub."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.deploy.plan import ADDRESS, KEY, PASSWORD, Plan
from chat.deploy.rules import README, SDKS, DeployError, as_docker
from chat.languages.language import say

if TYPE_CHECKING:
    from huggingface_hub import HfApi, SpaceRuntime
    from huggingface_hub.errors import HfHubHTTPError

NAP = 12  # looks after which a Space should have woken up

_ASLEEP = {"PAUSED", "STOPPED", "SLEEPING"}
_FAILED = {"BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "NO_APP_FILE", "DELETING"}


@dataclass(frozen=True, kw_only=True)
class Times:
    """In seconds: for a build, between two looks at it, and for an answer of the Hub."""

    build: float = 1200.0
    look: float = 5.0
    answer: float = 60.0


def deploy(plan: Plan, api: HfApi, tell: Callable[[str], None], times: Times) -> str:
    """Do it, tell of each step, and return the page's address. Raises `DeployError`."""
    import httpx2
    from huggingface_hub import get_session
    from huggingface_hub.errors import HfHubHTTPError

    get_session().timeout = times.answer  # the package itself waits for ever (huggingface_hub 2.4)
    try:
        return _Deployment(plan=plan, api=api, tell=tell, times=times).run()
    except HfHubHTTPError as error:
        raise _refusal(error, plan) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        raise DeployError("deploy_unreachable") from None
    except (json.JSONDecodeError, UnicodeDecodeError, LookupError, TypeError, AttributeError):
        # Read by the package, which trusts every answer (huggingface_hub 2.4).
        raise DeployError("deploy_not_the_hub", address=api.endpoint) from None
    except ValueError as error:
        raise DeployError("deploy_not_taken", said=plan.masked(str(error))) from None


@dataclass(frozen=True, kw_only=True)
class _Deployment:
    """One plan being carried out."""

    plan: Plan
    api: HfApi
    tell: Callable[[str], None]
    times: Times

    def run(self) -> str:
        """Everything, in the order in which a key is safe: it comes last."""
        # Before any call, as it may fail.
        readmes = {"streamlit": self.plan.readme, "docker": as_docker(self.plan.readme)}
        readme = readmes[self._sdk()]
        public = set(self.api.get_space_variables(self.plan.space))
        secret = set(self.api.get_space_secrets(self.plan.space))
        self._protect(public, secret)
        commit = self._upload(readme)
        self._give_key(public, secret)
        return self._wait(commit)

    def _sdk(self) -> str:
        """The SDK of the Space, which is created if it is not there."""
        from huggingface_hub.errors import RepositoryNotFoundError

        space = self.plan.space
        try:
            there = self.api.space_info(space, timeout=self.times.answer)
        except RepositoryNotFoundError:
            return self._created()
        sdk = there.sdk or "docker"
        if sdk not in SDKS:
            raise DeployError("deploy_another_app", space=space, sdk=sdk)
        # The page of a "protected" Space is as public as any.
        is_private = there.private and getattr(there, "visibility", "private") == "private"
        if self.plan.private and not is_private:
            self.api.update_repo_settings(space, private=True, repo_type="space")
            self.tell(say("deploy_now_private", space=space))
        self.tell(say("deploy_exists", space=space, sdk=sdk))
        return sdk

    def _created(self) -> str:
        from huggingface_hub.errors import HfHubHTTPError

        space, private = self.plan.space, self.plan.private
        for sdk in SDKS if self.plan.sdk == "streamlit" else ("docker",):
            try:
                self.api.create_repo(space, repo_type="space", space_sdk=sdk, private=private)
            except HfHubHTTPError as error:
                status = error.response.status_code
                if status == 409:
                    raise DeployError("deploy_taken", space=space) from None
                # New Spaces are refused the Streamlit SDK since the middle of 2026.
                if sdk == "docker" or status != 400:
                    raise
            else:
                break
        self.tell(say("deploy_created", space=space, sdk=sdk))
        return sdk

    def _protect(self, public: set[str], secret: set[str]) -> None:
        """Set all but the key, where Variables `public` and Secrets `secret` stand already."""
        if PASSWORD in public and not self.plan.secrets.get(PASSWORD):
            option = f"--set {PASSWORD}"
            space = self.plan.space
            raise DeployError("deploy_shown_password", name=PASSWORD, space=space, option=option)
        if KEY in public:
            self._delete_variable(KEY)
            self.tell(say("deploy_shown_key"))
        for name, value in self.plan.variables.items():
            if name in secret:  # where it stays, as nothing may be both
                self._set_secret(name, value)
            else:
                self.api.add_space_variable(self.plan.space, name, value)
                self.tell(say("deploy_variable_set", name=name))
        for name, value in self.plan.secrets.items():
            if name == KEY:
                continue
            if name in public:
                self._delete_variable(name)
            self._set_secret(name, value)

    def _upload(self, readme: str) -> str:
        """Make the Space hold these files and no others; the commit's id."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete
        from huggingface_hub.errors import HfHubHTTPError

        space = self.plan.space
        files = {**self.plan.files, README: readme.encode()}
        there = set(self.api.list_repo_files(space, repo_type="space")) - {".gitattributes"}
        operations: list[CommitOperationAdd | CommitOperationDelete] = [
            CommitOperationAdd(name, content) for name, content in files.items()
        ]
        operations += [CommitOperationDelete(name) for name in sorted(there - files.keys())]
        try:
            commit = self.api.create_commit(
                space, operations, commit_message="Deploy", repo_type="space"
            )
        except HfHubHTTPError as error:
            if error.response.status_code != 409:
                raise
            raise DeployError("deploy_changed", space=space) from None
        self.tell(say("deploy_files", count=len(files)))
        return str(commit.oid)

    def _give_key(self, public: set[str], secret: set[str]) -> None:
        """Set the key, now that all that protects it is there."""
        if not self.plan.secrets.get(KEY):
            keeps = KEY in secret and KEY not in self.plan.secrets
            self.tell(say("deploy_keeps_key" if keeps else "deploy_demo", name=KEY))
        if KEY not in self.plan.secrets:
            return
        if ADDRESS not in {*self.plan.variables, *self.plan.secrets}:
            # An address from an earlier time would get a key that is for OpenAI.
            if ADDRESS in public:
                self._delete_variable(ADDRESS)
            if ADDRESS in secret:
                self.api.delete_space_secret(self.plan.space, ADDRESS)
                self.tell(say("deploy_secret_deleted", name=ADDRESS))
        self._set_secret(KEY, self.plan.secrets[KEY])

    def _set_secret(self, name: str, value: str) -> None:
        self.api.add_space_secret(self.plan.space, name, value)
        self.tell(say("deploy_secret_set", name=name))

    def _delete_variable(self, name: str) -> None:
        self.api.delete_space_variable(self.plan.space, name)
        self.tell(say("deploy_variable_deleted", name=name))

    def _wait(self, commit: str) -> str:
        deadline = time.monotonic() + self.times.build
        said, asleep, silence = "", 0, say("deploy_nothing")
        while time.monotonic() < deadline:
            runtime = self._patiently(self.api.get_space_runtime)
            stage = str(getattr(runtime.stage, "value", runtime.stage)) if runtime else silence
            if stage != said:
                self.tell(say("deploy_stage", stage=stage))
                said = stage
            if runtime and (runtime.raw.get("sha") or commit) == commit:
                if stage == "RUNNING":
                    return self.plan.page
                if stage in _FAILED:
                    raise self._failure(runtime, stage)
            if stage in _ASLEEP:
                if asleep > NAP:
                    break
                if asleep or self._patiently(self.api.restart_space):  # a commit wakes nobody
                    asleep += 1
            time.sleep(self.times.look)
        raise DeployError("deploy_gave_up", stage=said, page=self.plan.page)

    def _patiently(self, call: Callable[[str], SpaceRuntime]) -> SpaceRuntime | None:
        """What the Hub says of the Space, or None if it does not answer for now."""
        import httpx2
        from huggingface_hub.errors import HfHubHTTPError

        try:
            return call(self.plan.space)
        except HfHubHTTPError as error:
            if error.response.status_code < 500 and error.response.status_code != 429:
                raise
        except (httpx2.HTTPError, OSError, ValueError):
            pass
        return None

    def _failure(self, runtime: SpaceRuntime, stage: str) -> DeployError:
        """Why it failed: the Hub's own words, and the last ones of the log."""
        import httpx2

        said = [str(runtime.raw.get("errorMessage") or "")]
        try:
            if runtime.stage in ("BUILD_ERROR", "RUNTIME_ERROR"):
                is_build = runtime.stage == "BUILD_ERROR"
                lines = list(self.api.fetch_space_logs(self.plan.space, build=is_build))
                said += [line.rstrip() for line in lines[-10:]]
        except (httpx2.HTTPError, OSError, ValueError, LookupError):
            pass  # the failure is still to be reported
        reason = self.plan.masked("\n".join(filter(None, said)))
        if reason:
            return DeployError("deploy_ended", stage=stage, reason=reason)
        return DeployError("deploy_ended_silently", stage=stage, page=self.plan.page)


def _refusal(error: HfHubHTTPError, plan: Plan) -> DeployError:
    match error.response.status_code:
        case 401:
            return DeployError("deploy_token_unknown", command="hf auth login")
        case 402:
            return DeployError("deploy_paid")
        case 403:
            return DeployError("deploy_token_forbidden", space=plan.space)
        case 429:
            return DeployError("deploy_too_fast")
        case status if error.server_message:
            said = plan.masked(error.server_message)
            return DeployError("deploy_refused", status=str(status), said=said)
        case status:
            return DeployError("deploy_refused_silently", status=str(status))
