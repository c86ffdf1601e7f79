"""A missing service is said clearly, and is a failure where services are required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("required", "mark", "expected"),
    [
        ("", "", 0),
        ("1", "", 1),
        # the one exception: a description that others publish and that is not ours to pass on
        ("1", "@pytest.mark.twilio_description\n", 0),
    ],
)
def test_a_skip_is_a_failure_only_where_services_are_required(tmp_path, required, mark, expected):
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(
        f"import pytest\n\n{mark}def test_it():\n    pytest.skip('no Redis')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"),
         "--rootdir", str(tmp_path), str(tmp_path / "test_it.py")],
        cwd=ROOT,
        env={**os.environ, "REQUIRE_SERVICES": required, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == expected, done.stdout + done.stderr


def test_the_exception_is_made_in_one_file_only():
    mark = "pytest.mark." + "twilio_description"
    users = {path.name for path in ROOT.glob("tests/**/*.py") if mark in path.read_text()}
    assert users - {Path(__file__).name} == {"test_twilio_description.py"}
