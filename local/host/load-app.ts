import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HookName, Registry } from './core-api.ts';

// What the real worker 3.9.1 declares.
const CAPABILITIES = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

/**
 * Loads every file that `main` in the app's package.json matches, runs its appStart hooks and ends registration.
 * @param appDir - Folder with package.json.
 * @param registry - From `installCoreApi`, which must have run before.
 * @param appHookData - Shared by all hooks of the app.
 * @throws When nothing matches, a file throws, or no function was registered: the real host would silently run without functions.
 */
export async function loadApp(appDir: string, registry: Registry, appHookData: object): Promise<void> {
  const entries = findEntries(appDir);
  for (const entry of entries) {
    try {
      await import(pathToFileURL(join(appDir, entry)).href);
    } catch (cause) {
      throw new Error(`Entry point ${entry} failed to load: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  await runHooks(registry, 'appStart', { hookData: {}, appHookData, functionAppDirectory: appDir });
  registry.locked = true;
  if (registry.functions.size === 0) {
    throw new Error(
      `Expected a function, but none of ${entries.join(', ')} registered one: call app.http, app.timer or app.storageQueue there.`,
    );
  }
  const capabilities = (await registry.model?.getCapabilities?.({ ...CAPABILITIES })) ?? {};
  if (capabilities.HttpUri) throw new Error('This host does not stream HTTP: remove enableHttpStream from app.setup.');
}

/** Runs the app's hooks of one kind, one after the other. */
export async function runHooks(registry: Registry, name: HookName, context: object): Promise<void> {
  for (const hook of registry.hooks[name]) await hook(context);
}

function findEntries(appDir: string): string[] {
  let manifest: { main?: unknown };
  try {
    manifest = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8'));
  } catch (cause) {
    throw new Error(`Expected a package.json in the app's folder ${appDir}: give the folder with --app.`, { cause });
  }
  const { main } = manifest;
  if (typeof main !== 'string')
    throw new Error(`Expected "main" in ${join(appDir, 'package.json')} to be a path or glob, got ${typeof main}.`);
  const entries = globSync(main, { cwd: appDir }).sort();
  if (entries.length === 0)
    throw new Error(`Found zero files matching "${main}" ("main" of ${join(appDir, 'package.json')}): build the app first.`);
  return entries;
}
