"""Credentials over the real chain: how long they hold, what to do when they end, and that new ones are used."""

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from tui.aws.connection import Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.budget import Budget
from tui.polling.ports import CredentialState, Login
from tui.simulator import Fault, Simulator

KEYS = "aws_access_key_id = key\naws_secret_access_key = secret\n"
URL = "https://example.awsapps.com/start"
SSO = f"sso_start_url = {URL}\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = ml\n"
ROLE = "role_arn = arn:aws:iam::111122223333:role/r\n"
MFA = "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
Connect = Callable[..., SageMaker]


@pytest.fixture
async def connect(sim: Simulator) -> AsyncIterator[Connect]:
    made: list[Connection] = []

    def one(profile: str | None = None, key: str = "L") -> SageMaker:
        made.append(Connection(Target(profile, "us-east-1", sim.url, login_key=key), Budget()))
        return SageMaker(made[-1])

    yield one
    for connection in made:
        await connection.close()


async def failure_of(call: Awaitable[object]) -> Failure:
    with pytest.raises(ServiceError) as caught:
        await call
    return caught.value.failure


def process(home: Path, **told: object) -> Path:
    """Make a profile whose credential process prints a file."""
    answer = home / "answer.json"
    answer.write_text(json.dumps({"Version": 1, "AccessKeyId": "key", "SecretAccessKey": "secret"} | told))
    script = home / "process.py"
    script.write_text(f"print(open({str(answer)!r}).read())")
    (home / "config").write_text(f"[profile made]\ncredential_process = {sys.executable} {script}\n")
    return answer


def token(home: Path, expires: datetime, **more: str) -> None:
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    told = {"startUrl": URL, "region": "us-east-1", "accessToken": "x", "expiresAt": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    (cache / f"{hashlib.sha1(URL.encode()).hexdigest()}.json").write_text(json.dumps(told | more))


async def test_static_credentials_tell_no_end(home: Path, connect: Connect) -> None:
    (home / "credentials").write_text(f"[default]\n{KEYS}")
    jobs = connect()
    assert await jobs.credentials() == CredentialState()
    await jobs.identity()
    assert await jobs.credentials() == CredentialState("the credentials file", None)


async def test_a_credential_process_tells_the_end_and_rotates(home: Path, connect: Connect) -> None:
    answer = process(home, SessionToken="t", Expiration=SOON.isoformat())
    jobs = connect("made")
    await jobs.identity()
    assert await jobs.credentials() == CredentialState("a credential process", SOON)
    # What is about to end is renewed by the SDK itself, with no call failing.
    process(home, SessionToken="t", Expiration=(datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    await jobs.renew()
    await jobs.identity()
    later = SOON + timedelta(hours=3)
    told = json.loads(answer.read_text()) | {"Expiration": later.isoformat()}
    answer.write_text(json.dumps(told))
    await jobs.identity()
    assert (await jobs.credentials()).expires == later


async def test_a_process_that_gives_ended_credentials_is_expired_and_no_bug(home: Path, connect: Connect) -> None:
    process(home, SessionToken="t", Expiration="2020-01-01T00:00:00+00:00")
    failure = await failure_of(connect("made").identity())
    assert failure.kind is FailureKind.EXPIRED
    assert "credential_process of profile made" in failure.hint


async def test_the_end_that_the_environment_tells_is_told(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("SESSION_TOKEN", "c")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", SOON.isoformat())
    jobs = connect()
    await jobs.identity()
    assert await jobs.credentials() == CredentialState("the environment", SOON)
    assert "environment" in (await jobs.login()).words


@pytest.fixture
async def role_credentials(monkeypatch: pytest.MonkeyPatch, home: Path) -> AsyncIterator[list[web.Request]]:
    """IAM Identity Center and STS: role credentials for an hour; MFA code 123456."""
    asked: list[web.Request] = []
    ends = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)

    async def sso(request: web.Request) -> web.Response:
        asked.append(request)
        keys = {"accessKeyId": "k", "secretAccessKey": "s", "sessionToken": "t"}
        return web.json_response({"roleCredentials": keys | {"expiration": int(ends.timestamp() * 1000)}})

    async def sts(request: web.Request) -> web.Response:
        asked.append(request)
        form = await request.post()
        if form["Action"] == "GetCallerIdentity":
            found = "<Arn>arn:aws:sts::111122223333:assumed-role/r/me</Arn><Account>111122223333</Account>"
            return web.Response(text=_xml("GetCallerIdentity", found), content_type="text/xml")
        if form.get("TokenCode") != "123456":
            said = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
            error = (
                f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{said}</Message></Error></ErrorResponse>"
            )
            return web.Response(status=403, text=error, content_type="text/xml")
        keys = "<AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        found = f"<Credentials>{keys}<Expiration>{ends.isoformat()}</Expiration></Credentials>"
        return web.Response(text=_xml("AssumeRole", found), content_type="text/xml")

    app = web.Application()
    app.router.add_get("/federation/credentials", sso)
    app.router.add_post("/", sts)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    cache = str(home / ".aws" / "sso" / "cache")
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", cache)
    yield asked
    await runner.cleanup()


def _xml(operation: str, found: str) -> str:
    return f"<{operation}Response><{operation}Result>{found}</{operation}Result></{operation}Response>"


async def test_a_renewed_sso_login_is_used_and_its_end_is_the_one_that_counts(
    home: Path, connect: Connect, role_credentials: list[web.Request]
) -> None:
    (home / "config").write_text(f"[profile dev]\n{SSO}")
    token(home, datetime(2020, 1, 1, tzinfo=UTC))
    jobs = connect("dev")
    failure = await failure_of(jobs.identity())
    assert (failure.kind, failure.hint) == (FailureKind.EXPIRED, "L: aws sso login --profile dev")
    assert not role_credentials
    before = await jobs.sources()
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=8)
    token(home, ends)
    assert await jobs.sources() != before
    assert (await jobs.identity()).account == "111122223333"
    assert await jobs.credentials() == CredentialState("IAM Identity Center", ends)


@pytest.mark.parametrize("renewable", [False, True])
async def test_a_token_that_renews_itself_calls_for_no_login(
    home: Path, connect: Connect, role_credentials: list[web.Request], renewable: bool
) -> None:
    (home / "config").write_text(f"[profile dev]\n{SSO}")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=8)
    more = {
        "refreshToken": "r",
        "clientId": "i",
        "clientSecret": "s",
        "registrationExpiresAt": "2099-01-01T00:00:00Z",
    }
    token(home, ends, **(more if renewable else {}))
    jobs = connect("dev")
    await jobs.identity()
    assert (await jobs.credentials()).expires == (None if renewable else ends)


async def test_an_mfa_code_is_asked_for_once_and_a_wrong_one_again(
    home: Path, connect: Connect, role_credentials: list[web.Request]
) -> None:
    (home / "credentials").write_text(f"[base]\n{KEYS}")
    (home / "config").write_text(f"[profile mfa]\nsource_profile = base\n{ROLE}{MFA}")
    jobs = connect("mfa")
    failure = await failure_of(jobs.identity())
    told = (failure.kind, failure.message, failure.hint)
    assert told == (FailureKind.NO_CREDENTIALS, "the profile wants an MFA code", "L asks for it")
    assert await jobs.login() == Login(device="arn:aws:iam::111122223333:mfa/me")
    await jobs.renew("000000")
    failure = await failure_of(jobs.identity())
    assert (failure.kind, failure.hint) == (FailureKind.NO_CREDENTIALS, "L asks for it")
    await jobs.renew("123456")
    await jobs.identity()
    expires = (await jobs.credentials()).expires
    assert expires
    assert timedelta(minutes=50) < expires - datetime.now(UTC) < timedelta(minutes=61)
    # Other services, other clients: no other code.
    await asyncio.gather(*(failure_of(jobs.describe("nobody")) for _ in range(2)))
    actions = [(await request.post()).get("Action") for request in role_credentials]
    assert actions.count("AssumeRole") == 2


async def test_without_a_screen_no_key_is_named(
    home: Path, connect: Connect, role_credentials: list[web.Request]
) -> None:
    (home / "credentials").write_text(f"[base]\n{KEYS}")
    (home / "config").write_text(f"[profile mfa]\nsource_profile = base\n{ROLE}{MFA}[profile dev]\n{SSO}")
    assert (await failure_of(connect("mfa", "").identity())).hint.startswith("get a session first")
    assert (await failure_of(connect("dev", "").identity())).hint == "run: aws sso login --profile dev"


@pytest.mark.parametrize(
    ("config", "command", "words"),
    [
        (f"[profile p]\n{SSO}", ("aws", "sso", "login", "--profile", "p"), ""),
        (f"[profile p]\nsource_profile = q\n{ROLE}[profile q]\n{SSO}", ("aws", "sso", "login", "--profile", "q"), ""),
        ("[profile p]\nlogin_session = arn\n", ("aws", "login", "--profile", "p"), ""),
        (f"[profile p]\nsource_profile = p\n{ROLE}", (), "renew them as you got them"),
        ("[profile p]\nweb_identity_token_file = t\n", (), "web identity token"),
        (f"[profile p]\n{KEYS}", (), "credentials file"),
        ("[profile q]\n", (), "as you got them"),
        ("[profile p", (), "as you got them"),
    ],
)
async def test_what_there_is_to_do(
    home: Path, connect: Connect, config: str, command: tuple[str, ...], words: str
) -> None:
    (home / "config").write_text(config)
    login = await connect("p").login()
    assert login.command == command
    assert words in login.words
    await connect("p").sources()


async def test_credentials_that_the_service_refuses_are_read_anew(
    sim: Simulator, home: Path, connect: Connect
) -> None:
    (home / "credentials").write_text(f"[default]\n{KEYS}")
    jobs = connect()
    for fault, kind in (("expired", FailureKind.EXPIRED), ("invalid_token", FailureKind.NO_CREDENTIALS)):
        sim.faults.add(Fault(fault, times=1))
        failure = await failure_of(jobs.identity())
        assert failure.kind is kind
        assert failure.hint
        assert (await jobs.identity()).account
