# Prints what of a script Windows PowerShell 5.1 would not have: syntax of PowerShell 7, and what .NET Framework lacks.
# PowerShell 7 reads the script; the reference assemblies of .NET Framework 4.7.2, the one of Windows Server 2019, say what is there.
param([string]$Script, [string]$References, [string]$Reader)
$ErrorActionPreference = 'Stop'
$mistakes = $null
$tree = [Management.Automation.Language.Parser]::ParseInput($Script, [ref]$null, [ref]$mistakes)
$mistakes | ForEach-Object { "not PowerShell: $($_.Message)" }
$all = $tree.FindAll({ $true }, $true)

foreach ($node in $all) {
  $new = switch ($node.GetType().Name) {
    'TernaryExpressionAst' { 'a ternary' }
    'PipelineChainAst' { 'a chain of pipelines' }
    'PipelineAst' { if ($node.Background) { 'a background job' } }
    'BinaryExpressionAst' { if ("$($node.Operator)" -eq 'QuestionQuestion') { '??' } }
    'AssignmentStatementAst' { if ("$($node.Operator)" -eq 'QuestionQuestionEquals') { '??=' } }
    { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst' } { if ($node.NullConditional) { '?. or ?[]' } }
    { $_ -in 'StringConstantExpressionAst', 'ExpandableStringExpressionAst' } { if ("$($node.StringConstantType)" -like 'Double*' -and $node.Extent.Text -match '`[eu]') { '`e or `u' } }
    'NamedBlockAst' { if ("$($node.BlockKind)" -eq 'Clean') { 'a clean block' } }
  }
  if ($new) { "${new}: $($node.Extent.Text)" }
}

# Of the cmdlets only these parameters, which 5.1 has.
$cmdlets = @{
  'ConvertFrom-Json' = @(); 'ForEach-Object' = @(); 'Get-ChildItem' = 'Path', 'File'; 'Get-Content' = 'LiteralPath', 'TotalCount'; 'Get-ItemProperty' = , 'LiteralPath'
  'Resolve-DnsName' = 'Type', 'DnsOnly', 'QuickTimeout', 'NoHostsFile'; 'Select-Object' = 'First', 'Unique'; 'Test-Path' = @(); 'Where-Object' = @(); 'Write-Output' = @()
}
$own = @($all | Where-Object { $_ -is [Management.Automation.Language.FunctionDefinitionAst] } | ForEach-Object Name) + 'Find-Record'
foreach ($command in $all | Where-Object { $_ -is [Management.Automation.Language.CommandAst] }) {
  $name = $command.GetCommandName()
  if (-not $name -or $name -in $own) { continue }
  if (-not $cmdlets.ContainsKey($name)) { "the command ${name}"; continue }
  $command.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] -and $_.ParameterName -notin $cmdlets[$name] } |
    ForEach-Object { "$name -$($_.ParameterName)" }
}

if (-not $References) { return }
Add-Type -Path $Reader
$core = [Reflection.PathAssemblyResolver]::new([string[]]@(Get-ChildItem $References -Filter *.dll | ForEach-Object FullName))
$context = [Reflection.MetadataLoadContext]::new($core, 'mscorlib')
$assemblies = 'mscorlib', 'System', 'System.Core' | ForEach-Object { $context.LoadFromAssemblyPath("$References/$_.dll") }
function Find-Type($TypeName) {
  $type = $TypeName.GetReflectionType()
  if (-not $type) { return }
  if ($type.IsArray) { $type = $type.GetElementType() }
  if ($type.Assembly -eq [PSObject].Assembly) { return }
  $found = $assemblies | ForEach-Object { $_.GetType($type.FullName) } | Where-Object { $_ } | Select-Object -First 1
  if ($found) { $found } else { "the type $($type.FullName)" }
}
function Test-Arguments($Method, [int]$Count) {
  $parameters = $Method.GetParameters()
  $many = $parameters.Length -and $parameters[-1].GetCustomAttributesData().AttributeType.Name -contains 'ParamArrayAttribute'
  $parameters.Length -eq $Count -or ($many -and $Count -ge $parameters.Length - 1)
}
foreach ($node in $all | Where-Object { $_ -is [Management.Automation.Language.TypeExpressionAst] -or $_ -is [Management.Automation.Language.TypeConstraintAst] }) {
  $found = Find-Type $node.TypeName
  if ($found -is [string]) { $found }
}
$methods = @{}
foreach ($method in $assemblies | ForEach-Object { $_.GetExportedTypes() } | ForEach-Object { $_.GetMethods() }) {
  if (-not $methods[$method.Name]) { $methods[$method.Name] = [Collections.Generic.List[object]]::new() }
  $methods[$method.Name].Add($method)
}
foreach ($node in $all | Where-Object { $_ -is [Management.Automation.Language.MemberExpressionAst] -and $_.Member -is [Management.Automation.Language.StringConstantExpressionAst] }) {
  $member = $node.Member.Value
  $called = $node -is [Management.Automation.Language.InvokeMemberExpressionAst]
  $count = if ($called) { @($node.Arguments).Where({ $_ }).Count }
  if (-not $node.Static) {
    # What it is called on is not known; some type must have it.
    $ofPowerShell = [PowerShell].GetMethods().Name
    if ($called -and $member -notin $ofPowerShell -and -not @($methods[$member] | Where-Object { $_ -and (Test-Arguments $_ $count) }).Count) { "the method .$member with $count arguments" }
    continue
  }
  $type = Find-Type $node.Expression.TypeName
  if (-not $type -or $type -is [string] -or $node.Expression.TypeName.IsArray) { continue }
  $candidates = if ($member -eq 'new') { $type.GetConstructors() } elseif ($called) { $type.GetMember($member, 'Method', 'Public,Static,FlattenHierarchy') } else { $type.GetMember($member) }
  if (-not @($candidates | Where-Object { $_ -and (-not $called -or (Test-Arguments $_ $count)) }).Count) { "[$($type.FullName)]::$member with $count arguments" }
}
