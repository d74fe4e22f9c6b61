#!/bin/sh
# Fetches the Bicep compiler that the tests of infra/ build by, into .local, in the version that the snapshots were made with. Without dotnet or a registry, the tests take the one that is installed, or are skipped.
cd "$(dirname "$0")/.." || exit 1
[ -x .local/bicep/bicep ] && exit 0
command -v dotnet >/dev/null || { echo 'There is no dotnet to fetch the Bicep compiler with: tests take the one that is installed, if any.'; exit 0; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
mkdir -p .local/bicep
cat >.local/bicep/fetch.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences></PropertyGroup>
  <ItemGroup><PackageDownload Include="Azure.Bicep.CommandLine.linux-x64" Version="[0.49.2]" /></ItemGroup>
</Project>
PROJECT
timeout 300 dotnet restore .local/bicep/fetch.csproj --packages .local/bicep/packages || echo 'No Bicep compiler: the templates are not compiled in tests.'
found=$(find .local/bicep/packages -name bicep -type f 2>/dev/null | head -n 1)
[ -n "$found" ] && chmod +x "$found" && ln -sf "$PWD/$found" .local/bicep/bicep
exit 0
