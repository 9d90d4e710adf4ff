"""A sample of the full loop of nth_call.py (`make faults`): calls that fail, drawn by a seed that is printed. It is the same in
each run, so that a change is judged by what it broke; FZ_TEST_SEED draws others."""
# ctest: COST 60 RUN_SERIAL TRUE

import concurrent.futures
import os
import random

import pytest
from nth_call import KINDS, SCENES, Place, attempt, clean_counts, faults_of, tell

RUNS = 120
SEED = int(os.environ.get("FZ_TEST_SEED", 20261120))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(os.environ["FRIEZE"], tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def counts(place):
    """How many calls of each kind a scene makes where nothing fails; each is a clean pass."""
    return {name: clean_counts(place, scene) for name, scene in SCENES.items()}


def test_every_kind_is_counted(counts):
    """What is never called cannot be made to fail."""
    never = {kind for kind in KINDS if not any(count[kind] for count in counts.values())}
    assert never <= {"map"}  # no call of frieze's own yet


def test_calls_that_fail(place, counts):
    """Each scene and kind as often as any other; of the calls of one kind, any."""
    print(f"FZ_TEST_SEED={SEED}")
    chance = random.Random(SEED)
    pairs = [(name, kind) for name in SCENES for kind in KINDS if counts[name][kind]]
    chance.shuffle(pairs)
    drawn = [(name, chance.choice(list(faults_of(kind, counts[name][kind]))))
             for name, kind in (pairs * (RUNS // len(pairs) + 1))[:RUNS]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda one: (*one, *attempt(place, SCENES[one[0]], one[1])), drawn))
    wrong = [tell(SCENES[name], fault, found, outcome) for name, fault, found, outcome in results if found]
    assert not wrong, "\n".join(wrong)
    assert sum(bool(outcome.made) for *_, outcome in results) > RUNS * 0.8  # with threads no two runs count alike


@pytest.mark.parametrize("name", ("processes", "shown"))
def test_messages_while_processes_begin(place, name):
    """Each of the first ones: whoever waits for an answer to it must not wait for ever."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda fault: (fault, *attempt(place, SCENES[name], fault)), [f"socket:{n}" for n in range(1, 13)]))
    wrong = [tell(SCENES[name], fault, found, outcome) for fault, found, outcome in results if found]
    assert not wrong, "\n".join(wrong)
    assert sum(bool(outcome.made) for *_, outcome in results) >= 6  # who ends by it may not have told
