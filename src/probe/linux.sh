# aks-fleet-prober node script, protocol 1. It only reads: NONCE and EGRESS stand above, set by the prober.
# Facts come as key=value lines between two marks; the last mark carries kubectl's own exit code.
KUBECTL='/opt/bin/kubectl /usr/local/bin/kubectl /usr/bin/kubectl'
KUBECONFIG_FILE='/var/lib/kubelet/kubeconfig'
LC_ALL=C
export LC_ALL

now() { date +%s%3N; }
# One printable line of at most $1 characters: what a tool says may hold anything.
clean() { tr '\n\r\t' '   ' | tr -cd '[:print:]' | cut -c "1-$1"; }
fact() { printf '%s=%s\n' "$1" "$2"; }
finish() {
  printf 'AFP1 end %s rc=%s\n' "$NONCE" "$1"
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
said=$(timeout -k 1 8 "$kubectl" --kubeconfig "$KUBECONFIG_FILE" version --request-timeout=7s 2>&1)
rc=$?
fact ms "$(($(now) - started))"
if [ "$rc" -eq 0 ]; then
  fact server "$(printf '%s\n' "$said" | sed -n '/^Server Version/s/.*\(v[0-9][0-9.]*[-+.0-9A-Za-z]*\).*/\1/p' | clean 40)"
  finish 0
fi

# Only a failing node pays for the diagnosis, stage by stage.
fact said "$(printf '%s' "$said" | clean 300)"
if [ ! -r "$KUBECONFIG_FILE" ]; then
  fact kubeconfig missing
  finish "$rc"
fi
field() { sed -n "s/^[ -]*$1: *//p" "$KUBECONFIG_FILE" | head -n 1 | tr -d "\"' \r"; }
server=$(field server)
case $server in
  https://?*) ;;
  *)
    fact kubeconfig broken
    finish "$rc"
    ;;
esac
fact kubeconfig ok
authority=${server#https://}
authority=${authority%%/*}
host=${authority%:*}
port=${authority##*:}
[ "$port" = "$authority" ] && port=443
name=$(field tls-server-name)
fact host "$(printf '%s' "$host" | clean 120)"

started=$(now)
address=$(timeout -k 1 3 getent ahosts "$host" | sed -n '1s/ .*//p')
found=$?
fact dns_ms "$(($(now) - started))"
if [ -z "$address" ]; then
  [ $(($(now) - started)) -ge 2900 ] && found=124
  fact dns "failed:$found"
  finish "$rc"
fi
fact dns "$address"

certificate=$(field client-certificate)
key=$(field client-key)
set --
[ -r "$certificate" ] && set -- "$@" --cert "$certificate"
[ -r "$key" ] && set -- "$@" --key "$key"
authority_file=$(field certificate-authority)
authority_data=$(field certificate-authority-data)
if [ -n "$authority_data" ]; then
  set -- "$@" --cacert /dev/stdin
elif [ -r "$authority_file" ]; then
  set -- "$@" --cacert "$authority_file"
fi
answer=$(printf '%s' "$authority_data" | base64 -d 2>/dev/null |
  timeout -k 1 7 curl -sS --max-time 6 --noproxy '*' -o /dev/null "$@" \
    --connect-to "${name:-$host}:$port:$host:$port" \
    -w 'code=%{http_code}\ntcp_s=%{time_connect}\ntls_s=%{time_appconnect}\nverify=%{ssl_verify_result}\n' \
    "https://${name:-$host}:$port/version" 2>&1)
fact curl "$?"
printf '%s\n' "$answer" | sed -n '/^code=\|^tcp_s=\|^tls_s=\|^verify=/p'
fact curl_said "$(printf '%s\n' "$answer" | sed '/^code=\|^tcp_s=\|^tls_s=\|^verify=/d' | clean 200)"
finish "$rc"
