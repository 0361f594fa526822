from __future__ import annotations

from tests.addon.doctor.place import Place, only, said


def test_both_programs_on_the_path_are_fine(place: Place) -> None:
    assert [finding.level for finding in place.look("programs")] == ["ok", "ok"]


def test_a_path_without_ccr_is_a_problem_that_names_the_folder_to_add(place: Place) -> None:
    (place.bin / "ccr").unlink()
    found = only(place.wrong("programs"), "problem")
    assert "`ccr` is not on the PATH" in found.what
    assert "export PATH=" in found.fix


def test_a_path_without_claude_is_a_problem_that_says_how_to_install_it(place: Place) -> None:
    (place.bin / "claude").unlink()
    place.env["PATH"] = str(place.bin)
    found = only(place.wrong("programs"), "problem")
    assert "`claude` is not on the PATH" in found.what
    assert "npm install -g @anthropic-ai/claude-code" in found.fix


def test_a_claude_that_only_ccr_code_finds_is_a_warning(place: Place) -> None:
    local = place.home / ".claude" / "local"
    local.mkdir(parents=True)
    (place.bin / "claude").rename(local / "claude")
    found = only(place.wrong("programs"), "warning")
    assert "~/.claude/local/claude" in found.what
    assert "ccr code" in found.fix


def test_the_claude_that_the_configuration_names_must_be_there(place: Place) -> None:
    place.config({"claude_path": str(place.work / "gone")})
    assert "claude_path" in only(place.wrong("programs"), "problem").what


def test_the_ccr_of_claude_code_router_on_the_path_is_another_program(place: Place) -> None:
    place.program("ccr", "#!/usr/bin/env node\nconsole.log('2.0.0')\n")
    found = only(place.wrong("programs"), "warning")
    assert "another program" in found.what
    assert "npm uninstall -g" in said(found)


def test_a_program_that_cannot_be_run_is_none(place: Place) -> None:
    (place.bin / "claude").chmod(0o644)
    assert only(place.wrong("programs")).level == "problem"
