#!/bin/sh
# Changes the named modules in small ways and asks the rule tests to notice each (mutmut); works in a copy, .mutants/.
# What survives is printed, and has to be explained in docs/mutants.md. Usage: tools/mutants.sh opinion_app/rules/workdays.py ...
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
work=.mutants
rm -rf "$work"
mkdir -p "$work/tests"
cp -R opinion_app config.py "$work/"
cp -R tests/rules "$work/tests/"
: > "$work/tests/__init__.py"
# The shared conftest starts databases; the rules need none. Fewer examples, always the same ones.
cat > "$work/tests/conftest.py" <<'PY'
from hypothesis import HealthCheck, settings

settings.register_profile("mutants", max_examples=60, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck))
settings.load_profile("mutants")
PY
{
    echo "[mutmut]"
    echo "source_paths="
    echo "    opinion_app/rules"
    echo "only_mutate="
    for module in "$@"; do echo "    $module"; done
    echo "also_copy="
    echo "    opinion_app"
    echo "    config.py"
    echo "    pytest.ini"
    echo "pytest_add_cli_args_test_selection="
    for file in ${MUTANT_TESTS:?}; do echo "    $file"; done
    echo "pytest_add_cli_args="
    echo "    -k"
    echo "    not ten_thousand"
    echo "use_git_change_detection=false"
    echo "timeout_multiplier=5"  # of all the tests that reach a change: one that never ends is given up within a minute or two
    echo "timeout_constant=10"
} > "$work/setup.cfg"
printf '[pytest]\npythonpath = .\naddopts = --import-mode=importlib -p no:cacheprovider -p no:xdist -p no:cov\n' > "$work/pytest.ini"
cd "$work"
"$here/.venv/bin/mutmut" run --max-children "${CHILDREN:-2}" > run.log 2>&1 || { tail -20 run.log; exit 1; }
tail -1 run.log
"$here/.venv/bin/mutmut" results | tee survivors.txt
for mutant in $(sed -n 's/^ *\([^ ]*\): \(survived\|no tests\|suspicious\|timeout\)$/\1/p' survivors.txt); do
    "$here/.venv/bin/mutmut" show "$mutant"
done > survivors.diff
