"""Some seconds of the fuzz harness for each kind of input, and the harness held against faults."""

import os
import secrets
import threading

import pytest

from Testing.fuzz import campaign
from Testing.fuzz.__main__ import real_data
from Testing.fuzz.campaign import Campaign
from Testing.fuzz.corpus import make_corpus
from Testing.fuzz.faults import WAYS

SECONDS = 2.0
KINDS = ("headers", "scans", "pixels", "deidentify", "volumes", "cards", "findings", "labels", "projects", "datasets", "recipes",
         "archives", "outcomes", "messages")  # fmt: skip


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    return make_corpus(tmp_path_factory.mktemp("fuzz") / "corpus", real_data())


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_inputs_end_hang_or_mislead_nothing(corpus, kind):
    # CI tries the same inputs each time; elsewhere they are new ones.
    if os.environ.get("CI"):
        tally = Campaign(corpus, "suite", processes=1).run(kind, count=20, seconds=None)
    else:
        seed = secrets.token_hex(4)
        tally = Campaign(corpus, seed, processes=1).run(kind, count=None, seconds=SECONDS)
    assert tally.found == {}, "again with its traceback: python -m Testing.fuzz --only KIND:SEED:N"
    assert tally.inputs > 5


def test_the_harness_finds_every_fault_and_where(corpus, monkeypatch):
    monkeypatch.setattr(campaign, "_HANG_SECONDS", 8.0)
    tally = Campaign(corpus, "1", processes=2).run("faults", count=len(WAYS), seconds=None)
    assert dict(tally.outcomes) == {
        "answer": 1, "refused": 1, "traceback": 2, "abort": 1, "slow": 1, "memory": 1,
        "differs": 1, "hang": 1, "other reader ended": 1,
    }  # fmt: skip
    said = " ".join(tally.found)
    assert "faults.py" in said and "ZeroDivisionError" in said and "exit code -6" in said
    assert {one["inputs"][0] for one in tally.found.values()} == {
        f"faults:1:{n}"
        for n, way in enumerate(WAYS)
        if way not in ("answer", "refused", "other reader ends")
    }


def test_a_campaign_that_is_stopped_reports_what_was_tried(corpus):
    campaign = Campaign(corpus, "1", processes=1)
    threading.Timer(3.0, campaign.stop).start()
    tally = campaign.run("headers", count=1 << 40, seconds=None)
    assert tally.found == {} and tally.inputs == tally.outcomes.total()


def test_an_input_is_the_same_each_time_it_is_made(corpus, tmp_path):
    import random

    from Testing.fuzz.kinds import every_kind

    for name in ("headers", "volumes", "findings", "archives"):
        made = []
        for again in ("a", "b"):
            folder = tmp_path / name / again
            folder.mkdir(parents=True)
            every_kind()[name](corpus).make(random.Random(f"{name}:7:3"), folder)
            made.append({p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()})
        assert made[0] == made[1]
