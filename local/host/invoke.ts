import { randomUUID } from 'node:crypto';
import type { AppFunction } from './app-settings.ts';
import type { InvocationResponse, Registry, TypedData } from './core-api.ts';
import { runHooks } from './load-app.ts';
import { categories, describeError, type Log, type LogLevel } from './log.ts';

/** What a trigger hands over: the value of its binding, and its metadata. */
export interface TriggerInput {
  data: TypedData;
  metadata?: Record<string, TypedData>;
}

/** Runs a function once, outputs included. Rejects when it throws or exceeds functionTimeout; the failure is logged by then. */
export type Invoke = (fn: AppFunction, input: TriggerInput) => Promise<InvocationResponse>;

export interface InvokeOptions {
  registry: Registry;
  appHookData: object;
  functionTimeoutMs: number;
  writeOutputs: (fn: AppFunction, response: InvocationResponse) => Promise<void>;
  log: Log;
}

/**
 * Makes what every trigger runs functions with: hooks, handler, response, outputs, limited by functionTimeout.
 * A run that exceeds it goes on unattended (the real host ends the worker), so it may still write.
 */
export function createInvoke(options: InvokeOptions): Invoke {
  const { functionTimeoutMs, writeOutputs, log } = options;
  return async (fn, input) => {
    const started = Date.now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      if (!Number.isFinite(functionTimeoutMs)) return;
      timer = setTimeout(
        () => reject(new Error(`Timeout of ${functionTimeoutMs / 1000} s exceeded (functionTimeout in host.json).`)),
        functionTimeoutMs,
      );
    });
    try {
      const response = await Promise.race([runInvocation(options, fn, input), timeout]);
      await writeOutputs(fn, response);
      log('information', categories.run(fn.name), `succeeded in ${Date.now() - started} ms`);
      return response;
    } catch (error) {
      log('error', categories.run(fn.name), `failed after ${Date.now() - started} ms: ${describeError(error)}`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

async function runInvocation(options: InvokeOptions, fn: AppFunction, input: TriggerInput): Promise<InvocationResponse> {
  const { registry, appHookData, log } = options;
  const invocationId = randomUUID();
  const request = {
    invocationId,
    functionId: fn.name,
    inputData: [{ name: fn.trigger.key, data: input.data }],
    triggerMetadata: input.metadata ?? {},
    traceContext: { traceParent: '', traceState: '', attributes: {} },
  };
  const coreContext = {
    invocationId,
    request,
    metadata: fn.metadata,
    state: undefined as string | undefined,
    log: (level: LogLevel, _category: string, message: string) => log(level, categories.user(fn.name), message),
  };
  const model = await registry.model!.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();

  const before = { hookData: {}, appHookData, invocationContext: context, functionCallback: fn.callback, inputs };
  coreContext.state = 'preInvocationHooks';
  await runHooks(registry, 'preInvocation', before);

  const after = {
    hookData: before.hookData,
    appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: undefined as unknown,
    error: undefined as unknown,
  };
  coreContext.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`Expected an error to be thrown, got ${error}.`);
  }
  coreContext.state = 'postInvocationHooks';
  await runHooks(registry, 'postInvocation', after);
  coreContext.state = undefined;
  if (after.error) throw after.error;
  return model.getResponse(context, after.result);
}
