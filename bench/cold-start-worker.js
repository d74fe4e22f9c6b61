// A worker that registers the functions of an app and does one message, or nothing, and reports its cost. Plain JavaScript, and no module of Node that
// the app itself would not load: stripping types and reading globs would be counted too.
import Module from 'node:module';
import { pathToFileURL } from 'node:url';

const [main, message] = process.argv.slice(2);
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
  log: (level, _, text) => process.stderr.write(`${level}: ${text}\n`),
};
const { require: original } = Module.prototype;
Module.prototype.require = function require(id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

/** CPU time and elapsed time since the process began, and memory. */
function cost() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, ms: process.uptime() * 1000, megabytes: process.memoryUsage.rss() / 1024 / 1024 };
}

async function doWork(data) {
  const { metadata, callback } = functions.get('work');
  const [key] = Object.keys(metadata.bindings);
  const inputData = [{ name: key, data: { json: data } }];
  const request = { invocationId: '1', functionId: 'work', inputData, triggerMetadata: {} };
  const invocation = await model.getInvocationModel({ invocationId: '1', request, metadata, log: core.log });
  const { context, inputs } = await invocation.getArguments();
  await invocation.invokeFunction(context, inputs, callback);
}

const begun = cost();
if (main) await import(pathToFileURL(main).href);
const registered = cost();
if (message) await doWork(message);
const done = cost();
process.stdout.write(JSON.stringify({ functions: functions.size, begun, registered, done }));
process.exit(0);
