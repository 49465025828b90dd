"""What would go to a Space, and what is refused before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import _validators

from chat.deploy.plan import Plan, plan
from chat.deploy.rules import DeployError
from chat.settings import PROJECT
from tests.fakes.app import FILES, git, write

KEY = "sk-" + "0123456789" * 2  # in pieces, as no tracked file may have it
PASSWORD = "open " + "barley"
SPACE = "ann/my-chat"
VALUES = {"OPENAI_API_KEY": KEY, "CHAT_MODEL": "gpt-4o", "CHAT_PASSWORD": PASSWORD}
DAY = "CHAT_DAILY_TOKENS=500000"
ROUTER = "https://router.huggingface.co/v1"


def planned(
    folder: Path,
    *asked: str,
    space: str = SPACE,
    private: bool = False,
    anyone: bool = False,
    values: dict[str, str] = VALUES,
) -> Plan:
    return plan(space, asked, folder=folder, private=private, anyone=anyone, values=values)


def refused(folder: Path, *asked: str, space: str = SPACE, values: dict[str, str] = VALUES) -> str:
    with pytest.raises(DeployError) as raised:
        planned(folder, *asked, space=space, values=values)
    return str(raised.value)


def test_a_plan_has_the_files_the_secrets_and_the_variables(app: Path) -> None:
    made = planned(app, "CHAT_PASSWORD", "CHAT_MODEL", "CHAT_ROUNDS=5")
    assert made == Plan(
        space=SPACE,
        files=FILES,
        secrets={"OPENAI_API_KEY": KEY, "CHAT_PASSWORD": PASSWORD},
        variables={"CHAT_MODEL": "gpt-4o", "CHAT_ROUNDS": "5"},
        private=False,
    )
    assert KEY not in repr(made)
    assert PASSWORD not in repr(made)
    assert made.page == "https://huggingface.co/spaces/ann/my-chat"


def test_the_address_of_the_ledgers_server_is_a_secret(app: Path) -> None:
    address = "redis://:barley@ledger.example.org/0"
    made = planned(app, DAY, f"CHAT_REDIS_URL={address}")
    assert made.secrets == {"OPENAI_API_KEY": KEY, "CHAT_REDIS_URL": address}


def test_the_project_itself_can_be_planned() -> None:
    assert "static/store.js" in planned(PROJECT, DAY).files


def test_a_key_that_anybody_could_spend_wants_a_bound_or_a_word(app: Path) -> None:
    assert refused(app).startswith("Anybody could spend your key.")
    assert planned(app, anyone=True).secrets == {"OPENAI_API_KEY": KEY}
    assert planned(app, private=True).private
    assert planned(app, DAY).variables == {"CHAT_DAILY_TOKENS": "500000"}
    assert planned(app, values={}).secrets == {}


# What --set takes


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("CHAT_ROUNDS=many", "CHAT_ROUNDS is 'many', but must be a whole number from 0 to 20."),
        ("CHAT_TITLE", "CHAT_TITLE has no value here. Set it in .env, or say CHAT_TITLE=value."),
        (
            "CHAT_PASWORD=open sesame",
            "What follows --set is no setting of the app. Did you mean CHAT_PASSWORD?",
        ),
        (
            "chat_rounds=2",
            "What follows --set is no setting of the app. Did you mean CHAT_ROUNDS?",
        ),
        (
            "PATH",
            "What follows --set is no setting of the app. .github/CONFIGURATION.md lists them.",
        ),
        ("=5", "What follows --set is no setting of the app. .github/CONFIGURATION.md lists them."),
        (
            "CHAT_TITLE=a\0b",
            "CHAT_TITLE has a character in it that no Space accepts. Set it again.",
        ),
    ],
)
def test_what_is_asked_for_is_checked(app: Path, asked: str, words: str) -> None:
    assert refused(app, DAY, asked) == words


@pytest.mark.parametrize(
    "asked",
    [
        *(KEY, f"{KEY}=x", f"CHAT_{KEY}", f"OPENAI_API_KEY:{KEY}"),
        *(f"CHAT_OWN_KEY={KEY}", f"OPENAI_BASE_URL={KEY}", f"CHAT_ROUNDS={KEY[::-1]}"),
    ],
)
def test_a_key_in_the_wrong_place_is_not_said_again(app: Path, asked: str) -> None:
    said = refused(app, DAY, asked)
    assert KEY not in said
    assert KEY[::-1] not in said


# A key and the service that it is for


def test_a_key_from_here_takes_the_address_of_its_service_along(app: Path) -> None:
    values = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f" {ROUTER}\n"}
    assert planned(app, DAY, values=values).variables["OPENAI_BASE_URL"] == ROUTER
    another = "OPENAI_BASE_URL=https://host.example/v1"
    assert (
        planned(app, DAY, another, values=values)
        .variables["OPENAI_BASE_URL"]
        .endswith("host.example/v1")
    )
    assert "OPENAI_BASE_URL" not in planned(app, DAY, "OPENAI_API_KEY=", values=values).variables


@pytest.mark.parametrize(
    "address", ["https://user:s3cret@host.example/v1", "https://host.example/v1?key=s3cret"]
)
def test_an_address_that_holds_a_key_is_a_secret(app: Path, address: str) -> None:
    made = planned(app, DAY, f"OPENAI_BASE_URL={address}")
    assert made.secrets["OPENAI_BASE_URL"] == address
    assert "OPENAI_BASE_URL" not in made.variables
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1:8000", "[::1]", "192.168.0.7"])
def test_an_address_that_only_this_machine_reaches_is_refused(app: Path, host: str) -> None:
    values = {"OPENAI_API_KEY": "ollama", "OPENAI_BASE_URL": f"http://{host}/v1"}
    said = refused(app, DAY, values=values)
    assert said.startswith("A Space cannot reach the OPENAI_BASE_URL that is set here.")
    assert planned(app, "OPENAI_API_KEY=", values=values).variables == {}


# What would give a secret away


def test_a_file_that_holds_a_secret_stops_everything(app: Path) -> None:
    write(app, ".env.example", f"OPENAI_API_KEY={KEY}\n".encode())
    git(app, "add", ".")
    said = ".env.example holds the value of OPENAI_API_KEY. Take it out there, or use another one."
    assert refused(app, DAY) == said
    # Also one that is not sent this time.
    write(app, ".env.example", f"CHAT_PASSWORD={PASSWORD}\n".encode())
    assert refused(app, DAY).startswith(".env.example holds the value of CHAT_PASSWORD.")


def test_a_variable_that_holds_a_secret_stops_everything(app: Path) -> None:
    said = refused(app, DAY, f"CHAT_TITLE=My {KEY}")
    assert said.startswith("CHAT_TITLE holds the value of OPENAI_API_KEY")
    assert KEY not in said


def test_a_word_that_stands_for_a_key_may_be_anywhere(app: Path) -> None:
    write(app, "streamlit_app.py", b"x = 'ollama'\n")
    values = {"OPENAI_API_KEY": "ollama", "OPENAI_BASE_URL": "https://host.example/v1"}
    assert planned(app, DAY, values=values).secrets == {"OPENAI_API_KEY": "ollama"}


def test_what_somebody_else_says_is_shown_without_a_secret(app: Path) -> None:
    assert planned(app, DAY).masked(f"bad key {KEY}!") == "bad key …!"


# The name and the folder


NAMES = [
    *(
        "ann/my-chat",
        "ann/x",
        "Ann_1/my.chat_2-x",
        "ann/" + "x" * 96,
        "ann/" + "x" * 97,
        "no-space",
    ),
    *(
        "ann/-x",
        "ann/x-",
        "ann/my--chat",
        "ann/x..y",
        "ann/x.git",
        "ann/x.",
        "ann/.x",
        "ann/",
        "/x",
    ),
    *(
        "ann/x/y",
        "ann/café",
        "-ann/x",
        "ann/_x_",
        "https://huggingface.co/spaces/ann/x",
        "",
        "ann/x\n",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_where_the_hub_takes_it(app: Path, name: str) -> None:
    try:
        _validators.validate_repo_id(name)
        is_name = "/" in name
    except HFValidationError:
        is_name = False
    if is_name:
        assert planned(app, DAY, space=name).space == name
    else:
        said = refused(app, DAY, space=name)
        assert said.startswith(f"{name!r} is no name of a Space. It looks like user/my-chat")


def test_what_the_hub_would_refuse_is_said_line_by_line(app: Path) -> None:
    git(app, "rm", "-q", "--cached", "Dockerfile", "requirements.txt")
    assert refused(app, DAY).splitlines() == [
        f"{name} is not among the files that git tracks. Restore it, or run: git add {name}"
        for name in ("requirements.txt", "Dockerfile")
    ]


@pytest.mark.parametrize("where", ["inside", "outside"])
def test_a_file_of_prompts_that_would_stay_here_is_refused(
    app: Path, tmp_path_factory: pytest.TempPathFactory, where: str
) -> None:
    write(app, "texts/prompts.toml", b"[[prompt]]\nname = 'A'\ntext = 'B'\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "prompts.toml", b"")
    named = "./texts//prompts.toml"
    file, added = (
        (named, "texts/prompts.toml")
        if where == "inside"
        else (f"{elsewhere}/prompts.toml", "prompts.toml")
    )
    said = refused(app, DAY, f"CHAT_PROMPTS={file}")
    assert said.startswith(f"{file}, which CHAT_PROMPTS names, is not among the files that git ")
    assert said.endswith(f"git add {added}")
    git(app, "add", ".")
    assert planned(app, DAY, f"CHAT_PROMPTS={named}").variables["CHAT_PROMPTS"] == named


def test_a_readme_from_windows_goes_with_the_hubs_newlines(app: Path) -> None:
    write(app, "README.md", FILES["README.md"].replace(b"\n", b"\r\n"))
    assert planned(app, DAY).files == FILES
