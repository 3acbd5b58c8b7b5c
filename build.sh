#!/bin/sh
cd "$(dirname "$0")" && exec dotnet run build.cs -- "$@"
