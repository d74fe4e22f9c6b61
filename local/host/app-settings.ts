import type { Binding, FunctionCallback, FunctionMetadata, Registry } from './core-api.ts';

export type Environment = Record<string, string | undefined>;

/** A registered function with its settings filled in. */
export interface AppFunction {
  name: string;
  trigger: Binding & { key: string };
  bindings: Record<string, Binding>;
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

const TRIGGERS = ['httpTrigger', 'queueTrigger', 'timerTrigger'];
const OUTPUTS = ['http', 'queue'];
const RESOLVED = ['schedule', 'queueName', 'route'] as const;

/**
 * Replaces `%SETTING%` in schedules, queue names and routes by the app settings, and sorts the functions by name.
 * @throws With a list of every missing setting, or the name of a binding that this host cannot serve.
 */
export function resolveFunctions(registry: Registry, env: Environment): AppFunction[] {
  const missing: string[] = [];
  const functions = [...registry.functions.values()].map(({ metadata, callback }): AppFunction => {
    if (metadata.retryOptions) throw new Error(`Function ${metadata.name} has a retry policy: this host has none, remove it.`);
    const bindings = Object.fromEntries(
      Object.entries(metadata.bindings).map(([key, binding]) => [key, resolveBinding(metadata.name, binding, env, missing)]),
    );
    const [key, trigger] = Object.entries(bindings).find(([, binding]) => isTrigger(binding))!;
    return { name: metadata.name, trigger: { ...trigger, key }, bindings, metadata, callback };
  });
  if (missing.length > 0) throw new Error(`App settings are missing: ${missing.join(', ')}. Set them in the environment.`);
  return functions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isTrigger(binding: Binding): boolean {
  return /trigger$/i.test(binding.type);
}

function resolveBinding(functionName: string, binding: Binding, env: Environment, missing: string[]): Binding {
  const known = isTrigger(binding) ? TRIGGERS : binding.direction === 'out' ? OUTPUTS : [];
  if (!known.includes(binding.type)) {
    const kinds = `the triggers ${TRIGGERS.join(', ')} and the outputs ${OUTPUTS.join(', ')}`;
    throw new Error(
      `Function ${functionName} has a binding of type ${binding.type} (${binding.direction}): this host serves ${kinds} only.`,
    );
  }
  const resolved = { ...binding };
  for (const property of RESOLVED) {
    resolved[property] = resolved[property]?.replace(/%([^%]+)%/g, (_, setting: string) => {
      const value = env[setting];
      if (!value) missing.push(`${setting} (${property} of ${functionName})`);
      return value ?? '';
    });
  }
  return resolved;
}
