#!/bin/sh
# Makes the certificates of the tests anew; see README.md. Needs openssl 3.
set -eu
cd "$(dirname "$0")"
make_ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -subj "/CN=$2" -keyout "$1.key" -out "$1.pem"
}
issue() { # file, subject, extensions
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
  printf '%s\n' "$3" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}
make_ca ca 'Fairlead test CA'
issue greeter greeter.prod 'subjectAltName=DNS:greeter.prod'
issue loopback loopback 'subjectAltName=IP:127.0.0.1,IP:127.0.0.2'
issue client client 'extendedKeyUsage=clientAuth'
rm ca.key ca.srl
