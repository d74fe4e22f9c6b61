# aks-fleet-prober node script for Windows PowerShell 5.1, protocol 1. $Nonce, $Egress and $ProbeServed stand above, set by the prober.
# It reads, and removes only its own litter. Facts are key=value lines between two marks; the last mark carries kubectl's own exit code.
$Kubectl = 'C:\k\kubectl.exe'
$KubeconfigFile = 'C:\k\config'
$Litter = 'C:\Packages\Plugins\Microsoft.CPlat.Core.RunCommandWindows\*\Downloads\script*.ps1'
$Imds = 'http://169.254.169.254/metadata/instance/compute/vmId?api-version=2021-02-01&format=text'
$NodeName = [Net.Dns]::GetHostName().ToLowerInvariant()
$AgentEnvironment = [Environment]::GetEnvironmentVariables()
$Registry = { param($path) Get-ItemProperty -LiteralPath "HKLM:\SYSTEM\$path" }
$LookUp = { param($question) Resolve-DnsName -Type 'A_AAAA' -DnsOnly -QuickTimeout -NoHostsFile @question }
$ErrorActionPreference = 'Stop'
$WarningPreference = $ProgressPreference = 'SilentlyContinue' # they would go to stdout, where only facts may stand
$Watch = [Diagnostics.Stopwatch]::StartNew()
$Size = @{ Left = 1420 }
$SocketTimeout = 'TimedOut|WouldBlock|TryAgain'
# Of kubectl alone, for its cache: the next run finds nothing of this one.
$Cache = [IO.Path]::Combine([IO.Path]::GetTempPath(), "aks-fleet-prober-$([Guid]::NewGuid())")

# All of the script takes less than 20 seconds. No time, no fact: a stage that was cut must not look like one that failed.
function Get-Left([long]$Until) { [int][Math]::Max(0, [Math]::Min($Until, 17500) - $Watch.ElapsedMilliseconds) }
# One printable line of at most $Length characters: what a tool says may hold anything.
function Write-Fact([string]$Key, [string]$Value, [int]$Length = 80) {
  $line = ($Value -replace '[^\x20-\x7e]+', ' ').Trim()
  $line = "$Key=$($line.Substring(0, [Math]::Min($Length, $line.Length)))"
  if ($Value -eq 'skipped' -or $line.Length + 2 -gt $Size.Left) { return }
  $Size.Left -= $line.Length + 2
  Write-Output $line
}
# What a tool says in words, without what may be secret: users of URLs, tokens, keys, long codes (no label of a name has 64 characters).
function Write-Said([string]$Key, [string]$Value, [int]$Length) {
  $clear = $Value -replace '//[^/@\s]*@', '//' -replace '(?i)(bearer|basic) +\S+', '$1 [redacted]' -replace '\beyJ[\w.-]+', '[redacted]'
  $clear = $clear -replace '(?i)((?:token|password|passwd|secret|key)"?) *[:=] *\S+', '$1=[redacted]' -replace '\b[a-z0-9]{6}\.[a-z0-9]{16}\b', '[redacted]'
  Write-Fact $Key ($clear -replace '[\w+/=-]{64,}', '[redacted]') $Length
}
function ConvertTo-Epoch([DateTime]$Time) { [DateTimeOffset]::new($Time).ToUnixTimeSeconds() }

# The machine's own id: as the firmware tells it, else as Azure does.
function Get-Machine {
  $id = try { (& $Registry 'HardwareConfig').LastConfig } catch { '' }
  if ("$id" -notmatch '[0-9a-f-]{36}') {
    $id = try {
      $request = [Net.WebRequest]::Create($Imds)
      $request.Headers.Add('Metadata', 'true')
      $request.Proxy = $null
      $request.Timeout = 1000
      [IO.StreamReader]::new($request.GetResponse().GetResponseStream()).ReadToEnd()
    } catch { '' }
  }
  [regex]::Match("$id".ToLowerInvariant(), '[0-9a-f-]{36}').Value
}

# What is not a program for this machine is not started: nobody knows what would run instead.
function Get-Flaw {
  if (-not [IO.File]::Exists($Kubectl)) { return 'missing' }
  $bytes = [byte[]]::new(4096)
  $file = [IO.File]::Open($Kubectl, 'Open', 'Read', 'ReadWrite')
  try { $null = $file.Read($bytes, 0, 4096) } finally { $file.Dispose() }
  $first = [Text.Encoding]::ASCII.GetString($bytes, 0, 4)
  if ([Environment]::OSVersion.Platform -ne 'Win32NT' -and $first -match '^#!|ELF') { return }
  $at = [BitConverter]::ToInt32($bytes, 60)
  if ($first -notmatch '^MZ' -or $at -lt 64 -or $at -gt 4090 -or [BitConverter]::ToInt32($bytes, $at) -ne 0x4550) { return 'notprogram' }
  # arm64 also runs those of the other two, and x64 those of x86.
  $runs = @{ X86 = @(0x14c); X64 = 0x8664, 0x14c; Arm64 = 0xaa64, 0x8664, 0x14c }["$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)"]
  if ($runs -and $runs -notcontains [BitConverter]::ToUInt16($bytes, $at + 4)) { 'otherarch' }
}

# What counts is the path of kubelet, whose environment is that of the machine and of its service (by itself or as nssm keeps it).
$ProxyNames = 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'
function Select-Proxy($Lines) {
  $found = @{}
  foreach ($line in $Lines) { if ("$line" -match '^(https?_proxy|no_proxy)=(.*)$') { $found[$Matches[1].ToUpperInvariant()] = $Matches[2].Trim() } }
  $found
}
function Get-KubeletEnvironment {
  $lines = @()
  $machine = try { & $Registry 'CurrentControlSet\Control\Session Manager\Environment' } catch { $null }
  if (-not $machine) { return $Agent }
  foreach ($name in $ProxyNames) { if ($machine.PSObject.Properties[$name]) { $lines += "$name=$($machine.$name)" } }
  foreach ($place in @('Environment', ''), @('AppEnvironment', '\Parameters'), @('AppEnvironmentExtra', '\Parameters')) {
    $lines += try { (& $Registry "CurrentControlSet\Services\kubelet$($place[1])").$($place[0]) } catch { @() }
  }
  Select-Proxy $lines
}
# As Go reads NO_PROXY: names with all below them, addresses, networks, each perhaps with a port; this machine itself goes through no proxy.
function Test-Bypass([string]$HostName, [int]$Port, [string]$List) {
  $address = $null
  $isAddress = [Net.IPAddress]::TryParse($HostName, [ref]$address)
  if ($HostName -eq 'localhost' -or ($isAddress -and [Net.IPAddress]::IsLoopback($address))) { return $true }
  foreach ($entry in $List.Split(',')) {
    $place = $entry.Trim().TrimStart('*')
    if ($entry.Trim() -eq '*') { return $true }
    if ($place -match '^(\[.*\]|[^:]+):(\d+)$') { if ([int]$Matches[2] -ne $Port) { continue } else { $place = $Matches[1] } }
    $place = $place.Trim('[', ']')
    $network = $null
    if ($place -eq '') { continue }
    if ($isAddress -and $place -match '^([^/]+)/(\d+)$' -and [Net.IPAddress]::TryParse($Matches[1], [ref]$network)) {
      $bits = { param($ip) -join ($ip.GetAddressBytes() | ForEach-Object { [Convert]::ToString($_, 2).PadLeft(8, '0') }) }
      $own, $theirs = (& $bits $address), (& $bits $network)
      if ($own.Length -eq $theirs.Length -and $own.StartsWith($theirs.Substring(0, [Math]::Min([int]$Matches[2], $theirs.Length)))) { return $true }
    } elseif ([Net.IPAddress]::TryParse($place, [ref]$network)) {
      if ($isAddress -and $network.Equals($address)) { return $true }
    } elseif (($place -eq $HostName -and -not $isAddress) -or $HostName.EndsWith(".$($place.TrimStart('.'))", 'OrdinalIgnoreCase')) { return $true }
  }
  $false
}
function Get-Proxy($Variables, $Config) {
  $url = "$($Config.ProxyUrl)"
  if (-not $url -and $Variables['HTTPS_PROXY'] -and -not (Test-Bypass $Config.Name $Config.Port "$($Variables['NO_PROXY'])")) {
    $url = $Variables['HTTPS_PROXY']
  }
  if ($url -notmatch '^(?:(\w+)://)?(?:([^/]*)@)?(\[[^\]/]+\]|[^/:\[\]]+)(?::(\d+))?(?:/|$)') { return }
  $scheme = if ($Matches[1]) { $Matches[1].ToLowerInvariant() } else { 'http' }
  $port = if ($Matches[4]) { [int]$Matches[4] } else { @{ http = 80; https = 443 }[$scheme] }
  if (-not $port) { $port = 1080 }
  $user = if ($Matches[2]) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([Uri]::UnescapeDataString($Matches[2]))) }
  @{ Place = "$($Matches[3]):$port"; Name = $Matches[3].Trim('[', ']'); Port = $port; Scheme = $scheme; User = $user }
}

# stdin is closed: a kubectl without credentials asks for a user name.
function Start-Kubectl([string]$Arguments) {
  $start = [Diagnostics.ProcessStartInfo]::new($Kubectl, "--kubeconfig `"$KubeconfigFile`" $Arguments")
  $start.UseShellExecute = $false
  $start.CreateNoWindow = $true
  $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
  foreach ($name in $ProxyNames) {
    $start.EnvironmentVariables.Remove($name)
    $start.EnvironmentVariables.Remove($name.ToLowerInvariant())
    if ($Kubelet[$name]) { $start.EnvironmentVariables[$name] = $Kubelet[$name] }
  }
  $start.EnvironmentVariables['KUBECACHEDIR'] = $Cache
  $start.EnvironmentVariables['KUBERC'] = 'off'
  $from = $Watch.ElapsedMilliseconds
  $process = [Diagnostics.Process]::Start($start)
  $process.StandardInput.Close()
  @{ Process = $process; From = $from; Out = $process.StandardOutput.ReadToEndAsync(); Err = $process.StandardError.ReadToEndAsync() }
}
function Wait-Kubectl($Call, [int]$Milliseconds) {
  $process = $Call.Process
  $code = 124
  if ($process.WaitForExit((Get-Left ($Call.From + $Milliseconds)))) {
    # Windows has exit codes that the mark cannot carry, and 124 is this script's own.
    $code = if ($process.ExitCode -lt 0 -or $process.ExitCode -gt 255 -or $process.ExitCode -eq 124) { 255 } else { $process.ExitCode }
  } else { try { $process.Kill() } catch { $null = $_ } }
  $took = $Watch.ElapsedMilliseconds - $Call.From
  try { $null = [Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]@($Call.Out, $Call.Err), 500) } catch { $null = $_ }
  $out, $err = $Call.Out, $Call.Err | ForEach-Object { if ($_.Status -eq 'RanToCompletion') { $_.Result } else { '' } }
  # Task Manager and taskkill end a program with 1, as kubectl itself does; but kubectl says why.
  if ($code -eq 1 -and -not $err.Trim()) { $code = 255 }
  # .NET Framework cannot read PEM keys; kubectl can, and tells the status of its request at level 6 (headers: from 8 on).
  $status = [regex]::Match($err, '(?m)^I\d{4} .*?(?:GET \S+|url="[^"]*") (?:status=")?(\d{3}) ').Groups[1].Value
  $words = ($err -replace '(?ms)^I\d{4} [^\n]*\[\{ *\r?\n.*?^\}\]' -replace '(?m)^[IWEF]\d{4} .*$').Trim()
  if (-not $words) { $words = $err.Trim() }
  @{
    Code = $code; Out = $out; Err = $err; Words = $words; Took = $took; Status = $status
    Late = $code -eq 124 -or $err -match 'deadline exceeded|Client\.Timeout|handshake timeout|i/o timeout'
    Cut = $code -eq 124 -and $took -lt $Milliseconds
  }
}
# What kubectl failed at before it asked anybody: its log shows no request, or one that had to wait for the plugin.
function Get-LocalFault($Answer) {
  if ($Answer.Err -match 'getting credentials') { return 'plugin' }
  if ($Answer.Err -match 'tls: (private key|failed to (find|parse))|client certificate.*(expected|unable)') { return 'credential' }
  if ($Answer.Code -ne 1 -or $Answer.Err -notmatch '(?m)^I\d{4} ' -or $Answer.Err -match '(?m)^I\d{4} .*(GET |verb="GET")') { return }
  if ($Answer.Words -match 'certificate-authority|root certificates') { return 'ca' }
  if ("$($Answer.Words) $($Answer.Out)" -match 'client-|tls: |token|Username') { 'credential' } else { 'other' }
}
# The status, else why there is none.
function Get-Status($Answer) { if ($Answer.Status) { $Answer.Status } elseif ($Answer.Cut) { 'skipped' } elseif ($Answer.Late) { 'timeout' } else { 'failed' } }
function Get-Unready($Answer) {
  @([regex]::Matches($Answer.Err, '\[-\]([\w./-]+) failed') | ForEach-Object { $_.Groups[1].Value } | Select-Object -Unique) -join ','
}

# Runs a block in a thread of its own, which is left behind when its time is up.
function Start-Within([ScriptBlock]$Block, [object[]]$Arguments) {
  $shell = [PowerShell]::Create()
  $start = "[Threading.Thread]::CurrentThread.IsBackground = `$true; `$ErrorActionPreference = 'Stop'; function Find-Record { $LookUp }; $Block"
  $null = $shell.AddScript($start)
  foreach ($argument in $Arguments) { $null = $shell.AddArgument($argument) }
  @{ Shell = $shell; Run = $shell.BeginInvoke(); From = $Watch.ElapsedMilliseconds }
}
function Wait-Within($Job, [int]$Milliseconds) {
  if (-not $Job.Run.AsyncWaitHandle.WaitOne((Get-Left ($Job.From + $Milliseconds)))) {
    if ($Watch.ElapsedMilliseconds - $Job.From -lt $Milliseconds) { return 'skipped' }
    return 'timeout'
  }
  try { $Job.Shell.EndInvoke($Job.Run) } catch { 'failed' }
}

# kubectl itself reads its kubeconfig. Of the raw one only what is public: no token, no key.
function Read-Config {
  $answer = Wait-Kubectl (Start-Kubectl ('config view --raw --minify -o "jsonpath={.clusters[*].cluster.server}|{.clusters[*].cluster.proxy-url}|' +
      '{.clusters[*].cluster.tls-server-name}|{.clusters[*].cluster.certificate-authority}|{.clusters[*].cluster.certificate-authority-data}|' +
      '{.users[*].user.client-certificate}|{.users[*].user.client-certificate-data}"')) 3000
  $config = @{ State = 'broken'; Took = $answer.Took; Said = $answer.Words }
  $fields = $answer.Out.Split('|')
  if (-not [IO.File]::Exists($KubeconfigFile)) { $config.State = 'missing' }
  elseif ($answer.Late) { $config.State = 'timeout' }
  elseif ($answer.Code -eq 0 -and $fields.Length -eq 7 -and $fields[0] -match '^https://(?:[^/]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:?#\[\]@]+)(?::(\d{1,5}))?(?:[/?#]|$)') {
    $config.State = 'ok'
    $config.Host = $Matches[1]
    $config.Name = $Matches[1].Trim('[', ']')
    $config.Port = if ($Matches[2]) { [int]$Matches[2] } else { 443 }
    $config.ProxyUrl = $fields[1]
    $config.TlsName = if ($fields[2]) { $fields[2] } else { $config.Name }
    $config.Authority = Get-Certificate $fields[3] $fields[4]
    $config.Client = Get-Certificate $fields[5] $fields[6]
  } elseif ($answer.Code -eq 0 -and $fields[0]) { $config.State = 'insecure' }
  $config
}
# The first certificate of a field or of the file that it names. A key beside it is not matched.
function Get-Certificate([string]$File, [string]$Data) {
  try {
    $pem = [Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($Data))
    if ($File -and -not $Data) { $pem = [IO.File]::ReadAllText([IO.Path]::Combine([IO.Path]::GetDirectoryName($KubeconfigFile), $File)) }
    $block = [regex]::Match($pem, '-----BEGIN CERTIFICATE-----([^-]+)').Groups[1].Value
    if ($block) { [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($block)) }
  } catch { $null = $_ }
}
function Write-Config($Config) {
  Write-Fact 'kubeconfig' $Config.State
  Write-Fact 'config_ms' $Config.Took
  if ($Config.State -eq 'broken' -and $Config.Said) { Write-Said 'kubeconfig_said' $Config.Said 120 }
  if ($Config.State -ne 'ok') { return }
  Write-Fact 'host' $Config.Host 255
  Write-Fact 'port' $Config.Port
  $Config.Proxy = Get-Proxy $Kubelet $Config
  $agents = Get-Proxy $Agent $Config
  if ($Config.Proxy) { Write-Fact 'proxy' $Config.Proxy.Place }
  if ($agents -and (-not $Config.Proxy -or $agents.Place -ne $Config.Proxy.Place)) { Write-Fact 'agent_proxy' $agents.Place }
}
function Get-Validity($Certificate) { "$(ConvertTo-Epoch $Certificate.NotBefore) $(ConvertTo-Epoch $Certificate.NotAfter)" }

# As kubectl asks Windows, for all addresses; then one name server: a name that only Azure's own knows points to the one between.
$Resolve = { try { @([Net.Dns]::GetHostAddresses($args[0]) | Select-Object -First 4) -join ' ' } catch { 'failed' } }
$ResolveAt = {
  try {
    $records = @(Find-Record $args[0])
    if (@($records | Where-Object { 'A', 'AAAA' -contains "$($_.Type)" }).Count) { 'found' } else { 'empty' }
  } catch {
    $kinds = @{
      DNS_ERROR_RCODE_NAME_ERROR = 'unknown'; DNS_ERROR_RCODE_SERVER_FAILURE = 'servfail'; DNS_ERROR_RCODE_REFUSED = 'refused'
      DNS_INFO_NO_RECORDS = 'empty'; DNS_ERROR_NO_DNS_SERVERS = 'noserver'; ERROR_TIMEOUT = 'timeout'; WSAETIMEDOUT = 'timeout'
    }
    $kind = $kinds[($_.FullyQualifiedErrorId -split ',')[0]]
    if ($kind) { $kind } else { 'failed' }
  }
}
# Without the node's credentials: takes the server's certificate as it is, and asks for its clock; through the proxy that kubectl takes.
$Handshake = {
  $tcp, $address, $port, $name, $through, $seen = $args
  $buffer = [byte[]]::new(2048)
  try {
    $tcp.ReceiveTimeout = $tcp.SendTimeout = 3500
    $tcp.Connect($address, $port)
    $stream = $tcp.GetStream()
    if ($through) {
      $request = [Text.Encoding]::ASCII.GetBytes($through)
      $stream.Write($request, 0, $request.Length)
      $text = ''
      while ($text -notmatch "`r`n`r`n" -and $text.Length -lt 8000 -and ($count = $stream.Read($buffer, 0, 2048)) -gt 0) {
        $text += [Text.Encoding]::ASCII.GetString($buffer, 0, $count)
      }
      $seen['Connect'] = if ($text -match '^HTTP/1\.\d (\d{3})') { $Matches[1] } else { 'failed' }
      if ($seen['Connect'] -ne '200') { return }
    }
    $tls = [Net.Security.SslStream]::new($stream, $false, [Net.Security.RemoteCertificateValidationCallback] {
        $seen['Certificate'] = [Security.Cryptography.X509Certificates.X509Certificate2]::new($args[1])
        $seen['WrongName'] = "$($args[3])" -match 'RemoteCertificateNameMismatch'
        $true
      })
    $tls.AuthenticateAsClient($name, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
    $seen['Secured'] = $true
    $request = [Text.Encoding]::ASCII.GetBytes("HEAD /version HTTP/1.1`r`nHost: $name`r`nConnection: close`r`n`r`n")
    $tls.Write($request, 0, $request.Length)
    $text = [Text.Encoding]::ASCII.GetString($buffer, 0, $tls.Read($buffer, 0, 2048))
    $seen['Answered'] = $text -match '^HTTP/1'
    $date = [regex]::Match($text, '(?mi)^Date: ([^\r\n]+)').Groups[1].Value
    $seen['Clock'] = [DateTimeOffset]::Parse($date, [Globalization.CultureInfo]::InvariantCulture).ToUnixTimeSeconds()
  } catch {
    $base = $_.Exception.GetBaseException()
    $seen['Failed'] = if ($base -is [Net.Sockets.SocketException]) { "$($base.SocketErrorCode)" } else { "$($base.GetType().Name) $($base.Message)" }
  }
}
# A live API server answers 400 to a question without TLS, also where large packets do not come through; a frozen one does not.
$AskPlainly = {
  $tcp, $address, $port = $args
  $tcp.ReceiveTimeout = 1500
  $tcp.Connect($address, $port)
  $request = [Text.Encoding]::ASCII.GetBytes("GET / HTTP/1.0`r`n`r`n")
  $tcp.GetStream().Write($request, 0, $request.Length)
  $buffer = [byte[]]::new(64)
  $text = try { [Text.Encoding]::ASCII.GetString($buffer, 0, $tcp.GetStream().Read($buffer, 0, 64)) } catch { return $(if ($_.Exception.GetBaseException().SocketErrorCode -eq 'TimedOut') { 'silent' } else { 'closed' }) }
  if ($text -match '^HTTP/1\.\d (\d{3})') { $Matches[1] } else { 'failed' }
}
$Ask = {
  $url, $proxy = $args
  [Net.ServicePointManager]::SecurityProtocol = 'Tls12'
  $request = [Net.WebRequest]::Create($url)
  $request.AllowAutoRedirect = $false
  $request.Timeout = 2500
  # Else Windows looks for a proxy, which takes long where nothing answers.
  $request.Proxy = if ($proxy) { [Net.WebProxy]::new($proxy) } else { $null }
  try { return [int]$request.GetResponse().StatusCode } catch { $why = $_.Exception }
  while ($why -and $why -isnot [Net.WebException]) { $why = $why.InnerException }
  if (-not $why) { return 'failed' }
  if ($why.Response) { return [int]$why.Response.StatusCode }
  # A name that is not found says nothing of the way, and a certificate that is not trusted here came from somebody all the same.
  if ("$($why.Status)" -match 'NameResolution') { return 'dns' }
  for ($inner = $why; $inner; $inner = $inner.InnerException) { if ($inner -is [Security.Authentication.AuthenticationException]) { return 'tls' } }
  '000'
}

# Connects to each address at once, and tells in their order how it went; the process that listens sees a connection that ends at once.
function Test-Tcp($Addresses, [int]$Port) {
  $from = $Watch.ElapsedMilliseconds
  $tries = foreach ($address in @($Addresses)) {
    $tcp = [Net.Sockets.TcpClient]::new($address.AddressFamily)
    try { @{ Address = $address; Tcp = $tcp; Error = $null; Run = $tcp.BeginConnect($address, $Port, $null, $null) } }
    catch { @{ Address = $address; Tcp = $tcp; Run = $null; Error = $_.Exception } }
  }
  foreach ($try in @($tries)) {
    $why = 'TimedOut'
    $failure = $try.Error
    if ($try.Run -and $try.Run.AsyncWaitHandle.WaitOne((Get-Left ($from + 3000)))) {
      try { $try.Tcp.EndConnect($try.Run); $why = 'ok' } catch { $failure = $_.Exception }
    }
    $took = $Watch.ElapsedMilliseconds - $from
    if ($failure) {
      $base = $failure.GetBaseException()
      $why = if ($base -is [Net.Sockets.SocketException]) { "$($base.SocketErrorCode)" } else { $base.GetType().Name }
    }
    $try.Tcp.Close()
    $names = @{
      ok = 'ok'; ConnectionRefused = 'refused'; TimedOut = 'timeout'; NetworkUnreachable = 'unreachable'; HostUnreachable = 'unreachable'
      AccessDenied = 'prohibited'; AddressNotAvailable = 'exhausted'; AddressAlreadyInUse = 'exhausted'; NoBufferSpaceAvailable = 'exhausted'
    }
    $state = if ($names[$why]) { $names[$why] } else { "failed $why" }
    if ($state -eq 'timeout' -and -not $failure -and $took -lt 3000) { $state = 'skipped' }
    @{ Address = $try.Address; State = $state; Took = $took }
  }
}
function Find-Address([string]$Name) {
  $address = $null
  if ([Net.IPAddress]::TryParse($Name, [ref]$address)) { return @{ State = "$address"; Found = @($address) } }
  $said = "$(Wait-Within (Start-Within $Resolve @($Name)) 3000)"
  $found = @(foreach ($text in $said.Split(' ')) { if ([Net.IPAddress]::TryParse($text, [ref]$address)) { $address } })
  @{ State = $said; Found = $found }
}
# The first address that answers, else the first.
function Select-Try($Tries) {
  $good = @($Tries | Where-Object { $_.State -eq 'ok' })
  if ($good.Count) { $good[0] } else { @($Tries)[0] }
}

function Test-Place([string]$Name, [int]$Port) {
  $found = Find-Address $Name
  if ($found.Found.Count) { Select-Try (Test-Tcp $found.Found $Port) }
  else { @{ State = if ($found.State -eq 'skipped') { 'skipped' } else { 'unresolved' } } }
}

# Stage by stage, up to the first that fails.
function Write-Path($Config) {
  $through = ''
  if ($Config.Proxy) {
    $try = Test-Place $Config.Proxy.Name $Config.Proxy.Port
    Write-Fact 'proxy_tcp' $try.State
    if ($try.State -ne 'ok') { return }
    $port = $Config.Proxy.Port
    $user = if ($Config.Proxy.User) { "Proxy-Authorization: Basic $($Config.Proxy.User)`r`n" }
    $through = "CONNECT $($Config.Host):$($Config.Port) HTTP/1.1`r`nHost: $($Config.Host):$($Config.Port)`r`n$user`r`n"
  } else {
    $from = $Watch.ElapsedMilliseconds
    $found = Find-Address $Config.Name
    Write-Fact 'dns_ms' ($Watch.ElapsedMilliseconds - $from)
    if (-not $found.Found.Count) { Write-Fact 'dns' $found.State; return Write-Dns $Config.Name }
    $port = $Config.Port
    $tries = @(Test-Tcp $found.Found $port)
    $try = Select-Try $tries
    Write-Fact 'dns' $try.Address
    $udp = [Net.Sockets.UdpClient]::new($try.Address.AddressFamily) # sends nothing
    try { $udp.Connect($try.Address, $port); Write-Fact 'route' "src $($udp.Client.LocalEndPoint.Address)" } catch { Write-Fact 'route' 'none' }
    $udp.Close()
    if ($tries.Count -gt 1) { Write-Fact 'addresses' $tries.Count }
    $dead = @($tries | Where-Object { 'ok', 'skipped' -notcontains $_.State -and $_.Address -ne $try.Address })
    if ($dead.Count) { Write-Fact 'dead' "$($dead[0].Address) $($dead[0].State)" }
    Write-Fact 'tcp' $try.State
    if ($try.State -ne 'skipped') { Write-Fact 'tcp_ms' $try.Took }
    if ($try.State -ne 'ok') { return }
  }
  # kubectl once more, and beside it a look at the server's certificate on the same way.
  $seen = [hashtable]::Synchronized(@{})
  $tcp = [Net.Sockets.TcpClient]::new($try.Address.AddressFamily)
  $look = if (-not $Config.Proxy -or $Config.Proxy.Scheme -eq 'http') { Start-Within $Handshake @($tcp, $try.Address, $port, $Config.TlsName, $through, $seen) }
  $answer = Wait-Kubectl (Start-Kubectl 'get --raw /version -v=6 --request-timeout=3s') 3500
  $ended = if ($answer.Status -or -not $look) { 'skipped' } else { "$(Wait-Within $look 4000)" }
  $tcp.Close()
  if ($Config.Client) { Write-Fact 'client' (Get-Validity $Config.Client) }
  if ($answer.Status) { return Write-Answer $answer }
  if ($through -and $ended -ne 'skipped') {
    $connected = if ($ended -eq 'timeout' -or "$($seen['Failed'])" -match $SocketTimeout) { 'timeout' } else { 'failed' }
    Write-Fact 'tunnel' $(if ($seen['Connect']) { $seen['Connect'] } else { $connected })
  }
  if (-not $answer.Cut) { Write-Tls $Config $answer $seen $ended $try.Address $port }
}

# What would be without the proxy; kubectl does not go there.
function Write-Direct($Config) {
  Write-Fact 'direct' (Test-Place $Config.Name $Config.Port).State
}

# Why the name was not found: by the node's own name servers and by Azure's.
function Write-Dns([string]$Name) {
  $own = Start-Within $ResolveAt @(@{ Name = $Name })
  $azure = Start-Within $ResolveAt @(@{ Name = $Name; Server = '168.63.129.16' })
  # Windows lists name servers of its own making (fec0:) where none is set.
  $servers = @([Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() | Where-Object { "$($_.OperationalStatus)" -eq 'Up' } |
      ForEach-Object { $_.GetIPProperties().DnsAddresses } | Where-Object { "$_" -notmatch '^fec0:' } | Select-Object -Unique -First 2)
  Write-Fact 'resolver' ($servers -join ' ')
  Write-Fact 'dns_own' (Wait-Within $own 3000)
  Write-Fact 'dns_azure' (Wait-Within $azure 3000)
}

function Write-Answer($Answer) {
  Write-Fact 'curl' 0
  Write-Fact 'version' $Answer.Status
  if ($Answer.Out -match '^\s*<(!doctype|html)') { Write-Fact 'type' 'text/html' }
  if ($Answer.Status -ne '200') { Write-Said 'curl_said' $Answer.Words 120 }
  $ready, $live = (Start-Kubectl 'get --raw /readyz?verbose -v=6 --request-timeout=3s'), (Start-Kubectl 'get --raw /livez -v=6 --request-timeout=3s')
  $ready, $live = (Wait-Kubectl $ready 3500), (Wait-Kubectl $live 3500)
  Write-Fact 'readyz' (Get-Status $ready)
  Write-Fact 'livez' (Get-Status $live)
  $unready = Get-Unready $ready
  if ($unready) { Write-Fact 'unready' $unready }
}

# What .NET finds counts where kubectl says the same: Windows checks certificates by rules of its own.
function Write-Tls($Config, $Answer, $Seen, [string]$Ended, $Address, [int]$Port) {
  $said = [regex]::Match($Answer.Err, '(?m)Connection error: Get \S+: (.*)$').Groups[1].Value
  if (-not $said) { $said = $Answer.Words }
  Write-Said 'curl_said' $said 120
  $failed = "$($Seen['Failed'])"
  if ($Ended -eq 'timeout' -or $failed -match $SocketTimeout) {
    if (-not $Seen['Secured']) {
      Write-Fact 'handshake' 'timeout'
      if (-not $Config.Proxy) {
        $tcp = [Net.Sockets.TcpClient]::new($Address.AddressFamily)
        $plain = "$(Wait-Within (Start-Within $AskPlainly @($tcp, $Address, $Port)) 2000)"
        $tcp.Close()
        Write-Fact 'plain' $(if ($plain -eq 'timeout') { 'silent' } else { $plain })
      }
    }
  } elseif ($failed -and -not $Seen['Secured']) {
    Write-Fact 'handshake' $(if ($failed -match 'Reset|Aborted') { 'reset' } elseif ($failed -match 'EOF|0 bytes') { 'closed' } else { 'failed' })
  }
  if ($Seen['Secured']) { Write-Fact 'secured_s' 1 }
  if ($Seen['Clock']) { Write-Fact 'server_clock' $Seen['Clock'] }
  if ($Seen['Answered'] -and $Answer.Code -eq 124) { Write-Fact 'answered' 'yes' } # kubectl alone is slow
  $curl = if ($failed -and -not $Seen['Certificate']) { 35 } elseif ($Answer.Err -match 'remote error: tls') { 35 }
  if ($Seen['Secured'] -and $Answer.Err -match 'EOF|reset|forcibly closed|aborted') { $curl = 56 }
  if ($Answer.Late -and ($Seen['Secured'] -or $failed -or $Ended -eq 'timeout')) { $curl = 28 }
  if ($Seen['Certificate']) {
    Write-Fact 'issuer' $Seen['Certificate'].Issuer
    if ($Config.Authority) { Write-Fact 'ca' $Config.Authority.Subject }
    if ($Seen['WrongName']) { Write-Fact 'named' 'no' }
    Write-Fact 'valid' (Get-Validity $Seen['Certificate'])
    if ($Answer.Err -match 'x509: ') {
      # What Go looks at first counts most. A complaint that .NET does not share stays without a number.
      $verify = if ($Seen['WrongName']) { 62 }
      if ($Answer.Err -match 'unknown authority') { $verify = 19 }
      if ($Seen['Certificate'].NotAfter -lt [DateTime]::Now) { $verify = 10 }
      if ($Seen['Certificate'].NotBefore -gt [DateTime]::Now) { $verify = 9 }
      if ($verify) { Write-Fact 'verify' $verify }
      $curl = if ($verify) { 60 }
    }
  }
  if ($curl) { Write-Fact 'curl' $curl }
}

# All places are asked at once, while the stages go on. One whose time was cut proves nothing, so it goes before those that failed.
function Start-Egress {
  foreach ($url in @($Egress -split ' ' -ne '')) {
    $place = [Uri]$url
    $proxy = if (-not (Test-Bypass $place.DnsSafeHost $place.Port "$($Kubelet['NO_PROXY'])")) { $Kubelet['HTTPS_PROXY'] }
    @{ Place = $place.Authority; Job = Start-Within $Ask @($url, $proxy) }
  }
}
function Write-Egress($Jobs) {
  $said = @(foreach ($job in $Jobs) { "$($job.Place) $(Wait-Within $job.Job 3500)" -replace ' (timeout|failed)$', ' skipped' })
  foreach ($kind in '\d*[1-9]\d*$|tls', 'skipped', '000', 'dns') {
    $first = @($said | Where-Object { $_ -match " (?:$kind)$" })
    if ($first.Count) { if ($kind -ne 'skipped') { Write-Fact 'egress' $first[0] }; return }
  }
}

# What a node asks of its API server all the time. Only one that is not served pays for more.
function Write-Served($Config) {
  Write-Fact 'name' $NodeName 63
  if ($NodeName -notmatch '^[a-z0-9][a-z0-9.-]*$') { return }
  $node = Wait-Kubectl (Start-Kubectl "get --raw /api/v1/nodes/$NodeName -v=6 --request-timeout=3s") 3500
  $status = Get-Status $node
  Write-Fact 'node' $status
  Write-Fact 'node_ms' $node.Took
  if ($status -eq '200' -or $status -eq 'skipped') { return }
  $calls = @{}
  $asked = [ordered]@{ lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/$NodeName"; readyz = '/readyz?verbose'; livez = '/livez' }
  foreach ($key in $asked.Keys) { $calls[$key] = Start-Kubectl "get --raw $($asked[$key]) -v=6 --request-timeout=3s" }
  if ($node.Words) { Write-Said 'node_said' $node.Words 120 }
  if ($Config.Client) { Write-Fact 'identity' $Config.Client.GetNameInfo('SimpleName', $false) }
  foreach ($key in $asked.Keys) {
    $answer = Wait-Kubectl $calls[$key] 3500
    Write-Fact $key (Get-Status $answer)
    if ($key -eq 'readyz') { $unready = Get-Unready $answer; if ($unready) { Write-Fact 'unready' $unready } }
  }
}

# The files of this run, and what runs of an hour ago left with the extension: nothing else removes them.
function Remove-Litter {
  for ($i = 0; $i -lt 3 -and [IO.Directory]::Exists($Cache); $i++) { try { [IO.Directory]::Delete($Cache, $true) } catch { [Threading.Thread]::Sleep(100) } }
  try {
    $old = @(Get-ChildItem -Path $Litter -File | Where-Object { $_.LastWriteTimeUtc -lt [DateTime]::UtcNow.AddHours(-1) } | Select-Object -First 50)
    foreach ($file in $old) {
      if (@(Get-Content -LiteralPath $file.FullName -TotalCount 4) -match '^# aks-fleet-prober node script ') { [IO.File]::Delete($file.FullName) }
    }
  } catch { $null = $_ }
}

Write-Output "`nAFP1 begin $Nonce"
$run = @{ Code = 127 }
try {
  $machine = Get-Machine
  if ($machine) { Write-Fact 'machine' $machine }
  $Agent = Select-Proxy @($AgentEnvironment.Keys | ForEach-Object { "$_=$($AgentEnvironment[$_])" })
  $Kubelet = Get-KubeletEnvironment
  $refusal = ''
  try {
    $flaw = Get-Flaw
    if (-not $flaw) { $call = Start-Kubectl 'version -o json -v=6 --request-timeout=7s' }
  } catch {
    $flaw = 'notprogram'
    $refusal = $_.Exception.GetBaseException().Message
  }
  if ($flaw) {
    Write-Fact 'kubectl' $flaw
    if ($refusal) { Write-Said 'kubectl_said' $refusal 80 }
  } else {
    # An error here leaves the frame open, which proves nothing and accuses nobody.
    $run = Wait-Kubectl $call 8000
    Write-Fact 'ms' $run.Took
    Write-Fact 'clock' (ConvertTo-Epoch ([DateTime]::UtcNow))
    $server = try { (ConvertFrom-Json $run.Out).serverVersion.gitVersion } catch { '' }
    if ("$server" -match '^v\d+\.\d+\.\d+[\w.+-]*$') { Write-Fact 'server' $server 40 }
    if ($run.Code -ne 0) { Write-Said 'said' $run.Words 160 }
    try {
      $jobs = @(if ($run.Code -ne 0) { Start-Egress })
      $config = Read-Config
      Write-Config $config
      if ($config.State -eq 'ok') {
        $fault = if ($run.Code -ne 0) { Get-LocalFault $run }
        if ($fault) { Write-Fact 'local_fault' $fault }
        elseif ($run.Code -ne 0) {
          Write-Path $config
          if ($config.Proxy) { Write-Direct $config }
          Write-Egress $jobs
        }
        elseif (-not ((Test-Path Variable:ProbeServed) -and $ProbeServed -eq 'off')) { Write-Served $config }
      }
    } catch { Write-Said 'script_error' "$_" 120 }
  }
} finally { Remove-Litter }
Write-Output "AFP1 end $Nonce rc=$($run.Code)"
