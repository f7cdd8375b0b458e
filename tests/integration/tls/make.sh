#!/bin/sh
# SPDX-License-Identifier: MIT
# Made the certificates in this folder. They are kept so that the tests need no openssl program.
# ca.pem signs the others. All are valid until 2126, except expired.pem, which was valid only in
# 2020.
# server.pem is for localhost and 127.0.0.1, otherhost.pem for game.example.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index"
cat > "$work/ca.cnf" <<EOF
[ca]
default_ca = test
[test]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
EOF

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

key "$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -subj "/CN=QRepod test authority" -days 36500 -out ca.pem

key server.key
sign() { # name, subject alternative names, from, to
    openssl req -new -key server.key -subj "/CN=$1" -addext "subjectAltName=$2" -out "$work/$1.csr"
    openssl ca -batch -notext -config "$work/ca.cnf" -keyfile "$work/ca.key" -cert ca.pem \
        -startdate "$3" -enddate "$4" -in "$work/$1.csr" -out "$1.pem" 2>/dev/null
}
sign server "DNS:localhost,IP:127.0.0.1" 20200101000000Z 21260101000000Z
sign otherhost "DNS:game.example" 20200101000000Z 21260101000000Z
sign expired "DNS:localhost,IP:127.0.0.1" 20200101000000Z 20201231000000Z
openssl req -x509 -new -key server.key -subj "/CN=selfsigned" -days 36500 \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -out selfsigned.pem
