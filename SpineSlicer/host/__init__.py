"""The desktop host of both modules: worker process, study, set-up, turns of the event loop."""
