"""Packages are installed when their pins changed, and only then; what pip says becomes progress."""

import hashlib

import pytest

from backend.devstack import install


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one pin and an environment that works; returns the stamp of what is installed."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text("django==6.1 --hash=sha256:0\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    return tmp_path / ".venv" / ".installed-run"


def test_unchanged_pins_are_left_alone(project, monkeypatch):
    pins = project.parent.parent / "requirements" / "run.txt"
    project.write_text(hashlib.sha256(pins.read_bytes()).hexdigest())
    monkeypatch.setattr(install, "_install", lambda requirements: pytest.fail("pip was called"))

    install.main("run")


def test_changed_pins_are_installed_and_remembered(project, monkeypatch):
    project.write_text("the digest of other pins")
    installed = []
    monkeypatch.setattr(install, "_install", installed.append)

    install.main("run")

    assert [file.name for file in installed] == ["run.txt"]
    assert len(project.read_text()) == 64


def test_environment_without_a_python_is_no_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "PYTHON", tmp_path / "python")

    assert install._is_usable() is False


def test_progress_counts_packages_and_keeps_the_end_for_a_failure(capsys):
    with install.Progress(4) as progress:
        for line in (
            "Collecting amqp==5.4 (from -r run.txt (line 3))",
            "Requirement already satisfied: django==6.1 in ./.venv",
            "Ignoring colorama: markers 'sys_platform == win32' don't match your environment",
            "Processing /wheels/celery-5.7.0-py3-none-any.whl",
            "Installing collected packages: amqp, celery",
        ):
            progress.read(line)

    assert "installing packages 4/4, 0 s: done" in capsys.readouterr().out
    assert progress.tail[-1] == "Installing collected packages: amqp, celery"
