// @peculiar/x509 needs it and does not bring it.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** What a certificate says about its holder; `from` and `until` are days from now. */
type Holder = {
  commonName: string;
  organization?: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  from?: number;
  until?: number;
};

/** A certificate and its key, both PEM. */
export type KeyPair = { certificate: string; key: string };

/** An authority: its own certificate as PEM, and the means to sign others. */
export type CertificateAuthority = { certificate: string; issue(purpose: 'server' | 'client', holder: Holder): Promise<KeyPair> };

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const aDayInMs = 24 * 3600 * 1000;

/**
 * Makes a certificate authority with a P-256 key that never leaves the process.
 *
 * @param name - its common name.
 */
export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...period({ commonName: name, until: 365 }),
    name: [{ CN: [name] }],
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  return {
    certificate: authority.toString('pem'),
    async issue(purpose, holder) {
      const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const names = [
        ...(holder.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
        ...(holder.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
      ];
      const certificate = await x509.X509CertificateGenerator.create({
        ...period(holder),
        subject: [...(holder.organization === undefined ? [] : [{ O: [holder.organization] }]), { CN: [holder.commonName] }],
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[purpose === 'server' ? 'serverAuth' : 'clientAuth']]),
          await x509.AuthorityKeyIdentifierExtension.create(authority),
          ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
        ],
      });
      const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY');
      return { certificate: certificate.toString('pem'), key };
    },
  };
}

function period({ from = -2, until = 364 }: Holder) {
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(Date.now() + from * aDayInMs),
    notAfter: new Date(Date.now() + until * aDayInMs),
    signingAlgorithm: algorithm,
  };
}
