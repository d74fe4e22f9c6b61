import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildApp } from '../../scripts/build.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the app as it is deployed. */
    appDir: string;
  }
}

/** Builds the app once for all tests that run it. */
export default async function buildOnce(project: TestProject): Promise<() => Promise<void>> {
  const appDir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-app-'));
  await buildApp(appDir);
  project.provide('appDir', appDir);
  return () => rm(appDir, { recursive: true, force: true });
}
