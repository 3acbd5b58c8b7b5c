Push-Location $PSScriptRoot; try { dotnet run build.cs -- @args } finally { Pop-Location }; exit $LASTEXITCODE
