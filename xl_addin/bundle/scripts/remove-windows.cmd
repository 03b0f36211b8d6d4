@echo off
rem Takes away what the installing script wrote, and nothing else. With /quiet it does not wait for a key.
setlocal EnableExtensions DisableDelayedExpansion
title @title@
set "TO=%LOCALAPPDATA%\Huibao"
set "PYTHONPATH="
set "PYTHONHOME="
if not defined LOCALAPPDATA goto nothing
if not exist "%TO%\" goto nothing
set "RUN="
if exist "%TO%\python\python.exe" set "RUN=%TO%\python\python.exe"
if exist "%TO%\python\Scripts\python.exe" set "RUN=%TO%\python\Scripts\python.exe"
if not defined RUN goto files
"%RUN%" -c "import huibao" >nul 2>nul || goto files
"%RUN%" -m huibao addin remove || goto not_removed
:files
if exist "%TO%\python\" rmdir /s /q "%TO%\python"
if exist "%TO%\python\" goto in_use
if exist "%TO%\huibao.cmd" del /q "%TO%\huibao.cmd"
rmdir "%TO%" 2>nul
echo @removed@
if /i not "%~1"=="/quiet" pause
exit /b 0

:nothing
echo @nothing@
if /i not "%~1"=="/quiet" pause
exit /b 0
:in_use
echo @in_use@
goto stop
:not_removed
echo @not_removed@
:stop
if /i not "%~1"=="/quiet" pause
exit /b 1
