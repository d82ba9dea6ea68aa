"""Runs carried out by workers on several machines: Celery with Redis between them (docs/scale.md). Loaded where ENGINE=celery alone.

Belongs here: the application that `make worker` starts, and how Dagster hears that a worker is dead. What a run does is the same
everywhere.
"""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import dagster as dg
from celery.signals import worker_process_init
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.config import DEFAULT_CONFIG
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from dagster_celery.tasks import create_execute_job_task

BROKER = os.environ["KM0_BROKER"]
ANSWER = 5.0
"""Seconds that a worker may take to say that it lives."""

app = make_app({"broker": BROKER, "backend": BROKER, "config_source": DEFAULT_CONFIG | {"result_extended": True}})
create_execute_job_task(app)


@worker_process_init.connect
def _may_fork(**_: Any) -> None:
    """Steps fork over the cores of the machine (`km0_pipeline.shards`), which Python forbids to the processes of Celery because they are daemons."""
    process: Any = multiprocessing.current_process()
    process._config["daemon"] = False


class Workers(CeleryRunLauncher):
    """Starts runs as tasks of Celery, and looks whether the worker of a run still lives: of a worker that was killed Celery itself tells nothing."""

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """As Dagster's monitor asks it of each run that has begun."""
        health: CheckRunHealthResult = super().check_run_worker_health(run)
        task = self.celery.AsyncResult(run.tags[DAGSTER_CELERY_TASK_ID_TAG])
        if health.status == WorkerStatus.RUNNING and not self._answers(task.worker or task.info["hostname"]):
            return CheckRunHealthResult(WorkerStatus.FAILED, "The worker that carried it out does not answer: it was killed, or its machine is gone.")
        return health

    def _answers(self, worker: str) -> bool:
        said: Any = self.celery.control.ping(destination=[worker], timeout=ANSWER)
        return bool(said)
