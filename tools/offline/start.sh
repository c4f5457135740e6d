#!/bin/sh
# 启动服务：首次运行时用本目录中的安装包建立运行环境，不需要互联网。
set -eu
cd "$(dirname "$(readlink -f "$0")")"

python=""
for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "未找到 Python 3.11、3.12 或 3.13，请先安装其中一个，再运行本脚本。" >&2
    exit 1
fi

wheel=$(ls opinion_app-*.whl)
if [ "$(cat .venv/installed 2>/dev/null || true)" != "$wheel" ]; then
    echo "正在安装，请稍候……"
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "无法建立运行环境（Debian、统信、麒麟：请先安装 python3-venv）。" >&2
        exit 1
    fi
    pip="./.venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-index"
    $pip --find-links wheels --require-hashes --no-deps -r requirements.txt
    $pip --no-deps --force-reinstall "./$wheel"
    echo "$wheel" > .venv/installed
fi

OPINION_DATA_DIR="${OPINION_DATA_DIR:-$PWD/data}"
HOST="${HOST:-127.0.0.1}"
PORT="${PORT:-8000}"
export OPINION_DATA_DIR HOST PORT
exec ./.venv/bin/python -m opinion_app.cli start
