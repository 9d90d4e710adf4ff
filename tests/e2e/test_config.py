"""Config files of every kind, and get, set and reset while frieze runs: clear lines, and a program that runs."""
# ctest: LABELS sanitized

import os
import random

import pytest
from PIL import Image

import pictures
from frieze import Refused


@pytest.fixture
def conf(home):
    (home / "config" / "frieze").mkdir()
    return home / "config" / "frieze" / "frieze.conf"


@pytest.fixture
def folder(home):
    return pictures.fill(home / "pictures", 3)


def start(home, folder, *arguments):
    return home.start("--size", "800x300", "--tile", "200x150", *arguments, folder)


def lines_about(frieze, conf):
    """What it says, each line about that file."""
    lines = frieze.errors()
    assert all(line.startswith(f"frieze: {conf}:") for line in lines), lines
    return [line.removeprefix(f"frieze: {conf}:") for line in lines]


def assert_runs(frieze):
    """All is shown, and keys are obeyed."""
    assert pictures.wall(frieze.screenshot()) == [[0, 1, 2]]
    assert frieze.key("Right").status()["index"] == 1


# --- what stands in a file holds ---

def test_options_of_the_file(home, folder, conf):
    conf.write_text("# mine\nbackground = #ff8000\n\n[options]\ndelay = 7\n[keys]\n[run]\n")
    with start(home, folder) as frieze:
        assert frieze.screenshot().getpixel((1, 298)) == (255, 128, 0)
        assert frieze.ask("get", "delay") == {"value": 7, "set_by": "user file", "file": str(conf), "line": 5}
        assert frieze.errors() == []


def test_the_order_of_those_who_set(home, folder, conf):
    """default < system file < user file < command line < run time"""
    system = home / "system" / "frieze" / "frieze.conf"
    system.parent.mkdir()
    system.write_text("delay = 20\nnames = yes\njobs = 2\nno-watch = yes\n")
    conf.write_text("delay = 30\nnames = no\n")
    with start(home, folder, "--delay=40") as frieze:
        def get(name):
            answer = frieze.ask("get", name)
            return answer["value"], answer["set_by"]
        assert get("slideshow") == (False, "default")
        assert get("size") == ("800x300", "command line")
        assert get("memory") == (None, "default")
        assert get("jobs") == (2, "system file")
        assert frieze.ask("get", "no-watch")["file"] == str(system)
        assert get("names") == (False, "user file")
        assert get("delay") == (40, "command line")
        assert frieze.ask("set", "delay", "50") == {"value": 50, "set_by": "run time"}
        assert get("delay") == (50, "run time")
        assert frieze.ask("reset", "delay") == {"value": 40, "set_by": "command line"}
        assert frieze.ask("reset", "delay") == {"value": 40, "set_by": "command line"}
        every = frieze.ask("get")
        assert every["names"] == {"value": False, "set_by": "user file", "file": str(conf), "line": 2}
        assert set(every) >= {"delay", "tile", "config", "help"}
    with start(home, folder, "--no-config") as frieze:
        assert frieze.ask("get", "delay") == {"value": 5, "set_by": "default"}


# --- every kind of file ---

KINDS = {
    "empty": (b"", []),
    "blank": (b"\xef\xbb\xbf\r\n\r\n# x\r\n", []),
    "huge": (b"delay = 9\n" * (1 << 20), ["104858: the file is larger than 1024 KB: from this line on nothing is taken"]),
    "half-written": (b"delay = 9\ntile = 1", ["2: tile=1: wants WxH, 16 to 4096"]),
    "cut by a power failure": (b"delay = 9\nna" + bytes(4000), ["2: is no text"]),
    "not UTF-8": (b"delay = 9\n\xff\xfe\x80 = \x81\n", ["2: unknown option \\xff\\xfe\\x80"]),
    "an escape sequence": (b"\x1b]0;title\x07 = 1\ndelay = 9\n", ["1: is no text"]),
    "bad values": (b"delay = zero\nnames = 1\nmemory = 7\n", [
        "1: delay=zero: wants SECONDS, 0.1 to 86400", "2: names=1: wants yes or no",
        "3: memory=7: wants BYTES, 32M to 1024G"]),
    "misplaced": (b"screenshot = x.png\nconfig = y\nhelp = yes\n", [
        f"{line}: {name} has its place on the command line only"
        for line, name in ((1, "screenshot"), (2, "config"), (3, "help"))]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_files(home, folder, conf, kind):
    content, complaints = KINDS[kind]
    conf.write_bytes(content)
    with start(home, folder) as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, conf) == complaints
        assert frieze.ask("get", "delay")["value"] == (9 if b"delay = 9" in content else 5)


def test_full_of_unknown_keys(home, folder, conf):
    conf.write_text("".join(f"key{number} = 1\n" for number in range(500)) + "delay = 9\n")
    with start(home, folder) as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, conf) == [
            *(f"{number + 1}: unknown option key{number}" for number in range(10)), " and 490 more"]
        assert frieze.ask("get", "delay")["value"] == 9


def test_binary(home, folder, conf):
    """One line each, escaped, ten and a count, whatever the bytes are."""
    seed = int(os.environ.get("FZ_TEST_SEED", random.randrange(1 << 32)))
    print(f"FZ_TEST_SEED={seed}")
    conf.write_bytes(random.Random(seed).randbytes(900_000))
    with start(home, folder) as frieze:
        assert_runs(frieze)
        lines = lines_about(frieze, conf)
        assert len(lines) == 11 and lines[10].startswith(" and ") and lines[10].endswith(" more")
        assert all(line.isprintable() for line in lines)


def test_pipe_in_its_place(home, folder, conf):
    """Nobody writes to it: the start does not wait."""
    os.mkfifo(conf)
    with start(home, folder) as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, conf) == [" is no regular file"]


def test_folder_in_its_place(home, folder, conf):
    conf.mkdir()
    with start(home, folder) as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, conf) == [" is a folder"]


def test_unreadable(ordinary_home):
    folder = pictures.fill(ordinary_home / "pictures", 3)
    conf = ordinary_home / "config" / "frieze" / "frieze.conf"
    conf.parent.mkdir()
    conf.write_text("delay = 9\n")
    ordinary_home.hand_over(ordinary_home.path)
    conf.chmod(0)
    with start(ordinary_home, folder) as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, conf) == [" cannot be read: Permission denied"]


def test_config_that_is_not_there(home, folder):
    with start(home, folder, "--config", "missing.conf") as frieze:
        assert_runs(frieze)
        assert lines_about(frieze, home / "missing.conf") == [" is not there"]


def test_config_instead_of_the_others(home, folder, conf):
    conf.write_text("delay = 20\nnames = yes\n")
    (home / "other.conf").write_text("delay = 30\n")
    with start(home, folder, "--config", "other.conf") as frieze:
        assert frieze.ask("get", "delay") == {
            "value": 30, "set_by": "user file", "file": str(home / "other.conf"), "line": 1}
        assert frieze.ask("get", "names")["value"] is False


# --- while it runs ---

def test_set_applies_at_once(home, folder):
    with start(home, folder) as frieze:
        assert pictures.wall(frieze.screenshot()) == [[0, 1, 2]]
        frieze.ask("set", "tile", "600x200")
        assert frieze.idle().status()["visible"] == [0, 0]
        frieze.ask("reset", "tile")
        assert pictures.wall(frieze.screenshot()) == [[0, 1, 2]]
        before = frieze.screenshot()
        frieze.ask("set", "names")
        named = frieze.screenshot()
        assert named != before
        assert frieze.ask("get", "names") == {"value": True, "set_by": "run time"}
        frieze.ask("set", "names", "no")
        assert frieze.screenshot() == before
        frieze.ask("set", "background", "00ff00")
        assert frieze.screenshot().getpixel((1, 298)) == (0, 255, 0)


def test_background_behind_transparent_pictures(home):
    """They are decoded over it, so they are decoded anew."""
    (home / "pictures").mkdir()
    Image.new("RGBA", (200, 150), (0, 0, 0, 0)).save(home / "pictures" / "clear.png")
    with start(home, home / "pictures", "--background", "ff0000") as frieze:
        assert frieze.idle().key("Return").screenshot().getpixel((400, 150)) == (255, 0, 0)
        frieze.ask("set", "background", "0000ff")
        assert frieze.screenshot().getpixel((400, 150)) == (0, 0, 255)
        frieze.ask("reset", "background")
        assert frieze.screenshot().getpixel((400, 150)) == (255, 0, 0)


def test_keys_set_options_too(home, folder):
    with start(home, folder) as frieze:
        frieze.key("V", ".")
        assert frieze.ask("get", "names") == {"value": True, "set_by": "run time"}
        assert frieze.ask("get", "delay")["value"] == pytest.approx(5 / 1.5, rel=1e-4)
        frieze.ask("reset", "names")
        frieze.key("V")
        assert frieze.ask("get", "names")["value"] is True


def test_delay_is_obeyed(home, folder):
    with start(home, folder, "--delay", "1000", "--slideshow") as frieze:
        frieze.until(mode="slideshow", index=0)
        frieze.idle().ask("set", "delay", "0.1")
        frieze.until(index=lambda index: index > 0)


REFUSED = [
    (("get", "nonsense"), "unknown option nonsense"), (("get", "--delay"), "unknown option --delay"),
    (("get", "a", "b"), "get wants"),
    (("set",), "set wants"), (("set", "a", "b", "c"), "set wants"), (("set", "delay"), "delay wants SECONDS"),
    (("set", "nonsense", "1"), "unknown option nonsense"), (("set", "delay", "0"), "delay=0: wants SECONDS"),
    (("set", "names", "perhaps"), "names=perhaps: wants yes or no"), (("set", "tile", ""), "tile=: wants WxH"),
    (("set", "memory", "1G"), "memory cannot be changed"), (("set", "help"), "help cannot be changed"),
    (("reset",), "reset wants"), (("reset", "nonsense"), "unknown option nonsense"),
    (("reset", "memory"), "memory cannot be changed"),
]


def test_refused(home, folder):
    with start(home, folder) as frieze:
        before = frieze.ask("get")
        for words, message in REFUSED:
            with pytest.raises(Refused, match=message) as refused:
                frieze.ask(*words)
            assert refused.value.code == "usage", words
        assert frieze.ask("get") == before


def test_ctl(home, folder):
    with start(home, folder) as frieze:
        result = frieze.ctl("get", "delay")
        assert (result.status, result.out) == (0, '{"value":5.0,"set_by":"default"}\n')
        result = frieze.ctl("set", "memory", "1G")
        assert (result.status, result.out, len(result.lines)) == (1, "", 1)


# --- keys ---

def test_keys_of_the_file(home, folder, conf):
    """Over the preset, which is over the table; a sequence, an argument, and a key that is to do nothing."""
    conf.write_text("keys = nsxiv\n[keys]\nx Tab = last\ng h = next\nzz = key Right\nn = none\n")
    with start(home, folder) as frieze:
        frieze.idle()

        def after(*keys):
            return frieze.key("Home", *keys).status()["index"]
        assert [after("x"), after("Tab"), after("h"), after("z", "z"), after("n")] == [2, 2, 1, 1, 0]
        assert after("End", "g") == 2, "g, which nsxiv has for the first picture, is next here"
        assert after("p") == 0 and frieze.errors() == []


def test_faults_in_keys(home, folder, conf):
    """Each named by its line; the others hold."""
    conf.write_text("[keys]\nx = lasst\nNoKey = next\ny = next now\nz = last\n'a = next\nctl = next\nw = key 'x\n")
    with start(home, folder) as frieze:
        assert frieze.idle().key("Home", "z").status()["index"] == 2
        assert lines_about(frieze, conf) == ["2: unknown command lasst", "3: NoKey is no key",
                                             "4: next takes no argument", "7: ctl is no key",
                                             "8: a quote is not closed"]


@pytest.mark.parametrize("preset, keys, index", [("feh", ["Space"], 1), ("nsxiv", ["l", "l", "g"], 0),
                                                 ("imv", ["]"], 1), ("feh", ["PgDn"], 2), ("feh", ["End", "PgUp"], 0), ("swayimg", ["Return", "n"], 1)])
def test_presets(home, folder, preset, keys, index):
    with start(home, folder, "--keys", preset) as frieze:
        assert frieze.idle().key(*keys).status()["index"] == index
        assert frieze.errors() == []


def test_keys_that_press_each_other(home, folder, conf):
    """One clear line instead of a circle without an end."""
    conf.write_text("[keys]\nB = key C\nC = key B\nF = search p 1\n")
    with start(home, folder) as frieze:
        frieze.idle().key("B")
        frieze.until(notice=lambda notice: notice and "without an end" in notice)
        frieze.key("F").until(search={"text": "p 1", "matches": 0})
