# Makes the world of a node, in mount and network namespaces that were just unshared: $1 is the node's folder, the rest what
# then runs there. Nothing is written to the machine's own folders: what a node has and the machine lacks is laid over them.
set -eu
own=$1
shift
ip -batch "$own/network"
read -r name <"$own/hostname"
printf '%s' "$name" >/proc/sys/kernel/hostname

mount -t tmpfs node "$own/world"
cover() {
  mkdir -p "$own/world/$2/upper" "$own/world/$2/work"
  mount -t overlay node -o "lowerdir=$1,upperdir=$own/world/$2/upper,workdir=$own/world/$2/work" "$1"
}
replace() {
  if [ -e "$2" ]; then mount --bind "$1" "$2"; fi
}

cover /var/lib var-lib
mkdir -p /var/lib/kubelet /var/lib/waagent/run-command/download
mount --bind "$own/kubelet" /var/lib/kubelet
mount --bind "$own/download" /var/lib/waagent/run-command/download
if [ -d /opt ]; then cover /opt opt; fi
mkdir -p /opt/bin
mount -t tmpfs node /opt/bin

# The machine's kubectl does not belong to the node: it is replaced by a file that cannot be executed.
: >"$own/world/nothing"
replace "$own/machine" /sys/class/dmi/id/product_uuid
kubectl=$(readlink "$own/kubectl" || true)
if [ -f "$kubectl" ]; then
  : >/opt/bin/kubectl
  mount --bind "$kubectl" /opt/bin/kubectl
fi
replace "$own/world/nothing" /usr/local/bin/kubectl
replace "$own/world/nothing" /usr/bin/kubectl

for name in resolv.conf hosts nsswitch.conf; do replace "$own/etc/$name" "/etc/$name"; done
replace "$own/etc/authorities.pem" /etc/ssl/certs/ca-certificates.crt
replace "$own/etc/authorities.pem" /etc/pki/tls/certs/ca-bundle.crt
# The machine's name cache would answer for its own resolver.
if [ -d /run/nscd ]; then mount -t tmpfs node /run/nscd; fi
exec "$@"
