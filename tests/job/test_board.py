import json
import subprocess
import sys

import pytest

from core.job.board import Board


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path)


def test_another_process_reads_how_far_a_work_is(board, tmp_path):
    board.report("shop", "job-1", "Import", 3, 12, "row 3")
    note = Board(tmp_path).read("shop", "job-1")
    assert (note.title, note.done, note.total, note.message, note.percent) == ("Import", 3, 12, "row 3", 25)
    assert Board(tmp_path).read("shop", "job-2") is None
    assert Board(tmp_path).read("other", "job-1") is None


def test_the_time_it_began_is_kept(board):
    board.report("shop", "job-1", "Import", 1, 2, "a")
    began = board.read("shop", "job-1").started
    board.report("shop", "job-1", "Import", 2, 2, "b")
    assert board.read("shop", "job-1").started == began


def test_notes_that_come_too_fast_are_not_written_but_the_last_is(board):
    for done in range(1, 101):
        board.report("shop", "job-1", "Import", done, 100)
        if done == 50:
            assert board.read("shop", "job-1").done == 1
    assert board.read("shop", "job-1").done == 100


def test_the_note_of_a_dead_process_is_no_longer_told(board):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    board.report("shop", "job-1", "Import")
    file = next(board.folder.iterdir())
    note = json.loads(file.read_text())
    file.write_text(json.dumps({**note, "pid": process.pid}))
    assert board.read("shop", "job-1") is None


def test_a_work_learns_that_it_shall_stop(board):
    board.report("shop", "job-1", "Import")
    assert not board.cancelled("shop", "job-1")
    board.cancel("shop", "job-1")
    assert board.cancelled("shop", "job-1")
    board.clear("shop", "job-1")
    assert not board.cancelled("shop", "job-1")
    assert list(board.folder.iterdir()) == []


def test_a_half_written_note_is_no_note(board):
    board.report("shop", "job-1", "Import")
    next(board.folder.iterdir()).write_text("{")
    assert board.read("shop", "job-1") is None


def test_names_cannot_leave_the_folder(board):
    board.report("../shop", "../../job", "Import")
    assert board.read("../shop", "../../job").title == "Import"
    assert len(list(board.folder.iterdir())) == 1
