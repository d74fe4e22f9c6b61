#!/bin/sh
# Fetches what the tests of the Windows node script run by and check against, into .local: PowerShell 7, and the reference assemblies of the
# .NET Framework below Windows PowerShell 5.1. Where there is no dotnet, or no registry answers, those tests are skipped.
cd "$(dirname "$0")/.." || exit 1
command -v dotnet >/dev/null || { echo 'There is no dotnet: the Windows node script is not run in tests.'; exit 0; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ ! -x .local/pwsh/pwsh ]; then
  timeout 300 dotnet tool install PowerShell --version 7.6.9 --tool-path .local/pwsh || echo 'No PowerShell: the Windows node script is not run in tests.'
fi
if [ ! -d .local/net472/packages/system.reflection.metadataloadcontext ]; then
  mkdir -p .local/net472
  cat >.local/net472/fetch.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences></PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Microsoft.NETFramework.ReferenceAssemblies.net472" Version="[1.0.3]" />
    <PackageDownload Include="System.Reflection.MetadataLoadContext" Version="[9.0.20]" />
  </ItemGroup>
</Project>
PROJECT
  timeout 300 dotnet restore .local/net472/fetch.csproj --packages .local/net472/packages ||
    echo 'No reference assemblies: the Windows node script is not checked against .NET Framework.'
fi
exit 0
