// A worker as in Azure: a process with the app and without a host. Plain JavaScript, since stripping types would use memory too.
import { globSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [appDir] = process.argv.slice(2);
const functions = new Map();
let model;

class Disposable {
  dispose() {}
}
const core = {
  version: '3.9.1',
  hostVersion: '4.1037.0',
  Disposable,
  registerFunction(metadata, callback) {
    functions.set(metadata.name, { metadata, callback });
    return new Disposable();
  },
  registerHook: () => new Disposable(),
  setProgrammingModel(given) {
    model = given;
  },
  getProgrammingModel: () => model,
  log: (level, _, message) => process.stderr.write(`${level}: ${message}\n`),
};
const { require: original } = Module.prototype;
Module.prototype.require = function require(id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

const { main } = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8'));
for (const file of globSync(main, { cwd: appDir }).sort()) await import(pathToFileURL(join(appDir, file)).href);
await model.getCapabilities({});

async function invoke({ name, data, triggerMetadata }) {
  const { metadata, callback } = functions.get(name);
  const [key] = Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/i.test(type));
  const request = { invocationId: crypto.randomUUID(), functionId: name, inputData: [{ name: key, data }], triggerMetadata };
  const { log } = core;
  const invocation = await model.getInvocationModel({ invocationId: request.invocationId, request, metadata, log });
  const { context, inputs } = await invocation.getArguments();
  await invocation.invokeFunction(context, inputs, callback);
}

process.on('message', ({ id, ...call }) => {
  const before = process.cpuUsage();
  const answer = (error) => {
    const { user, system } = process.cpuUsage(before);
    process.send({ id, error, cpuMs: (user + system) / 1000 });
  };
  invoke(call).then(
    () => answer(),
    (error) => answer(String(error?.stack ?? error)),
  );
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
