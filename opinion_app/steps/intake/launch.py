"""Starting the process that carries out an import, apart from the one that serves pages."""

from __future__ import annotations

from opinion_app.flow.child import start_apart
from opinion_app.rules.settings import Settings


def start(run_id: int, settings: Settings) -> None:
    """Start `opinion import --run`; the page shows how far it is."""
    start_apart(["import", "--run", str(run_id), "--quiet"], settings, settings.data_dir / "imports" / "import.log")
