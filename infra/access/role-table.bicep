metadata name = 'Role table'
metadata description = 'The custom roles of the prober: what each may do, in the words that a reviewer reads in the portal.'

@description('A custom role, without the scopes in which it can be assigned.')
@sealed()
type roleType = {
  @description('What it is known by here; part of its ID.')
  key: string

  @description('Name in the portal, which is unique in a tenant only together with what is added to it.')
  name: string

  @description('What whoever has it can do.')
  description: string

  @description('Its actions.')
  actions: string[]
}

@export()
@description('The custom roles. The first two are what probing needs; the third is optional; the fourth is for the policy that assigns the second.')
var roles roleType[] = [
  {
    key: 'read'
    name: 'AKS fleet prober: read'
    description: 'Lists AKS clusters, their nodes and started Run Commands. Reads only.'
    actions: loadJsonContent('read-actions.json')
  }
  {
    key: 'run'
    name: 'AKS fleet prober: Run Command'
    description: 'Runs commands on virtual machines and on instances of scale sets: root on every one of them in the scope that it is assigned on, clusters or not.'
    actions: loadJsonContent('run-actions.json')
  }
  {
    key: 'diagnosis'
    name: 'AKS fleet prober: diagnosis'
    description: 'Reads networks, change logs and health, to find what cut the nodes of AKS clusters off from their API servers. Reads only.'
    actions: loadJsonContent('diagnosis-actions.json')
  }
  {
    key: 'policy'
    name: 'AKS fleet prober: policy'
    description: 'Deploys role assignments: for the policy that assigns the role Run Command on node resource groups. Each of its own assignments has a condition: that role only, to the prober only.'
    actions: loadJsonContent('policy-actions.json')
  }
]

@export()
@description('The name of a role, a GUID: by the scope that it is defined in, the name of its prober and its key; the same wherever it is assigned.')
func roleNameOf(rolesScope string, proberName string, key string) string => guid(toLower(rolesScope), proberName, key)
