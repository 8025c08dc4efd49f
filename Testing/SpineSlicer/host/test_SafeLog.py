"""What a worker printed: enough to find the fault, nothing that names a patient."""

import pytest

from SpineSlicer.host.SafeLog import SafeLog

TRACEBACK = """Traceback (most recent call last):
  File "/home/jane/study of JOHN DOE/run.py", line 3, in main
    read("/data/DOE^JOHN/IM1")
  File "/opt/venv/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1739, in _call
    return self.forward("DOE^JOHN")
  File "/slicer/lib/Slicer-5.12/qt-scripted-modules/SpineLib/inference/study.py", line 9, in run
    raise ValueError
ValueError: /data/DOE^JOHN/IM1 is no image
"""


def test_a_traceback_is_kept_without_names_of_files_outside_the_program():
    log = SafeLog()
    log.feed(TRACEBACK)
    assert log.lines == [
        "torch/nn/modules/module.py:1739 in _call",
        "SpineLib/inference/study.py:9 in run",
        "ValueError",
    ]
    assert "DOE" not in log.lastWords() and "jane" not in log.lastWords()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("ModuleNotFoundError: No module named 'torch'",
         "ModuleNotFoundError: No module named 'torch'"),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB",
         "torch.OutOfMemoryError: CUDA out of memory"),
        ("Fatal Python error: Segmentation fault", "Fatal Python error: Segmentation fault"),
        ("ImportError: libGL.so.1: cannot open shared object file: No such file",
         "ImportError: libGL.so.1"),
        ("Killed", "Killed"),
    ],
)  # fmt: skip
def test_words_that_help_and_name_nobody_are_kept(line, kept):
    log = SafeLog()
    log.feed(line + "\n")
    assert log.lines == [kept]


def test_everything_else_is_counted_only():
    log = SafeLog()
    log.feed("reading /data/DOE^JOHN/IM1\nWarning: DOE^JOHN has no age\n")
    assert log.lines == []
    assert log.lastWords() == "(2 other lines are not kept: they may name files)"


def test_lines_come_in_pieces_and_only_the_last_ones_stay():
    log = SafeLog(most=2)
    for piece in ("Kil", "led\nAborted\nBus err", "or\n"):
        log.feed(piece)
    assert log.lines == ["Aborted", "Bus error"]
    log.clear()
    assert log.lastWords() == ""


def test_the_end_of_a_line_that_never_came_is_not_lost():
    log = SafeLog()
    log.feed("Killed")
    assert log.lastWords() == "Killed"
