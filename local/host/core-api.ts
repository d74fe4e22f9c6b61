import Module from 'node:module';
import { categories, type Log, type LogLevel } from './log.ts';

// The worker's side of the contract; `@azure/functions-core` is injected by the host and is not on npm.
// https://github.com/Azure/azure-functions-nodejs-worker/tree/v3.x/types-core

/** Exactly one member is set. */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: HttpData | null;
}

export interface HttpData {
  method?: string;
  url?: string;
  nullableHeaders?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
  body?: TypedData | null;
}

export interface HttpCookie {
  name?: string | null;
  value?: string | null;
  domain?: { value?: string | null } | null;
  path?: { value?: string | null } | null;
  expires?: { value?: { seconds?: number } | null } | null;
  secure?: { value?: boolean | null } | null;
  httpOnly?: { value?: boolean | null } | null;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone' | null;
  maxAge?: { value?: number | null } | null;
}

/** A trigger or output as the app registered it; names, schedules and connections are unresolved. */
export interface Binding {
  type: string;
  direction: 'in' | 'out';
  schedule?: string;
  useMonitor?: boolean;
  runOnStartup?: boolean;
  queueName?: string;
  connection?: string;
  methods?: string[];
  route?: string;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
  retryOptions?: object;
}

export type FunctionCallback = (...args: unknown[]) => unknown;
type HookCallback = (context: object) => unknown;

export interface InvocationResponse {
  outputData?: { name: string; data: TypedData }[];
  returnValue?: TypedData | null;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(coreContext: object): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

const HOOKS = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation'] as const;
export type HookName = (typeof HOOKS)[number];

/** What the app has registered with the core API. */
export interface Registry {
  functions: Map<string, { metadata: FunctionMetadata; callback: FunctionCallback }>;
  hooks: Record<HookName, HookCallback[]>;
  model: ProgrammingModel | undefined;
  /** Startup is over: any further registration throws. */
  locked: boolean;
}

class Disposable {
  #dispose: () => void;
  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose();
  }
}

/**
 * Makes `require('@azure/functions-core')` answer with this host's core API, as the real worker does.
 * Must run before any code of the app: the library looks for it once and remembers a failure.
 * @returns What the app registers from then on.
 */
export function installCoreApi(log: Log): Registry {
  const registry: Registry = {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [] },
    model: undefined,
    locked: false,
  };
  const core = {
    version: '3.9.1',
    hostVersion: '4.1037.0',
    Disposable,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => registerFunction(registry, metadata, callback),
    registerHook: (name: string, callback: HookCallback) => registerHook(registry, name, callback),
    setProgrammingModel: (model: ProgrammingModel) => {
      registry.model = model;
    },
    getProgrammingModel: () => registry.model,
    log: (level: LogLevel, _category: string, message: string) => log(level, categories.host, message),
  };
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args) => (args[0] === '@azure/functions-core' ? core : Reflect.apply(target, self, args)),
  });
  return registry;
}

function registerFunction(registry: Registry, metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  if (registry.locked) throw new Error('A function can only be registered during app startup.');
  const id = metadata.functionId ?? metadata.name;
  if (registry.functions.has(id)) throw new Error(`A function with id "${id}" has already been registered.`);
  registry.functions.set(id, { metadata, callback });
  return new Disposable(() => {
    if (registry.locked) throw new Error('A function can only be disposed during app startup.');
    registry.functions.delete(id);
  });
}

function registerHook(registry: Registry, name: string, callback: HookCallback): Disposable {
  const hook = HOOKS.find((known) => known === name);
  if (!hook) throw new RangeError(`Unrecognized hook "${name}": expected one of ${HOOKS.join(', ')}.`);
  registry.hooks[hook].push(callback);
  return new Disposable(() => {
    registry.hooks[hook] = registry.hooks[hook].filter((other) => other !== callback);
  });
}
