# Runs node scripts for Windows side by side, each in a runspace of its own: PowerShell takes a second to start, a runspace hardly any time.
# A line of stdin is {id, script}; a line of stdout is {id, output, errors, seconds}.
$ErrorActionPreference = 'Stop'
# The pool grows slowly by itself, and each script waits for several things at once.
$null = [Threading.ThreadPool]::SetMinThreads(200, 200)
$lines = [IO.StreamReader]::new([Console]::OpenStandardInput())
$runs = [Collections.Generic.List[hashtable]]::new()
$line = $lines.ReadLineAsync()
while ($line -or $runs.Count) {
  if ($line -and $line.IsCompleted) {
    if ($null -eq $line.Result) { $line = $null; continue }
    $case = ConvertFrom-Json $line.Result
    $shell = [PowerShell]::Create()
    $null = $shell.AddScript($case.script)
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $runs.Add(@{ Id = $case.id; Shell = $shell; Output = $output; Watch = $watch; Run = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output) })
    $line = $lines.ReadLineAsync()
  }
  foreach ($run in @($runs | Where-Object { $_.Run.IsCompleted })) {
    $run.Watch.Stop()
    $errors = @($run.Shell.Streams.Error | ForEach-Object { "$_" })
    try { $null = $run.Shell.EndInvoke($run.Run) } catch { $errors += "$_" }
    $said = @($run.Shell.Streams.Warning) + @($run.Shell.Streams.Information) | ForEach-Object { "$_" }
    # As Windows ends lines.
    $text = -join ($run.Output | ForEach-Object { "$_`r`n" -replace '(?<!\r)\n', "`r`n" })
    [Console]::Out.WriteLine((ConvertTo-Json -Compress @{ id = $run.Id; output = $text; errors = @($errors + $said); seconds = $run.Watch.Elapsed.TotalSeconds }))
    $run.Shell.Dispose()
    $null = $runs.Remove($run)
  }
  [Threading.Thread]::Sleep(15)
}
