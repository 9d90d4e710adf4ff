"""The completions, in the shells that they are for; and that they name what there is."""

import pathlib
import re
import subprocess

import pytest

from frieze import need

ROOT = pathlib.Path(__file__).parents[2]
BASH, ZSH, FISH = (ROOT / "completions" / name for name in ("frieze.bash", "_frieze", "frieze.fish"))


@pytest.fixture
def folder(tmp_path):
    for name in ("a picture.png", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "runtime" / "frieze").mkdir(parents=True)
    (tmp_path / "runtime" / "frieze" / "left.sock").touch()
    return tmp_path


def run(command, folder):
    result = subprocess.run(command, cwd=folder, env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8",
                                                      "XDG_RUNTIME_DIR": str(folder / "runtime")},
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout.splitlines()


def bash(folder, *words):
    """What bash offers for the last of the words; readline has an = as a word of its own."""
    need("bash")
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); $(complete -p frieze | '
              r"sed 's/.*-F \([^ ]*\).*/\1/'); printf '%s\n' ""\"${COMPREPLY[@]}\"")
    return [word for word in run(["bash", "-c", script, "bash", BASH, "frieze", *words], folder) if word]


def fish(folder, line):
    need("fish")
    offered = run(["fish", "--no-config", "-c", f"source '{FISH}'; complete -C '{line}'"], folder)
    return [word.split("\t")[0] for word in offered]


def options_of_help(home):
    return set(re.findall(r"--[a-z-]+", "\n".join(line[:26] for line in home.frieze("--help").out.splitlines()
                                                  if line.startswith("  "))))


BASH_CASES = [
    (["--quit"], ["--quit-when"]),
    (["--quit-when", ""], ["screenful", "loaded"]),
    (["--quit-when", "=", "l"], ["loaded"]),
    (["--quit-when", "="], ["screenful", "loaded"]),
    (["--names", "="], ["yes", "no"]),
    (["--delay", ""], []), (["-d", ""], []), (["--delay", "="], []),
    (["--stats", "a"], ["a picture.png"]),
    (["a"], ["a picture.png"]), (["--names", "b"], ["b.png"]),
    (["--", "--quit"], []), (["--", "b"], ["b.png"]),
    (["ct"], ["ctl"]), (["a", "ct"], []),
    (["ctl", "rel"], ["reload"]),
    (["ctl", "--na"], ["--name"]), (["ctl", "--name", ""], ["left"]), (["ctl", "--name", "=", "l"], ["left"]),
    (["ctl", "--name", "left", "rel"], ["reload"]), (["ctl", "--name", "=", "left", "rel"], ["reload"]),
    (["ctl", "wait", ""], ["idle", "screenful", "loaded"]), (["ctl", "loading", "p"], ["pause"]),
    (["ctl", "screenshot", "b"], ["b.png"]),
    (["ctl", "get", "mem"], ["memory"]), (["ctl", "set", "mem"], []), (["ctl", "set", "del"], ["delay"]),
    (["ctl", "set", "names", ""], ["yes", "no"]), (["ctl", "set", "delay", ""], []),
    (["ctl", "next", ""], []),
]


@pytest.mark.parametrize("words, offered", BASH_CASES, ids=lambda words: " ".join(words) or "-")
def test_bash(folder, words, offered):
    assert bash(folder, *words) == offered


def test_bash_offers_every_option(home, folder):
    options = options_of_help(home)
    assert len(options) > 20 and set(bash(folder, "--")) == options


FISH_CASES = [
    ("frieze --quit", ["--quit-when"]),
    ("frieze --quit-when ", ["screenful", "loaded"]),
    ("frieze --quit-when=l", ["--quit-when=loaded"]),
    ("frieze --stats b", ["b.png"]), ("frieze b", ["b.png"]),
    ("frieze ct", ["ctl"]),
    ("frieze ctl rel", ["reload"]),
    ("frieze ctl --name left rel", ["reload"]),
    ("frieze ctl loading ", ["pause", "resume"]),
    ("frieze ctl screenshot b", ["b.png"]),
    ("frieze ctl set del", ["delay"]), ("frieze ctl set mem", []), ("frieze ctl get mem", ["memory"]),
    ("frieze ctl next ", []),
]


@pytest.mark.parametrize("line, offered", FISH_CASES)
def test_fish(folder, line, offered):
    assert sorted(fish(folder, line)) == sorted(offered)


def test_fish_offers_every_option(home, folder):
    assert set(fish(folder, "frieze --")) == options_of_help(home)


ZSH_CASES = [
    ("frieze --quit", "--quit-when="), ("frieze --quit-when=l", "--quit-when=loaded"), ("frieze ctl rel", "reload"),
    ("frieze ctl loading p", "pause"), ("frieze ctl set del", "delay"), ("frieze ct", "ctl"),
]


@pytest.mark.parametrize("line, wanted", ZSH_CASES)
def test_zsh(folder, line, wanted):
    """In a terminal of zsh's own a tab is pressed; it is read until the completed word stands there."""
    need("zsh")
    script = r"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PROMPT= ; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; echo RE''ADY"
        zpty -r shell text '*READY*'
        zpty -n -w shell "$2"$'\t'
        zpty -r shell text "*${(b)3}*"
        print -r -- "$text"
        zpty -d shell
    """
    run(["zsh", "-n", ZSH], folder)
    assert wanted in "".join(run(["zsh", "-f", "-c", script, "zsh", ZSH.parent, line, wanted], folder))
