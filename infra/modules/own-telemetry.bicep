metadata name = 'Own telemetry'
metadata description = 'Keeps queries to the telemetry of this prober, in a workspace that others send theirs to.'

var tables = ['AppAvailabilityResults', 'AppEvents', 'AppExceptions']

@export()
@description('A query that sees only what the given Application Insights component sent. lineEnd is how lines end in it: a line feed, or the two characters of one in JSON. A column that a table does not have yet is no error.')
func ownTelemetry(query string, componentId string, lineEnd string) string => reduce(tables, query, (text, table) => replace(string(text), '${table}${lineEnd}', '${table}${lineEnd}| where column_ifexists(\'_ResourceId\', \'\') =~ \'${toLower(componentId)}\'${lineEnd}'))
