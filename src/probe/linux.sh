# aks-fleet-prober node script, protocol 1. NONCE and EGRESS stand above, set by the prober. It reads, and removes
# only its own litter. Facts are key=value lines between two marks; the last mark carries kubectl's own exit code.
KUBECTL='/opt/bin/kubectl /usr/local/bin/kubectl /usr/bin/kubectl'
KUBECONFIG_FILE='/var/lib/kubelet/kubeconfig'
LITTER='/var/lib/waagent/run-command/download'
LC_ALL=C
export LC_ALL
began=$(date +%s)

now() { date +%s%3N; }
# One printable line of at most $1 characters: what a tool says may hold anything.
clean() { tr '\n\r\t' '   ' | tr -cd '[:print:]' | cut -c "1-$1" | sed 's/ *$//'; }
fact() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
# Runs a command for at most $1 seconds, and all of the script for less than 20.
within() {
  left=$((15 - ($(date +%s) - began)))
  [ "$left" -gt "$1" ] && left=$1
  shift
  [ "$left" -lt 1 ] && return 124
  timeout -k 1 "$left" "$@"
}
# Every run leaves a folder, which nothing else removes: those of an hour ago that bear this script's first words go, file by file.
tidy() {
  find "$LITTER" -mindepth 2 -maxdepth 2 -name script.sh -mmin +60 2>/dev/null | head -n 50 | while read -r old; do
    head -n 3 "$old" 2>/dev/null | grep -q '^# aks-fleet-prober node script, protocol ' || continue
    rm -f "$old" "${old%/*}/stdout" "${old%/*}/stderr" && rmdir "${old%/*}"
  done 2>/dev/null
}
finish() {
  printf 'AFP1 end %s rc=%s\n' "$NONCE" "$1"
  tidy
  exit 0
}

printf '\nAFP1 begin %s\n' "$NONCE"

kubectl=''
for candidate in $KUBECTL; do
  if [ -x "$candidate" ]; then
    kubectl=$candidate
    break
  fi
done
if [ -z "$kubectl" ]; then
  fact kubectl missing
  finish 127
fi

started=$(now)
said=$(timeout -k 1 8 "$kubectl" --kubeconfig "$KUBECONFIG_FILE" version --request-timeout=7s 2>&1 </dev/null)
rc=$?
fact ms "$(($(now) - started))"
# Where kubectl goes, without a user that the URL may name.
field() { sed -n "s/^[ -]*$1: *//p" "$KUBECONFIG_FILE" 2>/dev/null | head -n 1 | tr -d "\"' \r"; }
server=$(field server)
authority=${server#https://}
authority=${authority%%/*}
authority=${authority##*@}
host=${authority%:*}
port=${authority##*:}
[ "$port" = "$authority" ] && port=443
endpoint() {
  fact host "$(printf '%s' "$host" | clean 120)"
  fact port "$(printf '%s' "$port" | clean 5)"
}
if [ "$rc" -eq 0 ]; then
  fact server "$(printf '%s\n' "$said" | sed -n '/^Server Version/s/.*\(v[0-9][0-9.]*[-+.0-9A-Za-z]*\).*/\1/p' | clean 40)"
  case $server in https://?*) endpoint ;; esac
  finish 0
fi

# Only a failing node pays for the diagnosis, stage by stage; a missing tool costs its fact and nothing else.
fact said "$(printf '%s' "$said" | clean 200)"
fact clock "$(date +%s)"
if [ ! -r "$KUBECONFIG_FILE" ]; then
  fact kubeconfig missing
  finish "$rc"
fi
case $server in
  https://?*) ;;
  *)
    fact kubeconfig broken
    finish "$rc"
    ;;
esac
fact kubeconfig ok
name=$(field tls-server-name)
name=${name:-$host}
endpoint
# The proxy that kubectl takes, without a user that its URL may name.
proxy=$(env | sed -n 's/^[Hh][Tt][Tt][Pp][Ss]_[Pp][Rr][Oo][Xx][Yy]=//p' | head -n 1 | sed 's,^[a-z0-9]*://,,;s,.*@,,;s,/.*,,' | clean 80)
[ -n "$proxy" ] && fact proxy "$proxy"

# Prints what came of each endpoint, in their order. All are asked at once: one that drops packets takes no time from the next.
ask() {
  [ $# -gt 0 ] || return 0
  {
    place=${1#https://}
    # curl ends before timeout does, else it could not say 000.
    code=$(within 3 curl -s -o /dev/null --max-time 2 -w '%{http_code}' "$1" 2>/dev/null)
    # A certificate that is not trusted here came from somebody all the same.
    case $? in 35 | 51 | 60) code=tls ;; esac
    printf '%s\n' "${place%%/*} $code"
  } | {
    shift
    others=$(ask "$@")
    cat
    printf '%s\n' "$others"
  }
}
# The first that answered. One whose time was cut proves nothing, so it goes before those that failed.
egress() {
  # shellcheck disable=SC2086 # a list
  tried=$(ask $EGRESS)
  for code in '[1-9t]..' '' 000; do
    answer=$(printf '%s\n' "$tried" | grep -m 1 " $code\$") && break
  done
  [ -n "$answer" ] && fact egress "$answer"
}

# The node's own resolver, then Azure's: a name that only the latter knows points to the resolver between.
started=$(now)
address=$(within 3 getent ahosts "$host" 2>/dev/null | sed -n '1s/ .*//p')
waited=$(($(now) - started))
fact dns_ms "$waited"
if [ -z "$address" ]; then
  if [ "$waited" -ge 2800 ]; then fact dns timeout; else fact dns failed; fi
  fact resolver "$(sed -n 's/^nameserver *//p' /etc/resolv.conf 2>/dev/null | head -n 2 | clean 80)"
  if has python3; then
    azure=$(within 3 python3 -c 'import socket,sys
n=sys.argv[1]
q=b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"+b"".join(bytes([len(p)])+p.encode() for p in n.split("."))+b"\x00\x00\x01\x00\x01"
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.settimeout(2)
try:
  s.sendto(q,("168.63.129.16",53));r=s.recv(512)
  print("found" if r[3]&15==0 and r[7]>0 else "unknown" if r[3]&15==3 else "failed")
except socket.timeout: print("timeout")
except OSError: print("failed")' "$host" 2>/dev/null)
    fact dns_azure "${azure:-failed}"
  fi
  egress
  finish "$rc"
fi
fact dns "$address"
if has ip; then
  route=$(ip route get "$address" 2>&1 | head -n 1 | clean 100)
  fact route "$route"
  fact default "$(ip route show default 2>/dev/null | head -n 1 | clean 60)"
  device=$(printf '%s' "$route" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  [ -n "$device" ] && fact mtu "$(cat "/sys/class/net/$device/mtu" 2>/dev/null)"
fi

started=$(now)
# shellcheck disable=SC2016 # the inner bash expands it
said=$(within 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$address" "$port" 2>&1)
tcp=$?
fact tcp_ms "$(($(now) - started))"
case "$tcp $said" in
  0*) fact tcp ok ;;
  124* | 137*) fact tcp timeout ;;
  *refused*) fact tcp refused ;;
  *unreachable* | *route*) fact tcp unreachable ;;
  *) fact tcp "failed $(printf '%s' "$said" | clean 60)" ;;
esac
if [ "$tcp" -ne 0 ]; then
  egress
  finish "$rc"
fi

certificate=$(field client-certificate)
key=$(field client-key)
authority_file=$(field certificate-authority)
authority_data=$(field certificate-authority-data)
# The authority's certificate is no secret; it goes through a pipe, not through a file.
authority() { if [ -n "$authority_data" ]; then printf '%s' "$authority_data" | base64 -d; else cat "$authority_file"; fi 2>/dev/null; }
dates() { sed -n 's/^notBefore=//p;s/^notAfter=//p' | while read -r date; do date -d "$date" +%s; done | tr '\n' ' '; }

if has openssl; then
  fact ca "$(authority | openssl x509 -noout -subject 2>/dev/null | clean 80)"
  shown=$(within 3 openssl s_client -connect "$address:$port" -servername "$name" </dev/null 2>/dev/null)
  [ "$?" -eq 124 ] && fact handshake timeout
  fact issuer "$(printf '%s\n' "$shown" | openssl x509 -noout -issuer 2>/dev/null | clean 80)"
  case $name in
    *[!0-9.]*) printf '%s\n' "$shown" | openssl x509 -noout -checkhost "$name" 2>/dev/null | grep -q 'NOT match' && fact named no ;;
  esac
  fact valid "$(printf '%s\n' "$shown" | openssl x509 -noout -dates 2>/dev/null | dates)"
  fact client "$(openssl x509 -in "$certificate" -noout -dates 2>/dev/null | dates)"
fi

set -- --cacert /dev/stdin --connect-to "$name:$port:$address:$port" --noproxy '*'
[ -r "$certificate" ] && set -- "$@" --cert "$certificate"
[ -r "$key" ] && set -- "$@" --key "$key"
said=$(authority | within 5 curl -sS --max-time 4 "$@" -o /dev/null \
  -w 'version=%{http_code}\ntype=%{content_type}\nsecured_s=%{time_appconnect}\nverify=%{ssl_verify_result}\n' \
  "https://$name:$port/version" 2>&1)
fact curl "$?"
printf '%s\n' "$said" | sed -n 's/[^ -~]//g;/^version=[0-9]*$/p;/^type=/p;/^secured_s=/p;/^verify=[0-9]*$/p' | cut -c 1-80
fact curl_said "$(printf '%s\n' "$said" | sed '/^version=/d;/^type=/d;/^secured_s=/d;/^verify=/d' | clean 120)"
case $said in
  *'version=000'*)
    # No credential goes to a server that was not proven: this asks for its clock alone.
    seen=$(within 3 curl -skI --max-time 2 --noproxy '*' --connect-to "$name:$port:$address:$port" "https://$name:$port/version" 2>/dev/null |
      sed -n 's/^[Dd]ate: *//p' | tr -d '\r')
    [ -n "$seen" ] && fact server_clock "$(date -d "$seen" +%s 2>/dev/null)"
    ;;
  *)
    for path in livez readyz; do
      fact "$path" "$(authority | within 3 curl -s --max-time 2 "$@" -o /dev/null -w '%{http_code}' "https://$name:$port/$path" 2>/dev/null)"
    done
    ;;
esac
egress
finish "$rc"
