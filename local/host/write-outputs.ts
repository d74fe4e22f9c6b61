import type { AppFunction } from './app-settings.ts';
import type { InvocationResponse, TypedData } from './core-api.ts';
import type { QueueOptions } from './host-json.ts';
import { encodeMessage } from './message-text.ts';
import { type OpenQueue, storageErrorCode } from './open-queue.ts';

/**
 * Makes the writer of queue outputs: what the function set or returned becomes messages, and a missing queue is created.
 * The binding cannot set a delay or a time-to-live, neither here nor in Azure.
 */
export function createWriteOutputs(openQueue: OpenQueue, encoding: QueueOptions['messageEncoding']) {
  return async (fn: AppFunction, response: InvocationResponse): Promise<void> => {
    const outputs = [...(response.outputData ?? []), { name: '$return', data: response.returnValue }];
    for (const { name, data } of outputs) {
      const binding = fn.bindings[name];
      if (binding?.type !== 'queue' || !data) continue;
      const queue = openQueue(binding.connection, binding.queueName!);
      for (const text of toMessages(data)) {
        const wireText = encodeMessage(text, encoding);
        await queue.sendMessage(wireText).catch(async (error: unknown) => {
          if (storageErrorCode(error) !== 'QueueNotFound') throw error;
          await queue.createIfNotExists();
          await queue.sendMessage(wireText);
        });
      }
    }
  };
}

/**
 * The messages that one output value stands for: one for each item of a JSON array, and a single one for anything else.
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Binding/FunctionBinding.cs ReadAsEnumerable
 */
function toMessages(data: TypedData): string[] {
  if (data.bytes) return [Buffer.from(data.bytes).toString()];
  const text = data.json ?? data.string ?? String(data.int ?? data.double);
  const value = parseJson(text);
  // The host writes objects as indented JSON.
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item, null, 2)));
  if (data.json) return [typeof value === 'string' ? value : JSON.stringify(value, null, 2)];
  return [text];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
