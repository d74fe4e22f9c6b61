import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Package {
  name: string;
  version: string;
  license?: string;
}

/** The folder of the package that a file is part of, below the project's; undefined for the project's own files. Behind `?` is who imports it. */
export function packageOf(file: string): string | undefined {
  return /^(?:[\w-]+:)?([^?]*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

const purlOf = ({ name, version }: Package) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function componentOf(given: Package) {
  const licenses = given.license === undefined ? [] : [{ expression: given.license }];
  return { type: 'library', 'bom-ref': purlOf(given), name: given.name, version: given.version, purl: purlOf(given), licenses };
}

/** A UUID of a text, as a URN; without one, GitHub attests no bill of materials. */
function serialOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/**
 * The bill of materials of a bundle, as CycloneDX 1.6: the packages of which something is in it, and no others. `npm sbom` lists what is installed, and
 * with `--omit dev` leaves out what a development dependency needs as well.
 *
 * @param root - the project's folder.
 * @param files - paths of what was bundled, below it.
 */
export async function billOfMaterials(root: string, files: Iterable<string>): Promise<object> {
  const readPackage = async (folder: string): Promise<Package> => JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const folders = new Set([...files].map(packageOf).filter((folder) => folder !== undefined));
  const packages = await Promise.all([...folders].map(readPackage));
  const components = new Map(packages.map((each) => [purlOf(each), componentOf(each)]));
  const own = await readPackage('.');
  const listed = [...components].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    // The same for the same packages, so that a build can be repeated to the byte.
    serialNumber: serialOf(JSON.stringify([own.version, listed])),
    version: 1,
    metadata: { component: { type: 'application', name: own.name, version: own.version, purl: purlOf(own) } },
    components: listed,
  };
}
