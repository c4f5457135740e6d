@echo off
chcp 65001 >nul
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1

set "PY="
for %%V in (3.13 3.12 3.11) do if not defined PY (py -%%V -c "1" >nul 2>nul && set "PY=py -%%V")
if not defined PY (python -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" >nul 2>nul && set "PY=python")
if not defined PY (
  echo 未找到 Python 3.11、3.12 或 3.13（64 位），请先安装其中一个，再运行本脚本。
  pause
  exit /b 1
)

for %%W in (opinion_app-*.whl) do set "WHEEL=%%W"
set "DONE="
if exist ".venv\installed" set /p DONE=<".venv\installed"
if not "%DONE%"=="%WHEEL%" (
  echo 正在安装，请稍候……
  %PY% -m venv .venv || (echo 无法建立运行环境。& pause & exit /b 1)
  .venv\Scripts\python -m pip --disable-pip-version-check --no-input install --quiet --no-index --find-links wheels --require-hashes --no-deps -r requirements.txt || (echo 安装失败。& pause & exit /b 1)
  .venv\Scripts\python -m pip --disable-pip-version-check --no-input install --quiet --no-index --no-deps --force-reinstall "%WHEEL%" || (echo 安装失败。& pause & exit /b 1)
  >".venv\installed" echo %WHEEL%
)

if not defined OPINION_DATA_DIR set "OPINION_DATA_DIR=%~dp0data"
if not defined HOST set "HOST=127.0.0.1"
if not defined PORT set "PORT=8000"
.venv\Scripts\python -m opinion_app.cli start
pause
