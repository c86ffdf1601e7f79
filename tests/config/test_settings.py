"""Production refuses to start half-configured, and is strict once it does; each case is a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "k7Qm-zP2x_Vw9Rb4Tn6Yc8Ld1Fg3Hj5Ks0Ua-eIoNpBqXrWsCtMvZy",
    "DATABASE_URL": "postgresql://tsunagi@127.0.0.1:1/tsunagi",  # nobody is asked
    "PUBLIC_BASE_URL": "https://tsunagi.example.jp",
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python process with nothing but this environment; an empty value leaves a name out."""
    given = {name: value for name, value in environment.items() if value}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", **kept, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def setting(expression: str, **environment: str) -> str:
    """What an expression on the settings says in a process of its own."""
    code = f"from django.conf import settings as s; print({expression})"
    done = run("-c", code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "not-secret-only-for-demo-and-tests-" + "x" * 32}, "SECRET_KEY must be"),
        ({"SECRET_KEY": "change-me-" + "x" * 60}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short-but-my-own"}, "at least 50 characters"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
        ({"PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL must be set"),
        ({"PUBLIC_BASE_URL": "http://tsunagi.example.jp"}, "https://"),
        ({"TSUNAGI_MODE": "prodution"}, "TSUNAGI_MODE must be"),
    ],
)
def test_production_refuses_to_start_half_configured(
    change: dict[str, str], complaint: str
) -> None:
    done = run("manage.py", "check", **GOOD | change)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert complaint in done.stderr


def test_no_request_is_a_transaction_so_that_what_an_action_did_is_stored_when_it_returns() -> None:
    assert setting("s.DATABASES['default'].get('ATOMIC_REQUESTS', False)", **GOOD) == "False"


def test_the_check_for_deployment_finds_nothing() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_production_is_the_default_and_strict() -> None:
    strict = (
        "s.PRODUCTION, s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SECURE_SSL_REDIRECT, s.EMBEDDED_WORKER, s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"
    )
    assert setting(strict, **GOOD) == "True False True True True False False"
    assert setting("s.ALLOWED_HOSTS", **GOOD) == "['tsunagi.example.jp']"
    scripts = setting("*s.CONTENT_SECURITY_POLICY['DIRECTIVES']['script-src']", **GOOD)
    assert "'self'" in scripts
    assert "unsafe" not in scripts


def test_several_machines_share_sockets_and_limits_through_redis() -> None:
    backends = "s.CHANNEL_LAYERS['default']['BACKEND'], s.CACHES['default']['BACKEND']"
    shared = setting(backends, **GOOD, REDIS_URL="redis://127.0.0.1:1/0")
    assert shared.split() == [
        "channels_redis.pubsub.RedisPubSubChannelLayer",
        "realtime.forgiving_cache.ForgivingRedisCache",
    ]


def test_mail_leaves_production_but_never_the_demo() -> None:
    server = {"EMAIL_URL": "smtp+tls://desk:p%40ss@mail.example.jp:2525"}
    shown = (
        "s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS,"
        "s.EMAIL_HOST_PASSWORD"
    )
    assert setting(shown, **GOOD, **server) == "smtp mail.example.jp 2525 True p@ss"
    assert setting(shown, **GOOD, **server, TSUNAGI_MODE="demo").startswith("locmem ")


def test_the_demo_needs_nothing_and_listens_to_strangers_only_when_told() -> None:
    hosts = "'*' in s.ALLOWED_HOSTS"
    assert setting(hosts, TSUNAGI_MODE="demo") == "False"
    assert setting(hosts, TSUNAGI_MODE="demo", HOST="0.0.0.0") == "True"
