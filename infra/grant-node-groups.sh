#!/bin/sh
# Grants the prober the role Run Command on the node resource group of each AKS cluster of a subscription, where no policy does. Run it again after a
# cluster was made, or every hour: what is granted stays as it is. It needs the Azure CLI, signed in as somebody who may assign that role there.
#
#   sh infra/grant-node-groups.sh SUBSCRIPTION_ID PRINCIPAL_ID ROLES_SCOPE [PROBER_NAME]
#
# SUBSCRIPTION_ID  whose clusters are monitored
# PRINCIPAL_ID     the output principalId of main.bicep
# ROLES_SCOPE      the output rolesScope of fleet-roles.bicep or fleet-roles-mg.bicep
# PROBER_NAME      the proberName that fleet-roles.bicep was given, if any
set -eu
if [ $# -lt 3 ] || [ $# -gt 4 ] || [ ${#1} -ne 36 ] || [ ${#2} -ne 36 ]; then
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
subscription=$1 principal=$2 scope=$3 name=${4:-aks-fleet-prober}
here=$(dirname "$0")

groups=$(az aks list --subscription "$subscription" --query '[].nodeResourceGroup' --output tsv | tr -d '\r' | sort -u)
if [ -z "$groups" ]; then
  echo "$subscription has no AKS cluster, or none that you can see: nothing was granted." >&2
  exit 1
fi
failed=0
for group in $groups; do
  if az deployment group create --subscription "$subscription" --resource-group "$group" --name fleet-prober-access \
    --template-file "$here/access/node-group.bicep" --parameters principalId="$principal" rolesScope="$scope" proberName="$name" --output none; then
    echo "granted on $group"
  else
    echo "not granted on $group: Azure's message is above" >&2
    failed=1
  fi
done
exit "$failed"
