import { readFileSync } from 'node:fs';

/** The version of this project. The build replaces this module by the version itself (scripts/build.ts). */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
