#!/bin/sh
# Makes the vectors of this folder anew with the openssl program (3.0). Keys are thrown away; the texts in tests/pki name what is inside.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/config" <<'C'

[req]
distinguished_name = dn
string_mask = utf8only
utf8 = yes
prompt = no
[dn]
C = IR
O = Governmental
CN = x509 vectors root
[rich]
basicConstraints = critical,CA:TRUE,pathlen:3
keyUsage = critical,keyCertSign,cRLSign,encipherOnly,decipherOnly
extendedKeyUsage = clientAuth,OCSPSigning,2.999.7
certificatePolicies = 2.999.1,@qualified
policyMappings = 2.999.1:2.999.2
policyConstraints = requireExplicitPolicy:2,inhibitPolicyMapping:0
inhibitAnyPolicy = 1
nameConstraints = critical,permitted;DNS:.example.ir,permitted;email:example.ir,permitted;IP:10.0.0.0/255.0.0.0,permitted;dirName:base,excluded;URI:.evil.example
subjectAltName = DNS:a.example.ir,email:a@example.ir,URI:http://example.ir/,IP:10.0.0.1,IP:2001:db8::1,RID:2.999.9,dirName:base,otherName:2.999.8;UTF8:x
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
crlDistributionPoints = point,point2
authorityInfoAccess = OCSP;URI:http://ocsp.example.ir/,caIssuers;URI:http://example.ir/ca.crt
2.999.77 = critical,ASN1:UTF8String:kept
[qualified]
policyIdentifier = 2.999.2
CPS.1 = http://example.ir/cps
[base]
C = IR
O = Governmental
[point]
fullname = URI:http://example.ir/a.crl,URI:ldap://example.ir/b
reasons = keyCompromise,CACompromise
CRLissuer = dirName:base
[point2]
fullname = URI:http://example.ir/c.crl
[leaf]
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = crlnumber
default_md = sha256
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@idp
[idp]
fullname = URI:http://example.ir/a.crl
onlyuser = TRUE
onlysomereasons = keyCompromise,CACompromise
C
new() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"; }
new root; new rich; new leaf
req() { openssl req -new -config "$work/config" -key "$work/$1.key" -subj "$2" -utf8 -nameopt utf8 -out "$work/$1.csr" -multivalue-rdn; }
openssl req -x509 -new -config "$work/config" -key "$work/root.key" -days 7300 -set_serial 1 -sha256 -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
req rich '/C=IR/O=Governmental+serialNumber=0012345679/CN=مرکز میانی، "Q" <#>'
req leaf '/C=IR/O=Unaffiliated/serialNumber=0012345679/CN=Sara Ahmadi [Sign]'
sign() { openssl x509 -req -in "$work/$1.csr" -CA root.pem -CAkey "$work/root.key" -set_serial "$2" -days 7300 -sha384 -extfile "$work/config" -extensions "$1" -out "$1.pem"; }
sign rich 0x00f0e1d2c3b4a5968778695a4b3c2d1e0f
sign leaf 0x1234
cd "$work"
touch index.txt.attr
root=$OLDPWD/root.pem; leaf=$OLDPWD/leaf.pem; out=$OLDPWD
{ printf 'R\t461125000000Z\t260102030405Z,keyCompromise\t1234\tunknown\t/CN=leaf\n'
  printf 'R\t461125000000Z\t260202030405Z\t00F0E1\tunknown\t/CN=b\n'
  printf 'R\t461125000000Z\t260302030405Z,holdInstruction,holdInstructionReject\t77\tunknown\t/CN=c\n'
  printf 'R\t461125000000Z\t260402030405Z,keyTime,20260101000000Z\t78\tunknown\t/CN=d\n'
  printf 'V\t461125000000Z\t\t79\tunknown\t/CN=e\n'; } > index.txt
echo 1F > crlnumber
openssl ca -config config -gencrl -keyfile root.key -cert "$root" -crldays 7300 -out "$out/list.pem"
openssl ocsp -issuer "$root" -cert "$leaf" -serial 0x79 -reqout request.der -no_nonce
openssl ocsp -index index.txt -CA "$root" -rsigner "$root" -rkey root.key -reqin request.der -respout response.der -ndays 7300 -resp_key_id
openssl base64 -in request.der -out "$out/request.b64"
openssl base64 -in response.der -out "$out/response.b64"
