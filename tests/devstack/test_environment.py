"""The settings of a run: given ones stay, generated ones are the same again the next time."""

import pytest

from backend.devstack import envfile, environment, procfile, state


def test_generated_secrets_are_kept(tmp_path):
    first = environment.complete({}, folder=tmp_path)
    second = environment.complete({}, folder=tmp_path)

    assert first == second
    assert len(first["SECRET_KEY"]) > 40
    assert first["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert first["STRIPE_SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:8000/api/v1/payments/webhook/"
    assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600


def test_given_settings_stay(tmp_path):
    given = {
        "SECRET_KEY": "mine",
        "DEBUG": "0",
        "EMAIL_URL": "console://",
        "STRIPE_SECRET_KEY": "sk_test_real",
    }

    settings = environment.complete(given, folder=tmp_path)

    assert {name: settings[name] for name in given} == given
    assert "STRIPE_API_BASE" not in settings


def test_env_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    lines = ["# a comment", "", "CURRENCY=eur # euros", "export TAX_RATE='0.2'", "EMPTY=", "PORT=1"]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("PORT", "9")

    given = environment.given(root=tmp_path)

    assert (given["CURRENCY"], given["TAX_RATE"], given["PORT"]) == ("eur", "0.2", "9")
    assert "EMPTY" not in given


def test_wrong_line_of_the_env_file_is_named(tmp_path):
    (tmp_path / ".env").write_text("CURRENCY=eur\nnonsense\n")

    with pytest.raises(envfile.EnvFileFailed, match=r"\.env, line 2: write NAME=value"):
        envfile.read(tmp_path / ".env")


def test_procfile_names_processes():
    programs = procfile.read(environment.ROOT / "Procfile")

    assert [program.name for program in programs] == ["web", "api", "worker", "mailer", "beat", "relay"]


def test_wrong_line_of_the_procfile_is_named(tmp_path):
    (tmp_path / "Procfile").write_text("# shop\nweb python\n")

    with pytest.raises(procfile.ProcfileFailed, match="Procfile, line 2: write name: command"):
        procfile.read(tmp_path / "Procfile")


def test_folder_is_used_by_one_run_at_a_time(tmp_path):
    with state.lock(tmp_path), pytest.raises(state.AlreadyRunning, match="another make run uses"):
        state.lock(tmp_path)

    state.lock(tmp_path).close()


def test_leftovers_are_told_from_strangers_by_their_birth(tmp_path):
    (tmp_path / "processes.json").write_text('{"1": "a birth that never was"}')

    assert state.Roster(tmp_path).end_leftovers() == 0
