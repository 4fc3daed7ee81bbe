// jose for Node: node peer.mjs verify FILE CERTIFICATE.pem | sign compact|flattened KEY.pem ALG CERTIFICATES.pem IN OUT
import { readFileSync, writeFileSync } from 'node:fs'
import * as jose from 'jose'

const [verb, ...rest] = process.argv.slice(2)
const text = (path) => readFileSync(path, 'utf8')
if (verb === 'verify') {
  const [file, certificate] = rest
  const message = text(file).trim()
  const alg = (message.startsWith('{') ? jose.decodeProtectedHeader(JSON.parse(message)) : jose.decodeProtectedHeader(message)).alg
  const key = await jose.importX509(text(certificate), alg)
  if (message.startsWith('{')) await jose.flattenedVerify(JSON.parse(message), key)
  else await jose.compactVerify(message, key)
  console.log('ok')
} else {
  const [form, keyFile, alg, certificates, input, output] = rest
  const key = await jose.importPKCS8(text(keyFile), alg)
  const x5c = text(certificates).match(/-----BEGIN CERTIFICATE-----[^-]+/g).map((c) => c.replace(/-----[^-]+-----|\s/g, ''))
  const payload = readFileSync(input)
  const header = { alg, x5c }
  if (form === 'compact') writeFileSync(output, await new jose.CompactSign(payload).setProtectedHeader(header).sign(key))
  else writeFileSync(output, JSON.stringify(await new jose.FlattenedSign(payload).setProtectedHeader(header).sign(key)))
  console.log('ok')
}
