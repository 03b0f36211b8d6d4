@echo off
rem Installs Huibao for the user who runs it: no administrator, no internet. What it writes is in %LOCALAPPDATA%\Huibao
rem and what "huibao addin install" lists. With /quiet it does not wait for a key.
setlocal EnableExtensions DisableDelayedExpansion
title @title@
set "HERE=%~dp0"
set "TO=%LOCALAPPDATA%\Huibao"
set "PYTHONPATH="
set "PYTHONHOME="
if not defined LOCALAPPDATA goto no_home
if not exist "%HERE%wheels\*.whl" goto unpack_first

rem Which Python? A folder "python" beside this script goes first, then what is installed.
if exist "%HERE%python\python.exe" goto carried
set "PY="
py -@python@ -c "import sys; sys.exit(@unfit@)" >nul 2>nul && set "PY=py -@python@"
if defined PY goto installed
python -c "import sys; sys.exit(@unfit@)" >nul 2>nul && set "PY=python"
if not defined PY goto no_python

:installed
call :make_room || goto stop
%PY% -m venv --without-pip "%TO%\python" || goto failed
set "RUN=python\Scripts\python.exe"
goto fill

:carried
"%HERE%python\python.exe" -c "import sys; sys.exit(@unfit@)" || goto wrong_python
call :make_room || goto stop
xcopy "%HERE%python" "%TO%\python" /E /I /Q /H /Y >nul || goto failed
set "RUN=python\python.exe"
rem Python's "embeddable" package finds nothing that is installed into it without this line.
for %%F in ("%TO%\python\python3*._pth") do (echo.& echo import site)>>"%%F"

:fill
echo @filling@
set "PIP="
for %%F in ("%HERE%wheels\pip-*.whl") do set "PIP=%%F"
"%TO%\%RUN%" "%PIP%/pip" install --isolated --no-index --find-links "%HERE%wheels" --disable-pip-version-check --no-warn-script-location --no-cache-dir --quiet "huibao[addin]==@version@" || goto failed
>"%TO%\huibao.cmd" echo @"%%~dp0%RUN%" -m huibao %%*
"%TO%\%RUN%" -m huibao addin install || goto no_buttons
echo @done@
if /i not "%~1"=="/quiet" pause
exit /b 0

:unpack_first
echo @unpack_first@
goto stop
:no_home
echo @no_home@
goto stop
:no_python
echo @no_python@
goto stop
:wrong_python
echo @wrong_python@
goto stop
:no_buttons
echo @no_buttons@
goto stop
:failed
echo @failed@
:stop
if /i not "%~1"=="/quiet" pause
exit /b 1

rem Takes the old version away; only now, when there is a Python for the new one.
:make_room
echo @copying@
if exist "%TO%\python\" rmdir /s /q "%TO%\python"
if exist "%TO%\python\" goto in_use
if not exist "%TO%\" mkdir "%TO%"
if not exist "%TO%\" goto no_room
exit /b 0
:in_use
echo @in_use@
exit /b 1
:no_room
echo @no_home@
exit /b 1
