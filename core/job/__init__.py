"""Work in the background: what may run there, how it is put into the queue, scheduled, run, watched and stopped."""
