# aks-fleet-prober node script, protocol 1. NONCE, EGRESS and PROBE_SERVED stand above, set by the prober. It reads; it
# writes one private folder in memory and removes that and its own litter. Facts are key=value lines between two marks; the
# last mark carries kubectl's own exit code.
KUBECTL='/opt/bin/kubectl /usr/local/bin/kubectl /usr/bin/kubectl'
KUBECONFIG_FILE='/var/lib/kubelet/kubeconfig'
LITTER='/var/lib/waagent/run-command/download'
MACHINE='/sys/class/dmi/id/product_uuid'
HOSTNAME_FILE='/proc/sys/kernel/hostname'
KUBELET='/sys/fs/cgroup/*/kubelet.service/cgroup.procs /sys/fs/cgroup/systemd/*/kubelet.service/cgroup.procs'
UNITS='/etc/systemd/system.conf.d/*.conf /etc/systemd/system/kubelet.service /etc/systemd/system/kubelet.service.d/*.conf'
LC_ALL=C
# kubectl and curl keep nothing and obey nobody's settings: there is none, and no folder can be made, in these places.
HOME=/proc/self
KUBECACHEDIR=/dev/null
KUBECTL_KUBERC=false
export LC_ALL HOME KUBECACHEDIR KUBECTL_KUBERC
unset BASH_ENV ENV CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE KUBERNETES_SERVICE_HOST
unfit='' state='' hop='' no_dns='' answer='' private=''
newline='
'

fact() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
# One printable line of at most $1 characters: what a tool says may hold anything.
clean() { tr '\n\r\t' '   ' | tr -cd '[:print:]' | cut -c "1-$1" | sed 's/ *$//'; }
# Milliseconds of a clock that nobody sets: the node's own may be wrong, and be corrected meanwhile.
now() {
  read -r up _ </proc/uptime
  echo "${up%.*}${up#*.}0"
}
began=$(now)
time_left() { echo $((16 - ($(now) - began) / 1000)); }
# Every run leaves a folder, which nothing else removes: those of an hour ago that bear this script's first words go, file by
# file, with what kubectl kept in them for earlier versions; and what a killed run left in memory.
tidy() {
  for place in /dev/shm /run /tmp; do
    timeout 2 find "$place" -maxdepth 1 -type d -user root -name 'aks-fleet-prober.??????' -mmin +60 -exec rm -rf {} +
  done 2>/dev/null
  timeout 2 find "$LITTER" -mindepth 2 -maxdepth 2 -name script.sh -mmin +60 2>/dev/null | head -n 50 | while read -r old; do
    [ "$(time_left)" -gt -2 ] || break
    head -n 5 "$old" 2>/dev/null | grep -q '^# aks-fleet-prober node script, protocol ' || continue
    rm -rf "${old%/*}/.kube"
    rm -f "$old" "${old%/*}/stdout" "${old%/*}/stderr" && rmdir "${old%/*}"
  done 2>/dev/null
}
finish() {
  wait
  printf 'AFP1 end %s rc=%s\n' "$NONCE" "$1"
  tidy
  exit 0
}

printf '\nAFP1 begin %s\n' "$NONCE"
for tool in cut date head od sed timeout tr wc; do
  if ! has "$tool"; then
    fact tool "$tool"
    finish 127
  fi
done
# Runs a command for at most $1 seconds, and all of the script for less than 20. What has not half of its time left is not
# tried (exit code 125).
within() {
  left=$(time_left)
  [ "$left" -gt "$1" ] && left=$1
  [ $((2 * left)) -lt "$1" ] && return 125
  shift
  timeout -k 1 "$left" "$@"
}
# Which machine this is, as Azure's vmId tells it, so that no other machine's answer counts for this one.
machine=$(head -c 36 "$MACHINE" 2>/dev/null)
[ -n "$machine" ] || machine=$(timeout -k 1 2 curl -qs --noproxy '*' -H Metadata:true \
  'http://169.254.169.254/metadata/instance/compute/vmId?api-version=2021-02-01&format=text' 2>/dev/null | head -c 36)
fact machine "$(printf '%s' "$machine" | clean 36)"

# What the kernel itself can run: any other file would be handed to a shell, as root, by whatever starts it.
kind_of() { head -c 20 "$1" 2>/dev/null | od -An -v -tx1 | tr -d ' \n' | cut -c 1-10,37-40; }
own=$(kind_of /proc/self/exe)
kubectl=''
for candidate in $KUBECTL; do
  if ! [ -f "$candidate" ] || ! [ -x "$candidate" ]; then continue; fi
  kind=$(kind_of "$candidate")
  case $kind in
    2321*) kubectl=$candidate ;;
    7f454c46*) if [ "$kind" = "$own" ] && [ "$(head -c 4096 "$candidate" | wc -c)" -eq 4096 ]; then kubectl=$candidate; else unfit=otherarch; fi ;;
    *) unfit=notprogram ;;
  esac
  [ -n "$kubectl" ] && break
done
if [ -z "$kubectl" ]; then
  fact kubectl "${unfit:-missing}"
  finish 127
fi

# kubelet's proxy counts, not that of the agent which runs this: as its process has it, else as its unit's files say.
agent_proxy=${HTTPS_PROXY:-${https_proxy:-}}
unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy NO_PROXY no_proxy
kubelet_environment() {
  for procs in $KUBELET; do
    pid=$(head -n 1 "$procs" 2>/dev/null)
    [ -n "$pid" ] && tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" && return
  done
  for unit in $UNITS; do
    [ -r "$unit" ] || continue
    # Several assignments may stand on a line, quoted or not; %% is how systemd writes a percent sign.
    sed -n 's/^ *\(Default\)\{0,1\}Environment=//p' "$unit" | sed "s/%%/%/g;s/[\"'] *[\"']/\\n/g;s/[\"']//g;s/ \([A-Za-z_]*=\)/\\n\1/g"
    sed -n 's/^ *EnvironmentFile=-\{0,1\}//p' "$unit" | while read -r file; do sed "s/^export //;s/[\"']//g" "$file"; done 2>/dev/null
  done
}
# Go takes the name in capitals where both are set; an empty one resets it.
upper='' lower='' upper_no='' lower_no=''
set -f
IFS=$newline
for line in $(set +f; unset IFS; kubelet_environment); do
  case $line in
    HTTPS_PROXY=*) upper=${line#*=} ;;
    https_proxy=*) lower=${line#*=} ;;
    NO_PROXY=*) upper_no=${line#*=} ;;
    no_proxy=*) lower_no=${line#*=} ;;
  esac
done
unset IFS
set +f
HTTPS_PROXY=${upper:-$lower}
NO_PROXY=$(printf '%s' "${upper_no:-$lower_no}" | tr '[:upper:]' '[:lower:]')
[ -n "$HTTPS_PROXY" ] && export HTTPS_PROXY NO_PROXY

# Sets host, with the brackets of an IPv6 address, bare without them, and port from a URL; $2 is the port where it names none.
locate() {
  authority=${1#*://}
  authority=${authority%%[/?#]*}
  authority=${authority##*@}
  host=${authority%:*}
  port=${authority##*:}
  case $authority in
    *\]) host=$authority && port=$2 ;;
    *:*) ;;
    *) port=$2 ;;
  esac
  bare=${host#\[}
  bare=${bare%\]}
}
ask() {
  seconds=$1
  shift
  within "$seconds" "$kubectl" --kubeconfig "$KUBECONFIG_FILE" --cache-dir=/dev/null "$@" </dev/null
}
# The HTTP status of kubectl's request, from its log at level 6 as versions up to 1.32 and from 1.33 on write it.
status_in() {
  printf '%s\n' "$1" | sed -n -e 's/^I[0-9].*\] GET https:[^ ]* \([1-5][0-9][0-9]\) .*/\1/p' -e 's/^I[0-9].* status="\([1-5][0-9][0-9]\) .*/\1/p' |
    sed -n '$p'
}
# kubectl's own last word: neither its log, nor its JSON, nor what a plugin says, and no user of a URL.
words_in() {
  words=$(printf '%s\n' "$1" | sed '/^[IWEF][0-9]/d;/^[] {}]/d;/^$/d')
  [ -n "$words" ] || words=$(printf '%s\n' "$1" | sed '/^I[0-9]/d;/^[] {}]/d;/^$/d')
  printf '%s\n' "$words" | sed -n '$p' | sed 's#://[^/@ ]*@#://#g' | clean "$2"
}
# Runs a command and keeps what it said and its exit code. A process that it leaves behind may hold its output open for ever.
hear() {
  said=$({
    "$@" 2>&1
    printf '\nrc=%s' "$?"
  } | timeout -k 1 10 cat)
  case $said in
    *rc=*)
      code=${said##*rc=}
      said=${said%?rc=*}
      ;;
    *) code=124 ;;
  esac
}

started=$(now)
hear ask 8 version -o json --request-timeout=7s -v=6
rc=$code
fact ms "$(($(now) - started))"
fact clock "$(date +%s)"
case $rc in
  0) fact server "$(printf '%s\n' "$said" | sed -n '/^ *"serverVersion": *{/,/}/s/^ *"gitVersion": *"\(v[0-9][-+.0-9A-Za-z]*\)",*$/\1/p' | head -n 1 | clean 40)" ;;
  1 | 124 | 137)
    fact said "$(words_in "$said" 160)"
    status=$(status_in "$said")
    [ -n "$status" ] && fact status "$status"
    # kubectl tells its own version whatever it fails at, or at least when it is asked for no more: another program does not.
    if [ "$rc" -eq 1 ]; then
      case $said in
        *'"clientVersion"'*) ;;
        *)
          hear ask 3 version --client -o json
          case $code:$said in 0:*'"clientVersion"'* | 124:* | 125:* | 137:*) ;; *) finish 126 ;; esac
          ;;
      esac
    fi
    ;;
  *)
    fact said "$(words_in "$said" 160)"
    finish "$rc"
    ;;
esac

# The kubeconfig as kubectl reads it. What is secret in it is not printed by this, and stays on the node.
if [ ! -r "$KUBECONFIG_FILE" ]; then
  fact kubeconfig missing
  finish "$rc"
fi
cluster='{"\n"}server={.clusters[0].cluster.server}{"\n"}name={.clusters[0].cluster.tls-server-name}{"\n"}proxy={.clusters[0].cluster.proxy-url}'
cluster=$cluster'{"\n"}insecure={.clusters[0].cluster.insecure-skip-tls-verify}{"\n"}ca={.clusters[0].cluster.certificate-authority}'
cluster=$cluster'{"\n"}ca_data={.clusters[0].cluster.certificate-authority-data}'
user='{"\n"}cert={.users[0].user.client-certificate}{"\n"}cert_data={.users[0].user.client-certificate-data}{"\n"}key={.users[0].user.client-key}'
user=$user'{"\n"}token={.users[0].user.token}{"\n"}token_file={.users[0].user.tokenFile}{"\n"}exec={.users[0].user.exec.command}{"\n"}'
started=$(now)
hear ask 5 config view --minify -o "jsonpath=$cluster$user"
config=$said
read_rc=$code
config_ms=$(($(now) - started))
fact config_ms "$config_ms"
case $read_rc in
  0 | 1) ;;
  124 | 125 | 137)
    fact kubeconfig timeout
    finish "$rc"
    ;;
  *)
    fact kubeconfig skipped
    finish "$rc"
    ;;
esac
server='' name='' proxy_url='' insecure='' ca='' ca_data='' certificate='' certificate_data='' key='' token='' token_file='' plugin=''
set -f
IFS=$newline
for line in $config; do
  value=${line#*=}
  case $line in
    server=*) server=$value ;;
    name=*) name=$value ;;
    proxy=*) proxy_url=$value ;;
    insecure=*) insecure=$value ;;
    ca=*) ca=$value ;;
    ca_data=*) ca_data=$value ;;
    cert=*) certificate=$value ;;
    cert_data=*) certificate_data=$value ;;
    key=*) key=$value ;;
    token=*) token=$value ;;
    token_file=*) token_file=$value ;;
    exec=*) plugin=$value ;;
  esac
done
unset IFS
set +f
if [ "$read_rc" -ne 0 ] || [ -z "$server" ]; then
  fact kubeconfig broken
  fact kubeconfig_said "$(words_in "$config" 120)"
  finish "$rc"
fi
case $server in
  [Hh][Tt][Tt][Pp][Ss]://?*) ;;
  *)
    fact kubeconfig insecure
    finish "$rc"
    ;;
esac
fact kubeconfig ok

# Whether Go takes no proxy for this server, but for ranges of addresses: https://pkg.go.dev/golang.org/x/net/http/httpproxy
is_exempt() (
  case $bare in localhost | 127.* | ::1) exit 0 ;; esac
  set -f
  IFS=', '
  for entry in ${NO_PROXY:-}; do
    entry=${entry%":$port"}
    case ${entry#\*} in
      '') [ "$entry" = '*' ] && exit 0 ;;
      .*) case $bare in *"${entry#\*}") exit 0 ;; esac ;;
      *) case $bare in "$entry" | *".$entry") exit 0 ;; esac ;;
    esac
  done
  exit 1
)
locate "$server" 443
bare=$(printf '%s' "$bare" | tr '[:upper:]' '[:lower:]')
if [ -n "$proxy_url" ]; then
  HTTPS_PROXY=$proxy_url && export HTTPS_PROXY
  unset NO_PROXY
elif [ -n "$HTTPS_PROXY" ] && ! is_exempt; then
  proxy_url=$HTTPS_PROXY
fi
api_host=$host api_bare=$bare api_port=$port
if [ -n "$proxy_url" ]; then
  case $proxy_url in https:*) locate "$proxy_url" 443 ;; socks5*) locate "$proxy_url" 1080 ;; *) locate "$proxy_url" 80 ;; esac
  proxy_bare=$bare proxy_port=$port
  # curl has other ports by default than Go, and looks the name up itself where Go lets a SOCKS proxy do it.
  case $proxy_url in socks5*) scheme=socks5h ;; *://*) scheme=${proxy_url%%://*} ;; *) scheme=http ;; esac
  case ${proxy_url#*://} in *@*) login=${proxy_url#*://} && login=${login%@*}@ ;; *) login='' ;; esac
  curl_proxy=$scheme://$login$host:$port
  fact proxy "$(printf '%s' "$host:$port" | clean 80)"
fi
if [ -n "$agent_proxy" ] && [ "$agent_proxy" != "$proxy_url" ]; then
  locate "$agent_proxy" 80
  fact agent_proxy "$(printf '%s' "$host:$port" | clean 80)"
fi
host=$api_host bare=$api_bare port=$api_port
fact host "$(printf '%s' "$host" | clean 255)"
fact port "$(printf '%s' "$port" | clean 5)"

beside() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "${KUBECONFIG_FILE%/*}" "$1" ;; esac; }
# Whether it serves the node: its own object, else its lease, and how ready it is.
# shellcheck disable=SC2317 # called by name
get() { ask 4 get --raw "$1" --request-timeout=3s -v=6 >/dev/null; }
served() {
  hear get "$2"
  case $code:$said in
    0:*) status=200 ;;
    1:*) status=$(status_in "$said") && case $said in *'imeout'* | *'deadline exceeded'*) late=timeout ;; *) late=failed ;; esac ;;
    124:*) status=$(status_in "$said") && late=timeout ;;
    # It was not asked, or something killed kubectl.
    *) status='' late=skipped ;;
  esac
  fact "$1" "${status:-$late}"
}
if [ "$rc" -eq 0 ]; then
  [ "${PROBE_SERVED:-on}" = off ] && finish 0
  # On a node this slow the next question would only measure the slowness.
  [ "$config_ms" -gt 2000 ] && finish 0
  node=$(head -n 1 "$HOSTNAME_FILE" 2>/dev/null | tr '[:upper:]' '[:lower:]' | tr -cd 'a-z0-9.-' | cut -c 1-253)
  [ -n "$node" ] || finish 0
  fact name "$node"
  started=$(now)
  served node "/api/v1/nodes/$node"
  fact node_ms "$(($(now) - started))"
  [ "$status" = 200 ] && finish 0
  fact node_said "$(words_in "$said" 120)"
  if [ -n "$certificate_data" ]; then
    identity=$(ask 3 config view --minify --raw -o 'jsonpath={.users[0].user.client-certificate-data}' 2>/dev/null | base64 -d 2>/dev/null)
  else
    identity=$(cat "$(beside "$certificate")" 2>/dev/null)
  fi
  fact identity "$(printf '%s\n' "$identity" | openssl x509 -noout -subject -nameopt RFC2253 2>/dev/null | sed -n 's/.*CN=\([^,]*\).*/\1/p' | clean 120)"
  served lease "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/$node" &
  served livez /livez &
  served readyz '/readyz?verbose'
  unready=$(printf '%s\n' "$said" | sed 's/\\n/\n/g' | sed -n 's/.*\[-\]\([-a-z0-9/]*\) .*/\1/p' | sort -u | tr '\n' ',' | clean 120)
  [ -n "$unready" ] && fact unready "${unready%,}"
  finish 0
fi

# Only a failing node pays for the diagnosis, stage by stage; a missing tool costs its fact and nothing else.
stolen() { sed -n 's/^cpu  *\([0-9]* \)\{7\}\([0-9]*\).*/\2/p' /proc/stat 2>/dev/null; }
before=$(stolen)
started=$(now)
sleep 0.1
fact lag "$(($(now) - started - 100))"
fact load "$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null | clean 10) steal $(($(stolen) - ${before:-0}))"
# On a node this slow each further stage would only measure the slowness.
[ "$config_ms" -gt 3000 ] && finish "$rc"

# Prints what came of each endpoint, in their order. All are asked at once: one that drops packets takes no time from the next.
# Where DNS is dead, the address that the prober knows still tells whether anything else can be reached.
ask_all() {
  [ $# -gt 0 ] || return 0
  {
    url=${1%%=*}
    place=${url#https://}
    way=''
    [ -n "${no_dns:-}" ] && [ "$url" != "$1" ] && way="--connect-to ::${1##*=}:"
    # curl ends before timeout does, else it could not say 000.
    # shellcheck disable=SC2086 # two words or none
    code=$(within 3 curl -qsk $way -o /dev/null --max-time 2 -w '%{http_code} %{time_namelookup}' "$url" 2>/dev/null)
    # Whoever answers is somebody, trusted or not, and is told nothing; a name that nobody resolved was not gone to; what curl
    # could not do itself says nothing of the network.
    case $?:$way:$code in
      35:*) code=tls ;;
      5:* | 6::* | 28::*' 0.000000') code=dns ;;
      7:* | 28:* | 52:* | 55:* | 56:*) code=000 ;;
      0:*) code=${code%% *} ;;
      *) code='' ;;
    esac
    printf '%s\n' "${place%%/*} $code"
  } | {
    shift
    others=$(ask_all "$@")
    cat
    printf '%s\n' "$others"
  }
}
# The first that answered. One whose time was cut or whose name was not found proves nothing, so it goes before those that failed.
egress() {
  # shellcheck disable=SC2086 # a list
  tried=$(ask_all $EGRESS)
  for code in '[1-9t]..' '' dns 000; do
    answer=$(printf '%s\n' "$tried" | grep -m 1 " $code\$") && break
  done
  [ -n "$answer" ] && fact egress "$answer"
}

# What the DNS server $1 says of the name $2: found with its addresses, empty, unknown (NXDOMAIN), servfail, refused, closed (nobody
# listens there), noroute or timeout. Bash alone can send a datagram; dd makes one of what bash may write in pieces.
# shellcheck disable=SC2016 # the inner bash expands it
DNS_QUESTION='
exec 2>/dev/null
exec 3<>"/dev/udp/$1/53" || { echo noroute; exit; }
query="\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
for label in ${2//./ }; do query+=$(printf "\\\\x%02x" ${#label})$label; done
printf "$query\x00\x00\x$3\x00\x01" | dd ibs=1 obs=512 >&3 || exit 1
reply=$(dd bs=1500 count=1 <&3 | od -An -v -tx1 | tr -d " \n")
[ -n "$reply" ] || exit 1
code=$((16#${reply:7:1}))
at=$((24 + 2 * (${#2} + 2) + 8))
for ((left = 16#${reply:12:4}; left > 0; left--)); do
  while [ "${reply:at:2}" != 00 ] && [ "${reply:at:1}" != c ] && [ -n "${reply:at:2}" ]; do at=$((at + 2 + 2 * 16#${reply:at:2})); done
  [ "${reply:at:1}" = c ] && at=$((at + 4)) || at=$((at + 2))
  size=$((2 * 16#${reply:at+16:4}))
  data=${reply:at+20:size}
  [ "${reply:at:4}$size" = 00018 ] && found+=" $((16#${data:0:2})).$((16#${data:2:2})).$((16#${data:4:2})).$((16#${data:6:2}))"
  [ "${reply:at:4}$size" = 001c32 ] && found+=" $(printf "%s" "$data" | sed "s/..../&:/g;s/:$//")"
  at=$((at + 20 + size))
done
case $code in
  0) [ -n "$found" ] && echo "found$found" || echo empty ;;
  2) echo servfail ;;
  3) echo unknown ;;
  5) echo refused ;;
  *) echo "code $code" ;;
esac'
ask_dns() {
  case $2 in *[!A-Za-z0-9.-]*) return ;; esac
  said=$(within 3 bash -pc "$DNS_QUESTION" - "$1" "${2%.}" 01)
  case $?:$said in
    124:* | 137:*) echo timeout ;;
    125:* | 126:* | 127:*) echo skipped ;;
    *:empty) within 2 bash -pc "$DNS_QUESTION" - "$1" "${2%.}" 1c || echo empty ;;
    *:?*) echo "$said" ;;
    *) echo closed ;;
  esac
}

# How a TCP connection to address $1 and port $2 goes.
connect() {
  # shellcheck disable=SC2016 # the inner bash expands it
  said=$(within 3 bash -pc 'exec 3<>"/dev/tcp/$1/$2"' - "$1" "$2" 2>&1)
  case $?:$said in
    0:*) echo ok ;;
    124:* | 137:* | *timed\ out*) echo timeout ;;
    125:* | 126:* | 127:*) echo skipped ;;
    *refused*) echo refused ;;
    *'Network is unreachable'*) echo unreachable ;;
    *'No route to host'* | *'Permission denied'*) echo prohibited ;;
    *'Cannot assign requested address'*) echo exhausted ;;
    *) echo "failed $(printf '%s' "$said" | sed 's/.*: //' | clean 60)" ;;
  esac
}
resolve() {
  if has getent; then within 5 getent ahosts "$1" 2>/dev/null | sed -n 's/ *STREAM.*//p' | head -n 4; else
    case $1 in
      *:*) printf '%s\n' "$1" ;;
      *[A-Za-z]*) ask_dns "$first_server" "$1" | sed -n 's/^found //p' | tr ' ' '\n' | head -n 4 ;;
      *) printf '%s\n' "$1" ;;
    esac
  fi
}
nameservers=$(sed -n 's/^nameserver[[:space:]]\{1,\}\([^[:space:]#;]*\).*/\1/p' /etc/resolv.conf 2>/dev/null)
first_server=$(printf '%s\n' "$nameservers" | head -n 1)

# The way through a proxy begins at the proxy, which also resolves the name.
if [ -n "$proxy_url" ]; then
  address=$(resolve "$proxy_bare" | head -n 1)
  if [ -n "$address" ]; then state=$(connect "$address" "$proxy_port"); elif [ "$(time_left)" -lt 3 ]; then state=skipped; else state=unresolved; fi
  fact proxy_tcp "$state"
  if [ "$state" != ok ]; then
    address=$(resolve "$bare" | head -n 1)
    [ -n "$address" ] && fact direct "$(connect "$address" "$port")"
    finish "$rc"
  fi
fi

if [ -z "$proxy_url" ]; then
  # The node's own resolver, then each DNS server by itself: a name that only Azure's knows points to the one between.
  patience=$(time_left)
  if [ "$patience" -lt 3 ]; then
    fact dns skipped
    finish "$rc"
  fi
  [ "$patience" -gt 5 ] && patience=5
  started=$(now)
  addresses=$(resolve "$bare")
  waited=$(($(now) - started))
  fact dns_ms "$waited"
  if [ -z "$addresses" ]; then
    if [ "$waited" -ge $((patience * 1000 - 400)) ]; then fact dns timeout; else fact dns failed; fi
    fact resolver "$(printf '%s' "$nameservers" | head -n 2 | clean 80)"
    no_dns=yes
    egress &
    fact dns_azure "$(ask_dns 168.63.129.16 "$bare" | clean 60)" &
    [ -n "$nameservers" ] && fact dns_own "$(ask_dns "$first_server" "$bare" | clean 60)"
    finish "$rc"
  fi
  fact dns "$(printf '%s\n' "$addresses" | head -n 1)"
  hosts=no
  case " $(sed 's/#.*//' /etc/hosts 2>/dev/null | tr '\t\n' '  ') " in *" $bare "*) hosts=yes && fact hosts yes ;; esac

  # Every address of the name is tried, all at once; the first that is open is taken for what follows.
  started=$(now)
  tried=$(for each in $addresses; do printf '%s %s\n' "$each" "$(connect "$each" "$port")" & done; wait)
  fact tcp_ms "$(($(now) - started))"
  address=$(printf '%s\n' "$tried" | sed -n 's/ ok$//p' | head -n 1)
  dead=$(printf '%s\n' "$tried" | grep -v ' ok$' | head -n 1)
  if [ -z "$address" ]; then
    address=${dead%% *}
    fact tcp "${dead#* }"
    if has ip; then
      fact route "$(ip route get "$address" 2>&1 | head -n 1 | clean 100)"
      fact default "$(ip route show default 2>/dev/null | head -n 1 | clean 60)"
    fi
    [ "$hosts" = yes ] && fact dns_azure "$(ask_dns 168.63.129.16 "$bare" | clean 60)" &
    egress
    finish "$rc"
  fi
  fact tcp ok
  [ -n "$dead" ] && fact dead "$dead"
  device=$(ip -o route get "$address" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p')
fi

# What is embedded in the kubeconfig lies in a private folder in memory for curl, as long as this runs; files stay where they are.
umask 077
for place in /dev/shm /run /tmp; do
  private=$(mktemp -d "$place/aks-fleet-prober.XXXXXX" 2>/dev/null) && break
done
[ -n "$private" ] || finish "$rc"
trap 'rm -rf "$private"' EXIT
trap 'exit 1' HUP INT TERM
# A field of the kubeconfig that holds a file's content.
raw() { ask 3 config view --minify --raw -o "jsonpath={$1}" 2>/dev/null; }
set -- -q -sS --max-time 3
authority='' own_certificate='' own_key='' credential=none
if [ -n "$ca_data" ]; then
  authority=$private/ca
  raw '.clusters[0].cluster.certificate-authority-data' | base64 -d >"$authority" 2>/dev/null
elif [ -n "$ca" ]; then authority=$(beside "$ca"); else fact ca_file none; fi
if [ "$insecure" = true ]; then set -- "$@" -k; elif [ -n "$authority" ]; then
  grep -q 'BEGIN CERTIFICATE' "$authority" 2>/dev/null || fact ca_file broken
  set -- "$@" --cacert "$authority"
fi
if [ -n "$certificate_data" ]; then
  credential=embedded
  own_certificate=$private/cert own_key=$private/key
  raw '.users[0].user.client-certificate-data' | base64 -d >"$own_certificate" 2>/dev/null
  raw '.users[0].user.client-key-data' | base64 -d >"$own_key" 2>/dev/null
elif [ -n "$certificate" ]; then
  credential='file'
  own_certificate=$(beside "$certificate") own_key=$(beside "$key")
  # curl takes what follows a colon for a password, but not through a link without one.
  ln -s "$own_certificate" "$private/cert" && own_certificate=$private/cert
  [ -r "$own_certificate" ] && [ -r "$own_key" ] || credential=missing
elif [ -n "$token$token_file" ]; then
  credential=token
  if [ -n "$token_file" ]; then token=$(cat "$(beside "$token_file")" 2>/dev/null) || credential=missing; else token=$(raw '.users[0].user.token'); fi
  printf 'Authorization: Bearer %s\n' "$token" >"$private/header"
  set -- "$@" -H "@$private/header"
elif [ -n "$plugin" ]; then
  credential=plugin
  case $plugin in /* | [!./]*) ;; *) plugin=$(beside "$plugin") ;; esac
  has "$plugin" || credential=missing
fi
dates() { sed -n 's/^notBefore=//p;s/^notAfter=//p' | while read -r date; do date -d "$date" +%s; done | tr '\n' ' '; }
if [ -n "$own_certificate" ] && [ "$credential" != missing ]; then
  set -- "$@" --cert "$own_certificate" --key "$own_key"
  if has openssl; then
    public=$(openssl x509 -in "$own_certificate" -noout -pubkey 2>/dev/null)
    [ -n "$public" ] && [ "$public" = "$(openssl pkey -in "$own_key" -pubout 2>/dev/null)" ] || credential=broken
    fact client "$(openssl x509 -in "$own_certificate" -noout -dates 2>/dev/null | dates)"
    openssl verify -no_check_time -purpose any -CAfile "$authority" "$own_certificate" >/dev/null 2>&1 || fact client_signed no
  fi
fi
fact credential "$credential"

tls_name=${name:-$bare}
url_name=$tls_name
case $url_name in *:*) url_name="[$url_name]" ;; esac
if [ -n "$proxy_url" ]; then
  target=$host:$port
  hop="-proxy $proxy_bare:$proxy_port"
  HTTPS_PROXY=$curl_proxy
else
  case $address in *:*) target="[$address]:$port" ;; *) target=$address:$port ;; esac
  set -- "$@" --noproxy '*'
fi
set -- "$@" --connect-to "$url_name:$port:$target"
certificates() {
  fact ca "$(openssl x509 -in "$authority" -noout -subject 2>/dev/null | clean 80)"
  # shellcheck disable=SC2086 # two words or none
  shown=$(within 3 openssl s_client $hop -connect "$target" -servername "$tls_name" </dev/null 2>/dev/null)
  [ "$?" -eq 124 ] && fact handshake timeout
  fact issuer "$(printf '%s\n' "$shown" | openssl x509 -noout -issuer 2>/dev/null | clean 80)"
  case $tls_name in
    *[!0-9.:]*) printf '%s\n' "$shown" | openssl x509 -noout -checkhost "$tls_name" 2>/dev/null | grep -q 'NOT match' && fact named no ;;
  esac
  fact valid "$(printf '%s\n' "$shown" | openssl x509 -noout -dates 2>/dev/null | dates)"
}
has openssl && certificates &
said=$(within 4 curl "$@" -o /dev/null \
  -w 'version=%{http_code}\ntype=%{content_type}\nsecured_s=%{time_appconnect}\nverify=%{ssl_verify_result}\ntunnel=%{http_connect}\n' \
  "https://$url_name:$port/version" 2>&1)
curled=$?
fact curl "$curled"
printf '%s\n' "$said" | sed -n 's/[^ -~]//g;/^version=[0-9]*$/p;/^type=/p;/^secured_s=/p;/^verify=[0-9]*$/p;/^tunnel=[1-9][0-9]*$/p' | cut -c 1-80
fact curl_said "$(printf '%s\n' "$said" | sed -n 's#://[^/@ ]*@#://#g;/^curl: /p' | clean 120)"

# A live API server answers a request in plain text with 400, whatever becomes of TLS. Five small ones tell loss from
# slowness, and growing ones the size from which packets vanish: bash writes up to the end of the line at once.
# shellcheck disable=SC2016 # the inner bash expands it
PLAIN='exec 2>/dev/null 3<>"/dev/tcp/$1/$2" && printf "GET /%0$3d HTTP/1.0\r\n\r\n" 0 >&3 && head -c 12 <&3 | tr -d "\0"'
plain() {
  started=$(now)
  said=$(within 4 bash -pc "$PLAIN" - "$address" "$port" "$1")
  case $?:$said in
    125:*) return ;;
    *:HTTP/*) said=${said##* } ;;
    *:?*) said=other ;;
    124: | 137:) said=silent ;;
    *) said=closed ;;
  esac
  printf '%s %s %s\n' "$1" "$said" "$(($(now) - started))"
}
try_plain() {
  answers=$(for size in 1 1 1 1 1 200 600 1000 1400; do plain "$size" & done; wait)
  small=$(printf '%s\n' "$answers" | grep '^1 ')
  [ -n "$small" ] || return
  heard=$(printf '%s\n' "$small" | grep -c -v -e silent -e closed)
  times=$(printf '%s\n' "$small" | grep -v -e silent -e closed | sed 's/.* //' | sort -n)
  fact plain "$(printf '%s\n' "$small" | cut -d ' ' -f 2 | sort | uniq -c | sort -rn | sed -n '1s/.* //p')"
  fact small "$heard of 5 in $(printf '%s\n' "$times" | head -n 1)-$(printf '%s\n' "$times" | tail -n 1) ms"
  [ -n "$device" ] && fact mtu "$(cat "/sys/class/net/$device/mtu" 2>/dev/null)"
  fact largest "$(printf '%s\n' "$answers" | grep -v -e silent -e closed | sort -n | tail -n 1 | cut -d ' ' -f 1)"
}
case $said in
  *'version=000'*)
    # A certificate that was seen, or credentials that curl could not use, leave nothing to find out.
    case $proxy_url$curled in 51 | 58 | 60 | 77) ;; [0-9]*) try_plain & ;; esac
    egress &
    # No credential goes to a server that was not proven: this asks for its clock alone.
    case $curled in
      51 | 60)
        seen=$(within 3 curl -qskI --max-time 2 --noproxy '*' --connect-to "$url_name:$port:$target" "https://$url_name:$port/version" 2>/dev/null |
          sed -n 's/^[Dd]ate: *//p' | tr -d '\r')
        [ -n "$seen" ] && fact server_clock "$(date -d "$seen" +%s 2>/dev/null)"
        ;;
    esac
    ;;
  *)
    egress &
    for path in livez readyz; do
      fact "$path" "$(within 4 curl "$@" -o /dev/null -w '%{http_code}' "https://$url_name:$port/$path" 2>/dev/null)" &
    done
    ;;
esac
finish "$rc"
