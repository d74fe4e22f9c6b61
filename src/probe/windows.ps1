# aks-fleet-prober node script for Windows PowerShell 5.1, protocol 1. $Nonce and $Egress stand above, set by the prober.
# It only reads. Facts are key=value lines between two marks; the last mark carries kubectl's own exit code.
$Kubectl = 'C:\k\kubectl.exe'
$KubeconfigFile = 'C:\k\config'
$ErrorActionPreference = 'Stop'
$WarningPreference = $ProgressPreference = 'SilentlyContinue' # they would go to stdout, where only facts may stand
$Watch = [Diagnostics.Stopwatch]::StartNew()

# All of the script takes less than 20 seconds. No time, no fact: a stage that was not tried must not look like one that failed.
function Get-Left([int]$Milliseconds) { [int][Math]::Min($Milliseconds, 17500 - $Watch.ElapsedMilliseconds) }
# One printable line of at most $Length characters: what a tool says may hold anything.
function Write-Fact([string]$Key, [string]$Value, [int]$Length = 80) {
  $line = ($Value -replace '[^\x20-\x7e]+', ' ').Trim()
  if ($line -ne 'skipped') { Write-Output "$Key=$($line.Substring(0, [Math]::Min($Length, $line.Length)))" }
}
function ConvertTo-Epoch([DateTime]$Time) { [DateTimeOffset]::new($Time).ToUnixTimeSeconds() }

# stdin is closed: a kubectl without credentials asks for a user name.
function Invoke-Kubectl([int]$Milliseconds, [string]$Arguments) {
  $left = Get-Left $Milliseconds
  if ($left -lt 500) { return }
  $start = [Diagnostics.ProcessStartInfo]::new($Kubectl, "--kubeconfig `"$KubeconfigFile`" $Arguments")
  $start.UseShellExecute = $false
  $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
  $process = [Diagnostics.Process]::Start($start)
  $process.StandardInput.Close()
  $texts = [Threading.Tasks.Task[]]@($process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync())
  $code = 124
  if ($process.WaitForExit($left)) { $code = $process.ExitCode } else { try { $process.Kill() } catch { $null = $_ } }
  try { $null = [Threading.Tasks.Task]::WaitAll($texts, 500) } catch { $null = $_ }
  # Windows has exit codes that the mark cannot carry; none of them is a success.
  if ($code -lt 0 -or $code -gt 255) { $code = 255 }
  $said = ($texts | Where-Object { $_.Status -eq 'RanToCompletion' } | ForEach-Object { $_.Result }) -join ' '
  # .NET Framework cannot read PEM keys; kubectl can, and tells the status of its request at level 6 (headers: from 8 on).
  $status = [regex]::Match($said, '/(?:version|readyz)[^ ]* (?:status=")?(\d{3}) ').Groups[1].Value
  $late = $code -eq 124 -or $said -match 'deadline exceeded|Client\.Timeout|handshake timeout'
  [PSCustomObject]@{ Code = $code; Said = $said; Status = $status; Late = $late }
}

# Runs a block in a thread of its own, which is left behind when its time is up.
function Invoke-Within([int]$Milliseconds, [ScriptBlock]$Block, [object[]]$Arguments) {
  $left = Get-Left $Milliseconds
  if ($left -lt 500) { return 'skipped' }
  $shell = [PowerShell]::Create()
  $null = $shell.AddScript("[Threading.Thread]::CurrentThread.IsBackground = `$true; `$ErrorActionPreference = 'Stop'; $Block")
  foreach ($argument in $Arguments) { $null = $shell.AddArgument($argument) }
  $run = $shell.BeginInvoke()
  if (-not $run.AsyncWaitHandle.WaitOne($left)) { return 'timeout' }
  try { $shell.EndInvoke($run) } catch { 'failed' }
}

# A field of the kubeconfig that was read.
function Get-Field([string]$Name) { [regex]::Match($Config, "(?m)^[ -]*${Name}: *[`"']?([^`"'\r\n]*)").Groups[1].Value.Trim() }
# The first certificate that a field holds or names the file of. A key beside it is not matched.
function Get-Certificate([string]$Name) {
  try {
    $data = Get-Field "$Name-data"
    $pem = if ($data) { [Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($data)) }
    if (-not $data) { $pem = [IO.File]::ReadAllText((Get-Field $Name)) }
    $block = [regex]::Match($pem, '-----BEGIN CERTIFICATE-----([^-]+)').Groups[1].Value
    if ($block) { [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($block)) }
  } catch { $null = $_ }
}
# Without the user.
function Write-Endpoint($Api) {
  Write-Fact 'host' $Api.Host 120
  Write-Fact 'port' $Api.Port
}
function Get-Validity($Certificate) { "$(ConvertTo-Epoch $Certificate.NotBefore) $(ConvertTo-Epoch $Certificate.NotAfter)" }

# As kubectl asks Windows; then Azure's own resolver: a name that only that knows points to the one between.
$Resolve = { try { "$([Net.Dns]::GetHostAddresses($args[0])[0])" } catch { 'failed' } }
$ResolveAtAzure = {
  try {
    $records = Resolve-DnsName -Name $args[0] -Type 'A' -Server '168.63.129.16' -DnsOnly -QuickTimeout -NoHostsFile
    if ($records | Where-Object { $_.Type -eq 'A' }) { 'found' } else { 'unknown' }
  } catch { @{ 'DNS_ERROR_RCODE_NAME_ERROR' = 'unknown'; 'ERROR_TIMEOUT' = 'timeout' }[($_.FullyQualifiedErrorId -split ',')[0]] }
}
# Without the node's credentials: takes the server's certificate as it is, and asks for its clock.
$Handshake = {
  $tcp, $address, $port, $name, $seen = $args
  try {
    $tcp.ReceiveTimeout = $tcp.SendTimeout = 2000
    $tcp.Connect($address, $port)
    $tls = [Net.Security.SslStream]::new($tcp.GetStream(), $false, [Net.Security.RemoteCertificateValidationCallback] {
        $seen.Certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($args[1])
        $seen.WrongName = "$($args[3])" -match 'RemoteCertificateNameMismatch'
        $true
      })
    $tls.AuthenticateAsClient($name, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
    $seen.Secured = $true
    $request = [Text.Encoding]::ASCII.GetBytes("HEAD /version HTTP/1.1`r`nHost: $name`r`nConnection: close`r`n`r`n")
    $tls.Write($request, 0, $request.Length)
    $buffer = [byte[]]::new(2048)
    $text = [Text.Encoding]::ASCII.GetString($buffer, 0, $tls.Read($buffer, 0, 2048))
    $date = [regex]::Match($text, '(?mi)^Date: ([^\r\n]+)').Groups[1].Value
    $seen.Clock = [DateTimeOffset]::Parse($date, [Globalization.CultureInfo]::InvariantCulture).ToUnixTimeSeconds()
  } catch { $seen.Failed = $true }
}
$Ask = {
  [Net.ServicePointManager]::SecurityProtocol = 'Tls12'
  $request = [Net.WebRequest]::Create($args[0])
  $request.AllowAutoRedirect = $false
  # Else Windows looks for a proxy, which takes long where nothing answers.
  $request.Proxy = if ($env:HTTPS_PROXY) { [Net.WebProxy]::new($env:HTTPS_PROXY) } else { $null }
  $response = try { $request.GetResponse() } catch { $_.Exception.GetBaseException().Response }
  [int]$response.StatusCode
}

# Stage by stage, up to the first that fails.
function Write-Diagnosis {
  Write-Fact 'clock' (ConvertTo-Epoch ([DateTime]::UtcNow))
  if (-not (Test-Path -LiteralPath $KubeconfigFile)) { return Write-Fact 'kubeconfig' 'missing' }
  $Config = [IO.File]::ReadAllText($KubeconfigFile)
  $api = (Get-Field 'server') -as [Uri]
  if ($api.Scheme -ne 'https') { return Write-Fact 'kubeconfig' 'broken' }
  Write-Fact 'kubeconfig' 'ok'
  Write-Endpoint $api
  if ($env:HTTPS_PROXY) { Write-Fact 'proxy' ($env:HTTPS_PROXY -replace '^.*(//|@)|/.*$') }
  Write-Path $api.Host $api.Port
  # One after the other, each in its share of the time. One whose time was cut proves nothing: no answer, no fact.
  $urls = @($Egress -split ' ' -ne '')
  $said = $null
  $cut = $urls.Count -eq 0
  for ($i = 0; -not $said -and $i -lt $urls.Count; $i++) {
    $share = [Math]::Min(3000, [int]((Get-Left 17500) / ($urls.Count - $i)))
    $code = "$(Invoke-Within $share $Ask @($urls[$i]))"
    if ($code -match '^\d{3}$') { $said = "$(([Uri]$urls[$i]).Authority) $code" }
    if ($code -eq 'skipped' -or ($code -eq 'timeout' -and $share -lt 3000)) { $cut = $true }
  }
  if (-not $said) { $said = if ($cut) { 'skipped' } else { "$(([Uri]$urls[0]).Authority) 000" } }
  Write-Fact 'egress' $said
}

function Write-Path([string]$ApiHost, [int]$Port) {
  $dns = "$(Invoke-Within 3000 $Resolve @($ApiHost))"
  Write-Fact 'dns' $dns
  $address = $null
  if (-not [Net.IPAddress]::TryParse($dns, [ref]$address)) {
    return Write-Fact 'dns_azure' (Invoke-Within 3000 $ResolveAtAzure @($ApiHost))
  }
  $udp = [Net.Sockets.UdpClient]::new($address.AddressFamily) # sends nothing
  try { $udp.Connect($address, $Port); Write-Fact 'route' "src $($udp.Client.LocalEndPoint.Address)" } catch { Write-Fact 'route' 'none' }

  $tcp = [Net.Sockets.TcpClient]::new($address.AddressFamily)
  $connecting = $tcp.BeginConnect($address, $Port, $null, $null)
  $why = 'TimedOut'
  if ($connecting.AsyncWaitHandle.WaitOne(3000)) {
    $why = try { $tcp.EndConnect($connecting); 'ok' } catch { "$($_.Exception.GetBaseException().SocketErrorCode)" }
  }
  $tcp.Close()
  $names = @{ ConnectionRefused = 'refused'; TimedOut = 'timeout'; NetworkUnreachable = 'unreachable'; HostUnreachable = 'unreachable' }
  Write-Fact 'tcp' $(if ($why -eq 'ok') { 'ok' } elseif ($names[$why]) { $names[$why] } else { "failed $why" })
  if ($why -ne 'ok') { return }

  $answer = Invoke-Kubectl 3500 'get --raw /version -v=6 --request-timeout=3s'
  if ($answer.Status) {
    Write-Fact 'curl' 0
    Write-Fact 'version' $answer.Status
    $own = Get-Certificate 'client-certificate'
    if ($own) { Write-Fact 'client' (Get-Validity $own) }
    $ready = Invoke-Kubectl 3500 'get --raw /readyz -v=6 --request-timeout=3s'
    if ($ready.Status) { Write-Fact 'readyz' $ready.Status }
  } elseif ($answer) { Write-Tls $address $Port $ApiHost $answer }
}

# What .NET finds counts where kubectl says the same: Windows checks certificates by rules of its own.
function Write-Tls($Address, [int]$Port, [string]$ApiHost, $Answer) {
  $name = @(@((Get-Field 'tls-server-name'), $ApiHost) -ne '')[0]
  $seen = [hashtable]::Synchronized(@{})
  $tcp = [Net.Sockets.TcpClient]::new($Address.AddressFamily)
  $ended = "$(Invoke-Within 4000 $Handshake @($tcp, $Address, $Port, $name, $seen))"
  $tcp.Close()
  if ($ended -eq 'timeout') { Write-Fact 'handshake' 'timeout' }
  if ($seen.Secured) { Write-Fact 'secured_s' 1 }
  if ($seen.Clock) { Write-Fact 'server_clock' $seen.Clock }
  if ($seen.Clock -and $run.Code + $Answer.Code -eq 248) { Write-Fact 'answered' 'yes' } # both cut: kubectl is slow
  $curl = if ($seen.Failed -and -not $seen.Certificate) { 35 }
  if ($seen.Secured -and $Answer.Said -match 'EOF|reset|forcibly closed') { $curl = 56 }
  if ($Answer.Late -and ($seen.Secured -or $seen.Failed -or $ended -eq 'timeout')) { $curl = 28 }
  if ($seen.Certificate) {
    Write-Fact 'issuer' $seen.Certificate.Issuer
    $authority = Get-Certificate 'certificate-authority'
    if ($authority) { Write-Fact 'ca' $authority.Subject }
    Write-Fact 'valid' (Get-Validity $seen.Certificate)
    if ($Answer.Said -match 'x509: ') {
      # What Go looks at first counts most. A complaint that .NET does not share stays without a number.
      $verify = if ($seen.WrongName) { 62 }
      if ($Answer.Said -match 'unknown authority') { $verify = 19 }
      if ($seen.Certificate.NotAfter -lt [DateTime]::Now) { $verify = 10 }
      if ($seen.Certificate.NotBefore -gt [DateTime]::Now) { $verify = 9 }
      if ($verify) { Write-Fact 'verify' $verify }
      $curl = if ($verify) { 60 }
    }
  }
  if ($curl) { Write-Fact 'curl' $curl }
}

Write-Output "`nAFP1 begin $Nonce"
if (Test-Path -LiteralPath $Kubectl) {
  # An error here leaves the frame open, which proves nothing and accuses nobody.
  $run = Invoke-Kubectl 8000 'version --request-timeout=7s'
  Write-Fact 'ms' $Watch.ElapsedMilliseconds
  if ($run.Code -eq 0) {
    Write-Fact 'server' ([regex]::Match($run.Said, 'Server Version: (v[0-9][0-9A-Za-z.+-]*)').Groups[1].Value)
    $Config = try { [IO.File]::ReadAllText($KubeconfigFile) } catch { '' }
    $api = (Get-Field 'server') -as [Uri]
    if ($api.Scheme -eq 'https') { Write-Endpoint $api }
  } else {
    Write-Fact 'said' $run.Said 200
    try { Write-Diagnosis } catch { Write-Fact 'script_error' "$_" 120 }
  }
} else {
  $run = @{ Code = 127 }
  Write-Fact 'kubectl' 'missing'
}
Write-Output "AFP1 end $Nonce rc=$($run.Code)"
