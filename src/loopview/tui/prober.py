"""The probe that this console runs: begun by the operator, ended with the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.call_workers import start_probe

if TYPE_CHECKING:
    from textual.app import App

    from loopview.config import Settings
    from loopview.engine.probes.runner import Runner


class Prober:
    """Runs one probe at a time; what it gave is a row of the loop's file, and a ``ProbeEnded``."""

    def __init__(self, app: App[None], root: str, settings: Settings) -> None:
        self._app = app
        self._root = root
        self._settings = settings
        self._runner: Runner | None = None
        self._ending = False
        self.name = ""  #: the probe that runs; empty when none does

    def run(self, name: str) -> bool:
        """Begin a probe; False when this console runs one already."""
        if self.name:
            return False
        self.name, self._ending = name, False
        start_probe(self._app, lambda: self._run(name))
        return True

    def ended(self) -> None:
        """Take note that it is over."""
        self.name, self._runner = "", None

    def end(self) -> None:
        """End it, from outside."""
        self._ending = True
        if self._runner is not None:
            self._runner.cancel()

    def _run(self, name: str) -> tuple[str, str]:
        """Run it to its end, in a worker; return a sentence and how grave it is."""
        from loopview.engine.probes.refusals import RunRefused
        from loopview.engine.probes.runner import Runner

        runner = self._runner = Runner(self._root, self._settings)
        if self._ending:  # before there was anything to end
            runner.cancel()
        try:
            result = runner.run(name)
        except RunRefused as refused:
            return "; ".join(filter(None, (refused.message, refused.advice))), "warning"
        word = "placeholder" if result.placeholder else "works" if result.success else "fails"
        kind = f"{result.error_type}: " if result.error_type and not result.success else ""
        said = "; ".join((f"{name} {word}: {kind}{result.details}", *result.said))
        return said, "information" if result.success else "warning"
