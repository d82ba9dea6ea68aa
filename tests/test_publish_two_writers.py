"""Two processes that publish at the same time: one wins, and the other says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from publish_world import DAY, TABLES, fill_world

from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project

HERE = Path(__file__).parent
SLOW = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from publish_world import DAY, TABLES
from km0_pipeline.publish import snapshot
from km0_pipeline.steps import Project
root = Path({root!r})
announce = snapshot._announce
def slowly(*given):
    (root / "written").touch()
    while not (root / "go").exists():
        time.sleep(0.02)
    announce(*given)
snapshot._announce = slowly
print(snapshot.publish(Project.at(root), DAY, TABLES).version)
"""


def test_of_two_processes_that_publish_at_once_one_wins_and_the_other_says_so(project: Project) -> None:
    fill_world(project)
    code = SLOW.format(here=str(HERE), root=str(project.root))
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(HERE.parent)}, stdout=subprocess.PIPE, text=True) as first:
        try:
            while not (project.root / "written").exists():
                assert first.poll() is None
                time.sleep(0.02)
            with pytest.raises(PublicationStopped, match="Another run is publishing"):
                publish(project, DAY, TABLES)
            assert not project.index()["versions"], "the second neither publishes nor clears away what the first has written"
            (project.root / "go").touch()
            said, _ = first.communicate(timeout=120)
        finally:
            first.kill()
    assert (first.returncode, said.strip()) == (0, "2026.11.22")
    assert verify(project.published / "2026.11.22") == []
    assert [v["version"] for v in project.index()["versions"]] == ["2026.11.22"]
    assert not publish(project, DAY, TABLES).new
