#!/bin/sh
# Makes the certificates of the tests anew; see README.md. Needs openssl 3.
set -eu
cd "$(dirname "$0")"
make_ca() { # file, subject
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -subj "/CN=$2" -keyout "$1.key" -out "$1.pem"
}
issue() { # authority, file, subject, extensions, end (YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ)
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$3" -keyout "$2.key" -out "$2.csr"
  printf '%s\n' "$4" > "$2.ext"
  : > index.txt
  # `openssl x509 -req` of openssl 3.0 cannot make a certificate that has expired, `openssl ca` can.
  printf '[ca]\ndatabase=index.txt\nnew_certs_dir=.\npolicy=any\ndefault_md=sha256\nrand_serial=yes\n[any]\ncommonName=supplied\n' > ca.cnf
  openssl ca -batch -notext -config ca.cnf -name ca -cert "$1.pem" -keyfile "$1.key" -extfile "$2.ext" \
    -startdate 20250101000000Z -enddate "$5" -in "$2.csr" -out "$2.pem"
  rm -f "$2.csr" "$2.ext" ca.cnf index.txt* [0-9A-F]*.pem
}
LATER=21250101000000Z
make_ca ca 'Fairlead test CA'
issue ca greeter greeter.prod 'subjectAltName=DNS:greeter.prod' $LATER
issue ca expired greeter.prod 'subjectAltName=DNS:greeter.prod' 20250201000000Z
issue ca loopback loopback 'subjectAltName=IP:127.0.0.1,IP:127.0.0.2' $LATER
issue ca client client 'extendedKeyUsage=clientAuth' $LATER
issue ca client-renewed client-renewed 'extendedKeyUsage=clientAuth' $LATER
make_ca other-ca 'Another test CA'
issue other-ca other-greeter greeter.prod 'subjectAltName=DNS:greeter.prod' $LATER
issue other-ca other-client other-client 'extendedKeyUsage=clientAuth' $LATER
rm ca.key other-ca.key
