import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const MSAL = /@azure[\\/]msal-node[\\/]dist\b/;

interface Change {
  file: RegExp;
  /** Each text, and what stands for it. */
  texts: readonly (readonly [string, string])[];
}

const newOf = (name: string, from: string) => `const ${name} = function (...args) { return new (require("${from}").${name})(...args); };`;

const changes: readonly Change[] = [
  {
    // For answers that are compressed: Azure compresses none for these clients.
    file: /@typespec[\\/]ts-http-runtime[\\/]dist[\\/]esm[\\/]nodeHttpClient\.js$/,
    texts: [
      [
        'import zlib from "node:zlib";',
        'const zlib = { get createGunzip() { return process.getBuiltinModule("node:zlib").createGunzip; }, get createInflate() { return process.getBuiltinModule("node:zlib").createInflate; } };',
      ],
    ],
  },
  {
    // For a proxy, which also needs Node's assertions, its terminal and a package for debugging.
    file: /@typespec[\\/]ts-http-runtime[\\/]dist[\\/]esm[\\/]policies[\\/]proxyPolicy\.js$/,
    texts: [
      ['import { HttpsProxyAgent } from "https-proxy-agent";', newOf('HttpsProxyAgent', 'https-proxy-agent')],
      ['import { HttpProxyAgent } from "http-proxy-agent";', newOf('HttpProxyAgent', 'http-proxy-agent')],
    ],
  },
  {
    // The question whether a body is a stream of the web makes Node load these streams.
    file: /@typespec[\\/]ts-http-runtime[\\/]dist[\\/]esm[\\/]util[\\/]typeGuards-node\.js$/,
    texts: [['return x instanceof ReadableStream;', 'return typeof x?.getReader === "function" && x instanceof ReadableStream;']],
  },
  {
    // For a sign-in by certificate.
    file: /@azure[\\/]msal-node[\\/]dist[\\/]client[\\/]ClientAssertion\.mjs$/,
    texts: [["import jwt from 'jsonwebtoken';", 'const jwt = { sign: (...args) => require("jsonwebtoken").sign(...args) };']],
  },
  {
    // For a sign-in of a pod of Kubernetes.
    file: /@azure[\\/]identity[\\/]dist[\\/]esm[\\/]credentials[\\/]managedIdentityCredential[\\/]tokenExchangeMsi\.js$/,
    texts: [
      ['import { WorkloadIdentityCredential } from "../workloadIdentityCredential.js";', ''],
      ['new WorkloadIdentityCredential(', 'new (await import("../workloadIdentityCredential.js")).WorkloadIdentityCredential('],
    ],
  },
  {
    // For checksums of blobs and files.
    file: /@azure[\\/]storage-common[\\/]dist[\\/]esm[\\/]StorageCRC64Calculator\.js$/,
    texts: [
      ['import NativeCRC64 from "./crc64.js";', 'const NativeCRC64 = () => import("./crc64.js").then((module) => module.default());'],
    ],
  },
];

/** Imports of a whole package, and the one file of it that is needed. */
const parts = [
  {
    filter: /^@azure\/identity$/,
    importer: /src[\\/]azure[\\/]sdk[\\/]identity\.ts$/,
    instead: 'node_modules/@azure/identity/dist/esm/credentials/managedIdentityCredential/index.js',
  },
  {
    filter: /^@azure\/msal-node$/,
    importer: /managedIdentityCredential[\\/]index\.js$/,
    instead: 'node_modules/@azure/msal-node/dist/client/ManagedIdentityApplication.mjs',
  },
  {
    filter: /^\.\/msal\.js$/,
    importer: /@azure[\\/]identity[\\/]dist[\\/]esm[\\/]msal[\\/]utils\.js$/,
    instead: 'node_modules/@azure/msal-common/dist/logger/Logger.mjs',
  },
];

/**
 * Loads parts of SDKs where they are used that the SDKs load at once, and this app rarely or never uses: together they took an instance of `work` a
 * tenth of the CPU time of its first message.
 *
 * @throws Error where a package is written in another way than this expects.
 */
export const loadLater: Plugin = {
  name: 'load-later',
  setup(build) {
    const root = build.initialOptions.absWorkingDir!;
    // Its package does not say that its files do nothing but declare, so that the bundle held clients of every kind.
    build.onResolve({ filter: /^\.\.?\/.*\.mjs$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'import-statement' || !MSAL.test(resolveDir)) return undefined;
      return { path: join(resolveDir, path), sideEffects: false };
    });
    for (const { filter, importer: by, instead } of parts)
      build.onResolve({ filter }, ({ importer }) => (by.test(importer) ? { path: join(root, instead), sideEffects: false } : undefined));
    for (const { file, texts } of changes)
      build.onLoad({ filter: file }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [text, instead] of texts) {
          if (!contents.includes(text)) throw new Error(`expected \`${text}\` in ${path}, found none: look how this version loads it`);
          contents = contents.replace(text, () => instead);
        }
        return { contents, loader: 'js' };
      });
  },
};
