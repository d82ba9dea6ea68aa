"""What every asset is given: the project, the day of the run, and the project to itself."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from assets.history import failures_of
from km0_pipeline.hub import HubError
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.registries.drift import ColumnsChanged
from km0_pipeline.service_settings import SecretError
from km0_pipeline.status import note_run
from km0_pipeline.steps import Project, PublishedError
from km0_pipeline.storage import StorageError, sole_use
from km0_pipeline.tables.limits import check_names
from km0_pipeline.tables.table import TableError


class ProjectResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The project in `root`, for one run at a time.

    `date` (YYYY-MM-DD) is the day of the snapshot. Where it is empty, it is the day on which the
    run was created, in the hub's time zone: the same for every step of the run, whatever the clock
    says meanwhile. `accept_loss` names sources and tables whose loss since the last snapshot is meant.
    """

    root: str
    date: str = ""
    accept_loss: list[str] = []  # noqa: RUF012

    _created: dt.datetime = PrivateAttr()
    _project: Project | None = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["ProjectResource"]:
        assert context.instance is not None and context.run is not None
        record = context.instance.get_run_record_by_id(context.run.run_id)
        assert record is not None
        self._created = record.create_timestamp.replace(tzinfo=dt.UTC)
        with sole_use(Path(self.root)):
            note_run(Path(self.root), self._created, None)
            yield self
            note_run(Path(self.root), self._created, failures_of(context.instance, context.run.run_id))

    def project(self) -> Project:
        """The project as it was when the run began, with what its buckets hold; a mistake in hub.toml fails the step with its sentences."""
        if self._project is None:
            with plainly():
                project = Project.at(Path(self.root))
                check_names(project.hub)
                project.fetch()
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
    except (HubError, TableError, PublishedError, PublicationStopped, ColumnsChanged, StorageError, SecretError) as e:
        raise dg.Failure(str(e), allow_retries=False) from None
