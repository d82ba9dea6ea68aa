"""What every asset is given: the project, the day of the run, and the project to itself."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from assets.history import NotOurs, at_work, claim, done, failures_of, trim
from km0_pipeline.hub import HubError
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import take_up
from km0_pipeline.registries.drift import ColumnsChanged
from km0_pipeline.service_settings import SecretError
from km0_pipeline.shards import WorkerKilled
from km0_pipeline.status import note_run
from km0_pipeline.steps import Project, PublishedError
from km0_pipeline.storage import StorageError, sole_use
from km0_pipeline.storage.hindrance import hindrance
from km0_pipeline.tables.limits import check_names
from km0_pipeline.tables.table import TableError


class ProjectResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The project in `root`, for one run at a time.

    `date` (YYYY-MM-DD) is the day of the snapshot. Where it is empty, it is the day on which the
    run was created, in the hub's time zone: the same for every step of the run, whatever the clock
    says meanwhile. `accept_loss` names sources and tables whose loss since the last snapshot is meant.
    `past`: the past is being rebuilt (`km0_pipeline.backfill`).
    """

    root: str
    date: str = ""
    accept_loss: list[str] = []  # noqa: RUF012
    past: bool = False

    _created: dt.datetime = PrivateAttr()
    _project: Project | None = PrivateAttr(None)
    _say: Callable[[str], None] = PrivateAttr(print)
    _instance: dg.DagsterInstance | None = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["ProjectResource"]:
        assert context.instance is not None and context.run is not None
        record = context.instance.get_run_record_by_id(context.run.run_id)
        assert record is not None
        if context.log is not None:
            self._say = context.log.warning
        self._created = record.create_timestamp.replace(tzinfo=dt.UTC)
        instance, run_id, root = context.instance, context.run.run_id, Path(self.root)
        self._instance = instance
        with sole_use(root):
            at_work(instance, run_id, root)
            try:
                note_run(root, self._created, None)
                yield self
                note_run(root, self._created, failures_of(instance, run_id))
                if self._project is not None:
                    trim(instance, self._created - dt.timedelta(days=self._project.hub.schedule.keep_runs))
            finally:
                done(instance, run_id)

    def project(self) -> Project:
        """The project as it was when the run began, with what its buckets hold; a mistake in hub.toml fails the step with its sentences."""
        if self._project is None:
            with plainly():
                project = replace(Project.at(Path(self.root)), past=self.past)
                check_names(project.hub)
                if self._instance is not None:
                    claim(self._instance, project.hub.publisher.package)
                project.fetch()
                if announced := take_up(project):
                    self._say(announced)
            day = dt.date.fromisoformat(self.date) if self.date else self._created.astimezone(project.hub.zone).date()
            self._project = replace(project, day=day, accepted=frozenset(self.accept_loss))
        return self._project

    def day(self) -> dt.date:
        """The day of the snapshot."""
        day = self.project().day
        assert day is not None
        return day


@contextmanager
def plainly() -> Iterator[None]:
    """Let what a person can mend fail the step with its sentences, without a traceback."""
    try:
        yield
    except (HubError, TableError, PublishedError, PublicationStopped, ColumnsChanged, StorageError, SecretError, WorkerKilled, NotOurs) as e:
        raise dg.Failure(str(e), allow_retries=False) from None
    except Exception as e:
        if sentence := hindrance(e):
            raise dg.Failure(sentence, allow_retries=False) from None
        raise
