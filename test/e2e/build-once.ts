import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildApp, buildCommands, type LazyChunk } from '../../scripts/build.ts';

/** What was built, and where. */
interface Built {
  dir: string;
  lazy: LazyChunk[];
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the app as it is deployed. */
    appDir: string;
    app: Built;
    /** The command line for machines without the sources. */
    commands: Built;
  }
}

/** Builds the app and the commands once for all tests that run them. */
export default async function buildOnce(project: TestProject): Promise<() => Promise<void>> {
  const [appDir, commandsDir] = await Promise.all(['app', 'commands'].map((name) => mkdtemp(join(tmpdir(), `aks-fleet-prober-${name}-`))));
  const [ofApp, ofCommands] = await Promise.all([buildApp(appDir), buildCommands(commandsDir)]);
  project.provide('appDir', appDir!);
  project.provide('app', { dir: appDir!, lazy: ofApp });
  project.provide('commands', { dir: commandsDir!, lazy: ofCommands });
  return async () => {
    for (const dir of [appDir!, commandsDir!]) await rm(dir, { recursive: true, force: true });
  };
}
