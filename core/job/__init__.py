"""Work in the background: what may run there, how it is put into the queue, scheduled, run, watched and stopped."""

from core.job.handlers import job
from core.job.work import JobStopped, cancel, enqueue, progress, progress_of, retry

__all__ = ["JobStopped", "cancel", "enqueue", "job", "progress", "progress_of", "retry"]
