import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

// Says where a package comes from, as an in-toto statement with a provenance of SLSA 1.0, for Azure Pipelines, which has no attestations of its own:
// "node infra/pipelines/provenance.js PACKAGE" prints it, "… --verify PACKAGE STATEMENT" fails unless the statement is of that very package.
// It is not signed: it is worth what the access to the artifacts of the pipeline is worth.

const digestOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const [first, ...rest] = process.argv.slice(2);

if (first === '--verify') {
  const [file, statement] = rest;
  const expected = JSON.parse(readFileSync(statement, 'utf8')).subject?.[0]?.digest?.sha256;
  const actual = digestOf(file);
  if (expected !== actual) {
    console.error(`Expected the package that was tested, with SHA-256 ${expected}, got ${actual} in ${file}: nothing is deployed.`);
    process.exit(1);
  }
  console.log(`${basename(file)} is the package that was tested: SHA-256 ${actual}`);
} else {
  const { BUILD_REPOSITORY_URI, BUILD_SOURCEVERSION, BUILD_SOURCEBRANCH, BUILD_BUILDID, SYSTEM_COLLECTIONURI, SYSTEM_TEAMPROJECT } =
    process.env;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: basename(first), digest: { sha256: digestOf(first) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://learn.microsoft.com/azure/devops/pipelines',
        externalParameters: { branch: BUILD_SOURCEBRANCH },
        resolvedDependencies: [{ uri: BUILD_REPOSITORY_URI, digest: { gitCommit: BUILD_SOURCEVERSION } }],
      },
      runDetails: { builder: { id: `${SYSTEM_COLLECTIONURI}${SYSTEM_TEAMPROJECT}` }, metadata: { invocationId: BUILD_BUILDID } },
    },
  };
  console.log(JSON.stringify(statement, null, 2));
}
