"""Importing one room of the package does not drag in the others."""

from __future__ import annotations

import subprocess
import sys

import opinion_app
from opinion_app.app import create_app
from tests.support.tree import ROOT


def test_rules_load_without_flask_and_sqlalchemy() -> None:
    program = "import sys, opinion_app.rules.text; print(*sorted({'flask', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_the_package_offers_the_application() -> None:
    assert opinion_app.create_app is create_app
