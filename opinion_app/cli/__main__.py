"""`python -m opinion_app.cli`: the command where no script was installed."""

from opinion_app.cli import main

main()
